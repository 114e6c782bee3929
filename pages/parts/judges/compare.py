"""Judges and versions side by side on the same items: a chart, a table, and which differences are proven."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.judges import choose
from pages.parts.judges.trust import choose_dimension
from pages.parts.shared import cached_statistics, charts, figures
from pages.parts.shared.currency import currency_of
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted, p_value
from review.current.verdicts import Reference, versions_with_verdicts
from review.judges.workbench.comparing import Comparison, Side
from review.judges.workbench.workbench import Listed
from review.statistics.calibration.compare import JudgePair
from review.statistics.quantity import Quantity

LEVEL = 0.05
AT_FIRST = 4
FIGURES = ("same as people", "precision", "recall")


def show(here: Session, weeks: tuple[str, ...], judge: Listed, version: Reference) -> None:
    """Compare several judges in one dimension at a time."""
    spoke = versions_with_verdicts(here.store, weeks)
    known = [str(Reference(name, v)) for name, versions in spoke.items() for v in versions]
    if len(known) < 2:
        st.info(
            "Only one judge has verdicts in these weeks. Save a second version under **Improve** and run it.",
            icon=":material/balance:",
        )  # fmt: skip
        return
    chosen = st.pills(
        "Judges", known, selection_mode="multi", default=_at_first(known, spoke, judge.name),
        key=f"workbench_sides_{'_'.join(known)}", label_visibility="collapsed", wrap=True,
        format_func=as_text,
    )  # fmt: skip
    if len(chosen) < 2:
        st.info("Choose two or more judges or versions.", icon=":material/balance:")
        return
    try:
        found = cached_statistics.comparison(here, weeks, tuple(chosen))
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    if not found:
        st.info("No dimension has verdicts of two of these judges.", icon=":material/balance:")
        return
    dimension = choose_dimension(list(found), next(iter(judge.dimensions), None))
    _side_by_side(found[dimension], currency_of(here), key=f"workbench_compare_{dimension}")


def _at_first(known: Sequence[str], spoke: dict[str, tuple[str, ...]], name: str) -> list[str]:
    """Return a few versions of the chosen judge and the latest versions of others."""
    versions = spoke.get(name, ())
    # The log may hold the same verdicts as a numbered version, which they would only repeat.
    own = [str(Reference(name, v)) for v in reversed(versions) if v.isdigit() or len(versions) == 1]
    others = [str(Reference(j, theirs[-1])) for j, theirs in spoke.items() if j != name]
    return sorted((own[: AT_FIRST - min(len(others), 2)] + others)[:AT_FIRST], key=list(known).index)


def _side_by_side(found: Comparison, currency: str, *, key: str) -> None:
    facts = [f"{counted(found.items, 'settled item')}."]
    positive = next((s.report.positive for s in found.sides if s.report.positive), None)
    if positive:
        facts.append(f"Precision and recall are those of '{positive}', weighted by the draw.")
    if found.examples:
        facts.append(f"{counted(found.examples, 'item')} left out for all, because a prompt shows them as examples.")
    half = ":blue-badge[dev half] " if found.half == "dev" else ""
    st.markdown(half + as_text(" ".join(facts)))
    _picture(found, currency, key=key)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Who is right more often")
        _tests(found, key=key)
    with right:
        st.subheader("How far they agree")
        _agreement(found, key=key)


def _picture(found: Comparison, currency: str, *, key: str) -> None:
    rows = [
        {"judge": str(side.judge), "figure": name, "value": q.value, "low": q.ci[0], "high": q.ci[1], "n": q.n}
        for side in found.sides
        for name, q in _of(side).items()
        if q.value is not None and q.ci
    ]
    if rows:
        order = [str(side.judge) for side in found.sides]
        chart = charts.intervals(
            pd.DataFrame(rows), x="judge", y_title="share", series="figure", order=order, series_order=FIGURES
        )
        figures.draw(chart, key=f"{key}_chart")
    frame = pd.DataFrame(
        [
            {
                "judge": str(side.judge),
                **{name: _text(q) for name, q in _of(side).items()},
                "no verdict": side.report.no_verdict,
                "per 1,000": "–"
                if side.economy.cost_per_1000 is None
                else choose.money(side.economy.cost_per_1000, currency),
                "median": choose.span(side.economy.latency_p50),
                "95% within": choose.span(side.economy.latency_p95),
            }
            for side in found.sides
        ]
    )
    figures.table(frame, key=f"{key}_sides", file_name="judges.csv")


def _of(side: Side) -> dict[str, Quantity]:
    weighted = side.report.weighted
    return {"same as people": side.accuracy, "precision": weighted["precision"], "recall": weighted["recall"]}


def _text(q: Quantity) -> str:
    if q.value is None:
        return f"– {q.undefined}"
    return f"{q.value:.2f}" + (f" [{q.ci[0]:.2f}, {q.ci[1]:.2f}]" if q.ci else "")


def _tests(found: Comparison, *, key: str) -> None:
    """Show each pair in a sentence, proven differences first, and McNemar's test as a table."""
    ordered = sorted(found.pairs, key=lambda p: p.holm.mid_p)
    st.markdown("\n".join(f"- {_proven(pair)}" for pair in ordered))
    st.caption(
        "A difference counts as proven at p ≤ 0.05, adjusted for all pairs.",
        help="McNemar's mid-p on the items where only one of the two judges is right, with Holm's correction.",
    )
    rows = [
        {
            "first": pair.judges[0],
            "second": pair.judges[1],
            "items": pair.n,
            "only first right": pair.b,
            "only second right": pair.c,
            "exact p": p_value(pair.p.exact_p),
            "mid-p": p_value(pair.p.mid_p),
            "Holm": p_value(pair.holm.mid_p),
        }
        for pair in found.pairs
    ]
    with st.expander("Table and download"):
        figures.table(pd.DataFrame(rows), key=f"{key}_tests", file_name="mcnemar.csv")


def _proven(pair: JudgePair) -> str:
    """Say which of two judges is better by McNemar's test, or that nothing is proven, and on how many items."""
    (first, second), p = (as_text(name) for name in pair.judges), pair.holm.mid_p
    level = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    alone = f"{first} alone is right on {pair.b}, {second} alone on {pair.c} of {pair.n} ({level})"
    if p > LEVEL:
        return f"No difference is proven: {alone}."
    better, worse = (first, second) if pair.b > pair.c else (second, first)
    return f"**{better}** is right more often than {worse}: {alone}."


def _agreement(found: Comparison, *, key: str) -> None:
    rows = []
    for pair in found.agreement:
        text = f"{figures.number(pair.cohen_kappa)} ({pair.n})"
        shared = {"n": pair.n, "kappa": pair.cohen_kappa, "same": pair.percent_agreement, "text": text}
        rows += [{"judge": pair.first, "other": pair.second, **shared}]
        rows += [{"judge": pair.second, "other": pair.first, **shared}]
    frame = pd.DataFrame([r for r in rows if r["n"]])
    if frame.empty:
        st.caption("No item has verdicts of two of these judges.")
        return
    order = [str(side.judge) for side in found.sides]
    chart = charts.heat_map(
        frame, x="judge", y="other", value="kappa", text="text", order=order, domain=(0, 1), angle=-35
    )
    figures.with_table(chart, frame.drop(columns="text"), key=f"{key}_agreement", file_name="judges-agreement.csv")
    st.caption(
        "Agreement beyond chance between judges on the items that both judged, settled or not; the number of items in "
        "brackets.",
        help="Cohen's kappa.",
    )
