"""Questions to the data agent: what one consists of, and the ways to get its SQL wrong.

A flaw is a replacement in the reference SQL, with the factor by which it shifts the numbers. Note the trap that the
tables hold: ``users.user_id`` is a UInt64 and ``sessions.user_id`` a String.
"""

from __future__ import annotations

from dataclasses import dataclass

from review.demo.scripts import tables_of

SCHEMA = (
    "ecommerce.users (user_id UInt64, country LowCardinality(String), city String, signup_date Date, "
    "birth_year UInt16, "
    "loyalty_tier LowCardinality(String), acquisition_channel LowCardinality(String), email String)",
    "ecommerce.sessions (session_id String, user_id String, started_at DateTime, duration_s UInt32, device "
    "LowCardinality(String), channel LowCardinality(String), pages UInt16, orders UInt8, revenue Decimal(12, 2), "
    "promo_code Nullable(String)). Join: toString(users.user_id) = sessions.user_id.",
)
IN_PERIOD = "started_at >= '{start}' AND started_at < '{end}'"
S_PERIOD = "s.started_at >= '{start}' AND s.started_at < '{end}'"
JOIN = "FROM ecommerce.sessions AS s INNER JOIN ecommerce.users AS u ON toString(u.user_id) = s.user_id"
FORMAT = " FORMAT TabSeparatedWithNames"


@dataclass(frozen=True, kw_only=True)
class SqlFlaw:
    """One planted error: ``old`` is replaced by ``new`` in the reference SQL and the numbers move by ``scale``."""

    old: str
    new: str
    scale: float
    why: str
    correctness: str = "wrong"
    reason: str = "wrong_sql"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A kind of data question.

    ``sql`` names the condition on the period ``[when]``, or ``[s.when]`` beside a ``[join]`` of both tables. ``keys``
    are the groups of its result (empty: one number; ``days``: one per day), ``base`` the largest number of a month,
    ``unit`` how numbers are written. A ``rate`` does not grow with the period.
    """

    scenario: str
    asks: tuple[str, ...]
    sql: str
    columns: tuple[str, ...]
    answer: str
    base: float
    aggregation: str
    flaws: tuple[SqlFlaw, ...] = ()
    keys: tuple[str, ...] = ()
    unit: str = "count"
    difficulty: str = "easy"
    joins: bool = False
    rate: bool = False

    @property
    def template(self) -> str:
        """The reference SQL with the slots ``start`` and ``end`` and the format that the agent's tool demands."""
        return self.sql.replace("[s.when]", S_PERIOD).replace("[when]", IN_PERIOD).replace("[join]", JOIN) + FORMAT


def queries_of(*names: str) -> tuple[Query, ...]:
    """Return the queries of some data files in order. Raises TypeError for a field that a query does not have."""
    return tuple(
        Query(**{**table, "flaws": tuple(SqlFlaw(**flaw) for flaw in table.get("flaws", ()))})
        for name in names
        for table in tables_of(name, "query")
    )
