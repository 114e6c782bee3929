"""The widgets of the adjudicate page: which case, the votes, the decision, bulk approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from pages.parts.conversation import CSS
from pages.parts.session import Session
from review.adjudication import REASONS, Case, adjudicate, cases
from review.errors import ReviewError
from review.evidence import conversation_of
from review.golden.approve import approve
from review.golden.approve import bulk_approve as approve_all
from review.golden.content import asked
from review.labels import Value
from review.queues import owed_items
from review.rubric import Dimension, rubric_version

VIEWS = {"disputed": "Disagreements", "unanimous": "Unanimous", "single": "Single votes", "settled": "Settled"}
EMPTY = {
    "disputed": "No disagreement is open. Unanimous items can be approved in bulk; when everything is reviewed, the "
    "week can close on the Week page.",
    "single": "No item has a single vote.",
    "settled": "Nothing is settled yet: begin with the disagreements.",
}


def choose_view(kinds: Mapping[str, Sequence[Case]]) -> str:
    """Which kind of item to look at."""
    return st.segmented_control(
        "Show",
        list(VIEWS),
        format_func=lambda v: f"{VIEWS[v]} · {len(kinds[v])}",
        default="disputed",
        required=True,
        key="settling_view",
        label_visibility="collapsed",
    )


def nothing_here(here: Session, week: str, view: str) -> None:
    """An empty state that says what to do next."""
    hidden = [
        c
        for c in cases(here.store, week, viewer="")
        if c.kind == view and c.item.id in owed_items(here.store, here.rater.id)
    ]
    if hidden:
        st.info(
            f"{len(hidden)} more wait until you have reviewed them yourself: nobody sees votes before their own.",
            icon=":material/visibility_off:",
        )
        st.page_link("pages/annotate.py", label="Annotate", icon=":material/edit_note:")
        return
    st.info(EMPTY[view], icon=":material/task_alt:")
    st.page_link("pages/week.py", label="Back to the week", icon=":material/calendar_today:")


def choose_case(found: Sequence[Case], *, key: str) -> Case:
    """One case of the queue; the address ``?item=`` opens a certain one."""
    ids = [c.item.id for c in found]
    state = f"settling_{key}"
    asked = st.query_params.pop("item") if "item" in st.query_params else None
    if asked in ids:
        st.session_state[state] = asked
    if st.session_state.get(state) not in ids:
        st.session_state[state] = ids[0]
    chosen = st.selectbox(
        "Item",
        ids,
        key=state,
        format_func=lambda i: f"{ids.index(i) + 1} of {len(ids)} · {i}",
        help="The most disputed first.",
    )
    return found[ids.index(chosen)]


def votes(here: Session, case: Case) -> None:
    """The votes side by side, names hidden; a dimension in which they differ is marked."""
    names = {n.submission_id: f"Reviewer {chr(65 + k)}" for k, n in enumerate(case.annotations)}
    rubric = rubric_version(here.store, case.annotations[0].rubric_version)
    asked = [d for d in rubric.dimensions if any(d.name in n.labels for n in case.annotations)]
    differ = {d.name for d in asked if len({shown(n.labels.get(d.name)) for n in case.annotations}) > 1}
    head = "".join(f"<th>{escape(d.title)}{' ≠' if d.name in differ else ''}</th>" for d in asked)
    body = "".join(
        f"<tr><th>{names[n.submission_id]}</th>"
        + "".join(
            f'<td class="{"sc-differ" if d.name in differ else ""}">{escape(shown(n.labels.get(d.name)))}</td>'
            for d in asked
        )
        + "</tr>"
        for n in case.annotations
    )
    single = " · a single vote, not an agreement" if case.kind == "single" else ""
    st.caption(f"{len(case.annotations)} vote{'s' * (len(case.annotations) != 1)}{single}")
    st.html(f'{CSS}<div class="sc-scroll"><table class="sc-table"><tr><th></th>{head}</tr>{body}</table></div>')
    for n in case.annotations:
        for title, text in (("says", n.comment), ("would answer", n.corrected_answer)):
            if text:
                st.caption(f"{names[n.submission_id]} {title}")
                st.text(text)


def shown(value: Value | list[str] | None) -> str:
    """A label in one cell."""
    if isinstance(value, list | tuple):
        return ", ".join(value)
    return value or ""


def decide(here: Session, case: Case) -> None:
    """The final labels with the reason, and optionally the way into golden; then the next case."""
    item = case.item.id
    conversation = conversation_of(here.store, item)
    rubric = rubric_version(here.store, case.annotations[0].rubric_version)
    labels: dict[str, Value | list[str] | None] = {}
    for d in rubric.dimensions:
        if d.shown({k: v for k, v in labels.items() if v}):
            labels[d.name] = _choose(d, case, key=f"settling_{item}_{d.name}")
    reason = st.pills("Why did they differ", REASONS, key=f"settling_{item}_reason")
    rationale = st.text_area("Rationale", key=f"settling_{item}_why", height=80)
    answer = asked(conversation, case.item).answer
    proposals = [n.corrected_answer for n in case.annotations if n.corrected_answer]
    expected = st.text_area(
        "Expected answer",
        value=(case.settled.corrected_answer if case.settled else "")
        or (proposals[0] if proposals else conversation.answer),
        key=f"settling_{item}_expected",
        height=120,
        help="What the product should have said; it goes into golden. Prefilled with a reviewer's correction.",
    )
    sql = None
    if conversation.sql:
        sql = st.text_area("Reference SQL", value=conversation.sql, key=f"settling_{item}_sql", height=120)
    with st.container(horizontal=True):
        settle = st.button("Settle", key=f"settling_{item}_settle", icon=":material/gavel:")
        golden = st.button(
            "Settle and approve", key=f"settling_{item}_approve", type="primary", icon=":material/workspace_premium:"
        )
    if settle or golden:
        try:
            with here.store.transaction():
                adjudicate(
                    here.store,
                    item,
                    by=here.rater.id,
                    labels={k: v for k, v in labels.items() if v},
                    rationale=rationale,
                    reason=reason or "",
                    corrected_answer=expected if expected.strip() != answer.strip() else "",
                    reference_sql=sql or "",
                )
                if golden:
                    approve(here.store, item, by=here.rater.id, expected_answer=expected, reference_sql=sql)
        except ReviewError as error:
            st.error(str(error), icon=":material/block:")
            return
        st.toast("Settled and approved" if golden else "Settled", icon=":material/task_alt:")
        st.rerun()


def _choose(dimension: Dimension, case: Case, *, key: str) -> Value | list[str] | None:
    """The final value of one dimension, prefilled with what was settled before, else with the leading vote."""
    counted = case.votes.get(dimension.name, {})
    leading = [v for v, n in counted.items() if n == max(counted.values())]
    settled = case.settled.labels.get(dimension.name) if case.settled else None
    start = settled if settled is not None else leading[0] if len(leading) == 1 else None
    title = dimension.title + ("" if dimension.required else " (optional)")
    if dimension.scale.kind == "set":
        return st.pills(
            title, dimension.scale.values, selection_mode="multi", default=list(start) if start else None, key=key
        )
    if len(dimension.scale.values) > 9:
        values = dimension.scale.values
        return st.selectbox(title, values, index=values.index(start) if start in values else None, key=key)
    return st.segmented_control(title, dimension.scale.values, default=start, key=key)


def bulk_approve(here: Session, found: Sequence[Case]) -> None:
    """Unanimous items, to be looked at and approved together."""
    if not found:
        st.info("No item is unanimous among two votes or more yet.", icon=":material/group:")
        return
    frame = pd.DataFrame(
        [
            {
                "approve": True,
                "item": c.item.id,
                "question": conversation_of(here.store, c.item.id).question[:300],
                "answer": conversation_of(here.store, c.item.id).answer[:300],
                **{d: shown(next(iter(v))) for d, v in c.votes.items()},
                "votes": len(c.annotations),
            }
            for c in found
        ]
    )
    st.caption("Two or more people agreed in every dimension. Look through them, take out what is not golden, approve.")
    ids = "_".join(frame["item"].astype(str))
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        disabled=[c for c in frame.columns if c != "approve"],
        # The ids are in the key: an edit keeps its place when rows come or go, and must never land on another row.
        key=f"settling_bulk_{hash(ids)}",
    )
    chosen = list(edited.loc[edited["approve"], "item"])
    if st.button(f"Approve {len(chosen)} into golden", type="primary", disabled=not chosen, key="settling_bulk_go"):
        done = approve_all(here.store, chosen, by=here.rater.id)
        st.toast(f"{len(done.examples)} approved", icon=":material/task_alt:")
        for item, why in done.refused:
            st.warning(f"{item}: {why}", icon=":material/block:")
        if not done.refused:
            st.rerun()
