"""Break queries so that the database refuses them, and tell how the agent repairs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from review.demo.dialogue import DialoguePlan
from review.demo.figures import Period
from review.demo.queries import Query
from review.demo.shop import Shop
from review.demo.slots import chance, pick

WRONG_NAMES = (
    ("started_at", "session_start"),
    ("ordered_at", "order_date"),
    ("signup_date", "created_at"),
    ("duration_s", "duration"),
    ("loyalty_tier", "tier"),
    ("revenue)", "amount)"),
)
TEXT_ID = "'C' || c.customer_id"


@dataclass(frozen=True)
class Mishap:
    """A query that the database refused: the kind of error, its message, the SQL, and the remedy in words."""

    kind: str
    message: str
    sql: str
    remedy: str


def any_mishap(rng: np.random.Generator, query: Query, period: Period, shop: Shop, *, dates: bool = True) -> Mishap:
    """Return an error that this query can cause: a wrong column name, mismatched types or, with ``dates``, a date
    format."""
    sql = query.sql.format_map(period.slots)
    names = [pair for pair in WRONG_NAMES if pair[0] in sql]
    kinds = ["unknown_column"] * bool(names) + ["wrong_join"] * 2 * (TEXT_ID in sql)
    kinds += ["date_format"] * (dates or not kinds)
    kind = pick(rng, kinds)
    if kind == "unknown_column":
        right, wrong = (name.rstrip(")") for name in pick(rng, names))
        broken, remedy = sql.replace(right, wrong), f"the column is called {right}, not {wrong}"
    elif kind == "wrong_join":
        broken = sql.replace(TEXT_ID, "c.customer_id")
        remedy = "customer_id is a number in customers and text such as C1001 in sessions, so it needs 'C' || in front"
    else:
        bad = f"{period.start:%d.%m.%Y}"
        broken, remedy = sql.replace(f"{period.start}", bad), f"dates are written {period.start}, not {bad}"
    return Mishap(kind, " ".join(shop.ask(broken).error.split()), broken, remedy)


def repair_of(rng: np.random.Generator, plan: DialoguePlan, query: Query, period: Period, shop: Shop) -> dict[str, Any]:
    """Return the log fields of a query that was repaired or given up; empty for most queries."""
    gave_up = plan.fate == "doubtful" and chance(rng, 0.5)
    if not gave_up and not chance(rng, 0.1):
        return {}
    mishap = any_mishap(rng, query, period, shop, dates=plan.stage.dates)
    rounds = 3 if gave_up else int(rng.integers(1, 4))
    outcome = "not resolved, answered with the last query that ran" if gave_up else "resolved"
    return {
        "error_type": mishap.kind,
        "error_message": mishap.message,
        "repair_rounds": rounds,
        "repaired": not gave_up,
        "repairs": [{"name": f"repair, round {rounds}", "output": f"{mishap.remedy}; {outcome}"}],
    }
