"""Compare a generated result with that of the reference: rows as a multiset, order only where the reference "
"asks for it.

Columns are matched by name first and by content where names differ, so two columns of one type that were swapped under
their names are different. Equal rows count as often as they occur.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypedDict

from review.sql.results.matching import Table, assignments, by_name, counted, differing, paired, surplus
from review.sql.results.ordering import Order, order_of
from review.sql.results.outcome import Comparison, Difference, Outcome
from review.sql.results.result import Result
from review.sql.results.rounding import only_rounded


class _Counts(TypedDict):
    rows_generated: int | None
    rows_reference: int | None


SHOWN = 5
"""How many differing rows a comparison keeps."""
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
    if width == wanted:
        return _same_width(theirs, ours, order, counts)
    if width > wanted:
        return _wider(theirs, ours, order, counts)
    return _narrower(theirs, ours, counts)


def _agree(generated: Result, reference: Result) -> bool:
    """Whether the names do not contradict the places: no name of the reference stands at another place."""
    names = [c.lower() for c in reference.columns]
    return all(g.lower() == r or g.lower() not in names for g, r in zip(generated.columns, names, strict=True))


def _without_rows(generated: Result, reference: Result) -> Comparison | None:
    rows = _Counts(
        rows_generated=len(generated.rows) if generated.done else None,
        rows_reference=len(reference.rows) if reference.done else None,
    )
    if not reference.done:
        return Comparison(outcome="reference_failed", reason=reference.error or reference.ending, **rows)
    if not generated.done:
        outcome: Outcome = "timed_out" if generated.ending == "timed_out" else "generated_failed"
        return Comparison(outcome=outcome, reason=generated.error or generated.ending, **rows)
    return None


def _same_width(theirs: Table, ours: Table, order: Order, counts: _Counts) -> Comparison:
    straight = [(k, k) for k in range(len(theirs.names))]
    first: Comparison | None = None
    for found in islice(_ways(theirs, ours, straight), WAYS):
        matched = tuple(at for _, at in found)
        moved = _out_of_order(theirs, ours, found, order)
        if moved is None:
            outcome: Outcome = "equal" if found == straight else "equal_permuted"
            return Comparison(outcome=outcome, matched=matched, **counts)
        first = first or Comparison(
            outcome="different", matched=matched, differences=(moved,), reason=moved.why, **counts
        )
    if first is not None:
        return first
    pairs = _best_pairs(theirs, ours)
    if len(theirs.result.rows) == len(ours.result.rows) and only_rounded(theirs, ours, pairs):
        return Comparison(outcome="rounding_only", matched=tuple(at for _, at in pairs), **counts)
    return _different(theirs, ours, pairs, counts)


def _ways(theirs: Table, ours: Table, straight: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Yield ways to pair the columns under which all rows are the same, first each with the one at its place."""
    if len(theirs.result.rows) != len(ours.result.rows):
        return
    if _agree(ours.result, theirs.result) and _rows_equal(theirs, ours, straight):
        yield straight
    yield from ([*enumerate(chosen)] for chosen in assignments(theirs, ours))


def _wider(theirs: Table, ours: Table, order: Order, counts: _Counts) -> Comparison:
    if len(theirs.result.rows) == len(ours.result.rows):
        for chosen in islice(assignments(theirs, ours), WAYS):
            found = [*enumerate(chosen)]
            if _out_of_order(theirs, ours, found, order) is None:
                more = [ours.result.columns[k] for k in range(len(ours.names)) if k not in chosen]
                why = f"More columns than the reference: {', '.join(more)}."
                return Comparison(outcome="extra_columns", matched=tuple(chosen), reason=why, **counts)
    return _different(theirs, ours, _best_pairs(theirs, ours), counts)


def _narrower(theirs: Table, ours: Table, counts: _Counts) -> Comparison:
    if len(theirs.result.rows) == len(ours.result.rows):
        for chosen in assignments(ours, theirs):
            back: dict[int, int] = {of: at for at, of in enumerate(chosen)}
            matched = tuple(back.get(k) for k in range(len(theirs.names)))
            absent = [theirs.result.columns[k] for k, at in enumerate(matched) if at is None]
            why = f"Columns of the reference are missing: {', '.join(absent)}."
            return Comparison(outcome="missing_columns", matched=matched, reason=why, **counts)
    return _different(theirs, ours, _best_pairs(theirs, ours), counts)


def _rows_equal(theirs: Table, ours: Table, pairs: list[tuple[int, int]]) -> bool:
    left, right = paired(theirs, ours, pairs)
    return left == right or counted(left) == counted(right)


def _best_pairs(theirs: Table, ours: Table) -> list[tuple[int, int]]:
    """Pairs of columns to show differences by: those of one name, then the others by their places."""
    named = by_name(theirs, ours)
    free = [k for k in range(len(ours.names)) if k not in named]
    pairs = []
    for column, at in enumerate(named):
        if at is None and free:
            at = column if column in free else free[0]
            free.remove(at)
        if at is not None:
            pairs.append((column, at))
    return pairs


def _out_of_order(theirs: Table, ours: Table, pairs: list[tuple[int, int]], order: Order) -> Difference | None:
    """Return the first row whose sort key differs; rows with one key may stand in any order.

    When a sort key is not among the columns nothing tells ties, and the rows must come in the same order.
    """
    if not order.ordered:
        return None
    keys = pairs if order.columns is None else [pair for pair in pairs if pair[0] in order.columns]
    left, right = paired(theirs, ours, keys)
    at = next((k for k, (a, b) in enumerate(zip(left, right, strict=True)) if a != b), None)
    if at is None:
        return None
    why = "The rows come in another order than the reference's ORDER BY asks for."
    return Difference(row=at, generated=ours.result.rows[at], reference=theirs.result.rows[at], why=why)


def _different(theirs: Table, ours: Table, pairs: list[tuple[int, int]], counts: _Counts) -> Comparison:
    matched: list[int | None] = [None] * len(theirs.names)
    for column, at in pairs:
        matched[column] = at
    differences = tuple(_differences(theirs, ours, pairs))
    if len(theirs.result.rows) != len(ours.result.rows):
        why = f"{len(ours.result.rows):,} rows instead of {len(theirs.result.rows):,}."
    elif len(theirs.names) != len(ours.names):
        why = f"{len(ours.names)} columns instead of {len(theirs.names)}, and their cells differ."
    else:
        why = "Cells differ."
    return Comparison(outcome="different", matched=tuple(matched), differences=differences, reason=why, **counts)


def _differences(theirs: Table, ours: Table, pairs: list[tuple[int, int]]) -> list[Difference]:
    """The first rows that only one of the results has, side by side where both have one."""
    if not pairs:
        return []
    left, right = paired(theirs, ours, pairs)
    here, there = surplus(right, left, most=SHOWN), surplus(left, right, most=SHOWN)
    found = []
    for number in range(min(SHOWN, max(len(here), len(there)))):
        mine = here[number] if number < len(here) else None
        other = there[number] if number < len(there) else None
        if mine is not None and other is not None:
            cells, why = differing(right[mine], left[other]), "These rows differ."
        else:
            cells, why = [], f"Only {'the generated result' if other is None else 'the reference'} has this row."
        found.append(
            Difference(
                row=mine if mine is not None else other or 0,
                generated=None if mine is None else ours.result.rows[mine],
                reference=None if other is None else theirs.result.rows[other],
                why=why,
                columns=tuple(pairs[k][0] for k in cells),
            )
        )
    return found
