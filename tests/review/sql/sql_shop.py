"""The schema of the tests of the SQL lane, in every proven dialect."""

from __future__ import annotations

from review.sql.proof.prove import Proof, may_run, prove
from review.sql.results.figures import look_up
from review.sql.results.result import Result
from review.sql.rules.policy import Policy
from review.sql.schema.ddl import schema_of_ddl
from review.sql.schema.schema import Schema

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, credit INTEGER, card TEXT, region_id INTEGER, since DATE);
CREATE TABLE regions (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount INTEGER, made TIMESTAMP, tags TEXT);
CREATE TABLE order_items (order_id INTEGER, line INTEGER, product_id INTEGER, qty INTEGER, price INTEGER,
                          PRIMARY KEY (order_id, line));
CREATE TABLE sales (id INTEGER PRIMARY KEY, department TEXT, month TEXT, amount INTEGER);
CREATE TABLE promotions (id INTEGER PRIMARY KEY, product_id INTEGER, percent INTEGER);
"""
CLICKHOUSE = """
CREATE TABLE customers (id UInt64, name LowCardinality(String), credit Int64, card String, region_id UInt8, since Date);
CREATE TABLE regions (id UInt8, name String);
CREATE TABLE orders (id UInt64, customer_id UInt64, amount Decimal(18, 2), made DateTime, tags Array(String));
CREATE TABLE order_items (order_id UInt64, line UInt8, product_id UInt64, qty UInt16, price Decimal(9, 2));
CREATE TABLE sales (id UInt64, department String, month String, amount Int64);
CREATE TABLE promotions (id UInt64, product_id String, percent Int8);
"""
SCHEMAS: dict[str, Schema] = {
    dialect: schema_of_ddl(CLICKHOUSE if dialect == "clickhouse" else SHOP, dialect)
    for dialect in ("sqlite", "postgres", "duckdb", "clickhouse")
}


def proved(sql: str, dialect: str = "sqlite", **policy: object) -> Proof:
    """Prove a statement on the shop; ``policy`` are fields of Policy."""
    return prove(sql, dialect, SCHEMAS[dialect], Policy(**policy))  # type: ignore[arg-type]


def runs(sql: str, dialect: str) -> bool:
    """Whether a statement would reach an engine."""
    return may_run(sql, dialect, SCHEMAS[dialect], Policy()).ok is True


def rules_of(proof: Proof, severity: str = "error") -> set[str]:
    """The rules that a proof found broken."""
    return {finding.rule for finding in proof.findings if finding.severity == severity}


def contradicted(answer: str, result: Result) -> str:
    """How the one number of a result contradicts the one figure of an answer, "" where it does not."""
    return look_up(answer, result).contradiction()
