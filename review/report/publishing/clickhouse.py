"""A ClickHouse server over HTTP, which has no transactions: rows are written, then what they replace is removed.

What the server refuses to take so changes nothing. Where it breaks off in between, the next run finds rows twice, and
writes them anew. User and password come from SPOTCHECK_CLICKHOUSE_USER and SPOTCHECK_CLICKHOUSE_PASSWORD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import orjson
import requests

from review.basics.clickhouse_http import clickhouse_session
from review.basics.errors import InputError, Refused
from review.report.publishing.schema import NUMBER, PREFIX, TEXT, WHOLE, Row, columns_of
from review.report.publishing.warehouse import Warehouse, check_columns

TYPES = {TEXT: "Nullable(String)", NUMBER: "Nullable(Float64)", WHOLE: "Nullable(Int64)"}
KEYS = ("row_key", "store", "week", "digest")
AT_ONCE = 2_000
TWICE = ""
"""The digest of a row that is there twice: no row that is published has it, so it is written anew."""


class _Writing:
    def __init__(self, session: requests.Session, url: str, database: str) -> None:
        self._session, self._url, self._database = session, url, database
        self._held: dict[str, dict[str, list[str]]] = {}

    def _asked(self, sql: str, data: bytes = b"", **parameters: str) -> str:
        given = {"database": self._database, "mutations_sync": "2", "lightweight_deletes_sync": "2"}
        named = {f"param_{name}": value for name, value in parameters.items()}
        try:
            answer = self._session.post(
                self._url, params={**given, **named, "query": sql}, data=data, timeout=(10, 120), allow_redirects=False
            )
        except requests.RequestException as error:
            raise Refused(f"ClickHouse: the server does not answer ({type(error).__name__}).") from None
        if answer.status_code != 200 or "X-ClickHouse-Exception-Code" in answer.headers:
            raise InputError(f"ClickHouse: {answer.text.strip()[:300]}")
        return answer.text

    def digests(self, table: str, store: str) -> dict[str, tuple[str, str]]:
        """Return what the table holds of a store."""
        columns = columns_of(table)
        kinds = ", ".join(f"`{name}` {'String' if name in KEYS else TYPES[kind]}" for name, kind in columns.items())
        made = f"CREATE TABLE IF NOT EXISTS {PREFIX}{table} ({kinds}) ENGINE = MergeTree ORDER BY row_key"
        self._asked(made)
        there = self._asked(f"DESCRIBE TABLE {PREFIX}{table} FORMAT JSONEachRow").splitlines()
        check_columns(PREFIX + table, [orjson.loads(line)["name"] for line in there], list(columns))
        sql = f"SELECT row_key, week, digest FROM {PREFIX}{table} WHERE store = {{store:String}}"  # noqa: S608 - names of ours
        lines = self._asked(f"{sql} FORMAT JSONEachRow", store=store).splitlines()
        found: dict[str, tuple[str, str]] = {}
        held: dict[str, list[str]] = {}
        self._held[table] = held
        for row in map(orjson.loads, lines):
            versions = held.setdefault(row["row_key"], [])
            versions.append(row["digest"])
            found[row["row_key"]] = (row["week"], row["digest"] if len(versions) == 1 else TWICE)
        return found

    def replace(self, table: str, gone: Sequence[str], rows: Sequence[Row]) -> None:
        """Remove rows and write others."""
        held = self._held.get(table, {})
        changed = {key: held[key] for row in rows if (key := row["row_key"]) in held}
        twice = [key for key, versions in changed.items() if len(versions) > 1]
        self._remove(table, [(key, digest) for key in twice for digest in held[key]])
        if rows:
            lines = b"\n".join(orjson.dumps(row) for row in rows)
            self._asked(f"INSERT INTO {PREFIX}{table} FORMAT JSONEachRow", lines)
        before = {key: versions for key, versions in changed.items() if len(versions) == 1}
        before |= {key: held[key] for key in gone}
        self._remove(table, [(key, digest) for key, versions in before.items() for digest in versions])

    def _remove(self, table: str, versions: Sequence[tuple[str, str]]) -> None:
        """Remove rows by their keys and digests."""
        for at in range(0, len(versions), AT_ONCE):
            some = ", ".join(f"({_quoted(key)}, {_quoted(digest)})" for key, digest in versions[at : at + AT_ONCE])
            # In the body: an address holds no thousands of keys.
            sql = f"DELETE FROM {PREFIX}{table} WHERE (row_key, digest) IN ({some})"  # noqa: S608 - quoted
            self._asked("", sql.encode())


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@contextmanager
def opened(address: str, environment: Mapping[str, str]) -> Iterator[_Writing]:
    """Reach a server; ``secure=1`` in the address asks over HTTPS."""
    parts = urlsplit(address)
    if parts.scheme != "clickhouse" or not parts.hostname or parts.username or parts.password:
        raise InputError(
            "expected an address such as clickhouse://host:8123/warehouse, without user and password: those come from "
            "SPOTCHECK_CLICKHOUSE_USER and SPOTCHECK_CLICKHOUSE_PASSWORD."
        )
    secure = parse_qs(parts.query).get("secure", [""])[-1] == "1"
    url = f"{'https' if secure else 'http'}://{parts.netloc}/"
    with clickhouse_session() as session:
        yield _Writing(session, url, parts.path.strip("/") or "default")


WAREHOUSE = Warehouse(about="a ClickHouse server", example="clickhouse://host:8123/warehouse", opened=opened)
