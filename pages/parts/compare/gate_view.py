"""The gate between two versions: the decision and why, what to do when it is undecided, and the decisions on record."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.compare import case_list, data, repeat_form
from pages.parts.compare.choose import Chosen
from pages.parts.compare.waive_form import on_record
from pages.parts.shared import figures, rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted, p_value, signed
from review.experiments.gating.asking import ask_people
from review.experiments.gating.keeping import keep
from review.experiments.gating.outcome import Outcome
from review.experiments.gating.settings import AS_USUAL, GateSettings
from review.experiments.gating.written import sentences, title
from review.settings.project import project_of
from storage.connection import StorageError

ICONS = {"pass": ":material/check_circle:", "fail": ":material/block:", "inconclusive": ":material/help:"}


def show(here: Session, chosen: Chosen) -> None:
    """Draw the gate between the first version and one other."""
    versions = chosen.comparison.versions
    candidate = versions[1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(versions) > 2:
            candidate = st.selectbox("Candidate", versions[1:], key="compare_candidate", width=260)
        margin = st.number_input("Tolerated drop, points", 0.0, 50.0, 2.0, 0.5, key="compare_margin", width=180)
        strict = st.toggle(
            "Strict rule", key="compare_strict", help="Fails on every drop over the margin, proven or not."
        )
    settings = GateSettings(margin=margin / 100, alpha=AS_USUAL.alpha, strict=strict)
    runs = chosen.runs[0], chosen.runs[versions.index(candidate)]
    try:
        outcome = data.gated(here, runs, (versions[0], candidate, chosen.release), settings)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    _decision(outcome)
    _cases(outcome)
    _slices(outcome)
    if st.button("Put this decision on record", icon=":material/gavel:", key="compare_keep"):
        try:
            keep(here.store, outcome, by=here.rater.id)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
    if outcome.decision == "inconclusive":
        _undecided(here, outcome)
    elif outcome.report.doubtful:
        st.markdown("##### To be sure")
        repeat_form.show(here, outcome)
    on_record(here, candidate)


def _decision(outcome: Outcome) -> None:
    e = outcome.report.evidence
    box = {"pass": st.success, "fail": st.error, "inconclusive": st.warning}[outcome.decision]
    box(f"**{as_text(title(outcome))}**", icon=ICONS[outcome.decision])
    with st.container(horizontal=True):
        st.metric("Drop in points", signed(100 * e.drop), help="Lower is better; below 0 the candidate is better.")
        st.metric(
            "95% interval",
            f"{signed(100 * e.ci[0])} to {signed(100 * e.ci[1])}",
            help="Of the drop, by Tango's score limits.",
        )
        st.metric("Broke", e.broke)
        st.metric("Fixed", e.fixed)
        st.metric("Cases", f"{e.n:,}")
        smallest = outcome.report.smallest_detectable_drop
        st.metric("Smallest drop it can see", "–" if smallest is None else f"{100 * smallest:.1f} points")
    for sentence in sentences(outcome):
        st.markdown(f"- {as_text(sentence)}")


def _cases(outcome: Outcome) -> None:
    flipped = outcome.report.flipped
    if not flipped and not outcome.causes:
        return
    st.markdown("##### Cases to read")
    questions = {one.case.id: one.case.question for one in outcome.candidate.cases}
    frame = pd.DataFrame(
        [
            {
                "question": questions.get(c.name, "")[:160],
                "change": c.change + (", must pass" if c.must_pass else ""),
                outcome.baseline.version: round(c.baseline, 2),
                outcome.candidate.version: round(c.candidate, 2),
                "scenario": c.scenario,
                "case": c.name,
            }
            for c in flipped
        ]
    )
    if not frame.empty:
        picked = rows.choose(frame, key="compare_flips", id_column="case", file_name="flips.csv", wrapped=True)
        if picked.opened:
            case_list.open_cases(case=picked.opened)
    if outcome.causes:
        with st.expander(f"{counted(len(outcome.causes), 'case')} without a result of both"):
            why = [{"case": name, **causes} for name, causes in outcome.causes.items()]
            figures.table(pd.DataFrame(why), key="compare_missing", file_name="missing.csv", wrapped=True)


def _slices(outcome: Outcome) -> None:
    if not outcome.report.slices:
        return
    st.markdown("##### Slices")
    frame = pd.DataFrame(
        [
            {
                "slice": f"{s.kind} {s.name}",
                "says": "proven worse" if s.status == "fail" else s.status,
                "cases": s.evidence.n,
                outcome.baseline.version: f"{s.baseline:.1%}",
                outcome.candidate.version: f"{s.candidate:.1%}",
                "broke": s.evidence.broke,
                "fixed": s.evidence.fixed,
                "p (Holm)": p_value(s.adjusted_p),
            }
            for s in outcome.report.slices
        ]
    )
    picked = rows.choose(frame, key="compare_gate_slices", id_column="slice", named=True, file_name="gate-slices.csv")
    if picked.opened:
        case_list.open_cases(slice=picked.opened)
    st.caption("Select a cell to read the cases of the slice.")


def _undecided(here: Session, outcome: Outcome) -> None:
    """Draw what may decide an undecided gate: more repeats, or people."""
    st.markdown("##### To decide")
    repeat_form.show(here, outcome)
    if here.rater.may("lead") and st.button(
        "Ask people", icon=":material/group:", key="compare_ask",
        help="Deals the changed cases, and a sample of the others, to this week's reviewers in pairs, blind.",
    ):  # fmt: skip
        _ask_people(here, outcome)


def _ask_people(here: Session, outcome: Outcome) -> None:
    runs, project = (outcome.baseline, outcome.candidate), project_of(here.store.path)
    try:
        decision = keep(here.store, outcome, by=here.rater.id).decision
        _, added = ask_people(here.store, project, decision.id, runs, by=here.rater.id, week=here.week)
    except (ReviewError, StorageError) as error:
        st.error(as_text(error), icon=":material/block:")
        return
    st.success(as_text(f"{added.sentence}. Settle the gate below once they are answered."), icon=":material/group:")
