"""How a table of ClickHouse is opened: as its rows stand, with replaced rows merged, or as traces of spans."""

from __future__ import annotations

from review.basics.clickhouse_http import clickhouse_session
from review.basics.errors import InputError
from review.sampling.engines.clickhouse import ClickHouseEngine
from review.sampling.engines.clickhouse_traces import SIGN, TYPES, TraceTable
from review.sampling.engines.engine import Address, Engine, EngineKind
from review.sampling.engines.sql import table


def open_clickhouse(
    host: str, *, database: str, table_name: str, final: bool | None = None, secure: bool = False
) -> ClickHouseEngine:
    """Open a table of a server at ``host:port``; ``secure`` for HTTPS.

    ``final`` lets rows that were replaced count once, in their latest version; None does so where the table's engine
    replaces rows, which cannot be told of a Distributed table.
    """
    endpoint = f"{'https' if secure else 'http'}://{host}/"
    source = f"clickhouse://{host}/{database}?table={table_name}"
    session = clickhouse_session()
    relation = table(table_name, final=bool(final))
    engine = ClickHouseEngine(endpoint, database, relation, source, session)
    types = engine.columns()
    if set(types) >= SIGN:
        return TraceTable(endpoint, database, relation, source, session, types=TYPES)
    if final is None and engine.replaces(table_name):
        return ClickHouseEngine(endpoint, database, table(table_name, final=True), source, session, types=types)
    return engine


def _open(address: Address, week: str | None) -> Engine:
    database = address.path.strip("/") or "default"
    # A dot would lead into another database, such as the server's own tables.
    if "." in address.table.removeprefix(f"{database}."):
        raise InputError(
            f"source: found the table {address.table!r}, expected a table of the database {database!r}. Another "
            "database stands before the question mark."
        )
    return open_clickhouse(
        address.host,
        database=database,
        table_name=address.table,
        final={"1": True, "0": False}.get(address.options.get("final", "")),
        secure=address.options.get("secure") == "1",
    )


ENGINE = EngineKind(
    about="a table of a ClickHouse server",
    example="clickhouse://host:8123/database?table=name",
    open=_open,
    options=("table", "final", "secure"),
    on_server=True,
)
