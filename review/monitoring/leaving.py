"""Write what stays of a week whose conversations expire, and remove what that replaces.

Everything is written and synced under a hidden name. One renaming makes it count; the files that it replaces, which
nothing reads any more from then on, are removed afterwards. After a kill :func:`removed` finishes that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from review.basics.log_paths import LogPaths
from review.log.checks_ran import checks_by_import
from review.log.expired import hash_sql
from review.log.failed_expiring import failures_of
from review.log.failure_rules import FailureRules
from review.log.late import FOLDER as LATE
from review.log.late import listed, with_late
from review.log.log import columns_of, log_files
from review.log.mixed import holding_any, mixed_originals
from review.log.outcomes import outcomes_of_row
from review.log.replaced import RETAINED, describe, is_unfinished, run_of
from review.log.retained import COUNTS, EXPIRED, FAILURES, USERS, retained_folders
from review.log.rewriting import write_originals, write_rows
from review.monitoring.counts import hourly_counts, user_days
from review.monitoring.judging import Judge
from review.monitoring.metrics import Metric

WEEK = len("2026-W48-")
"""Characters of a file's name before the number of its batch."""


class Leaving:
    """What is written of one week. ``staged`` are the hidden folders that it is written to."""

    def __init__(self, judge: Judge, week: str, staged: LogPaths) -> None:
        """Find the files that hold conversations which expire."""
        self.judge, self.week, self.staged = judge, week, staged
        self._db, self._log = judge.db, judge.log
        self.files = log_files(self._log, weeks=[week])
        originals = _originals(self._log, self.files)
        if judge.late or originals:
            judge.note_going(self.files)
        self.late = holding_any(self._db, judge.late, "expiring")
        self.originals = holding_any(self._db, originals, "expiring")

    def write(self, *, key: bytes, metrics: Mapping[str, Metric], failures: FailureRules) -> dict[str, int]:
        """Write everything, and return how many conversations of each import expire."""
        self._copy(f"SELECT * FROM {self.judge.staying(self.files)}", f"{self.week}-0001.parquet")  # noqa: S608 - our own paths
        if self.late:
            self._copy(f"SELECT * FROM {listed(self.late)} ANTI JOIN expiring USING (id)", f"{LATE}/00000001.parquet")  # noqa: S608 - our own paths
        if self.originals:
            query = f"SELECT * FROM {listed(self.originals)} ANTI JOIN expiring USING (id)"  # noqa: S608 - our own paths
            write_originals(self._db, query, self.staged.originals / f"{self.week}.parquet")
        gone = with_late(self.judge.going(self.files), self.judge.late, columns=columns_of(self.files))
        columns = f"* EXCLUDE (verdicts), {outcomes_of_row()} AS outcomes"
        self._db.execute(f"CREATE TEMP VIEW gone AS SELECT {columns} FROM {gone}")  # noqa: S608 - our own names
        self._copy(hourly_counts("gone", metrics, checks_by_import(self.files)), f"{COUNTS}/{self.week}.parquet")
        self._copy(user_days("gone", metrics), f"{USERS}/{self.week}.parquet")
        self._copy(failures_of(self._db, "gone", failures), f"{FAILURES}/{self.week}.parquet")
        other = f"CASE WHEN source_id <> id THEN {hash_sql('source_id', key)} END"
        hashes = f"{hash_sql('id', key)} AS id_hash, {other} AS name_hash"
        self._copy(f"SELECT {hashes} FROM gone", f"{EXPIRED}/{self.week}.parquet")  # noqa: S608 - our own names
        found = dict(self._db.execute("SELECT import_id, count(*) FROM gone GROUP BY 1 ORDER BY 1").fetchall())
        self._db.execute("DROP VIEW gone")
        return found

    @property
    def bytes_before(self) -> int:
        """The size of the files that are replaced."""
        return size_of((*self.files, *self.late, *self.originals))

    @property
    def bytes_after(self) -> int:
        """The size of the files that take their place."""
        return size_of(p for folder in (self.staged.logs, self.staged.originals) for p in folder.rglob("*.parquet"))

    def describe(self, run: Mapping[str, Any]) -> None:
        """Write which files are replaced, and what the run says of itself."""
        replaced = (*self.files, *self.late)
        describe(self.staged.logs, self._log, logs=replaced, originals=self.originals, run=run)

    def _copy(self, query: str, name: str) -> None:
        """Write the rows of a query to a file of the week; without rows there is none."""
        target = self.staged.logs / name
        target.parent.mkdir(exist_ok=True)
        write_rows(self._db, query, target)


def unfinished(log: LogPaths) -> dict[Path, dict[str, Any]]:
    """Return the folders of retention whose replaced files are still there, with what their runs say."""
    return {folder: dict(run_of(folder)) for folder in retained_folders(log.logs) if is_unfinished(folder)}


def size_of(files: Iterable[Path]) -> int:
    """Return the bytes of some files."""
    return sum(path.stat().st_size for path in files)


def folder_name(week: str, run: str) -> str:
    """Return the name of the folder of one run for one week."""
    return f"{RETAINED}{week}-{run}"


def _originals(log: LogPaths, files: Sequence[Path]) -> list[Path]:
    """Return the files that may hold originals of conversations of some files.

    They are those of the same batches, and those that hold originals of several: a batch has one file for all of its
    weeks, and what retention, merging or an undo wrote anew may stand apart from the conversations.
    """
    batches = [log.originals / path.parent.name / f"{path.stem[WEEK:]}.parquet" for path in files]
    return sorted({path for path in (*batches, *mixed_originals(log)) if path.exists()})
