"""The tables of the demonstration's shop.

They hold traps that real shops have. ``sessions.customer_id`` is text (C1001), ``customers.customer_id`` a number. An
order has several lines and may have two promotions, so a join with either repeats it. ``store_sales`` has a row for
each department, store and month, so the department alone is no key of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

TABLES: dict[str, str] = {
    "customers": """customer_id BIGINT PRIMARY KEY, country VARCHAR, city VARCHAR, signup_date DATE,
        birth_year SMALLINT, loyalty_tier VARCHAR, acquisition_channel VARCHAR, email VARCHAR""",
    "products": """product_id INTEGER PRIMARY KEY, product VARCHAR, department VARCHAR, price DECIMAL(10, 2),
        cost DECIMAL(10, 2)""",
    "promotions": """promotion_id INTEGER PRIMARY KEY, code VARCHAR UNIQUE, kind VARCHAR, percent_off INTEGER,
        starts_on DATE, ends_on DATE""",
    "orders": """order_id BIGINT PRIMARY KEY, customer_id BIGINT, ordered_at TIMESTAMP, channel VARCHAR,
        status VARCHAR, shipping DECIMAL(8, 2), total DECIMAL(12, 2)""",
    "order_items": """order_id BIGINT, line INTEGER, product_id INTEGER, quantity INTEGER,
        unit_price DECIMAL(10, 2), PRIMARY KEY (order_id, line)""",
    "order_promotions": """order_id BIGINT, promotion_id INTEGER, discount DECIMAL(10, 2),
        PRIMARY KEY (order_id, promotion_id)""",
    "sessions": """session_id VARCHAR PRIMARY KEY, customer_id VARCHAR, started_at TIMESTAMP, duration_s INTEGER,
        device VARCHAR, channel VARCHAR, pages INTEGER, orders INTEGER""",
    "store_sales": """department VARCHAR, store VARCHAR, month DATE, receipts INTEGER, revenue DECIMAL(12, 2),
        PRIMARY KEY (department, store, month)""",
}
"""Columns and keys of each table, as DuckDB reads them."""

NOTES = {
    "customers": "One row per customer.",
    "products": "One row per product.",
    "promotions": "One row per promotion, with the first and the last day on which its code is accepted.",
    "orders": "One row per order of the online shop. status: paid, returned or cancelled. total: goods less discounts "
    "plus shipping, in dollars.",
    "order_items": "One row per line of an order.",
    "order_promotions": "One row per order and promotion; an order may have two.",
    "sessions": "One row per visit. customer_id is text here, such as C1001; orders: how many orders the visit led to.",
    "store_sales": "What the stores sold, by department, store and month (its first day).",
}
RELATIONS = (
    "orders.customer_id = customers.customer_id",
    "sessions.customer_id = 'C' || customers.customer_id",
    "order_items.order_id = orders.order_id",
    "order_items.product_id = products.product_id",
    "order_promotions.order_id = orders.order_id",
    "order_promotions.promotion_id = promotions.promotion_id",
)
"""How the tables belong together."""


def create_statement(table: str) -> str:
    """Return the statement that creates a table."""
    return f"CREATE TABLE {table} ({_columns(table)})"


def described(table: str) -> str:
    """Return what the data agent knows of a table: its columns with types, and what a row is."""
    return f"{table} ({_columns(table)}). {NOTES[table]}"


def tables_in(sql: str) -> tuple[str, ...]:
    """Return the tables of the shop that a statement names, in the order of ``TABLES``."""
    named = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", sql))
    return tuple(table for table in TABLES if table in named)


def relations_of(tables: Iterable[str]) -> tuple[str, ...]:
    """Return how some tables belong together."""
    names = set(tables)
    return tuple(r for r in RELATIONS if set(re.findall(r"(\w+)\.", r)) <= names)


def _columns(table: str) -> str:
    return " ".join(TABLES[table].split())
