"""The table ``[sql]`` of spotcheck.toml: what the SQL lane proves, runs and counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.errors import InputError
from review.sql.engines.catalogue import SQL_ENGINES, place_of
from review.sql.engines.engine import Limits
from review.sql.lane.lane import Lane
from review.sql.lane.wishes import ORDER_COUNTS, OrderCounts
from review.sql.rules.catalogue import PARSE, RULES
from review.sql.rules.policy import Policy
from review.sql.text.dialects import dialect_named
from review.sql.tree.finding import SEVERITIES, Severity
from review.statistics.layer_weights import WEIGHTS

SPOT_CHECK = 0.05
"""The share of answers in SQL outside the other groups that people check, where a project does not say otherwise."""
LISTS = ("required_tables", "required_columns", "forbidden_tables", "forbidden_columns")
SETTINGS = (
    "dialect", "schema", "engine", "rules", "severity", "functions", "table_functions", "settings", "tables", "format",
    "max_rows", *LISTS, "keys", "words", "limits", "weights", "extra_columns", "order", "dimension", "cache",
)  # fmt: skip
_LIMITS = ("seconds", "rows", "result_megabytes", "memory_megabytes")


@dataclass(frozen=True, kw_only=True)
class SqlSettings:
    """The settings of the SQL lane.

    ``schema`` is a file or an address, ``engine`` the address that statements run on; both "" for none. ``keys`` are
    sets of columns that do not repeat, by table. ``words`` are patterns of questions with the tables they demand.
    ``weights`` are those of execution and meaning. ``extra_columns`` says whether columns beside those of the reference
    count as right, ``order`` where the order of rows counts when answers are sorted. ``dimension`` of the rubric is
    the one that execution speaks to, "" for the usual one. ``cache`` is
    a folder that keeps results beyond a process, as the database gave them; "" for none.
    """

    dialect: str = ""
    schema: str = ""
    engine: str = ""
    policy: Policy = field(default_factory=Policy)
    keys: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    weights: tuple[float, float] = WEIGHTS
    extra_columns: bool = False
    order: OrderCounts = "question"
    cache: str = ""
    dimension: str = ""

    @property
    def spoken(self) -> str:
        """The dialect of the queries: the one that is named, else that of the engine, "" without either."""
        if self.dialect or not self.engine:
            return self.dialect
        return SQL_ENGINES[place_of(self.engine).scheme].dialect

    @property
    def declared(self) -> bool:
        """Whether the project says what its queries run on or what words of a question demand of them."""
        return bool(self.words) or self.lane is not None

    @property
    def lane(self) -> Lane | None:
        """What queries are proved by; None where the project names neither dialect nor schema nor engine."""
        source = self.schema or self.engine
        if not (self.dialect or source):
            return None
        return Lane(dialect=self.dialect, source=source, policy=self.policy, keys=self.keys, words=self.words)


def sql_settings(path: Path, table: Mapping[str, Any]) -> SqlSettings:
    """Read the ``[sql]`` table of the file ``path``. Raises InputError that names the setting."""
    dialect = setting.text(f"{path}, sql.dialect", table.get("dialect", ""), of="the name of a dialect")
    return SqlSettings(
        dialect=dialect_named(dialect) if dialect else "",
        schema=_beside(path, "schema", table),
        engine=_beside(path, "engine", table),
        cache=_beside(path, "cache", table),
        policy=_policy(path, table),
        keys=_keys(f"{path}, sql.keys", table.get("keys", {})),
        words=_words(f"{path}, sql.words", table.get("words", {})),
        limits=_limits(f"{path}, sql.limits", table.get("limits", {})),
        weights=weights_of(f"{path}, sql.weights", table.get("weights", list(WEIGHTS))),
        extra_columns=setting.flag(f"{path}, sql.extra_columns", table.get("extra_columns", False)),
        order=setting.one_of(f"{path}, sql.order", table.get("order", "question"), ORDER_COUNTS),
        dimension=setting.text(f"{path}, sql.dimension", table.get("dimension", ""), of="a dimension of the rubric"),
    )


def weights_of(where: str, found: object) -> tuple[float, float]:
    """Return two weights that sum to 1."""
    listed = setting.listed(where, found)
    if len(listed) != 2:
        raise setting.wrong(where, found, "two weights, such as [0.7, 0.3]")
    first, second = (setting.number(where, weight, least=0, most=1) for weight in listed)
    if abs(first + second - 1) > 1e-9:
        raise setting.wrong(where, found, "two weights that sum to 1")
    return first, second


def rules_of(where: str, found: object) -> tuple[str, ...] | None:
    """Return names of rules, each once; None for the default ones. ``parse`` is allowed: it always runs."""
    if found is None:
        return None
    return tuple(dict.fromkeys(setting.some_of(where, found, (PARSE, *RULES))))


def _policy(path: Path, table: Mapping[str, Any]) -> Policy:
    severities = setting.table(f"{path}, sql.severity", table.get("severity", {}), header="[sql.severity]")
    setting.known_keys(f"{path}, [sql.severity]", severities, tuple(RULES))
    chosen: dict[str, Severity] = {
        name: setting.one_of(f"{path}, sql.severity.{name}", value, SEVERITIES) for name, value in severities.items()
    }
    lists = {name: setting.texts(f"{path}, sql.{name}", table.get(name, []), of="names") for name in LISTS}
    tables = table.get("tables")
    return Policy(
        rules=rules_of(f"{path}, sql.rules", table.get("rules")),
        severities=chosen,
        functions=_lower(f"{path}, sql.functions", table.get("functions", [])),
        table_functions=_lower(f"{path}, sql.table_functions", table.get("table_functions", [])),
        settings=_lower(f"{path}, sql.settings", table.get("settings", [])),
        tables=None
        if tables is None
        else frozenset(setting.texts(f"{path}, sql.tables", tables, of="names of tables")),
        format=setting.text(
            f"{path}, sql.format", table.get("format", ""), of="a format such as TabSeparatedWithNames"
        ),
        max_rows=setting.whole_number(f"{path}, sql.max_rows", table.get("max_rows", 10_000), least=1),
        **lists,
    )


def _lower(where: str, found: object) -> frozenset[str]:
    return frozenset(name.lower() for name in setting.texts(where, found, of="names"))


def _beside(path: Path, name: str, table: Mapping[str, Any]) -> str:
    """Return a file or an address; a relative file stands beside spotcheck.toml, wherever a command is called from."""
    text = setting.text(f"{path}, sql.{name}", table.get(name, ""), of="a file or an address")
    return str((path.parent / text).absolute()) if text and "://" not in text else text


def _keys(where: str, found: object) -> dict[str, tuple[tuple[str, ...], ...]]:
    keys = {}
    for name, some in setting.table(where, found, header="[sql.keys]").items():
        listed = setting.listed(f"{where}.{name}", some)
        if all(isinstance(column, str) for column in listed):
            listed = [listed]
        keys[name] = tuple(setting.texts(f"{where}.{name}", key, of="columns") for key in listed)
        if not all(keys[name]):
            raise setting.wrong(f"{where}.{name}", some, "columns, such as ['id'] or [['order_id', 'line']]")
    return keys


def _words(where: str, found: object) -> dict[str, tuple[str, ...]]:
    words = {}
    for pattern, tables in setting.table(where, found, header="[sql.words]").items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise InputError(f"{where}: {pattern!r} is not a valid regular expression ({error}).") from None
        words[pattern] = (
            (tables,) if isinstance(tables, str) else setting.texts(f"{where}.{pattern}", tables, of="tables")
        )
    return words


def _limits(where: str, found: object) -> Limits:
    table = setting.table(where, found, header="[sql.limits]")
    setting.known_keys(where, table, _LIMITS)
    return Limits(
        seconds=setting.number(f"{where}.seconds", table.get("seconds", 10), above=0, most=3600),
        rows=setting.whole_number(f"{where}.rows", table.get("rows", 10_000), least=1),
        result_bytes=1_000_000
        * setting.whole_number(f"{where}.result_megabytes", table.get("result_megabytes", 64), least=1),
        memory=1_000_000
        * setting.whole_number(f"{where}.memory_megabytes", table.get("memory_megabytes", 1_000), least=10),
    )
