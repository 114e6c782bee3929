"""How many rows a source has on each of some days: what a frame is held against before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from review.basics.weeks import Window
from review.sampling.engines.engine import Engine
from review.sampling.frame import find_fields


def rows_per_day(
    engine: Engine,
    days: Sequence[Window],
    *,
    mapping: Mapping[str, str],
    by: str | None = None,
    date_format: str = "",
) -> dict[str, list[int]] | None:
    """Return the rows of each day, in their order, by the text of the column ``by``; None where rows have no time.

    Without ``by``, or where the source has no such column, there is one list, under "". ``mapping`` names the column of
    a field that has another name, and ``date_format`` is how ``created_at`` is written. Raises InputError for a source
    without ids.
    """
    place = find_fields(engine, mapping, ()).get("created_at")
    if place is None or not days:
        return None
    kind = engine.text(by) if by is not None and by in engine.columns() else exp.Literal.string("")
    made, columns = exp.column("made", table="dated"), [place.column, *([by] if by in engine.columns() and by else [])]
    instant = engine.instant(*place, zone=days[0].zone, form=date_format)
    dated = exp.select(exp.alias_(instant, "made"), exp.alias_(kind, "kind"))
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
    group = exp.column("kind", table="dated")
    query = exp.select(group, *named).from_(dated.from_(engine.relation(columns)).subquery("dated"))
    return {str(name or ""): [int(n) for n in row] for name, *row in engine.query(query.group_by(group.copy()))}
