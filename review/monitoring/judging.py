"""Judge the conversations of a week: the class of each, and whether it expires, is too young, or stays and why.

All of it happens in one small database, which spills to the disk: memory is bounded however many rows a week has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.late import late_files, listed
from review.log.log import log_files
from review.monitoring.staying import Staying
from review.settings.retention import CLASSES, Retention

MEMORY = "300MB"
YOUNG, EXPIRES = "young", "expires"
DAY = "coalesce(substr(created_at, 1, 10), substr(imported_at, 1, 10))"
"""The day of a conversation in UTC; without a time of its own it is that of its import."""


@dataclass(frozen=True, kw_only=True)
class JudgedWeek:
    """What becomes of the conversations of one week.

    ``kept`` and ``expired`` count them by class, ``held_back`` those whose days are over and that stay, by
    reason, and ``held_by_class`` the same by class.
    """

    week: str
    kept: dict[str, int] = field(default_factory=dict)
    expired: dict[str, int] = field(default_factory=dict)
    held_back: dict[str, int] = field(default_factory=dict)
    held_by_class: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All conversations of the week."""
        return sum(self.kept.values()) + self.expiring

    @property
    def expiring(self) -> int:
        """How many expire."""
        return sum(self.expired.values())


class Judge:
    """Judges week by week. What becomes of a row is asked anew in each query: it joins the few rows that stay."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, log: LogPaths, rules: Retention, stays: Staying, *, now: str
    ) -> None:
        """Read into the database what is the same for all weeks. ``now`` is the time, as the log writes times."""
        self.db, self.log, self.rules, self.stays = db, log, rules, stays
        moment = datetime.fromisoformat(now)
        self._limits = {name: _before(moment, days) for name, days in rules.days.items()}
        self.late = late_files(log.logs)
        failed = f"SELECT DISTINCT id FROM {listed(self.late)} WHERE status = 'error'" if self.late else _NOTHING  # noqa: S608 - our own paths
        db.execute(f"CREATE TEMP TABLE failed_later AS {failed}")
        _table(db, "stays", id=list(stays.conversations), reason=list(stays.conversations.values()))
        _table(db, "users_held", user_id=sorted(stays.users))
        pairs = sorted(stays.checked)
        _table(db, "checked", day=[day for day, _ in pairs], import_id=[import_id for _, import_id in pairs])

    def week(self, week: str) -> JudgedWeek:
        """Judge one week."""
        files = log_files(self.log, weeks=[week])
        why = self.stays.reason_of_week(week)
        if why or not self._is_due(files):
            return self._counted(week, self._by_reason(files, f"'{why}'" if why else f"'{YOUNG}'"))
        sql = f"SELECT class_, reason_, count(*) FROM {self._judged(files)} GROUP BY ALL"  # noqa: S608 - our own names
        return self._counted(week, self.db.execute(sql).fetchall())

    def going(self, files: Sequence[Path]) -> str:
        """Return SQL for the rows of some files of a week that expire, with the columns of the files."""
        return f"(SELECT {_COLUMNS} FROM {self._judged(files)} WHERE reason_ = '{EXPIRES}')"  # noqa: S608 - our own names

    def staying(self, files: Sequence[Path]) -> str:
        """Return SQL for the other rows of these files."""
        return f"(SELECT {_COLUMNS} FROM {self._judged(files)} WHERE reason_ <> '{EXPIRES}')"  # noqa: S608 - our own names

    def note_going(self, files: Sequence[Path]) -> None:
        """Fill the table ``expiring`` with the ids that expire, for files that hold nothing else of a row."""
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE expiring AS SELECT id FROM {self.going(files)}")  # noqa: S608 - our own names

    def _is_due(self, files: Sequence[Path]) -> bool:
        """Whether any conversation of these files is old enough: a look at one column, without an id."""
        latest = max(self._limits.values())
        sql = f"SELECT 1 FROM {listed(files)} WHERE coalesce(created_at, imported_at) < ? LIMIT 1"  # noqa: S608 - our own paths
        return self.db.execute(sql, [latest]).fetchone() is not None

    def _by_reason(self, files: Sequence[Path], reason: str) -> list[tuple[str, str, int]]:
        words = f"CASE WHEN due_ THEN {reason} ELSE '{YOUNG}' END"
        sql = f"SELECT class_, {words}, count(*) FROM ({self._rows(files)}) GROUP BY ALL"  # noqa: S608 - our own names
        return self.db.execute(sql).fetchall()

    def _judged(self, files: Sequence[Path]) -> str:
        """Return SQL for the rows of some files with what becomes of each: ``reason_``."""
        return (
            f"(SELECT j.*, {_REASON} AS reason_ FROM ({self._rows(files)}) j "  # noqa: S608 - our own names
            "LEFT JOIN stays ON stays.id = j.id LEFT JOIN users_held ON users_held.user_id = j.user_id "
            "LEFT JOIN checked ON checked.day = j.day_ AND checked.import_id = j.import_id)"
        )

    def _rows(self, files: Sequence[Path]) -> str:
        """Return SQL for the rows of some files with their class, their day, and whether their days are over."""
        later = " OR e.id IN (SELECT id FROM failed_later)" if self.late else ""
        failed = f"e.status = 'error'{later}"
        slow = f"e.latency_ms > {self.rules.slow_ms:f}"
        kind = f"CASE WHEN {failed} THEN 'error' WHEN {slow} THEN 'slow' ELSE 'normal' END"
        days = " ".join(f"WHEN '{name}' THEN {sql_literal(limit)}" for name, limit in self._limits.items())
        due = f"coalesce(created_at, imported_at) < CASE class_ {days} END"
        inner = f"SELECT e.*, {kind} AS class_, {DAY} AS day_ FROM {listed(files)} e"  # noqa: S608 - our own paths
        return f"SELECT *, {due} AS due_ FROM ({inner})"  # noqa: S608 - our own names

    def _counted(self, week: str, found: Sequence[tuple[str, str, int]]) -> JudgedWeek:
        kept, expired, held = dict.fromkeys(CLASSES, 0), dict.fromkeys(CLASSES, 0), dict[str, int]()
        by_class = dict.fromkeys(CLASSES, 0)
        for kind, reason, n in found:
            (expired if reason == EXPIRES else kept)[kind] += n
            if reason not in (EXPIRES, YOUNG):
                held[reason] = held.get(reason, 0) + n
                by_class[kind] += n
        return JudgedWeek(week=week, kept=kept, expired=expired, held_back=held, held_by_class=by_class)


@contextmanager
def judging(
    log: LogPaths, rules: Retention, stays: Staying, *, now: str, scratch: Path | None = None
) -> Iterator[Judge]:
    """Open a database to judge in; what does not fit into memory goes to the folder ``scratch``."""
    limits = {"memory_limit": MEMORY, "threads": "2", "preserve_insertion_order": "false"}
    apart = None if scratch is None else duckdb.connect(config={**limits, "temp_directory": str(scratch)})
    with apart or in_memory(**limits) as db:
        yield Judge(db, log, rules, stays, now=now)


_COLUMNS = "* EXCLUDE (class_, day_, due_, reason_)"
_REASON = (
    f"CASE WHEN NOT j.due_ THEN '{YOUNG}' WHEN users_held.user_id IS NOT NULL THEN 'legal_hold' "
    "WHEN stays.reason IS NOT NULL THEN stays.reason WHEN checked.day IS NULL THEN 'checks_not_run' "
    f"ELSE '{EXPIRES}' END"
)
_NOTHING = "SELECT CAST(NULL AS VARCHAR) AS id WHERE false"


def _before(moment: datetime, days: int) -> str:
    """Return the time before which a class is over, as the log writes times; nothing is before "" ."""
    return (moment - timedelta(days=days)).astimezone(UTC).isoformat(timespec="milliseconds") if days else ""


def _table(db: duckdb.DuckDBPyConnection, name: str, **columns: Sequence[str]) -> None:
    db.register("given", pa.table({c: pa.array(list(values), pa.string()) for c, values in columns.items()}))
    db.execute(f"CREATE TEMP TABLE {name} AS SELECT DISTINCT * FROM given")  # noqa: S608 - our own names
    db.unregister("given")
