"""A table of paired results that ``spotcheck gate --file`` reads."""

from __future__ import annotations

import json
import re
from collections import Counter

from review.basics.errors import InputError
from review.basics.spellings import is_missing
from review.basics.tables import Row, Table, read_table
from review.basics.words import counted
from review.commands.common import note
from review.statistics.gate.cases import MissingCase, PairedResult

YES, NO = ("1", "true", "yes", "x", "1.0"), ("0", "false", "no", "0.0")


def read_cases(file: str) -> tuple[list[PairedResult], list[MissingCase]]:
    """Read paired results, and the cases of which no row has both results; says how many results are missing.

    Raises InputError with file, line, column and remedy.
    """
    data = read_table(
        file, required=("case", "baseline", "candidate"), optional=("scenario", "kind", "tags", "must_pass")
    )
    pairs = [(_result(row, "baseline"), _result(row, "candidate")) for row in data.rows]
    rows = [_paired(row, *pair) for row, pair in zip(data.rows, pairs, strict=True)]
    for line in [*data.notes, *_missing_words(data)]:
        note(line)
    _check_same(data, rows)
    whole = [row for row, pair in zip(rows, pairs, strict=True) if None not in pair]
    known = {row.case for row in whole}
    missing = {row.case: MissingCase(row.case, row.must_pass) for row in rows if row.case not in known}
    if not whole:
        raise InputError(f"{data.file}: no row has the results of both versions; expected at least one.")
    return whole, list(missing.values())


def _missing_words(data: Table) -> list[str]:
    """Return the sentence about results that are missing, by how the file writes them."""
    texts = [row.text(column) for row in data.rows for column in ("baseline", "candidate")]
    found = Counter(text for text in texts if is_missing(text))
    if not found:
        return []
    shown = ", ".join(f"{repr(text) if text else 'empty'} ({n:,})" for text, n in found.most_common(6))
    are = "is" if found.total() == 1 else "are"
    return [f"{data.file}: {counted(found.total(), 'result')} {are} missing: {shown}. Their rows are left out."]


def _paired(row: Row, baseline: float | None, candidate: float | None) -> PairedResult:
    """Return the row; a missing result is 0 until its row is left out."""
    return PairedResult(
        case=row.required("case"),
        baseline=baseline or 0.0,
        candidate=candidate or 0.0,
        scenario=row.text("scenario"),
        kind=row.text("kind"),
        tags=_tags(row),
        must_pass=_flag(row, "must_pass"),
    )


def _result(row: Row, column: str) -> float | None:
    text = row.text(column)
    if is_missing(text):
        return None
    if text.lower() in ("true", "false"):
        return float(text.lower() == "true")
    number = row.number(column)
    if number is None or not 0 <= number <= 1:
        remedy = "Divide percentages by 100." if number is not None and 1 < number <= 100 else ""
        raise row.error(column, text, "a result from 0 to 1", remedy)
    return number


def _flag(row: Row, column: str) -> bool:
    text = row.text(column).lower()
    if is_missing(text):
        return False
    if text not in YES + NO:
        raise row.error(column, text, "1 or 0 (true or false, yes or no)")
    return text in YES


def _tags(row: Row) -> tuple[str, ...]:
    """Return tags from a list, a JSON list, or text separated by comma, semicolon or bar; sorted, each once."""
    cell = row.cells.get("tags")
    text = row.text("tags")
    if isinstance(cell, list | tuple):
        parts = [str(part) for part in cell]
    elif text.startswith("["):
        try:
            parts = [str(part) for part in json.loads(text)]
        except ValueError:
            raise row.error("tags", text, "a JSON list or tags separated by commas") from None
    else:
        parts = re.split(r"[,;|]", text)
    return tuple(sorted({part.strip() for part in parts} - {""}))


def _check_same(data: Table, rows: list[PairedResult]) -> None:
    """Raise InputError, naming the line, when the repeats of a case differ in scenario, kind, tags or must_pass."""
    first: dict[str, tuple[PairedResult, int]] = {}
    for row, paired in zip(data.rows, rows, strict=True):
        before, line = first.setdefault(paired.case, (paired, row.line))
        for column in ("scenario", "kind", "tags", "must_pass"):
            if getattr(paired, column) != getattr(before, column):
                raise row.error(
                    column, row.text(column), f"the value of line {line}, the same case '{paired.case}'",
                    "Give all repeats of a case the same scenario, kind, tags and must_pass.",
                )  # fmt: skip
