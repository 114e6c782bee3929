"""ClickHouse, over HTTP and embedded: readonly = 1 refuses writing and settings; the proof does the rest.

Readonly alone still wrote a file with INTO OUTFILE, so no statement comes here unproved. A FORMAT at the end of a
statement says how to print its result; it is left off, since the result is read with types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from review.basics.errors import InputError
from review.sql.engines.clickhouse_parts import state_of
from review.sql.engines.clickhouse_tables import CATALOGUE, QUERY, tables_from
from review.sql.engines.engine import EngineAddress, Limits, SqlEngine, Unavailable, failed, gathered, sign_in_hint
from review.sql.results.result import Result
from review.sql.schema.schema import Table

if TYPE_CHECKING:
    import requests

FORMAT = "JSONCompactEachRowWithNamesAndTypes"
SECRETS = "SPOTCHECK_CLICKHOUSE"
OF_SERVER = frozenset({201, 202, 203, 209, 210, 225, 236, 279, 394, 516, 745, 999})
"""Codes of a server that is overloaded, cut off, ending or out of quota, and of a user that it no longer lets in.

Source: src/Common/ErrorCodes.cpp of ClickHouse.
"""
MEMORY = 241
"""The code of a limit of memory: that of the query, of its user or of the whole server."""
_LIMITS = ("max_execution_time", "max_memory_usage", "max_result_rows")
_SETTINGS = {
    "output_format_json_quote_64bit_integers": "0",
    "output_format_json_quote_decimals": "1",
    "output_format_json_quote_denormals": "1",
    # Moments come in UTC, whatever zone their column has.
    "date_time_output_format": "iso",
}


class _Reading:
    """``ask`` sends a statement and yields its answer in FORMAT by lines; ``whole`` answers have no limit of rows."""

    def __init__(self, limits: Limits, database: str) -> None:
        self.limits, self.database = limits, database
        self.databases: tuple[str, ...] = (database,)

    def ask(self, sql: str, *, whole: bool = False) -> Iterator[bytes]:
        raise NotImplementedError

    def tables(self) -> Sequence[Table]:
        """Every table that the user may read; those of the database of the address need no name in front."""
        return tables_from(map(json.loads, list(self.ask(QUERY, whole=True))[2:]), self.database)

    def catalogue(self) -> frozenset[str]:
        """Every function and table function of the server; none where the user may not read their list."""
        try:
            return frozenset(json.loads(line)[0] for line in list(self.ask(CATALOGUE, whole=True))[2:])
        except (InputError, RuntimeError, ValueError, OSError, IndexError):
            return frozenset()

    def state(self) -> str | None:
        """Return a digest of all tables and parts, None where they do not tell."""
        return state_of(lambda sql: self.ask(sql, whole=True))

    def run(self, sql: str) -> Result:
        """Run one statement and read its answer with types."""
        try:
            lines = self.ask(sql)
            names = json.loads(next(lines, b"[]"))
            kinds = json.loads(next(lines, b"[]"))
            rows = (_row(line, kinds) for line in lines)
            return gathered(names, rows, self.limits)
        except (InputError, RuntimeError, ValueError, OSError) as error:
            said = failed(error)
            late = "TIMEOUT_EXCEEDED" in said.error or "Code: 159" in said.error
            return Result(ending="timed_out", error=said.error) if late else said


def _row(line: bytes, kinds: Sequence[str]) -> tuple[Any, ...]:
    """A row of JSON. A String may hold any bytes; those that are no UTF-8 stay bytes."""
    try:
        return tuple(map(_value, json.loads(line.decode(), parse_float=Decimal), kinds))
    except UnicodeDecodeError:
        cells = json.loads(line.decode("utf-8", "surrogateescape"), parse_float=Decimal)
        return tuple(_or_bytes(cell) for cell in map(_value, cells, kinds))


def _or_bytes(cell: Any) -> Any:
    if isinstance(cell, list):
        return [_or_bytes(one) for one in cell]
    if isinstance(cell, str):
        try:
            cell.encode()
        except UnicodeEncodeError:
            return cell.encode("utf-8", "surrogateescape")
    return cell


def _value(cell: Any, kind: str) -> Any:
    """A cell of JSON in the type that the column has."""
    while kind.startswith(("Nullable(", "LowCardinality(")):
        kind = kind[kind.index("(") + 1 : -1]
    if cell is None or isinstance(cell, bool):
        return cell
    if kind.startswith("Decimal"):
        return Decimal(str(cell))
    if kind.startswith(("Float", "BFloat")):
        return float(cell)
    if kind.startswith(("Int", "UInt")) and isinstance(cell, str):
        # A profile that may not be changed may quote them.
        return int(cell)
    if isinstance(cell, Decimal):
        return float(cell)
    return [_value(c, "") for c in cell] if isinstance(cell, list) else cell


def _is_of_server(status: int, said: str) -> bool:
    """Whether an error is the server's and not the statement's: one without a code comes from what stands before it."""
    found = re.search(r"Code: (\d+)", said)
    if found is None:
        return status != 200
    return int(found[1]) in OF_SERVER or (int(found[1]) == MEMORY and "for query" not in said)


class _Server(_Reading):
    def __init__(self, place: EngineAddress, limits: Limits) -> None:
        # Imported in the child alone: other engines need no HTTP.
        from review.basics.clickhouse_http import clickhouse_session

        super().__init__(limits, place.path.strip("/") or "default")
        self.session = clickhouse_session()
        self.sets: Literal["all", "the rest", "nothing"] = "all"
        self.profile = ""
        self.url = f"{'https' if place.options.get('secure') == '1' else 'http'}://{place.host}/"

    def ask(self, sql: str, *, whole: bool = False) -> Iterator[bytes]:
        """Post a statement; the settings go in the address, where readonly = 1 lets no statement change them.

        A user whose own profile says readonly = 2 sets all but readonly itself, and is sent the rest. One with
        readonly = 1 sets nothing, so the limits are those of its profile, and errors say which these are.
        """
        answer = self._post(sql, self._settings(whole=whole))
        while self.sets != "nothing" and answer.status_code != 200 and "Cannot modify" in answer.text:
            self.sets = "the rest" if self.sets == "all" else "nothing"
            answer = self._post(sql, self._settings(whole=whole))
            if answer.status_code == 200:
                self._check_profile()
        if answer.status_code != 200 or "X-ClickHouse-Exception-Code" in answer.headers:
            said = answer.text.strip()[:400]
            kind = Unavailable if _is_of_server(answer.status_code, said) else InputError
            raise kind(f"ClickHouse: {said or answer.status_code}{sign_in_hint(said, SECRETS)}{self.profile}")
        return (line for line in answer.iter_lines() if line)

    def _check_profile(self) -> None:
        """Find out what the user's profile says. Raises InputError when it lets the user write."""
        names = ("readonly", *_LIMITS)
        asked = ", ".join(f"toString(getSetting('{name}'))" for name in names)
        answer = self._post(f"SELECT {asked}", self._settings(whole=True))
        found = dict(zip(names, json.loads(answer.text.splitlines()[2]), strict=True)) if answer.ok else {}
        if found.get("readonly") not in ("1", "2"):
            raise InputError("ClickHouse: this user can be kept from writing neither here nor by its own profile.")
        if self.sets == "nothing":
            told = ", ".join(f"{name} = {found[name]}" for name in _LIMITS)
            self.profile = f" (The limits are those of the user's profile, where 0 is none: {told}.)"

    def _settings(self, *, whole: bool) -> dict[str, str]:
        if self.sets == "nothing":
            return {}
        limits = {
            **_SETTINGS,
            "max_execution_time": str(max(1, round(self.limits.seconds))),
            "max_memory_usage": str(self.limits.memory),
        }
        if self.sets == "all":
            limits["readonly"] = "1"
        if not whole:
            limits |= {"max_result_rows": str(self.limits.rows + 1), "result_overflow_mode": "break"}
        return limits

    def _post(self, sql: str, settings: dict[str, str]) -> requests.Response:
        import requests

        place = {"database": self.database, "default_format": FORMAT, "wait_end_of_query": "1"}
        try:
            return self.session.post(
                self.url, params=place | settings, data=sql.encode(), timeout=(10, self.limits.seconds + 5),
                allow_redirects=False, stream=True,
            )  # fmt: skip
        except requests.RequestException as error:
            raise Unavailable(f"ClickHouse: the server does not answer ({type(error).__name__}).") from None


