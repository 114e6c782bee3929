"""How many rows a source has on each of some days: what a frame is held against before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from review.basics.weeks import Window
from review.sampling.engines.engine import Engine
from review.sampling.frame import find_fields


def rows_per_day(engine: Engine, days: Sequence[Window], *, mapping: Mapping[str, str]) -> list[int] | None:
    """Return the number of rows of each day, in their order; None where rows have no time.

    ``mapping`` names the column of a field that has another name. Raises InputError for a source without ids.
    """
    place = find_fields(engine, mapping, ()).get("created_at")
    if place is None or not days:
        return None
    made = exp.column("made", table="dated")
    dated = exp.select(exp.alias_(engine.instant(*place), "made")).from_(engine.relation([place.column]))
    counts = [
        exp.Count(
            this=exp.Case().when(
                exp.and_(
                    exp.GTE(this=made.copy(), expression=engine.moment(day.start)),
                    exp.LT(this=made.copy(), expression=engine.moment(day.end)),
                ),
                exp.Literal.number(1),
            )
        )
        for day in days
    ]
    named = [exp.alias_(count, f"day_{number}") for number, count in enumerate(counts)]
    (row,) = engine.query(exp.select(*named).from_(dated.subquery("dated")))
    return [int(n) for n in row]
