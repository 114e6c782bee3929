"""SQL on the store has one home, storage/queries: review and pages hold none."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from syntax_trees import nodes, tree

ROOT = Path(__file__).resolve().parents[1]


NOT_ON_THE_STORE = {
    "review/privacy/names.py": "recognises SQL in a conversation, and runs none",
    "review/log/": "DuckDB on the Parquet files of the log",
    "review/monitoring/alerts/cells.py": "DuckDB on the Parquet files of the log",
    "review/monitoring/alerts/expired.py": "DuckDB on the Parquet files of the log",
    "review/monitoring/alerts/pairs.py": "DuckDB on the Parquet files of the log",
    "review/monitoring/counts.py": "DuckDB on the Parquet files of the log",
    "review/monitoring/judging.py": "DuckDB on the Parquet files of the log",
    "review/monitoring/leaving.py": "DuckDB on the Parquet files of the log",
    "review/sampling/engines/": "the warehouse or file that a sample is drawn from",
    "review/privacy/originals.py": "DuckDB on the Parquet files of the originals",
    "review/report/publishing/": "the warehouse that results are published to",
    "review/sql/": "the databases that statements under review run on",
    "review/demo/": "the shop of the demonstration, and the queries that its conversations send there",
}

STATEMENT = re.compile(
    r"\bSELECT\b.*\bFROM\b|\bWITH\b.*\bAS\s*\(.*\bSELECT\b|\bINSERT\s+(OR\s+\w+\s+)?INTO\b|\bUPDATE\s+\S+\s+SET\b"
    r"|\bDELETE\s+FROM\b|\b(CREATE|ALTER|DROP)\s+(TABLE|INDEX|VIEW|TRIGGER)\b|\bPRAGMA\b",
    re.DOTALL,
)


def texts(module: ast.Module) -> Iterator[str]:
    """Every string of a module except docstrings; an f-string is one text, with its values left out."""
    apart = {id(n.value) for n in nodes(module, ast.Expr)}
    for node in nodes(module, ast.JoinedStr):
        apart |= {id(value) for value in node.values}
        yield " ".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
    for node in nodes(module, ast.Constant):
        if isinstance(node.value, str) and id(node) not in apart:
            yield node.value


def statements(module: ast.Module) -> int:
    """How many strings of a module hold SQL."""
    return sum(bool(STATEMENT.search(text)) for text in texts(module))


@functools.cache
def found() -> dict[str, int]:
    counts = {}
    for path in [ROOT / "app.py", *(ROOT / "review").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        name = path.relative_to(ROOT).as_posix()
        n = 0 if name.startswith(tuple(NOT_ON_THE_STORE)) else statements(tree(path))
        if n:
            counts[name] = n
    return dict(sorted(counts.items()))


def test_statements_on_the_store_live_in_storage_queries() -> None:
    assert not found(), f"move these statements to storage/queries: {found()}"


def test_what_is_exempt_exists() -> None:
    assert all((ROOT / name).exists() for name in NOT_ON_THE_STORE)


@pytest.mark.parametrize(
    ("source", "n"),
    [
        ('"""SELECT x FROM t"""', 0),
        ('def f():\n    """How SELECT x FROM t works."""', 0),
        ('X = 1\n"""SELECT x FROM t"""', 0),
        ('SQL = "SELECT x FROM t"', 1),
        ('SQL = """\nSELECT x\nFROM t\n"""', 1),
        ('SQL = f"SELECT x FROM {t} WHERE {c}"', 1),
        ('SQL = f"EXISTS (SELECT 1 FROM {t})"', 1),
        ('SQL = "SELECT x " "FROM t"', 1),
        ('SQL = f"SELECT {x} " f"FROM {t}"', 1),
        ('f(store.query("SELECT 1 FROM a"), store.query("SELECT 1 FROM b"))', 2),
        ('SQL = "WITH x AS (SELECT 1) SELECT * FROM x"', 1),
        ('SQL = "INSERT INTO t VALUES (1)"', 1),
        ('SQL = "UPDATE t SET a = 1"', 1),
        ('SQL = "DELETE FROM t"', 1),
        ('TEXT = "select an item from the list"', 0),
        ('TEXT = "SELECT"', 0),
    ],
)
def test_statements_are_counted_and_prose_is_not(source: str, n: int) -> None:
    assert statements(ast.parse(source)) == n
