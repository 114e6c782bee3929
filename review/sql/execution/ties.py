"""Rows that are level in the order of a reference: it leaves open which of them it shows, and which comes first.

``ORDER BY nights DESC LIMIT 10`` may give out any of the stays that are as long as the tenth, and where the sort key is
not among the columns, nobody can tell from the result which rows are level. So the reference is run
once more without its limit and with its sort keys beside its columns: its own text, less one clause and plus copies of
others, never a text that the parser writes. An answer whose rows are among these, with the
sort keys that the reference shows, is what the reference might as well have given out. So is one that gives out all
rows that are level with the last: nobody who asks which shop sold the most wants one of two by chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, permutations
from typing import NamedTuple

from review.sql.execution.inner_limits import open_inside
from review.sql.execution.runner import Runner
from review.sql.execution.unlimited import Unlimited, leaves_open, without_limit
from review.sql.results.matching import Row, Table, by_name, paired
from review.sql.results.result import Result
from review.sql.results.rounding import is_number
from review.sql.tree.statement import UnreadableSql, read_statement

MOST_WAYS = 120
"""How many ways to pair the columns are tried."""
MOST_ROWS = 100_000
_LEVEL = "The reference leaves open which of several rows it gives"


class Choice(NamedTuple):
    """What else a reference might have given: ``result`` is made of the rows of the answer, None where it is not that.

    ``undecided`` says in words why rows that differ prove nothing, "" where they do.
    """

    result: Result | None = None
    undecided: str = ""


def other_choice(runner: Runner, sql: str, generated: Result, expected: Result) -> Choice:
    """Return whether the reference ``sql`` might have given the rows of ``generated`` instead of its own."""
    try:
        statement = read_statement(sql, runner.engine.dialect)
    except UnreadableSql:
        return Choice()
    if inside := open_inside(runner, statement):
        return Choice(undecided=inside)
    count = len(expected.rows)
    if not count or len(generated.rows) < count or not leaves_open(statement, expected.columns):
        return Choice()
    unlimited = without_limit(sql, runner.engine.dialect, expected.columns)
    if unlimited is None:
        return Choice(undecided=f"{_LEVEL}, and its form does not let Spotcheck find out which.")
    every = runner.run(unlimited.text)
    if not every.done:
        return Choice(undecided=f"{_LEVEL}, and without its limit it did not run: {every.error}")
    return _among(unlimited, every, generated, expected)


def _among(unlimited: Unlimited, every: Result, generated: Result, expected: Result) -> Choice:
    """Look for the rows of an answer among all that a reference gives without its limit."""
    count, width = len(expected.rows), len(expected.columns)
    if len(every.columns) <= max(width - 1, *unlimited.places, 0) or len(every.rows) > MOST_ROWS:
        return Choice(undecided=f"{_LEVEL}, and they are too many to tell.")
    keys = _keys(every, unlimited.places)
    first, end = unlimited.skipped, unlimited.skipped + count
    last = next((k for k in range(end, len(keys)) if keys[k] != keys[end - 1]), len(keys))
    if len(keys) < end or (last == len(keys) and every.truncated):
        return Choice(undecided=f"{_LEVEL}: more than {len(keys):,} rows may stand at its end.")
    more = len(generated.rows) > count
    if more and (first or not unlimited.places or len(generated.rows) != last):
        return Choice()
    every, keys = replace(every, rows=every.rows[:last], truncated=False), keys[:last]
    level = last > end or (first > 0 and keys[first - 1] == keys[first])
    shown = Table(replace(every, columns=expected.columns, rows=tuple(row[:width] for row in every.rows)))
    straight = [(k, k) for k in range(width)]
    if _found(shown, Table(expected), straight, keys[first:end], keys).places is None:
        return Choice(undecided="The reference gives other rows each time, so rows that differ prove nothing.")
    if len(generated.columns) < width:
        return Choice(undecided=f"{_LEVEL}, and the answer has fewer columns." if level else "")
    theirs, open_ones = Table(generated), False
    for pairs in _ways(shown, theirs):
        found = _found(shown, theirs, pairs, keys if more else keys[first:end], keys)
        if found.places is not None:
            rows = tuple(tuple(generated.rows[at][b] for _, b in pairs) for at in found.places)
            return Choice(replace(expected, rows=rows))
        open_ones = open_ones or found.perhaps
    return Choice(undecided=f"{_LEVEL}, and the answer may be among them." if level and open_ones else "")


def _keys(every: Result, places: Sequence[int]) -> list[Row]:
    if not places:
        return [()] * len(every.rows)
    keys = Table(every)
    return list(zip(*(keys.keys(k, exact=True) for k in places), strict=True))


def _ways(shown: Table, theirs: Table) -> Iterator[list[tuple[int, int]]]:
    """Yield ways to give each column of the reference one of the answer; those of one name belong together."""
    named = by_name(shown, theirs)
    free = [k for k in range(len(theirs.names)) if k not in named]
    open_ones = [k for k, at in enumerate(named) if at is None]
    for chosen in islice(permutations(free, len(open_ones)), MOST_WAYS):
        taken = dict(zip(open_ones, chosen, strict=True))
        yield [(k, taken[k] if at is None else at) for k, at in enumerate(named)]


class _Found(NamedTuple):
    """The rows of an answer in the order of a reference, None where they are others; ``perhaps``: that is not sure."""

    places: list[int] | None = None
    perhaps: bool = False


def _found(shown: Table, theirs: Table, pairs: list[tuple[int, int]], wanted: list[Row], keys: list[Row]) -> _Found:
    """Return the rows of the answer in an order that has the sort keys ``wanted``.

    A row that occurs with several sort keys tells none of them. One that is not there may be rounded.
    """
    every, rows = paired(shown, theirs, pairs)
    left = Counter(every)
    key_of: dict[Row, Row | None] = {}
    for row, key in zip(every, keys, strict=True):
        key_of[row] = key if key_of.get(row, key) == key else None
    if Counter(rows) - left:
        return _Found(perhaps=_but_for_numbers(shown, theirs, pairs))
    waiting: dict[Row, list[int]] = {}
    for at, row in enumerate(rows):
        known = key_of[row]
        if known is None:
            return _Found(perhaps=True)
        waiting.setdefault(known, []).append(at)
    found = []
    for key in wanted:
        if not waiting.get(key):
            return _Found()
        found.append(waiting[key].pop(0))
    return _Found(found)


def _but_for_numbers(shown: Table, theirs: Table, pairs: list[tuple[int, int]]) -> bool:
    """Whether the rows of an answer are among all by their texts and times; numbers may be rounded."""
    strict = [(a, b) for a, b in pairs if not is_number(shown.raw[a], theirs.raw[b])]
    if len(strict) == len(pairs):
        return False
    if not strict:
        return True
    every, rows = paired(shown, theirs, strict)
    return not Counter(rows) - Counter(every)
