"""A draw as JSON and as a table."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from review.commands.common import note, out
from review.commands.grid import Grid
from review.sampling.choose import all_of
from review.sampling.draw import DrawResult


def described(result: DrawResult, week: str, due: str, show_ids: bool) -> dict[str, Any]:
    """Return a draw as JSON."""
    found: dict[str, Any] = {
        "week": week,
        "due": due,
        "seed": result.seed,
        "key": result.key_rule,
        "rate": result.rate,
        "frame": result.frame.to_json(),
        "strata": [stratum._asdict() for stratum in result.strata],
        "sampled": result.sampled,
        "overlap": {"share": result.overlap, "items": len(result.overlap_ids)},
        "digest": result.digest,
        "notes": list(result.notes),
    }
    if show_ids:
        found["ids"] = sorted(all_of(result.ids))
        found["overlap"]["ids"] = list(result.overlap_ids)
    return found


def show(result: DrawResult, week: str, due: str, show_ids: bool) -> None:
    """Print a draw for a person."""
    frame = result.frame
    out.print(f"[bold]{week}[/]  {frame.distinct:,} conversations in {escape(str(frame.source))}", highlight=False)
    oddities = {
        "rows without id": frame.null_ids,
        f"ids more than once ({', '.join(frame.duplicate_examples)})": frame.duplicate_ids,
        "rows without a readable date, left out": frame.undated,
        "rows that arrived after the frame was sealed, left out": frame.late,
    }
    for what, n in oddities.items():
        if n:
            out.print(f"  {n:,} {what}", highlight=False, markup=False)
    lines = Grid("group", "population", "share", "drawn", box=None, pad_edge=False)
    for number in (1, 2, 3):
        lines.columns[number].justify = "right"
    for stratum in result.strata:
        name = escape(stratum.name)
        lines.add_row(name, f"{stratum.population:,}", f"{stratum.probability:.4g}", f"{stratum.sampled:,}")
    out.print(lines)
    out.print(
        f"{result.sampled:,} items, {len(result.overlap_ids):,} for several people, due {due}\n"
        f"seed {result.seed}, digest {result.digest}",
        highlight=False,
        markup=False,
    )
    for text in result.notes:
        note(text)
    if show_ids:
        for id_ in sorted(all_of(result.ids)):
            out.print(id_, highlight=False, markup=False, soft_wrap=True)
