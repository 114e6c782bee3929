"""The step in which a failure began, in traces of many shapes, and the waterfall of the steps."""

from __future__ import annotations

import time
from typing import Any

import pytest

from review.failures.located import Bar, locate, waterfall
from review.sources.step_errors import steps_shown

COLUMN = "Unknown expression identifier 'order_dt'. (UNKNOWN_IDENTIFIER)"
REPAIRED = {"name": "repair, round 1", "output": "order_dt is called order_date"}


@pytest.mark.parametrize(
    ("steps", "kind", "message", "at"),
    [
        ([], None, None, None),
        (["think", "act"], None, None, None),
        ([{"name": "plan"}, {"name": "run", "error": "boom"}, {"name": "again", "error": "boom"}], None, None, 1),
        ([{"name": "agent", "kind": "agent", "error": "no such column: x", "milliseconds": 90},
          {"name": "sql", "kind": "tool", "error": "no such column: x", "milliseconds": 20}], None, None, 1),
        ([{"name": "first", "kind": "tool", "error": "no such column: x", "milliseconds": 20},
          {"name": "second", "kind": "tool", "error": "no such column: x", "milliseconds": 20}], None, None, 0),
        ([{"tool": "lookup", "status": "failed"}], None, None, 0),
        ([{"name": "plan", "output": "ok"}, {"name": "run", "output": "Error: relation missing"}], None, None, 1),
        ([{"name": "plan", "output": "ok"}, {"name": "run", "output": "no such table: orderz"}], None, None, 1),
        ([{"name": "intent", "output": "order_dts by shop"}, {"name": "draft", "output": "use o.order_dt here"},
          REPAIRED], "column_not_found", COLUMN, 1),
        ([{"name": "intent"}, {"name": "tables and fields", "output": "orders"}, REPAIRED],
         "column_not_found", COLUMN, 1),
        ([{"name": "intent"}, {"name": "join", "output": "users"}], "wrong_join", "no supertype for types", 1),
        ([{"name": "plan", "output": "x"}, {"name": "find", "kind": "retriever", "output": "[]"}], None, None, 1),
        ([7, None, {"name": ["odd"]}, {"error": {"code": 5}}], None, None, 3),
    ],
)  # fmt: skip
def test_the_first_step_that_went_wrong_is_found(
    steps: list[Any], kind: str | None, message: str | None, at: int | None
) -> None:
    found = locate(steps_shown(steps), kind=kind, message=message)
    assert found.at == at and (found.why if at is None else found.step)


def test_the_steps_are_a_waterfall_with_times() -> None:
    steps = steps_shown(
        [{"name": "a", "milliseconds": 30}, {"name": "b"}, {"name": "c", "seconds": 0.02, "error": "x"},
         {"name": "d", "start_ms": 5, "duration_ms": 10}]
    )  # fmt: skip
    assert waterfall(steps, locate(steps)) == [
        Bar("a", 0, 30, failed=False, located=False),
        Bar("c", 30, 50, failed=True, located=True),
        Bar("d", 5, 15, failed=False, located=False),
    ]


def test_five_hundred_spans_are_looked_through_in_fifty_milliseconds() -> None:
    spans: list[Any] = [{"name": f"s{n}", "kind": "chain", "output": "words " * 300} for n in range(498)]
    spans += [{"name": f"e{n}", "kind": "chain", "error": "boom " * 100, "milliseconds": 9 - n} for n in range(2)]
    took = []
    for _ in range(3):
        start = time.process_time()
        found = locate(steps_shown(spans), kind="column_not_found", message=COLUMN)
        took.append(time.process_time() - start)
    assert found.step == "e1" and min(took) < 0.05
