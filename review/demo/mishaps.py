"""Break queries so that the database refuses them, and tell how the agent repairs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from review.demo.dialogue import DialoguePlan
from review.demo.figures import Period
from review.demo.queries import Query
from review.demo.slots import chance, pick

WRONG_NAMES = (
    ("started_at", "session_start"),
    ("signup_date", "created_at"),
    ("duration_s", "duration"),
    ("loyalty_tier", "tier"),
    ("promo_code", "coupon_code"),
)


@dataclass(frozen=True)
class Mishap:
    """A query that the database refused: the kind of error, its message, the SQL, and the remedy in words."""

    kind: str
    message: str
    sql: str
    remedy: str


def any_mishap(rng: np.random.Generator, query: Query, period: Period) -> Mishap:
    """Return an error that this query can cause: a wrong column name, mismatched types or a date format."""
    sql = query.template.format_map(period.slots)
    names = [pair for pair in WRONG_NAMES if pair[0] in sql]
    kinds = ["unknown_column"] * bool(names) + ["wrong_join"] * query.joins + ["date_format"]
    kind = pick(rng, kinds)
    if kind == "unknown_column":
        right, wrong = pick(rng, names)
        hint = f"Maybe you meant: ['{right}']. (UNKNOWN_IDENTIFIER)"
        message = f"Code: 47. DB::Exception: Unknown expression identifier '{wrong}'. {hint}"
        return Mishap(kind, message, sql.replace(right, wrong), f"the column is called {right}, not {wrong}")
    if kind == "wrong_join":
        message = "Code: 386. DB::Exception: There is no supertype for types UInt64, String. (NO_COMMON_TYPE)"
        broken = sql.replace("toString(u.user_id)", "u.user_id")
        return Mishap(
            kind, message, broken, "user_id is a number in users and text in sessions, so it needs toString()"
        )
    bad = f"{period.start:%d.%m.%Y}"
    message = f"Code: 53. DB::Exception: Cannot convert string '{bad}' to type DateTime. (TYPE_MISMATCH)"
    return Mishap(kind, message, sql.replace(f"{period.start}", bad), f"dates are written {period.start}, not {bad}")


def repair_of(rng: np.random.Generator, plan: DialoguePlan, query: Query, period: Period) -> dict[str, Any]:
    """Return the log fields of a query that was repaired or given up; empty for most queries."""
    gave_up = plan.fate == "doubtful" and chance(rng, 0.5)
    if not gave_up and not chance(rng, 0.1):
        return {}
    mishap = any_mishap(rng, query, period)
    rounds = 3 if gave_up else int(rng.integers(1, 4))
    outcome = "not resolved, answered with the last query that ran" if gave_up else "resolved"
    return {
        "error_type": mishap.kind,
        "error_message": mishap.message,
        "repair_rounds": rounds,
        "repaired": not gave_up,
        "repairs": [{"name": f"repair, round {rounds}", "output": f"{mishap.remedy}; {outcome}"}],
    }
