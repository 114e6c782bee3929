"""How people use the product: who comes back, how long sessions last, who asks again, copies, edits or likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.log_paths import LogPaths
from review.log.buckets import aggregated
from review.log.expired_counts import expired
from review.log.sessions import sessions_by_window, users_before, users_by_window
from review.monitoring.health import Asked, gathered
from review.monitoring.joining import joined_rows
from review.monitoring.latency_bins import bin_of
from review.monitoring.measuring import NO_TRAFFIC, QUANTILES, aggregates_of, share, shares_of
from review.monitoring.metrics import metrics_for
from review.monitoring.periods import Period
from review.settings.project import Project
from review.statistics.quantity import Quantity

SHARES = ("copied", "edited", "thumbs_given", "thumbs_down")
NO_USERS = "no conversation names its user"
EXPIRED = "conversations of these sessions expired, and with them what was asked"


@dataclass(frozen=True, kw_only=True)
class Engaged:
    """One window: ``users`` who came, of whom ``new`` for the first time, with their conversations.

    ``shares`` are usage_rate (of all users seen until then, who came), repeated_questions (of sessions with several
    conversations, those in which a question was asked again), and the shares of ``SHARES``. ``minutes`` are the median
    and the P95 of the length of such sessions. None where no row says it.
    """

    start: str
    end: str
    traffic: int
    users: int | None
    new: int | None
    per_user: float | None
    sessions: int | None
    per_session: float | None
    minutes: tuple[float | None, float | None]
    shares: dict[str, Quantity]

    def to_json(self) -> dict[str, Any]:
        """Return one window of ``spotcheck health --engagement --json``."""
        return {
            "from": self.start,
            "to": self.end,
            "traffic": self.traffic,
            "users": self.users,
            "new_users": self.new,
            "conversations_per_user": self.per_user,
            "sessions": self.sessions,
            "conversations_per_session": self.per_session,
            "session_minutes": {"p50": self.minutes[0], "p95": self.minutes[1]},
            **{name: one.to_json() for name, one in self.shares.items()},
        }


def engagement(log: LogPaths, project: Project, asked: Asked) -> Sequence[Engaged]:
    """Return how people used the product by window. Raises InputError for a span that there cannot be."""
    windows, _, spans = gathered(log, project, asked)
    if not spans:
        return ()
    metrics = {name: one for name, one in metrics_for(project.confidence).items() if name in (*SHARES, "traffic")}
    gone = expired(log, windows, bin_of("latency_ms"), QUANTILES)
    live = aggregated(log, windows, aggregates_of(metrics))
    rows = {row["window"]: row for row in joined_rows(live, gone, metrics)}
    users = {row["window"]: row for row in users_by_window(log, windows)}
    sessions = {row["window"]: row for row in sessions_by_window(log, windows)}
    seen, found = users_before(log, windows), []
    for period in spans:
        row, who = rows.get(period.name), users.get(period.name, {})
        seen += who.get("new", 0)
        shares = {name: Quantity.missing(NO_TRAFFIC) for name in SHARES} if row is None else shares_of(row, metrics)
        found.append(_engaged(period, row, who=who, talks=sessions.get(period.name, {}), shares=shares, seen=seen))
    return found


def _engaged(
    period: Period,
    row: dict[str, Any] | None,
    *,
    who: dict[str, Any],
    talks: dict[str, Any],
    shares: dict[str, Quantity],
    seen: int,
) -> Engaged:
    none = NO_TRAFFIC if row is None else ""
    several = talks.get("several", 0)
    usage = share(who["users"], seen, NO_USERS) if who else Quantity.missing(none or NO_USERS)
    again = share(talks.get("again", 0), several, none or "no session has several conversations")
    if talks.get("expired"):
        again = Quantity.missing(EXPIRED, n=several)
    middle = talks.get("minutes") or (None, None)
    return Engaged(
        start=period.start,
        end=period.end,
        traffic=row["n"] if row else 0,
        users=who.get("users"),
        new=who.get("new"),
        per_user=float(who["conversations"]) / who["users"] if who else None,
        sessions=talks.get("sessions"),
        per_session=float(talks["turns"]) / talks["sessions"] if talks else None,
        minutes=(_number(middle[0]), _number(middle[1])),
        shares={"usage_rate": usage, "repeated_questions": again, **shares},
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
