"""Compare a generated result with that of the reference: rows as a multiset, order only where the reference
asks for it.

Columns are matched by name first and by content where names differ, so two columns of one type that were swapped under
their names are different. Equal rows count as often as they occur.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, TypedDict

from review.sql.results.differences import differences_of
from review.sql.results.matching import Table, assignments, best_pairs, counted, may_pair, numbers_named, paired
from review.sql.results.ordering import Order, order_of
from review.sql.results.outcome import Comparison, Difference, Outcome
from review.sql.results.pairing import pairings
from review.sql.results.result import Result
from review.sql.results.rounding import common_places, is_number, rounded_alike
from review.sql.results.shapes import joins, laid_out, reordered


class _Counts(TypedDict):
    rows_generated: int | None
    rows_reference: int | None


WAYS = 50
"""How many ways to pair columns are tried for one whose rows come in the order asked for."""


def compare(generated: Result, reference: Result, *, reference_sql: str | None = None, dialect: str = "") -> Comparison:
    """Compare two results; ``reference_sql`` in its ``dialect`` says whether their order counts."""
    early = _without_rows(generated, reference)
    if early is not None:
        return early
    counts = _Counts(rows_generated=len(generated.rows), rows_reference=len(reference.rows))
    if generated.truncated or reference.truncated:
        return Comparison(outcome="truncated", reason="A result reached the limit of rows.", **counts)
    if not generated.rows and not reference.rows:
        return Comparison(outcome="both_empty", **counts)
    order = order_of(reference_sql, dialect or "sqlite", reference.columns) if reference_sql else Order(False, None)
    width, wanted = len(generated.columns), len(reference.columns)
    if width == wanted and generated.rows == reference.rows and _agree(generated, reference):
        return Comparison(outcome="equal", matched=tuple(range(wanted)), **counts)
    read: tuple[dict[Any, Any], dict[Any, Any]] = ({}, {})
    theirs, ours = Table(reference, read), Table(generated, read)
    return (
        _same_rows(theirs, ours, order, counts)
        or _nearly(theirs, ours, order, counts)
        or _reshaped(theirs, ours, order, counts)
        or _other_numbers(theirs, ours, order, counts)
        or _different(theirs, ours, best_pairs(theirs, ours), counts)
    )


def _agree(generated: Result, reference: Result) -> bool:
    """Whether the names do not contradict the places: no name of the reference, no other year or number is there."""
    names, pairs = [c.lower() for c in reference.columns], list(zip(generated.columns, reference.columns, strict=True))
    numbers = [(numbers_named(g), numbers_named(r)) for g, r in pairs]
    return all(g.lower() == r.lower() or g.lower() not in names for g, r in pairs) and all(
        ours <= theirs or theirs <= ours for ours, theirs in numbers
    )


def _without_rows(generated: Result, reference: Result) -> Comparison | None:
    rows = _Counts(
        rows_generated=len(generated.rows) if generated.done else None,
        rows_reference=len(reference.rows) if reference.done else None,
    )
    if (away := next((r for r in (generated, reference) if r.ending == "unavailable"), None)) is not None:
        return Comparison(outcome="unavailable", reason=away.error, **rows)
    if not reference.done:
        return Comparison(outcome="reference_failed", reason=reference.error or reference.ending, **rows)
    if not generated.done:
        other: Outcome = "not_checked" if generated.unproved else "generated_failed"
        outcome: Outcome = "timed_out" if generated.ending == "timed_out" else other
        return Comparison(outcome=outcome, reason=generated.error or generated.ending, **rows)
    return None


def _same_rows(theirs: Table, ours: Table, order: Order, counts: _Counts) -> Comparison | None:
    """Compare cell by cell; None when no way to pair the columns makes the rows the same."""
    if len(theirs.result.rows) != len(ours.result.rows):
        return None
    straight = [(k, k) for k in range(len(theirs.names))]
    first: Comparison | None = None
    for found in islice(_ways(theirs, ours, straight), WAYS):
        matched = _matched(theirs, found)
        moved = _out_of_order(theirs, ours, found, order)
        if moved is None:
            usual: Outcome = "equal" if found == straight else "equal_permuted"
            outcome, why = _by_width(theirs, ours, matched, usual)
            return Comparison(outcome=outcome, matched=matched, reason=why, **counts)
        first = first or _moved(theirs, ours, matched, moved, counts)
    return first


def _nearly(theirs: Table, ours: Table, order: Order, counts: _Counts) -> Comparison | None:
    """Compare but for rounding, and by readings that a person may accept; None when the rows differ even so."""
    narrow = len(ours.names) < len(theirs.names)
    for found in pairings(*((ours, theirs) if narrow else (theirs, ours))):
        pairs = [(at, k) if narrow else (k, at) for k, at in enumerate(found.chosen)]
        matched = _matched(theirs, pairs)
        left, right = (found.large, found.small) if narrow else (found.small, found.large)
        moved = _out_of_order(left, right, pairs, order, rounded=True)
        if found.why:
            _, width = _by_width(theirs, ours, matched, "different")
            differences = tuple(differences_of(theirs, ours, sorted(pairs)))
            why = " ".join(part for part in ("Cells differ.", width, moved.why if moved else "") if part)
            return Comparison(
                outcome="different", matched=matched, differences=differences, reason=why, arguable=found.why,
                other_order=moved is not None, lossless=found.lossless, **counts,
            )  # fmt: skip
        if moved is not None:
            return _moved(theirs, ours, matched, moved, counts)
        outcome, why = _by_width(theirs, ours, matched, "rounding_only")
        return Comparison(outcome=outcome, matched=matched, reason=why, **counts)
    return None


def _reshaped(theirs: Table, ours: Table, order: Order, counts: _Counts) -> Comparison | None:
    """Compare results of other shapes: a text that joins columns, one row for several; None when they differ so too."""
    for narrow, one in joins(theirs, ours):
        left, right = (one.wide, ours) if narrow else (theirs, one.wide)
        sorting = reordered(order, one.places) if narrow else order
        found = _same_rows(left, right, sorting, counts) or _nearly(left, right, sorting, counts)
        if found is None or None in found.matched:
            continue
        beside = tuple(name for at, name in enumerate(right.result.columns) if at not in found.matched)
        if narrow:
            matched = tuple(found.matched[k] for k in one.places)
        else:
            matched = tuple(None if at is None else one.places.index(at) for at in found.matched)
        holder, held = (ours, theirs) if narrow else (theirs, ours)
        names = ", ".join(f"'{held.result.columns[k]}'" for k in one.parts)
        why = f"'{holder.result.columns[one.at]}' joins {names} in one text"
        by_place = _different(theirs, ours, best_pairs(theirs, ours), counts)
        return replace(
            by_place, matched=matched, arguable=(why, *found.arguable), other_order=found.other_order, joined=True,
            beside=beside,
            lossless=one.lossless and (found.lossless or not found.arguable),
        )  # fmt: skip
    if laid_out(theirs, ours):
        by_place = _different(theirs, ours, best_pairs(theirs, ours), counts)
        return replace(by_place, arguable=("the same figures stand in one row and in several",))
    return None


def _other_numbers(theirs: Table, ours: Table, order: Order, counts: _Counts) -> Comparison | None:
    """Rows that are the same only where columns are paired whose names hold other years or numbers: nothing is sure."""
    if all(may_pair(theirs, a, ours, b) for a in range(len(theirs.names)) for b in range(len(ours.names))):
        return None
    left, right = theirs.without_numbers(), ours.without_numbers()
    found = _same_rows(left, right, order, counts) or _nearly(left, right, order, counts)
    if found is None:
        return None
    names = [
        f"'{ours.result.columns[at]}' holds what the reference calls '{theirs.result.columns[k]}'"
        for k, at in enumerate(found.matched)
        if at is not None and not may_pair(theirs, k, ours, at)
    ]
    by_place = _different(theirs, ours, best_pairs(theirs, ours), counts)
    return replace(by_place, matched=found.matched, arguable=(*names, *found.arguable))


def _by_width(theirs: Table, ours: Table, matched: tuple[int | None, ...], usual: Outcome) -> tuple[Outcome, str]:
    """Return the outcome of paired columns and its reason: the usual one unless one result has more of them."""
    if len(ours.names) > len(theirs.names):
        more = [ours.result.columns[k] for k in range(len(ours.names)) if k not in matched]
        return "extra_columns", f"More columns than the reference: {', '.join(more)}."
    if None in matched:
        absent = [theirs.result.columns[k] for k, at in enumerate(matched) if at is None]
        return "missing_columns", f"Columns of the reference are missing: {', '.join(absent)}."
    return usual, ""


def _moved(
    theirs: Table, ours: Table, matched: tuple[int | None, ...], moved: Difference, counts: _Counts
) -> Comparison:
    _, width = _by_width(theirs, ours, matched, "different")
    return Comparison(
        outcome="different", matched=matched, differences=(moved,), reason=f"{moved.why} {width}".rstrip(),
        other_order=True, **counts,
    )  # fmt: skip


def _matched(theirs: Table, pairs: list[tuple[int, int]]) -> tuple[int | None, ...]:
    """For each column of the reference, the one of the generated result; None for those without."""
    at = dict(pairs)
    return tuple(at.get(k) for k in range(len(theirs.names)))


def _ways(theirs: Table, ours: Table, straight: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Yield ways to pair the columns under which all rows are the same, first each with the one at its place."""
    if len(ours.names) < len(theirs.names):
        yield from (sorted((of, at) for at, of in enumerate(chosen)) for chosen in assignments(ours, theirs))
        return
    same = len(ours.names) == len(theirs.names)
    if same and _agree(ours.result, theirs.result) and _rows_equal(theirs, ours, straight):
        yield straight
    yield from ([*enumerate(chosen)] for chosen in assignments(theirs, ours))


