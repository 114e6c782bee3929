"""What ``spotcheck import`` says: progress, the format of each file, counts, rejected records, refused files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from review.basics.errors import ReviewError, UnknownError
from review.basics.spellings import MISSING
from review.basics.words import counted
from review.commands.common import err, note, out
from review.rubric.rubric import Dimension, Rubric, current_rubric
from review.sources.file_sets import FileSet
from review.sources.readers.catalogue import Detected
from review.sources.tally import Tally
from storage.records_log import Import
from storage.store import Store

SHOWN = 20
COUNTS = ("read", "added", "duplicate", "changed", "updated", "waiting", "expired", "erased", "rejected", "undated")
SOMETIMES = ("updated", "waiting", "expired", "erased")
"""Counts that are printed only where there are any."""


def progress_bar() -> Progress:
    """Return a progress bar on standard error, shown only in a terminal."""
    columns: tuple[Any, ...] = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def progress_of(bar: Progress, file: str) -> Callable[[int, int], None]:
    """Return what moves a file's line of the progress bar."""
    task = bar.add_task(Path(file).name, total=None)

    def progress(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    return progress


def announcing(file: str, seen: list[Detected]) -> Callable[[Detected], None]:
    """Return what prints the format of a file and keeps it."""

    def announce(detected: Detected) -> None:
        seen.append(detected)
        note(f"{file}: format {detected.format}; {detected.reason}")

    return announce


def as_file(record: Import, reason: str, notes: list[str], tally: Tally, together: FileSet) -> dict[str, Any]:
    """Return what an import of one file did as JSON; ``rejects_file`` lists every rejected record."""
    return {
        "file": together.name,
        "together": together.names,
        "format": record.format,
        "reason": reason,
        **{name: getattr(record, name) or 0 for name in COUNTS},
        "notes": notes,
        "rejects_file": None if tally.rejects_file is None else str(tally.rejects_file),
        "error": None,
    }


def as_empty(name: str, together: list[str], reason: ReviewError) -> dict[str, Any]:
    """Return files without records as JSON."""
    return {**as_refused(name, together, reason), "notes": [str(reason)], "error": None}


def as_refused(name: str, together: list[str], error: ReviewError) -> dict[str, Any]:
    """Return files that were refused as JSON."""
    counts = dict.fromkeys(COUNTS, 0)
    more: dict[str, Any] = {"notes": [], "rejects_file": None, "error": str(error)}
    return {"file": name, "together": together, "format": None, "reason": "", **counts, **more}


def rubric_or_none(store: Store) -> Rubric | None:
    """Return the rubric, None in a store that has none yet."""
    try:
        return current_rubric(store)
    except UnknownError:
        return None


def verdict_notes(tally: Tally, rubric: Rubric | None) -> list[str]:
    """Say which verdicts of a log cannot count: their dimension, or their value, is not in the rubric."""
    notes: list[str] = []
    if rubric is None:
        return notes
    for name, counts in tally.verdicts.items():
        if name not in rubric.names:
            notes.append(
                f"{counted(counts.total(), 'verdict')} in the dimension '{name}', which the rubric does not have; "
                f"expected one of {', '.join(rubric.names)}. They stay in the log and do not count."
            )
            continue
        odd = {v: n for v, n in counts.items() if v.casefold() not in MISSING and _outside(rubric[name], v)}
        if odd:
            shown = ", ".join(f"'{v}' ({n:,})" for v, n in sorted(odd.items(), key=lambda pair: -pair[1])[:8])
            notes.append(
                f"{counted(sum(odd.values()), 'verdict')} in the dimension '{name}' with a value that the rubric does "
                f"not have: {shown}; expected {', '.join(rubric[name].scale.values) or 'a number'}. They count as no "
                "verdict."
            )
    return notes


def _outside(dimension: Dimension, raw: object) -> bool:
    try:
        dimension.scale.canonical(raw)
    except ValueError:
        return True
    return False


def show(done: list[tuple[Import, dict[str, Any]]]) -> None:
    """Print the counts of each import, its id, and why records were rejected."""
    for record, report in done:
        listed = report["rejects_file"]
        counts = ", ".join(f"{name} {report[name]:,}" for name in COUNTS if report[name] or name not in SOMETIMES)
        out.print(f"{record.file} ({record.format}): {counts}", highlight=False, markup=False, soft_wrap=True)
        out.print(f"id {record.id}", highlight=False, style="dim")
        for text in _rejections(record):
            err.print(text, highlight=False, markup=False, soft_wrap=True)
        if listed is not None:
            which = "The rejected record" if record.rejected == 1 else f"All {record.rejected:,} rejected"
            err.print(f"{which}: {listed}", highlight=False, markup=False, soft_wrap=True)


def _rejections(record: Import) -> list[str]:
    """Return a sentence for each kind of rejection, with its first line and how often it comes."""
    kinds: dict[tuple[str, str, str, str], list[int]] = {}
    for row in record.rejections:
        kind = (row.get("file", record.file), row["column"], str(row["found"]), row["expected"])
        kinds.setdefault(kind, []).append(row["line"])
    lines = []
    for (file, column, found, expected), at in list(kinds.items())[:SHOWN]:
        place = f"{file}, line {at[0]}" + ("" if column == "line" else f", {column}")
        others = f" ({len(at) - 1:,} more like this)" if len(at) > 1 else ""
        lines.append(f"{place}: found {found}, expected {expected}{others}")
    told = sum(len(at) for at in list(kinds.values())[:SHOWN])
    if record.rejected > told:
        lines.append(f"... and {record.rejected - told:,} more.")
    return lines


def nothing_added(done: list[Import]) -> str:
    """Say how many records could not be read, and how many conversations the log already has with other content."""
    rejected, changed = sum(r.rejected for r in done), sum(r.changed for r in done)
    text = f"{counted(rejected, 'record')} could not be read; the lines above say why. Nothing was added."
    if changed:
        known = f"{counted(changed, 'conversation')} {'is' if changed == 1 else 'are'}"
        text = f"{known} already in the log with other content; the first version is kept. {text}"
    return text
