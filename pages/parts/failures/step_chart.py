"""The chart of the steps of a trace: one bar for each, from its start to its end."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pages.parts.shared.chart_parts import BLUE, RED, Chart, layers, listed, measured, named, tooltip
from review.failures.located import Bar

ORANGE = "#d98a2b"
COLOURS = {"ok": BLUE, "error": ORANGE, "began here": RED}


def step_chart(bars: Sequence[Bar], *, first: int = 0) -> Chart:
    """Return the waterfall of some steps; ``first`` is the place of the first of them in the trace."""
    frame = pd.DataFrame(
        [
            {
                "step": f"{first + n}. {bar.name[:40]}",
                "start": bar.start,
                "end": bar.end,
                "what": "began here" if bar.located else "error" if bar.failed else "ok",
            }
            for n, bar in enumerate(bars, start=1)
        ]
    )
    there = [what for what in COLOURS if what in set(frame["what"])]
    colour = named(
        "what", title=None, legend={"orient": "top"}, sort=there,
        scale={"domain": there, "range": [COLOURS[what] for what in there]},
    )  # fmt: skip
    said = [f"{bar.name} {bar.start:.0f} to {bar.end:.0f} ms{', the failure began here' * bar.located}" for bar in bars]
    return layers(
        frame,
        max(60, 26 * len(frame) + 30),
        f"Steps over time: {listed(said)}",
        (
            {"type": "bar", "height": 14, "cornerRadius": 2, "minBandSize": 2},
            {
                "x": measured("start", title="milliseconds"),
                "x2": {"field": "end"},
                "y": named("step", title=None, sort=list(frame["step"]), axis={"labelLimit": 220}),
                "color": colour,
                "tooltip": tooltip(frame, ["step", "start", "end", "what"]),
            },
        ),
    )