def _rows_equal(theirs: Table, ours: Table, pairs: list[tuple[int, int]]) -> bool:
    left, right = paired(theirs, ours, pairs)
    return left == right or counted(left) == counted(right)


def _out_of_order(
    theirs: Table, ours: Table, pairs: list[tuple[int, int]], order: Order, *, rounded: bool = False
) -> Difference | None:
    """Return the first row whose sort key differs; rows with one key may stand in any order.

    When a sort key is not among the columns nothing tells ties, and the rows must come in the same order. A sort key
    that the generated result lacks tells nothing.
    """
    keys = pairs if order.columns is None else [pair for pair in pairs if pair[0] in order.columns]
    if not order.ordered or (order.columns is not None and len(keys) < len(set(order.columns))):
        return None
    # Numbers that may be rounded are compared as such, so the rows are compared by all other keys first.
    loose = [(a, b) for a, b in keys if rounded and is_number(theirs.raw[a], ours.raw[b])]
    strict = [pair for pair in keys if pair not in loose]
    left, right = paired(theirs, ours, strict) if strict else ([()], [()])
    at = next((k for k, (a, b) in enumerate(zip(left, right, strict=True)) if a != b), None)
    if at is None:
        rows = range(len(ours.result.rows)) if loose else ()
        columns = [(theirs.raw[a], ours.raw[b]) for a, b in loose]
        places = [common_places(a, b) for a, b in columns] if loose else []
        pair = zip(columns, places, strict=True)
        alike = [[rounded_alike(a[k], b[k], p) for k in rows] for (a, b), p in pair]
        at = next((k for k, cells in enumerate(zip(*alike, strict=True)) if not all(cells)), None)
    if at is None:
        return None
    why = "The rows come in another order than the reference's ORDER BY asks for."
    return Difference(row=at, generated=ours.result.rows[at], reference=theirs.result.rows[at], why=why)


def _different(theirs: Table, ours: Table, pairs: list[tuple[int, int]], counts: _Counts) -> Comparison:
    matched: list[int | None] = [None] * len(theirs.names)
    for column, at in pairs:
        matched[column] = at
    differences = tuple(differences_of(theirs, ours, pairs))
    if len(theirs.result.rows) != len(ours.result.rows):
        why = f"{len(ours.result.rows):,} rows instead of {len(theirs.result.rows):,}."
    elif len(theirs.names) != len(ours.names):
        why = f"{len(ours.names)} columns instead of {len(theirs.names)}, and their cells differ."
    else:
        why = "Cells differ."
    return Comparison(outcome="different", matched=tuple(matched), differences=differences, reason=why, **counts)
