"""The pair of columns that explains a ring better than any one column: an incident in one model of one source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.buckets import Windows, bounded, entries, within
from review.log.checks_ran import checks_ran
from review.log.rereading import rereading
from review.monitoring.alerts.basis import WEIGHT
from review.monitoring.alerts.declared import Counted, Declared, counted_in_log
from review.monitoring.alerts.expired import counted_in_counts
from review.monitoring.alerts.found import Ring, Slice
from review.monitoring.alerts.gathering import EARLIEST
from review.monitoring.alerts.spans import Spans
from review.monitoring.alerts.watching import usual_events
from review.monitoring.counts import counts_relation
from review.monitoring.metrics import SLICES
from review.statistics.watching.places import Part, pair_explaining

Counts = tuple[float, float, float, float]
"""Events and trials of the baseline, then events and trials since the ring began."""
Pair = tuple[str, str, str, str]
"""A column, its value, another column and its value."""


def with_pair(log: LogPaths, one: Declared, ring: Ring, *, spans: Spans, latest: str) -> Ring:
    """Return a ring of a rate with the pair that explains it clearly better than its slices, if there is one.

    ``latest`` is the last moment that a row may have. The log is read once more, so this is for rings that open an
    alert.
    """
    if one.how != "rate" or one.metric is None:
        return ring
    known = _counted(log, one, spans, latest)
    total = known.pop(("", "", "", ""), (0.0, 0.0, 0.0, 0.0))
    singles = {key: n for key, n in known.items() if not key[2]}
    per_one = total[0] / total[1] if total[1] else 0.0
    named = {(s.field, s.value) for s in ring.slices}
    rates = {key: _rate(n, per_one) for key, n in known.items()}
    parts = {key: _part(one, key, n, rates[key], per_one) for key, n in known.items()}
    whole = _part(one, ("", "", "", ""), total, per_one, per_one)
    among = [parts[key] for key in known if key[2] and (not named or key[:2] in named or key[2:] in named)]
    best = pair_explaining(among, [parts[key] for key in singles], whole=whole)
    if best is None:
        return ring
    key = next(key for key, part in parts.items() if part is best.part)
    n = known[key]
    found = Slice(
        field=key[0], value=key[1], and_field=key[2], and_value=key[3], rate=n[2] / n[3], usual=rates[key],
        n=int(n[3]), share=best.share,
    )  # fmt: skip
    return replace(ring, slices=(found, *(s for s in ring.slices if not s.and_field)))


def _rate(n: Counts, per_one: float) -> float:
    """Return the usual rate of a part, drawn to that of all traffic as by few events."""
    prior = WEIGHT / per_one if per_one > 0 else 20.0
    return (n[0] + prior * per_one) / (n[1] + prior)


def _part(one: Declared, key: Pair, n: Counts, rate: float, of_all: float) -> Part:
    usual = float(usual_events(one, rate, of_all)) * n[3]
    name, value = f"{key[0]} {key[2]}", f"{key[1]} {key[3]}"
    return Part(name=name, value=value, events=n[2], trials=n[3], usual=usual, before=n[1])


@rereading
def _counted(log: LogPaths, one: Declared, spans: Spans, latest: str) -> dict[Pair, Counts]:
    """Return the counts of all traffic, of each value, and of each pair of values, with those that expired."""
    found: dict[Pair, Counts] = {}
    windows = Windows(by="all", earliest=EARLIEST, latest=latest)
    in_log = counted_in_log(one, checks_ran(log))
    relations = [(f"{entries(log)} WHERE {within(windows)}", "created_at", in_log, len(latest))]
    relation = counts_relation(log)
    with bounded() as db:
        if relation is not None:
            held = [column[0] for column in db.execute(f"SELECT * FROM {relation} LIMIT 0").description]  # noqa: S608 - our own paths
            relations.append((f"{relation} WHERE true", "hour", counted_in_counts(one, held), 13))
        for rows, column, counts, digits in relations:
            for key, cells in _sets(db.execute(_query(rows, column, counts, spans, digits)).fetchall()):
                old = found.get(key, (0.0, 0.0, 0.0, 0.0))
                summed = [a + b for a, b in zip(old, cells, strict=True)]
                found[key] = (summed[0], summed[1], summed[2], summed[3])
    return found


def _query(rows: str, column: str, counts: Counted, spans: Spans, digits: int) -> str:
    """Return the query of the counts by span and by each set of at most two columns."""
    inside = [f"({column} >= {sql_literal(a[:digits])} AND {column} < {sql_literal(b[:digits])})" for a, b in spans]
    sets = ", ".join(
        f"({', '.join(('since_', *names))})" for names in ((), *((n,) for n in SLICES), *combinations(SLICES, 2))
    )
    rolled = ", ".join(f"grouping({name})" for name in SLICES)
    return (
        f"SELECT since_, {', '.join(SLICES)}, {rolled}, {counts.alone} "  # noqa: S608 - our own names and paths
        f"FROM (SELECT *, {inside[1]} AS since_ FROM {rows} AND ({' OR '.join(inside)})) "
        f"GROUP BY GROUPING SETS ({sets})"
    )


def _sets(rows: Sequence[Sequence[object]]) -> Iterator[tuple[Pair, Counts]]:
    """Give each row by the columns that it was not rolled up over; rows without one of their values are left out."""
    size = len(SLICES)
    for row in rows:
        values, rolled = row[1 : 1 + size], row[1 + size : 1 + 2 * size]
        kept = [(SLICES[k], value) for k, value in enumerate(values) if not rolled[k]]
        if any(value is None for _, value in kept):
            continue
        events, trials = (float(str(cell or 0)) for cell in row[1 + 2 * size :])
        (a, b), (c, d) = ([(name, str(value)) for name, value in kept] + [("", "")] * 2)[:2]
        if math.isfinite(events):
            yield (a, b, c, d), ((0.0, 0.0, events, trials) if row[0] else (events, trials, 0.0, 0.0))
