"""How far to trust one judge: its calibration, the human ceiling, and the report on the test half."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts.judges import beside_people, calibration_tables, choose, near_duplicates
from pages.parts.shared import address, cached_statistics, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import spoken
from review.current.verdicts import Reference
from review.evidence import gathered
from review.evidence.test_set_access import CountedAccess, ReadFigure, accesses, shown_half
from review.judges.local.spec import never_said
from review.judges.workbench.workbench import Listed, Reported, report_on_test, verdicts_on_test
from review.settings.project import project_of
from review.statistics.answers.judge_verdict import MARKS, judge_verdict, passed_words
from review.statistics.calibration.report import CalibrationReport, plain_words
from storage.records_judges import Judge

RULE = (
    "By a fixed rule: how much of the value the judge finds, how often it is right, both with their 95% limits, and "
    "whether it is as close to people as they are to each other. The numbers are settings of the project."
)
TITLES = {"precision": "precision", "recall": "recall", "f1": "F1", "accuracy": "same as people"}
ASKED, KEPT = "workbench_test_asked", "workbench_test"
"""The figures of the last look, in this session only; the audit log keeps what was recorded with it."""


def show(here: Session, weeks: tuple[str, ...], judge: Listed, version: Reference) -> None:
    """Show everything about one version, in one dimension at a time."""
    if version.version not in judge.spoke:
        choose.without_verdicts(here, judge, version)
        return
    judged = list(gathered.pairs(here.store, here.rater.id, weeks, str(version)))
    if not judged:
        choose.without_figures(version)
        return
    dimension = choose_dimension(judged)
    report = cached_statistics.calibration(here, weeks, str(version), dimension)
    dev = shown_half(here.store, version) == "dev"
    key = f"judges_{version}_{dimension}"
    tested = _verdict(here, weeks, version, dimension)
    _in_words(report, badge=":blue-badge[dev half]" if dev else "")
    _warnings(here, weeks, here.store.get(Judge, str(version)))
    _classes_and_confusion(report, key=key)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Weighted and unweighted")
        calibration_tables.metrics(report, key=key)
    with right:
        st.subheader("Compared with people")
        beside_people.people(here, weeks, str(version), dimension, tested=tested, key=key)
    if report.scores is not None and st.toggle("The judge's confidence", key="workbench_scores"):
        beside_people.scores(report.scores, report.positive or "", key=key)
    beside_people.planner(report, key=key)
    if dev:
        st.subheader("The test half")
        _test_half(here, weeks, version, dimension)
    figures.foot(f"{report.n} items compared, {report.no_verdict} without a verdict. Intervals are 95%.")


def _verdict(here: Session, weeks: tuple[str, ...], version: Reference, dimension: str) -> str:
    """Say whether the judge can be used for the positive value, by the rule of the Week page, and why.

    Return what the alternative annotator test adds to that, "" without a verdict.
    """
    try:
        thresholds = project_of(here.store.path).answers
    except ReviewError:
        return ""  # The Week page, which lives by these settings, says what is wrong with them.
    for found in cached_statistics.judge_evidence(here, weeks, str(version), thresholds.epsilon):
        if found.dimension == dimension:
            said = judge_verdict(found, thresholds)
            words = f"{MARKS[said.use]} {said.use[0].upper()}{said.use[1:].removesuffix(' for this')}"
            st.markdown(f"#### {as_text(words)} for '{as_text(spoken(said.positive))}'", help=RULE)
            st.markdown(as_text(said.reason))
            return passed_words(found, said)
    return ""


def choose_dimension(names: list[str], first: str | None = None) -> str:
    """Choose the dimension; the choice is kept from section to section."""
    if len(names) == 1:
        return names[0]
    last = st.session_state.get("workbench_last_dim")
    wanted = next((n for n in (st.session_state.get("judges_dim"), last, first) if n in names), names[0])
    st.session_state["judges_dim"] = wanted
    address.take("dimension", key="judges_dim", known=names)
    chosen = st.segmented_control(
        "Dimension", names, format_func=lambda name: as_text(spoken(name)), required=True, key="judges_dim",
        label_visibility="collapsed", on_change=address.follow, args=("dimension", "judges_dim"),
    )  # fmt: skip
    st.session_state["workbench_last_dim"] = chosen
    return str(chosen)


def _in_words(report: CalibrationReport, *, badge: str) -> None:
    st.markdown(f"{badge} {as_text(plain_words(replace(report, warnings=())))}")
    if report.warnings:
        st.caption("\n".join(f"- {as_text(warning)}" for warning in report.warnings))


def _warnings(here: Session, weeks: tuple[str, ...], judge: Judge | None) -> None:
    """Warn about items close to an example in the prompt, and about values that the model can never say."""
    if judge is None:
        return
    if judge.kind == "llm":
        near_duplicates.warn(here, weeks, judge)
    for sentence in never_said(judge):
        st.warning(as_text(sentence), icon=":material/do_not_disturb_on:")


def _classes_and_confusion(report: CalibrationReport, *, key: str) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("By class")
        calibration_tables.classes(report, key=key)
    with right:
        st.subheader("Confusion matrix")
        calibration_tables.confusion(report, key=key)


def _test_half(here: Session, weeks: tuple[str, ...], version: Reference, dimension: str) -> None:
    """Show the looks so far with their figures, and offer another look."""
    st.markdown(
        "The figures above are those of the **dev** half, on which this judge was tuned. Look at the **test** half "
        "once, when the judge is final. Looks are counted, because figures on which you tune a judge come out too good."
    )
    for seen in accesses(here.store, version.judge, version.version):
        st.caption(f":material/visibility: {as_text(_remembered(here, seen, dimension))}")
    if not verdicts_on_test(here.store, weeks, version):
        st.caption("It has no verdict on the test half of these weeks yet. When it is ready, run it there first.")
    elif here.rater.may("adjudicator"):
        _ask(here, weeks, version)
    kept = st.session_state.get(KEPT)
    if kept and kept[0] == (weeks, version):
        _tested(kept[1], dimension)


def _ask(here: Session, weeks: tuple[str, ...], version: Reference) -> None:
    """Offer a look, and ask for a confirmation first."""
    if not st.session_state.get(ASKED):
        st.button("Report on test", icon=":material/flag:", key="workbench_report", on_click=_asked, args=(True,))
        return
    with st.container(border=True, key="workbench_sure"):
        st.markdown(f"This is a look at the test half of **{as_text(str(version))}**. It will be recorded.")
        with st.container(horizontal=True):
            wanted = st.button("Look at the test half", type="primary", key="workbench_look")
            st.button("Not now", type="tertiary", key="workbench_not_now", on_click=_asked, args=(False,))
        if wanted:
            _look(here, weeks, version)


def _asked(yes: bool) -> None:
    st.session_state[ASKED] = yes


def _remembered(here: Session, seen: CountedAccess, dimension: str) -> str:
    """Return one line for a look: who, when, which weeks, and the figures that were read."""
    name, at = here.names.get(seen.record.by, seen.record.by), seen.record.at[:16].replace("T", " ")
    text = f"Look {seen.of_version}, {at} by {name}, {', '.join(seen.record.weeks)}"
    read = seen.figures.get(dimension)
    if read is None:
        return text
    parts = ", ".join(f"{TITLES[f]} {_value(figure)}" for f, figure in read.figures.items())
    of = f" of '{spoken(read.positive)}'" if read.positive else ""
    return f"{text}: {parts}{of}, n = {read.n}"


def _value(figure: ReadFigure) -> str:
    if figure.value is None:
        return "undefined"
    spread = f" [{figure.ci[0]:.2f}, {figure.ci[1]:.2f}]" if figure.ci else ""
    return f"{figure.value:.2f}{spread}"


def _look(here: Session, weeks: tuple[str, ...], version: Reference) -> None:
    try:
        found = report_on_test(here.store, weeks, str(version), by=here.rater.id, viewer=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    st.session_state[KEPT] = ((weeks, version), found)
    st.session_state[ASKED] = False
    st.rerun()


def _tested(found: Reported, dimension: str) -> None:
    report = found.reports.get(dimension)
    if report is None:
        return
    with st.container(border=True, key="workbench_tested"):
        _in_words(report, badge=f":green-badge[{found.looked.sentence}]")
        _classes_and_confusion(report, key=f"judges_test_{found.looked.record.id}_{dimension}")
