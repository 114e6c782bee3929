"""The figures of production traffic: each expression against rows whose meaning is plain."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from review.log.columns import COLUMNS
from review.monitoring.metrics import METRICS, Metric, metrics_for


def share(metric: Metric, rows: list[dict[str, Any]]) -> tuple[int, int]:
    """How many of the rows the share counts, and of how many."""
    db = duckdb.connect()
    db.execute(f"CREATE TABLE log ({', '.join(f'{n} {k}' for n, k in COLUMNS.items())})")
    for row in rows:
        cells = [row.get(name) for name in COLUMNS]
        db.execute(f"INSERT INTO log VALUES ({', '.join('?' for _ in cells)})", cells)
    counted = f"count(*) FILTER (({metric.denominator}) AND ({metric.numerator}))"
    sql = f"SELECT {counted}, count(*) FILTER ({metric.denominator}) FROM log"
    found: tuple[int, int] | None = db.execute(sql).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("error_rate", [{"status": "ok"}, {"status": "error"}, {"status": None}], (1, 3)),
        ("success_rate", [{"status": "ok"}, {"status": "error"}], (1, 2)),
        ("repair_rate", [{"repaired": False}, {"repaired": False, "repair_rounds": 3}, {"repaired": True}], (1, 2)),
        ("repair_rate", [{"repaired": False, "repair_rounds": 0}, {}], (0, 0)),
        ("repair_needed", [{"repair_rounds": 0}, {"repair_rounds": 2}, {}], (1, 3)),
        ("low_confidence", [{"confidence": 0.4}, {"confidence": 0.6}, {"low_confidence": True}, {}], (2, 3)),
        ("low_confidence", [{"repaired": False, "repair_rounds": 3}, {"repaired": False}], (1, 2)),
        ("thumbs_down", [{"feedback": "Down, copied"}, {"feedback": "up"}, {"feedback": "copied"}, {}], (1, 2)),
        ("copied", [{"feedback": "up,copied"}, {"feedback": "copied"}, {"feedback": "uncopied"}, {}], (2, 4)),
        ("check_refusal", [{"flagged": "refusal length"}, {"flagged": ""}, {"flagged": None}], (1, 2)),
        ("flagged", [{"flagged": "length"}, {"flagged": ""}, {}], (1, 2)),
    ],
)
def test_a_share_counts_what_it_names(name: str, rows: list[dict[str, Any]], expected: tuple[int, int]) -> None:
    assert share(METRICS[name], rows) == expected


def test_the_limit_of_low_confidence_is_that_of_the_project() -> None:
    rows = [{"confidence": 0.4}, {"confidence": 0.6}]
    assert share(metrics_for(0.7)["low_confidence"], rows) == (2, 2)


def test_every_expression_reads_columns_of_the_log() -> None:
    db = duckdb.connect()
    db.execute(f"CREATE TABLE log ({', '.join(f'{n} {k}' for n, k in COLUMNS.items())})")
    for metric in METRICS.values():
        db.execute(f"SELECT {metric.numerator}, {metric.denominator} FROM log")
        assert "content" not in metric.numerator + metric.denominator
