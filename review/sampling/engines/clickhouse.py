"""ClickHouse over HTTP as an engine. Only SPOTCHECK_CLICKHOUSE_USER and _PASSWORD give user and password."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import requests
from sqlglot import exp

from review.basics.errors import InputError
from review.sampling.engines import clickhouse_dates
from review.sampling.engines.remote_table import RemoteTable
from review.sampling.engines.sql import as_text, call, column, plain_text, render

TIMEOUT = (10, 600)
# readonly=2 forbids writing and allows these settings. Columns win over aliases of the same name, as in other engines.
SETTINGS = {
    "readonly": "2",
    "wait_end_of_query": "1",
    "prefer_column_name_to_alias": "1",
    "output_format_json_quote_64bit_integers": "0",
    "default_format": "JSONCompactEachRow",
}


class ClickHouseEngine(RemoteTable):
    """One table behind one HTTP endpoint. A Distributed table works too: each shard filters its own rows."""

    dialect = "clickhouse"

    def __init__(
        self,
        endpoint: str,
        database: str,
        relation: exp.Expr,
        source: str,
        session: requests.Session,
        *,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self.source, self.session = source, session
        self._endpoint, self._database, self._relation = endpoint, database, relation
        self._types = self._described() if types is None else types

    def _described(self) -> dict[str, str]:
        rows = self._rows(f"DESCRIBE TABLE {_without_final(self._relation).sql('clickhouse')}")
        return {str(row[0]): str(row[1]) for row in rows}

    def replaces(self, table_name: str) -> bool:
        """Return whether the engine of a table replaces rows when it merges them."""
        named = exp.Literal.string(table_name.removeprefix(f"{self._database}."))
        query = exp.select("engine").from_("system.tables")
        query = query.where(exp.EQ(this=column("database"), expression=exp.Literal.string(self._database)))
        rows = self.query(query.where(exp.EQ(this=column("name"), expression=named)))
        return any(re.search("Replacing|Collapsing", str(name)) for (name,) in rows)

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._rows(render(query, self.dialect))

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as Nullable(String); maps, tuples and arrays as JSON."""
        kind = self._types.get(name, "String")
        value: exp.Expr = column(name)
        nested = re.match(r"(Nullable\(|LowCardinality\()*(Map|Tuple|Array|Nested|JSON|Object)", kind) is not None
        if nested:
            value = call("toJSONString", value)
        if path:
            parts = (exp.Literal.string(plain_text("path", part)) for part in path)
            raw = call("JSONExtractRaw", as_text(value), *parts)
            # A text comes out quoted, an absent value as '', anything else as its JSON text.
            text = call("JSONExtractString", as_text(value), *(p.copy() for p in raw.expressions[1:]))
            quoted = call("startsWith", raw, exp.Literal.string('"'))
            plain = call("nullIf", call("nullIf", raw.copy(), exp.Literal.string("")), exp.Literal.string("null"))
            return call("if", quoted, as_text(text), as_text(plain))
        return as_text(value)

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """The column as Nullable(Float64)."""
        number = call("toFloat64OrNull", self.text(name, path))
        return exp.Case().when(call("isFinite", number), number.copy())

    def instant(self, name: str, path: Sequence[str] = (), *, zone: str = "UTC", form: str = "") -> exp.Expr:
        """Return a time column unchanged, so its index prunes; text and numbers are parsed."""
        kind = "" if path else self._types.get(name, "")
        if "Date" in kind:
            # A day begins when it does in the zone; a time is an instant, whatever zone it is shown in.
            whole = "DateTime" in kind or zone == "UTC"
            return column(name) if whole else call("toDateTime", column(name), exp.Literal.string(zone))
        return clickhouse_dates.instant(self.text(name, path), zone, form)

    def moment(self, moment: datetime) -> exp.Expr:
        """Return DateTime in UTC, or DateTime64 for a fraction of a second."""
        utc = exp.Literal.string("UTC")
        if moment.microsecond:
            return call(
                "toDateTime64", exp.Literal.string(f"{moment:%Y-%m-%d %H:%M:%S.%f}"), exp.Literal.number(6), utc
            )
        return call("toDateTime", exp.Literal.string(f"{moment:%Y-%m-%d %H:%M:%S}"), utc)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            answer = self.session.post(
                self._endpoint,
                params=SETTINGS | {"database": self._database},
                data=sql.encode(),
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise InputError(f"{self.source}: the server does not answer ({type(error).__name__}).") from None
        if answer.status_code != 200 or "X-ClickHouse-Exception-Code" in answer.headers:
            raise InputError(f"{self.source}: {_refused(answer)}")
        try:
            return [tuple(orjson.loads(line)) for line in answer.content.splitlines() if line]
        except orjson.JSONDecodeError as error:
            raise InputError(f"{self.source}: found an answer that is not JSON ({error}).") from None


def _without_final(relation: exp.Expr) -> exp.Expr:
    return relation.this if isinstance(relation, exp.Final) else relation


_STATED = {
    "UNKNOWN_TABLE": "the table is gone, or was never there. Check its name and its database",
    "UNKNOWN_DATABASE": "there is no such database. Check its name",
    "UNKNOWN_IDENTIFIER": "a column is gone. Somebody dropped or renamed it",
    "Not enough privileges": "the user may not read it. Grant SELECT on the table",
    "TIMEOUT_EXCEEDED": "the query took longer than the server allows. Draw from a table ordered by time",
}
BUSY = (429, 502, 503, 504)


def _refused(answer: requests.Response) -> str:
    """Say why the server did not answer a query."""
    reason = answer.text.strip().split("\n", 1)[0][:300]
    if answer.status_code in BUSY:
        return f"the server is busy (status {answer.status_code}: {reason}). Try again in a few minutes."
    stated = next((words for sign, words in _STATED.items() if sign in answer.text), None)
    if stated is not None:
        return f"{stated} ({reason})."
    return (
        f"the server refused the query (status {answer.status_code}: {reason}). "
        "User and password come from SPOTCHECK_CLICKHOUSE_USER and SPOTCHECK_CLICKHOUSE_PASSWORD."
    )