class _Embedded(_Reading):
    def __init__(self, place: EngineAddress, limits: Limits) -> None:
        try:
            from chdb.session import Session as Chdb
        except ImportError:
            raise InputError(
                "ClickHouse: the package chdb is not installed. Install it with the extra 'clickhouse'."
            ) from None
        super().__init__(limits, place.options.get("database", "default"))
        if not Path(place.path).is_dir():
            raise InputError(f"{place.path}: there is no folder with the data of chdb.")
        self.session = Chdb(place.path)
        self.session.query(f"USE `{self.database.replace('`', '')}`")
        limited = {
            **_SETTINGS,
            "max_execution_time": str(max(1, round(limits.seconds))),
            "max_memory_usage": str(limits.memory),
            "max_threads": "1",
        }
        for name, value in limited.items():
            self.session.query(f"SET {name} = '{value}'")
        # From here on neither data nor settings change, this one included.
        self.session.query("SET readonly = 1")

    def ask(self, sql: str, *, whole: bool = False) -> Iterator[bytes]:
        """Run a statement in this process."""
        return iter(self.session.query(sql, FORMAT).bytes().splitlines())


SERVER = SqlEngine(
    about="a database of a ClickHouse server",
    example="clickhouse://host:8123/shop",
    dialect="clickhouse",
    open=_Server,
    state=lambda place: place.options.get("snapshot"),
    asks_state=True,
    secrets=SECRETS,
    on_server=True,
)
EMBEDDED = SqlEngine(
    about="a folder with the data of chdb, the embedded ClickHouse",
    example="chdb:///data?database=shop",
    dialect="clickhouse",
    open=_Embedded,
    state=lambda place: place.options.get("snapshot"),
    asks_state=True,
    needs="clickhouse",
    fragile=True,
)
