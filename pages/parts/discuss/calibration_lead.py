"""What a lead does in a calibration session: start it, show the votes, save the decision, end it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.discuss import thread
from pages.parts.discuss.label_fields import label_fields
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.limits import MAX_COMMENT
from review.evidence.evidence import conversation_of
from review.people.people import people, usual_reviewers
from review.rubric.rubric import Rubric
from review.settling.adjudication import cases
from review.settling.calibration import SessionItem
from review.settling.calibration_steps import Learned, answer, decide, end_session, reveal, start_session
from storage.queries.comments import nobody_still_has_to
from storage.records_calibration import CalibrationSession

PROPOSED = 5
SHOWN = 90
"""Characters of a question in the list."""
EXAMPLE = 200
KEPT = {"": "nowhere", "question": "as an open question", "guidance": "in the guidance, at once"}


def start(here: Session, week: str) -> None:
    """Draw the form that starts a session, with the most contested items chosen."""
    everybody = people(here.store)
    reviewed = [c for c in cases(here.store, week, viewer=here.rater.id) if c.item.kind is None]
    open_ = [c for c in reviewed if nobody_still_has_to(here.store, c.item.id)]
    if not open_:
        st.caption("No item of this week can be used yet: everybody who has it must have reviewed it first.")
        return
    spread = {c.item.id: c.spread for c in sorted(open_, key=lambda c: -c.spread)}
    contested = [item for item, differs in spread.items() if differs][:PROPOSED]

    def name(item: str) -> str:
        question = conversation_of(here.store, item).question[:SHOWN] or item
        return f"{question} · votes differ" if spread[item] else question

    items = st.multiselect(
        "Items",
        list(spread),
        default=contested,
        format_func=name,
        key="calibration_items",
        help="The most contested ones are chosen. Items that somebody still has to review are not in the list.",
    )
    able = {p.id: p.name for p in everybody if p.may("annotator")}
    who = st.multiselect(
        "People", list(able), default=usual_reviewers(everybody), format_func=able.__getitem__, key="calibration_people"
    )
    st.caption("Votes of a session count in no estimate and in no agreement.")
    if st.button("Start the session", type="primary", icon=":material/play_arrow:", key="calibration_start"):
        try:
            start_session(here.store, week, items, who, by=here.rater.id)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        st.rerun()


def lead(here: Session, running: CalibrationSession, rubric: Rubric, found: SessionItem) -> None:
    """Draw what the lead can do with an item of a session, and the button that ends the session."""
    key = f"calibration_lead_{running.id}_{found.item.id}"
    if found.revealed:
        with st.expander("Decide" if found.decision is None else "Decide again", expanded=found.decision is None):
            _decide(here, running, rubric, found, key)
    else:
        if st.button("Show the votes", icon=":material/visibility:", key=f"{key}_reveal"):
            _do(lambda: reveal(here.store, running.id, found.item.id, by=here.rater.id))
        with st.expander("Write down somebody's answer"):
            _write_down(here, running, rubric, found, key)
    if st.button("End the session", icon=":material/stop:", key=f"calibration_end_{running.id}"):
        _do(lambda: end_session(here.store, running.id, by=here.rater.id))


def _do(step: Callable[[], object]) -> None:
    """Take a step and draw the page again; say why it was refused."""
    try:
        step()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    st.rerun()


def _write_down(here: Session, running: CalibrationSession, rubric: Rubric, found: SessionItem, key: str) -> None:
    """Draw the form for an answer that somebody gives aloud, on a shared screen."""
    who = st.selectbox("Person", running.raters, format_func=lambda i: here.names[i], key=f"{key}_who")
    labels = label_fields(rubric, key=f"{key}_{who}")
    if st.button("Save this answer", key=f"{key}_{who}_send"):
        _do(lambda: answer(here.store, running.id, found.item.id, labels, by=here.rater.id, rater=who))


def _decide(here: Session, running: CalibrationSession, rubric: Rubric, found: SessionItem, key: str) -> None:
    before = found.decision
    labels = label_fields(rubric, key=key, start=before.labels if before else _agreed(found))
    why = st.text_area("Why", max_chars=MAX_COMMENT, key=f"{key}_why", value=before.rationale if before else "")
    sentence = st.text_area("A sentence for the rubric (optional)", max_chars=MAX_COMMENT, key=f"{key}_sentence")
    kept = st.radio("Keep the sentence", list(KEPT), format_func=KEPT.__getitem__, index=1, key=f"{key}_kept")
    name, value = thread.passage(rubric, key=f"{key}_passage")
    question = conversation_of(here.store, found.item.id).question
    example = ""
    if st.checkbox("Keep this item as an example in the guidance of that value", key=f"{key}_keeps"):
        example = st.text_area("Example", value=question[:EXAMPLE], max_chars=MAX_COMMENT, key=f"{key}_example") or ""
    settles = st.checkbox("Also settle the item in its week", key=f"{key}_settles")
    learned = Learned(dimension=name, value=value, sentence=sentence or "", kept=str(kept or ""), example=example)
    if st.button("Save the decision", type="primary", icon=":material/gavel:", key=f"{key}_decide"):
        _do(
            lambda: decide(
                here.store,
                running.id,
                found.item.id,
                labels,
                by=here.rater.id,
                rationale=why or "",
                learned=learned,
                settles=settles,
            )
        )


def _agreed(found: SessionItem) -> dict[str, str | list[str]]:
    """Return the labels that all votes have in common."""
    votes = [v.said.labels for v in found.votes]
    return (
        {name: value for name, value in votes[0].items() if all(v.get(name) == value for v in votes)} if votes else {}
    )
