"""The figures of the versions with intervals, the differences to the first one, and accuracy against cost and time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.compare import pictures
from pages.parts.compare.choose import Chosen
from pages.parts.shared import figures
from pages.parts.shared.currency import currency_of, titled
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import signed
from review.experiments.comparing.comparison import Comparison
from review.experiments.comparing.measures import BETTER_WORDS
from review.experiments.comparing.verdict import frontier
from review.experiments.runs.judged import judged_figures
from review.statistics.quantity import Quantity


def show(here: Session, chosen: Chosen) -> None:
    """Draw the table of figures, the pictures, and what judges say, corrected for their errors."""
    found = chosen.comparison
    currency = currency_of(here)
    figures.table(_frame(found, currency), key="compare_figures", file_name="figures.csv")
    st.caption("The difference is to the first version, on the cases that both answered, with its 95% interval.")
    if found.checked:
        st.caption(
            "People checked random answers of some versions, and what they found corrects the accuracy. The pictures, "
            "the slices and the gate show scores by rules."
        )
    for name, title in (("cost", "Accuracy and cost"), ("latency", "Accuracy and latency")):
        if name in found.measures and "combined" in found.measures:
            st.markdown(f"##### {title}")
            _picture(found, name, currency)
    _judges(here, chosen)


def _frame(found: Comparison, currency: str) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, measure in found.measures.items():
        by_people = name == "combined" and found.checked
        if by_people:
            rows += [_corrected(found, place) for place in range(len(found.versions))]
        for place, version in enumerate(found.versions):
            quantity = found.figure(name, place)
            change = found.difference(name, place) if place else None
            rows.append(
                {
                    "figure": "combined, by rules alone" if by_people else titled(measure.title, currency),
                    "version": version,
                    "value": shown(quantity, share=measure.share),
                    "difference": changed(change, relative=measure.relative),
                    "95% interval": span(quantity, share=measure.share),
                    "better": BETTER_WORDS[measure.better],
                    "cases": quantity.n,
                }
            )
    return pd.DataFrame(rows)


def _corrected(found: Comparison, place: int) -> dict[str, object]:
    """Return the row of the accuracy that people's checks corrected, with how many answers they checked."""
    accuracy = found.accuracy(place)
    return {
        "figure": "combined, corrected by people",
        "version": found.versions[place],
        "value": shown(accuracy.by_people, share=True),
        "difference": changed(found.corrected_difference(place) if place else None, relative=False),
        "95% interval": span(accuracy.by_people, share=True),
        "better": BETTER_WORDS["higher"],
        "cases": accuracy.by_people.n,
        "checked": accuracy.checked,
    }


def shown(quantity: Quantity, *, share: bool) -> str:
    """Return a value as people read it: a percentage, or a number with as many digits as it deserves."""
    if quantity.value is None:
        return "–"
    return signed(quantity.value, ".1%") if share else signed(quantity.value, ",.4g")


def span(quantity: Quantity, *, share: bool) -> str:
    """Return the interval, or why there is none."""
    if quantity.ci is None:
        return quantity.undefined or ""
    low, high = quantity.ci
    return (
        f"{signed(low, '.1%')} to {signed(high, '.1%')}"
        if share
        else f"{signed(low, ',.4g')} to {signed(high, ',.4g')}"
    )


def changed(change: Quantity | None, *, relative: bool) -> str:
    """Return a difference with its interval: in percent of the first version, in points, or as a number."""
    if change is None or change.value is None:
        return ""
    sign = "%" if relative else " points"
    ends = "" if change.ci is None else f" ({signed(100 * change.ci[0])} to {signed(100 * change.ci[1])})"
    return f"{signed(100 * change.value)}{sign}{ends}"


def _picture(found: Comparison, by: str, currency: str) -> None:
    best = frontier(found, by)
    rows = []
    for place, version in enumerate(found.versions):
        accuracy, price = found.figure("combined", place), found.figure(by, place)
        if accuracy.value is not None and price.value is not None:
            low, high = accuracy.ci or (accuracy.value, accuracy.value)
            rows.append(
                {
                    "version": version,
                    "x": price.value,
                    "value": accuracy.value,
                    "low": low,
                    "high": high,
                    "place": "on the frontier" if best[place] else "another version beats it",
                }
            )
    if len(rows) < 2:
        st.caption("Fewer than two versions have both figures.")
        return
    frame = pd.DataFrame(rows)
    chart = pictures.frontier(frame, x_title=titled(found.measures[by].title, currency))
    figures.with_table(chart, frame, key=f"compare_picture_{by}", file_name=f"{by}.csv")
    st.caption(
        "Higher is better, further left is better. No other version is both more accurate and "
        f"{'cheaper' if by == 'cost' else 'faster'} than one on the frontier."
    )


def _judges(here: Session, chosen: Chosen) -> None:
    rows = []
    for run in chosen.comparison.runs:
        for name, figure in judged_figures(here.store, run.scorers, run.cases).items():
            rows.append(
                {
                    "judge": name.removeprefix("judge:"),
                    "version": run.version,
                    "as the judge says": shown(figure.raw, share=True),
                    "corrected": shown(figure.corrected, share=True),
                    "95% interval": span(figure.corrected, share=True),
                    "note": figure.said,
                }
            )
    if rows:
        st.markdown("##### Judges")
        figures.table(pd.DataFrame(rows), key="compare_judges", file_name="judges.csv")
        st.caption(
            as_text(
                "A judge's figure is corrected for its measured errors. The difference of two corrected figures is "
                "unverified and decides no gate: a judge may err more often on one version."
            )
        )
