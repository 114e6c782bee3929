"""Superlatives, yes and no, and dates of an answer against its result: each for a person where they contradict it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from review.sql.results.beside import PART, labels_of, part_of, turns
from review.sql.results.result import Result
from review.sql.results.rounding import nearly_equal
from review.sql.results.series import number_of
from review.sql.results.times_said import Said, Time, time_columns, times_in
from review.sql.results.written import Written
from review.sql.semantic.windows import windows_in

_MOST = re.compile(
    r"\b(?:most|highest|largest|biggest|greatest|longest|dearest|oldest|die meisten|am meisten|höchste\w*|größte\w*)\b",
    re.I,
)
_LEAST = re.compile(
    r"\b(?:fewest|least|lowest|smallest|shortest|cheapest|die wenigsten|am wenigsten|niedrigste\w*|kleinste\w*)\b", re.I
)
_BUT = re.compile(
    r"\b(?:second|third|fourth|fifth|next|[2-9](?:nd|rd|th)|among|amongst|of the|within|except|apart|besides?|"
    r"after|before|behind|one of|at least|at most|most of|not|never|n[o']t|fell|fall\w*|dropp?\w*|"
    r"los[ts]\w*|declin\w*|decreas\w*|"
    r"zweit\w*|dritt\w*|unter den|von den|nach|außer|nicht)\b", re.IGNORECASE,
)  # fmt: skip
_YES = re.compile(r"^\W*(?:(?P<yes>yes|ja)|(?P<no>no|nein))\s*(?:[,:;!–—-]|\.\s*(?-i:(?=[A-ZÄÖÜ]|$))|$)", re.IGNORECASE)
_TURNED = re.compile(r"\b(?:no|not|none|never|without|nor|neither|kein\w*|nicht|ohne|nie)\b|n['’]t\b", re.IGNORECASE)
_WHETHER = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|gibt|gab|hat|haben|ist|sind|war|waren)\b", re.IGNORECASE
)
_LIMIT = re.compile(r"\d|\b(?:than|least|most|exactly|als|mindestens|höchstens|genau)\b", re.IGNORECASE)
_ANY = re.compile(r"^\W*(?:(?:is|are|was|were) there|gibt es|gab es)\b|\bany\b", re.IGNORECASE)
_IN_SQL = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?")
MOST_CELLS = 2_000
"""Cells in which dates are looked up."""
Month = tuple[int, int]


def against_facts(
    answer: str, figures: Sequence[Written], result: Result, *, question: str, sql: str, as_of: date | None
) -> Iterator[str]:
    """Yield what an answer says of extremes, yes or no, and dates that its result contradicts."""
    yield from _extremes(answer, figures, result)
    yield from _yes_or_no(answer, result, question, sql)
    said = [one for one in times_in(answer) if one.time.month]
    if said:
        yield from _months(said, result, question, sql, as_of)
        yield from _days(said, result, question, sql)


def _extremes(answer: str, figures: Sequence[Written], result: Result) -> Iterator[str]:
    """A superlative beside the name and the figure of a row that is not the extreme one of its column."""
    if len(result.rows) < 2:
        return
    labels = labels_of(result)
    names = frozenset(name for row in labels for name in row)
    times = time_columns(result)
    columns = [
        [number_of(row[column]) for row in result.rows] for column in range(len(result.columns)) if column not in times
    ]
    for one in figures:
        order, said = turns(answer, one, figures, names)
        if order != "nf":
            continue
        part = answer[part_of(answer, one, PART)[0] : one.start]
        least = _LEAST.search(part)
        match = least or _MOST.search(part)
        if match is None or (least and _MOST.search(part)) or _BUT.search(part):
            continue
        rows = [at for at, row in enumerate(labels) if said[0].names <= row]
        if len(rows) != 1:
            continue
        for cells in columns:
            own = cells[rows[0]]
            if own is None or not one.rounds(own):
                continue
            numbers = [n for n in cells if n is not None]
            extreme = min(numbers) if least else max(numbers)
            if not nearly_equal(own, extreme):
                yield f"The words say '{match[0]}' of {own:,}, and the result has {extreme:,}."
            break


def _yes_or_no(answer: str, result: Result, question: str, sql: str) -> Iterator[str]:
    """A yes where the one cell says no, or the other way round; questions that negate are left alone."""
    said = _YES.match(answer)
    if said is None or len(result.rows) != 1 or len(result.columns) != 1 or not _WHETHER.match(question):
        return
    if (
        _TURNED.search(question)
        or re.search(r"\bNOT\s+EXISTS\b", sql, re.I)
        or _TURNED.search(result.columns[0].replace("_", " "))
    ):
        return
    [[cell]] = result.rows
    number = number_of(cell)
    text = str(cell).strip().lower()
    if isinstance(cell, bool) or text in ("yes", "no", "true", "false"):
        holds = text in ("true", "yes")
    elif number is not None and _ANY.search(question) and not _LIMIT.search(question):
        holds = number != 0
    else:
        return
    if holds != (said["yes"] is not None):
        yield f"The words say '{said['yes'] or said['no']}', and the result is {cell}."


def _months(said: Sequence[Said], result: Result, question: str, sql: str, as_of: date | None) -> Iterator[str]:
    """A month that neither the question means nor the query or the result names."""
    windows = windows_in(question, as_of)
    if not windows:
        return
    known = {month for window in windows for month in _span(_month(window.first), _month(window.last))}
    written = sorted((int(m[1]), int(m[2]), int(m[3] or 1)) for m in _IN_SQL.finditer(sql) if 1 <= int(m[2]) <= 12)
    # The last day of < '2026-04-01' is one of March.
    ends = written[:-1] if len(written) > 1 and written[-1][2] == 1 else written
    known |= set(_span(ends[0][:2], ends[-1][:2])) if ends else set()
    known |= {_month(as_of)} if as_of else set()
    known |= {(t.year, t.month) for t in _times_of(result) if t.year and t.month}
    if any(t.month and not t.year for t in _times_of(result)):
        return
    for one in said:
        year, month = one.time.year, one.time.month
        if month is None or (year, month) in known or (year is None and any(m == month for _, m in known)):
            continue
        yield f"The words name '{one.text}', and the question asks for '{windows[0].phrase}'."


def _days(said: Sequence[Said], result: Result, question: str, sql: str) -> Iterator[str]:
    """A day beside one row with dates, of which it is none, nor one of the question or the query."""
    days = [t for t in _times_of(result) if t.day]
    if len(result.rows) != 1 or not days:
        return
    known = [*days, *(s.time for s in times_in(question))]
    known += [Time(int(m[1]), None, int(m[2]), int(m[3])) for m in _IN_SQL.finditer(sql) if m[3]]
    for one in said:
        if one.time.day and not any(one.time.names(other) for other in known):
            there = ", ".join(f"{t.year}-{t.month:02}-{t.day:02}" for t in days[:3])
            yield f"The words name the day '{one.text}', and the result has {there}."


def _times_of(result: Result) -> list[Time]:
    """The times in the cells of a result."""
    every = time_columns(result).values()
    return [t for times in every for t in times[:MOST_CELLS] if t is not None]


def _month(day: date) -> Month:
    return day.year, day.month


def _span(first: Month, last: Month) -> list[Month]:
    start, end = (year * 12 + month - 1 for year, month in (first, last))
    return [(k // 12, k % 12 + 1) for k in range(start, min(end, start + 1_200) + 1)]
