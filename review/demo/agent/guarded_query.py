"""The agent's only tool: one reading query on the shop, with at most 100 rows."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from review.demo.shop import Reply, Shop

MOST_ROWS = 100


def query(shop: Shop, sql: str) -> Reply:
    """Run a query. What is refused, and what the database cannot run, is an error that says why."""
    why = _refusal(sql)
    if why:
        return Reply(error=why)
    found = shop.ask(sql)
    if len(found.rows) > MOST_ROWS:
        said = f"The query returns {len(found.rows):,} rows; at most {MOST_ROWS} are allowed."
        return Reply(error=f"{said} Aggregate, or set a LIMIT.")
    return found


def _refusal(sql: str) -> str:
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except SqlglotError as error:
        return f"The SQL cannot be read: {str(error).splitlines()[0]}"
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return "Only one SELECT statement is allowed."
    return ""
