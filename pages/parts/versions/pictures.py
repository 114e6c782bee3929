"""Two pictures: the accuracy of versions on releases with intervals, and which version came from which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from pages.parts.shared import charts
from pages.parts.shared.chart_parts import BLUE, GREY, INK, Chart, layers, listed, measured, named, point
from pages.parts.shared.figures import number
from review.experiments.runs.accuracy import Accuracy
from review.experiments.versions.lineage import LineagePlace
from review.experiments.versions.registry import Version

GREEN = "#2e9e6b"
COLOURS = {"approved": GREEN, "pending": BLUE, "deprecated": GREY}
"""The colour of a version's state; its name stands beside the mark as well."""
Accuracies = Mapping[str, Mapping[str, Accuracy]]


def accuracy_chart(found: Accuracies) -> tuple[Chart, pd.DataFrame] | None:
    """Return the accuracy of each version on each release, and its table; None before the first run.

    Where people checked answers of some run, the table has the figure by rules alone beside it, and how many they
    checked.
    """
    known = [
        (version, release, one)
        for version, releases in found.items()
        for release, one in releases.items()
        if one.combined.value is not None
    ]
    rows = [
        {
            "version": version,
            "release": release,
            "value": one.combined.value,
            "low": one.combined.ci[0] if one.combined.ci else None,
            "high": one.combined.ci[1] if one.combined.ci else None,
            "cases": one.combined.n,
        }
        for version, release, one in known
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    chart = charts.intervals(
        frame,
        x="version",
        y_title="combined accuracy",
        series="release",
        order=list(dict.fromkeys(frame["version"])),
        percent=True,
    )
    if any(one.checked for _, _, one in known):
        by_rules, checked = zip(*((one.by_rules.value, one.checked) for _, _, one in known), strict=True)
        frame = frame.assign(**{"by rules alone": by_rules, "checked by people": checked})
    return chart, frame


def lineage_chart(places: Sequence[LineagePlace], versions: Mapping[str, Version], found: Accuracies) -> Chart:
    """Return the tree of versions from left to right: each with its state, and its latest accuracy below."""
    at = {p.version: p for p in places}
    rows, words = [], []
    for place in places:
        parent = at.get(place.parent or "")
        known = [one.combined for one in found.get(place.version, {}).values() if one.combined.value is not None]
        state = versions[place.version].state.state
        label = f"{place.version} · {state}"
        figure = number(known[-1].value, percent="tenths") if known else "no run yet"
        words.append(f"{label}, {figure}" + (f", from {place.parent}" if place.parent else ""))
        rows.append(
            {
                "state": state,
                "generation": place.generation,
                "lane": -place.lane,
                "from_generation": parent.generation if parent else place.generation,
                "from_lane": -parent.lane if parent else -place.lane,
                "label": label,
                "figure": figure,
            }
        )
    frame = pd.DataFrame(rows)
    across = {"scale": {"domain": [-0.4, max(p.generation for p in places) + 0.6]}, "axis": None}
    lanes = max(p.lane for p in places)
    up = {"scale": {"domain": [-lanes - 0.6, 0.6]}, "axis": None}
    here = {"x": measured("generation", **across), "y": measured("lane", **up)}
    edge = {
        "x": measured("from_generation", **across),
        "y": measured("from_lane", **up),
        "x2": {"field": "generation"},
        "y2": {"field": "lane"},
    }
    colour = named("state", legend=None, scale={"domain": list(COLOURS), "range": list(COLOURS.values())})
    text = {"type": "text", "color": INK, "align": "left", "dx": 0}
    return layers(
        frame,
        70 * (lanes + 1) + 20,
        f"Which version came from which: {listed(words)}",
        ({"type": "rule", "color": GREY, "strokeWidth": 2}, edge),
        (point(160), {**here, "color": colour}),
        ({**text, "dy": -16, "fontWeight": 600}, {**here, "text": named("label")}),
        ({**text, "dy": 18}, {**here, "text": named("figure")}),
    )
