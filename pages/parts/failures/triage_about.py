"""What is known of a group of failures in triage: some of them, what was decided, and whether a fix was claimed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.parts.failures import failure_list
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import counted
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.archive import failures
from review.failures.followup import latest_claim
from review.failures.triage import TriageGroup
from review.log.failed import Narrowed
from review.statistics.fixes import CAME_BACK
from storage.records_failures import FailureTriage

EXAMPLES = 3
WORDS = {"task": "Task", "golden": "Golden candidates", "ignored": "Ignore"}


def show(here: Session, week: str, g: TriageGroup) -> None:
    """Draw what is known of a group: its failures, some of them, and what was decided."""
    st.markdown(f"#### {as_text(g.title)}")
    causes = ", ".join(f"{n:,} {failure_list.CAUSES[cause]}" for cause, n in g.found.causes.items())
    version = f"version {g.found.version}" if g.found.version else "no version"
    st.caption(as_text(f"{version} · {causes}"))
    wanted = Narrowed(weeks=[week], group=g.found.group, version=g.found.version)
    for one in failures(here.store, here.project, wanted, most=EXAMPLES, viewer=here.rater.id):
        failure_list.line(one)
    _claimed(here, g)
    if g.reopened and g.decided is not None:
        st.warning(as_text(f"{_why_again(g, g.decided)} {_decided(here, g.decided)}"), icon=":material/replay:")
    elif g.decided is not None:
        st.success(as_text(_decided(here, g.decided)), icon=":material/task_alt:")
    if g.decided is not None:
        _left_behind(g.decided)
    if g.fix_deprecated and g.decided is not None:
        gone = f"Version {g.decided.fix_version}, which was to fix it, is deprecated. Name another one."
        st.warning(as_text(gone), icon=":material/update_disabled:")
    if g.decided is None and g.state == "ignored":
        st.info("The failures of this mode are ignored.", icon=":material/visibility_off:")


def _claimed(here: Session, g: TriageGroup) -> None:
    """Say what became of a claimed fix: whoever looks at these failures must know that they were to be gone."""
    runs = partial(runs_of_claims, here.store, here.project)
    one = latest_claim(here.store, here.project, g.found.group, runs=runs)
    if one is not None:
        claim = one.claim
        said = as_text(f"Version {claim.version} claims to fix this from {claim.week} on: {one.said}. {one.why}.")
        if one.state == CAME_BACK:
            st.warning(f"{said} The view Fixes has its weeks.", icon=":material/replay:")
        else:
            st.caption(said)


def _why_again(g: TriageGroup, done: FailureTriage) -> str:
    if g.waiting < g.found.n:
        return f"Open again: nobody has decided about {g.waiting:,} of these {g.found.n:,} failures; about the others:"
    return f"Open again: {done.failures:,} failures at the time of the decision, {g.found.n:,} now."


def _left_behind(done: FailureTriage) -> None:
    """Say what a decision left: golden candidates or why none, few-shots, and the version that will fix it."""
    golden = counted(len(done.candidates), "golden candidate") if done.candidates else ""
    few = counted(len(done.few_shots), "few-shot candidate") if done.few_shots else ""
    none = "" if done.candidates or not done.reason else f"no golden candidate: {done.reason}"
    if said := " · ".join(part for part in (golden, few, none) if part):
        st.caption(as_text(said))
    if done.fix_version:
        st.page_link(
            "versions.py", label=as_text(f"To be fixed by version {done.fix_version}"), icon=":material/new_label:",
            query_params={"view": "versions", "version": done.fix_version},
        )  # fmt: skip


def _decided(here: Session, done: FailureTriage) -> str:
    owner = f", {here.names.get(done.owner, done.owner)} until {done.due}" if done.owner else ""
    return f"{WORDS[done.decision]}{owner}: {done.root_cause}"
