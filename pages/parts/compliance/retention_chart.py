"""The picture of a dry run: what of each class would go, is held back, or is too young."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pages.parts.shared.chart_parts import BLUE, GREY, RED, Chart, layers, listed, measured, named, tooltip
from review.monitoring.retention import Retained
from review.settings.retention import CLASSES

PARTS = {"would go": RED, "held back": BLUE, "too young": GREY}
NAMES = {"error": "errors", "slow": "slow", "normal": "normal"}


def retention_frame(planned: Retained) -> pd.DataFrame:
    """Return how many conversations of each class would go, are held back, or are too young."""
    rows = []
    for name, n in planned.classes(CLASSES).items():
        held = sum(week.held_by_class.get(name, 0) for week in planned.weeks)
        shares: Mapping[str, int] = dict(zip(PARTS, (n["expired"], held, n["kept"] - held), strict=True))
        rows += [{"class": NAMES[name], "what": what, "conversations": k} for what, k in shares.items()]
    return pd.DataFrame(rows)


def retention_chart(frame: pd.DataFrame) -> Chart:
    """Return one bar for each class, with what becomes of its conversations."""
    colour = named(
        "what", title=None, legend={"orient": "top"}, sort=list(PARTS),
        scale={"domain": list(PARTS), "range": list(PARTS.values())},
    )  # fmt: skip
    order = {"field": "order", "type": "quantitative"}
    shown = frame.assign(order=[list(PARTS).index(what) for what in frame["what"]])
    said = [f"{row['class']}, {row['what']}: {row['conversations']:,}" for row in frame.to_dict("records")]
    sums = frame.groupby("what")["conversations"].sum()
    answer = ", ".join(f"{sums.get(what, 0):,} {what}" for what in PARTS)
    return layers(
        shown,
        240,
        f"Of {sums.sum():,} conversations: {answer}. By class: {listed(said)}",
        (
            {"type": "bar", "cornerRadius": 2, "height": {"band": 0.7}},
            {
                "x": measured(
                    "conversations",
                    title="conversations",
                    stack="zero",
                    axis={"tickMinStep": 1, "tickCount": 5},
                    # Without a label at the very edge, where it would be cut off.
                    scale={
                        "domainMax": 1.05 * max(frame.groupby("class")["conversations"].sum().max(), 1),
                        "nice": False,
                    },
                ),
                "y": named("class", title=None, sort=[NAMES[name] for name in CLASSES]),
                "color": colour,
                "order": order,
                "tooltip": tooltip(frame, ["class", "what", "conversations"]),
            },
        ),
    )
