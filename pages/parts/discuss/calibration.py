"""A calibration session on the Discuss page: everybody answers blind, then the votes appear together."""

from __future__ import annotations

import streamlit as st

from pages.parts.discuss import calibration_lead, thread
from pages.parts.discuss.label_fields import label_fields
from pages.parts.shared import conversation, session
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.clock import new_id
from review.basics.errors import ReviewError
from review.basics.limits import MAX_COMMENT
from review.basics.words import counted, spoken
from review.evidence.evidence import conversation_of
from review.rubric.rubric import Rubric
from review.settling.calibration import SessionItem, rubric_of, session_item, sessions
from review.settling.calibration_steps import answer
from storage.records_calibration import CalibrationDecision, CalibrationSession

EVERY = "4s"
"""How often a page that waits for others asks whether the votes are visible."""


def title(here: Session, week: str) -> str:
    """Return the name of the view, with the number of sessions that run."""
    running = len(sessions(here.store, week, viewer=here.rater.id))
    return f"Calibration · {running}" if running else "Calibration"


def show(here: Session, week: str) -> None:
    """Draw the sessions that run, and for a lead the form that starts one."""
    found = {one.id: one for one in sessions(here.store, week, viewer=here.rater.id)}
    if here.rater.may("lead"):
        with st.expander("Start a session", icon=":material/groups:", expanded=not found):
            calibration_lead.start(here, week)
    elif not found:
        st.info(
            "No calibration session runs. A lead starts one: everybody answers the same items blind, and then the "
            "votes appear together.",
            icon=":material/groups:",
        )
    if not found:
        return
    chosen = next(iter(found))
    if len(found) > 1:
        chosen = st.selectbox(
            "Session", list(found), format_func=lambda i: _started(here, found[i]), key="calibration_session"
        )
    _session(here, found[chosen])


def _started(here: Session, one: CalibrationSession) -> str:
    by = here.names.get(one.by, one.by)
    return f"{one.at[:16].replace('T', ' ')} · {counted(len(one.items), 'item')} · started by {by}"


def _session(here: Session, running: CalibrationSession) -> None:
    states = {i: session_item(here.store, running.id, i, viewer=here.rater.id) for i in running.items}
    key = f"calibration_item_{running.id}"
    wanted = st.query_params.get("item")
    if wanted in states and key not in st.session_state:
        st.session_state[key] = wanted
    st.session_state.setdefault(key, next((i for i, s in states.items() if s.decision is None), running.items[0]))
    item = st.segmented_control(
        "Item", list(states), required=True, key=key,
        format_func=lambda i: f"{running.items.index(i) + 1} · {_state(states[i])}",
    )  # fmt: skip
    found = states[str(item)]
    rubric = rubric_of(here.store, running)
    left, right = st.columns([3, 2], gap="large")
    with left:
        conversation.opened(here, conversation_of(here.store, found.item.id), target_turn=found.item.target_turn)
    with right:
        _status(here, running.id, found)
        if found.revealed:
            _votes(rubric, found)
        elif here.rater.id in running.raters:
            _answer(here, running, rubric, found)
        if here.rater.may("lead"):
            calibration_lead.lead(here, running, rubric, found)


def _state(found: SessionItem) -> str:
    if found.decision is not None:
        return "decided"
    return (
        "votes visible" if found.revealed else f"{len(found.voted)} of {len(found.voted) + len(found.waiting)} answered"
    )


@st.fragment(run_every=EVERY)
def _status(here: Session, session_id: str, drawn: SessionItem) -> None:
    """Say who has answered, and rerun the page once there is more to see than it shows."""
    session.stay(here.store, here.rater.id, "annotator")
    try:
        now = session_item(here.store, session_id, drawn.item.id, viewer=here.rater.id)
    except ReviewError:
        st.rerun()
    if (now.revealed, now.decision) != (drawn.revealed, drawn.decision):
        st.rerun()
    if now.revealed:
        st.caption("The votes are visible. Nobody can change theirs.")
        return
    said = f"Answered: {', '.join(now.voted)}." if now.voted else "Nobody has answered yet."
    st.caption(as_text(f"{said} Waiting for {', '.join(now.waiting)}." if now.waiting else said))


def _votes(rubric: Rubric, found: SessionItem) -> None:
    st.subheader("Votes")
    if not found.votes:
        st.caption("Nobody answered.")
    for line in thread.vote_lines(rubric, found.votes):
        st.markdown(line)
    if found.decision is not None:
        _decided(rubric, found.decision)


def _decided(rubric: Rubric, made: CalibrationDecision) -> None:
    with st.container(border=True):
        labels = [
            f"{as_text(rubric[name].title)}: **{as_text(spoken(value))}**"
            for name, value in made.labels.items()
            if name in rubric.names
        ]
        st.markdown(f"##### Decided\n{' · '.join(labels)}")
        if made.rationale:
            st.text(made.rationale)
        if made.sentence:
            became = {"question": "an open question of the rubric", "guidance": "guidance"}.get(made.kept, "noted")
            st.markdown(f"“{as_text(made.sentence)}” ({became})")
        if made.example:
            st.caption(as_text(f"Example in the guidance: {made.example}"))
        if made.adjudication_id:
            st.caption("It also settles the item in its week.")


def _answer(here: Session, running: CalibrationSession, rubric: Rubric, found: SessionItem) -> None:
    """Draw the form for one's own answer, which starts from the last one."""
    key = f"calibration_{running.id}_{found.item.id}"
    st.subheader("Your answer")
    labels = label_fields(rubric, key=key, start=found.own.labels if found.own else None)
    comment = st.text_area(
        "Comment (optional)", value=found.own.comment if found.own else "", max_chars=MAX_COMMENT, key=f"{key}_comment"
    )
    identity = st.session_state.setdefault(f"{key}_next", new_id())
    if found.own is not None:
        st.caption(":material/check: Your answer is saved. You can change it until the votes appear.")
    if st.button("Answer" if found.own is None else "Change the answer", type="primary", key=f"{key}_send"):
        try:
            answer(
                here.store,
                running.id,
                found.item.id,
                labels,
                by=here.rater.id,
                comment=comment or "",
                vote_id=identity,
            )
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        del st.session_state[f"{key}_next"]
        st.rerun()
