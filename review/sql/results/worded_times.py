"""Figures of words beside times, and their rises and falls, against the series in a result.

A series has a time for each figure: in a cell of the row, or in the name of the column. Words pair figures and times in
many ways; where they are read in none or in several, nothing is said and the words do not count as checked.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from review.sql.results.names_said import says
from review.sql.results.result import Result
from review.sql.results.series import Point, number_of, points_of
from review.sql.results.times_said import Said, Time, times_in, to_date_in, with_year
from review.sql.results.written import Written

_UP = r"rose|risen|rises?|grew|grown|grows?|increased?|increases|climbed|(?:doubled|tripled|quadrupled)|up(?! to)"
_DOWN = r"fell|fallen|falls?|dropped|drops?|declined?|declines|decreased?|decreases|shrank|halved|down"
_MOVES = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
_MORE = re.compile(r"\b(?:(?P<up>more|higher)|(?P<down>fewer|less|lower))\b", re.IGNORECASE)
_THAN = re.compile(
    r"\b(?:(?P<up>more|higher|larger)|(?P<down>fewer|less|lower|smaller))\b.*?\bthan\s+(?:in |for |during )?", re.I
)
_SPAN = re.compile(r"\b(?:from|between|since)\b", re.IGNORECASE)
_UNSURE = re.compile(r"\b(?:not|never|neither|no|if|unless)\b|n't\b", re.IGNORECASE)
_CHANGE = re.compile(r"change|diff|delta|growth|increase|decrease|vs|versus|rank", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?]\s|\n|;\s")
_CLAUSE = re.compile(r",\s|;\s|\n|[.!?]\s")
MOST_ROWS = 500
"""Rows that words are looked up in; nobody words more of them."""


class Reading(NamedTuple):
    """What the words say against a series, and whether they could be read at all."""

    against: list[str]
    sure: bool = True


Token = tuple[Written | None, Said | None]


def against_series(
    answer: str, figures: Sequence[Written], result: Result, *, question: str = "", as_of: date | None = None
) -> Reading:
    """Return what the figures and the moves in an answer say against the times of its result.

    A month or quarter without a year is the last one that had begun ``as_of`` the question, unless that names a year.
    """
    points = points_of(result) if result.done and len(result.rows) <= MOST_ROWS else []
    if not points:
        return _differences(answer, figures, result)
    grains = {p.time.finest for p in points}
    said = [s for s in times_in(answer) if any(s.time[grain] is not None for grain in grains)]
    if as_of is not None and not any(s.time.year for s in times_in(f"{question} {answer}")):
        said = [with_year(s, as_of, [p.time for p in points]) for s in (said or to_date_in(answer, as_of))]
    found, sure = [], True
    for wrong in _beside(answer, figures, said, points):
        sure = sure and wrong is not None
        found += [wrong] if wrong else []
    for wrong in _moves(answer, figures, said, points):
        sure = sure and wrong is not None
        found += [wrong] if wrong else []
    return Reading(list(dict.fromkeys(found)), sure)


def _beside(answer: str, figures: Sequence[Written], said: list[Said], points: list[Point]) -> Iterator[str | None]:
    """A figure of one time beside another, None where the words cannot be read."""
    if not said:
        return
    own = {one: {p.time for p in points if one.rounds(p.value)} for one in figures}
    cells = [one for one in figures if own[one]]
    if not cells:
        return
    for first, last in _spans(answer, cells, said):
        inside = [one for one in cells if first <= one.start < last]
        times = [s for s in said if first <= s.start < last]
        others = [one for one in figures if first <= one.start < last]
        read = [
            pairs for pairs in (_clauses(answer, inside, times), _pairs(others, times), _pairs(inside, times)) if pairs
        ]
        judged = [_all_judged([(one, time) for one, time in pairs if own[one]], own, points) for pairs in read]
        if not judged:
            yield None
        elif any(all(wrong == "" for wrong in some) for some in judged):
            # Another way to read the words says otherwise: nothing is sure.
            yield "" if all(all(wrong == "" for wrong in some) for some in judged) else None
        else:
            yield next((wrong for some in judged for wrong in some if wrong), None)


def _spans(answer: str, cells: list[Written], said: list[Said]) -> list[tuple[int, int]]:
    """The sentences with figures, or the whole answer where one of them names no time."""
    cuts = [0, *(m.end() for m in _SENTENCE.finditer(answer)), len(answer)]
    spans = [(a, b) for a, b in itertools.pairwise(cuts) if any(a <= one.start < b for one in cells)]
    return spans if all(any(a <= s.start < b for s in said) for a, b in spans) else [(0, len(answer))]


def _clauses(answer: str, figures: list[Written], times: list[Said]) -> list[tuple[Written, Said]]:
    """Each figure with the one time of its clause or sentence; nothing where it has several."""
    cuts = [m.end() for m in _CLAUSE.finditer(answer)]
    pairs = []
    for one in figures:
        here = [s for s in times if not any(min(s.end, one.end) <= cut <= max(s.start, one.start) for cut in cuts)]
        here = here or (times if len(times) == 1 else [])
        if len(here) != 1:
            return []
        pairs.append((one, here[0]))
    return pairs


def _pairs(figures: list[Written], times: list[Said]) -> list[tuple[Written, Said]]:
    """Figures and times that alternate or lie in two blocks: "5 in 2023 and 7 in 2024", "2023 and 2024: 5 and 7"."""
    if len(figures) != len(times):
        return []
    tokens: list[Token] = [*((one, None) for one in figures), *((None, s) for s in times)]
    tokens.sort(key=lambda token: (token[0] or token[1] or times[0]).start)
    couples = list(zip(tokens[::2], tokens[1::2], strict=True))
    if all((a[0] is None) != (b[0] is None) for a, b in couples):
        return list(zip(figures, times, strict=True))
    half = [token[0] is None for token in tokens[: len(figures)]]
    return list(zip(figures, times, strict=True)) if half and (all(half) or not any(half)) else []


def _all_judged(
    pairs: list[tuple[Written, Said]], own: dict[Written, set[Time]], points: list[Point]
) -> list[str | None]:
    """Each pair as ``_judged``; of two figures beside one time, one that fits leaves the other open."""
    found = [(said, _judged(one, said, own, points)) for one, said in pairs]
    fitting = {said for said, wrong in found if wrong == ""}
    return [None if wrong and said in fitting else wrong for said, wrong in found]


def _judged(one: Written, said: Said, own: dict[Written, set[Time]], points: list[Point]) -> str | None:
    """What is wrong with a figure at a time, "" for nothing, None where several times of the result are meant."""
    meant = {p.time for p in points if said.time.names(p.time)}
    if meant and meant <= own[one]:
        return ""
    if meant & own[one]:
        return None
    right = " or ".join(sorted({_written(time) for time in own[one]})[:3])
    return f"The figure '{one.text}' stands beside '{said.text}', and in the result beside '{right}'."


def _moves(answer: str, figures: Sequence[Written], said: list[Said], points: list[Point]) -> Iterator[str | None]:
    """A rise where the series falls, or the other way round; None where that cannot be told."""
    cuts = [0, *(m.end() for m in _SENTENCE.finditer(answer)), len(answer)]
    for first, last in itertools.pairwise(cuts):
        text = answer[first:last]
        here = [s for s in said if first <= s.start < last]
        moves = list(_MOVES.finditer(text))
        than = [m for m in _THAN.finditer(text) if len(here) == 2 and here[1].start == first + m.end()]
        if not moves and not than:
            continue
        # "Fewer in 2023 than in 2024" is a rise.
        backwards = bool(than) and here[0].time.parts() < here[1].time.parts()
        directions = {bool(m["up"]) for m in moves} | {bool(m["up"]) != backwards for m in than}
        if len(directions) > 1 or _UNSURE.search(text):
            yield None
            continue
        named = [p for p in points if any(says(text, name) for name in p.of)]
        inside = [one for one in figures if first <= one.start < last]
        held = {p.measure for p in points if any(one.rounds(p.value) for one in inside)}
        chosen = [p for p in named or points if not _CHANGE.search(p.measure) and (not held or p.measure in held)]
        times = [s.time for s in here]
        signs = _signs(chosen, times)
        if len(times) > 1 and not than and not _SPAN.search(text):
            # "It fell in May and was back in June": each step counts.
            signs |= set().union(*(_signs(chosen, [time], step=True) for time in times))
        wanted = 1 if directions == {True} else -1
        if signs == {-wanted}:
            word = next(m["up"] or m["down"] for m in (*moves, *than))
            yield f"The words say '{word}', and in the result the figures of these times say the opposite."
        else:
            yield "" if signs == {wanted} else None


def _signs(points: list[Point], times: list[Time], *, step: bool = False) -> set[int | None]:
    """How each measure moves over the times said: from the first to the last, or from the one before to the one.

    The first time of all is no ``step``.
    """
    signs: set[int | None] = set()
    key: Callable[[Point], Any] = lambda p: (p.measure, sorted(p.of))  # noqa: E731 - used twice below
    for _, group in itertools.groupby(sorted(points, key=key), key=key):
        some = list(group)
        # Without years the rows must show the order of months themselves; days of the week have none.
        ordered = sorted(some, key=lambda p: p.time.parts())
        if any(p.time.weekday or p.time.year is None for p in some) and some not in (ordered, ordered[::-1]):
            return {None}
        if len({p.time for p in some}) < len(some) or any(p.time.weekday for p in some):
            return {None}
        at = [k for k, p in enumerate(ordered) if any(time.names(p.time) for time in times)]
        if len(at) == 1 and at[0] > 0:
            at = [at[0] - 1, at[0]]
        elif not times:
            at = [0, len(ordered) - 1] if len(ordered) == 2 else []
        if len(at) < 2:
            return set() if at == [0] and step else {None}
        change = ordered[at[-1]].value - ordered[at[0]].value
        signs.add((change > 0) - (change < 0))
    return signs


def _differences(answer: str, figures: Sequence[Written], result: Result) -> Reading:
    """ "12 fewer in 2024 than in 2023" against a column of changes, whose sign goes with the later time."""
    cells = [
        value
        for row in result.rows[:MOST_ROWS]
        for name, cell in zip(result.columns, row, strict=True)
        if _CHANGE.search(name) and (value := number_of(cell)) is not None
    ]
    for one in figures:
        own = {(value > 0) - (value < 0) for value in cells if one.rounds(value)}
        end = next((m.start() for m in _SENTENCE.finditer(answer) if m.start() >= one.end), len(answer))
        said = _MORE.match(answer[one.end : end].lstrip())
        if not own or not said:
            continue
        times = [s.time for s in times_in(answer[one.end : end])]
        later = len(times) < 2 or times[0].parts() >= times[1].parts()
        wanted = (1 if said["up"] else -1) * (1 if later else -1)
        if wanted not in own:
            why = f"The words say '{one.text} {said[0]}', and the sign in the result says the opposite."
            return Reading([why] if len(times) == 2 else [], sure=False)
    return Reading([])


def _written(time: Time) -> str:
    """A time as people write it: 2024, 2024 Q1, 2024-03, 03, 2024-03-05."""
    day = "-".join(f"{part:02}" for part in (time.year, time.month, time.day) if part is not None)
    return " ".join(
        [day, f"Q{time.quarter}"] if time.quarter else [day] if day else [f"weekday {time.weekday}"]
    ).strip()
