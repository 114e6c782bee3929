"""The widgets of the Discuss page: the choice of an item, its votes, its comments, and the form for another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.shared import address, conversation, executed, submitted
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.annotating.marks import answer_of, placed, source_words
from review.basics.clock import new_id
from review.basics.errors import ReviewError
from review.basics.limits import MAX_COMMENT
from review.basics.words import counted, spoken
from review.evidence.evidence import conversation_of
from review.privacy.hidden_spans import conversations
from review.rubric.rubric import Rubric
from review.settling.adjudication import cases
from review.settling.calibration import SessionVote
from review.settling.discussion import Discussion, Vote, add_comment, discussable, discussion
from storage.records_log import Conversation

ITEM_KEY = "discuss_item"
SHOWN = 90
"""Characters of a question in the list."""


def choose(here: Session, week: str) -> str | None:
    """Draw the choice of an item, the most disputed first, and return it; None when nothing can be discussed yet.

    The address names the chosen item.
    """
    open_ = {one.item_id: one for one in discussable(here.store, week, viewer=here.rater.id)}
    ranked = [case for case in cases(here.store, week, viewer=here.rater.id) if case.item.id in open_]
    if not ranked:
        st.info(
            "Nothing to discuss yet. An item appears here once everybody who has it has reviewed it.",
            icon=":material/forum:",
        )
        return None
    ranked.sort(key=lambda case: -case.spread)
    names = [case.item.id for case in ranked]
    differing = {case.item.id: bool(case.spread) for case in ranked}
    talks = conversations(here.store, [case.item.conversation_id for case in ranked])
    asked = {case.item.id: talks[case.item.conversation_id].question for case in ranked}
    address.take("item", key=ITEM_KEY, known=names)

    def title(item: str) -> str:
        comments = open_[item].comments
        parts = [
            asked[item][:SHOWN] or item,
            "votes differ" if differing[item] else "votes agree",
            counted(comments, "comment") if comments else "",
        ]
        return " · ".join(part for part in parts if part)

    chosen = st.selectbox(
        f"{counted(len(names), 'item')} to discuss", names, format_func=title, key=ITEM_KEY,
        on_change=address.follow, args=("item", ITEM_KEY),
    )  # fmt: skip
    return str(chosen)


def show(here: Session, item: str) -> None:
    """Draw the conversation of an item, its votes, its comments and the form."""
    try:
        found = discussion(here.store, item, viewer=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    left, right = st.columns([3, 2], gap="large")
    talk = conversation_of(here.store, item)
    with left:
        conversation.opened(here, talk, target_turn=found.item.target_turn, marks=marked(found, talk))
        if found.rubric.reveal:
            executed.show(here, found.item, talk.sql)
    with right:
        st.subheader("Votes")
        for line in [*vote_lines(found.rubric, found.votes), *mark_lines(found.votes)]:
            st.markdown(line)
        _comments(found)
        _form(here, found)


def vote_lines(rubric: Rubric, votes: Sequence[Vote | SessionVote]) -> list[str]:
    """Return one line of Markdown for each dimension with a vote: its values, each with those who chose it."""
    lines = []
    for dimension in rubric.dimensions:
        groups: dict[str, list[str]] = {}
        for vote in votes:
            value = vote.said.labels.get(dimension.name)
            if value not in (None, "", []):
                groups.setdefault(spoken(value), []).append(vote.who)
        said = "; ".join(
            f"**{as_text(value)}** ({as_text(', '.join(w.removeprefix('Reviewer ') for w in who))})"
            for value, who in groups.items()
        )
        if said:
            sign = " ≠" if len(groups) > 1 else ""
            lines.append(f"{as_text(dimension.title)}{sign}: {said}")
    texts = [f"{as_text(v.who)}: {as_text(v.said.comment)}" for v in votes if v.said.comment]
    return [*lines, *texts]


def marked(found: Discussion, talk: Conversation) -> dict[int, list[conversation.Span]]:
    """Return what the reviewers marked in the answer, with their letters, by the place of its turn."""
    turn, _ = answer_of(found.item, talk.messages)
    return {
        turn: [
            (mark["start"], mark["end"], letter_of(vote))
            for vote in found.votes
            for mark in placed(vote.said.marks, found.item, talk)
            if mark["start"] is not None and mark["end"] is not None
        ]
    }


def mark_lines(votes: Sequence[Vote]) -> list[str]:
    """Return one line of Markdown for each mark: who marked what, and what proves it."""
    return [
        f"{as_text(letter_of(vote))} marked: *{as_text(mark['quote'])}*{_proof(mark)}"
        for vote in votes
        for mark in vote.said.marks or ()
    ]


def _proof(mark: Mapping[str, Any]) -> str:
    words = f"“{mark['proof']}”" if mark.get("proof") else ""
    said = ", ".join(part for part in (words, source_words(mark)) if part)
    return f" · proof: {as_text(said)}" if said else ""


def letter_of(vote: Vote) -> str:
    """Return the letter of a reviewer, or the name where the rubric shows names."""
    return vote.who.removeprefix("Reviewer ")


def _comments(found: Discussion) -> None:
    st.subheader("Comments")
    if not found.comments:
        st.caption("Nobody has said anything yet. After the first comment nobody can change a vote on this item.")
    for one in found.comments:
        with st.container(border=True):
            about = f" · about {spoken(one.passage)}" if one.passage else ""
            unclear = " · the rubric does not decide this" if one.unclear else ""
            st.caption(as_text(f"{'You' if one.by_you else one.who} · {one.at[:16].replace('T', ' ')}{about}{unclear}"))
            st.markdown(as_text(one.text))


def passage(rubric: Rubric, *, key: str) -> tuple[str, str]:
    """Draw the choice of a passage of the rubric; return its dimension and value, "" for none or a whole dimension."""
    passages = [("", "")]
    for dimension in rubric.dimensions:
        passages += [(dimension.name, ""), *((dimension.name, value) for value in dimension.scale.values)]

    def title(one: tuple[str, str]) -> str:
        name, value = one
        if not name:
            return "no passage"
        shown = rubric[name].title
        return f"{shown}: {spoken(value)}" if value else shown

    return st.selectbox("Passage of the rubric", passages, format_func=title, key=key) or ("", "")


def _form(here: Session, found: Discussion) -> None:
    item = found.item.id
    # A form that is sent twice writes one comment: its id is made when the form is first drawn.
    identity = st.session_state.setdefault(f"discuss_next:{item}", new_id())
    with st.form(f"discuss_form_{item}", clear_on_submit=True):
        st.text_area("Comment", max_chars=MAX_COMMENT, key=submitted.key(f"discuss_text_{item}"))
        passage(found.rubric, key=submitted.key(f"discuss_passage_{item}"))
        st.checkbox(
            "The rubric does not decide this",
            key=submitted.key(f"discuss_unclear_{item}"),
            help="It becomes an open question on the Rubric page.",
        )
        st.form_submit_button(
            "Say it", type="primary", icon=":material/send:", key=f"discuss_send_{item}", on_click=_say,
            args=(here, item, identity),
        )  # fmt: skip
    submitted.show_refusal(f"discuss_{item}")
    names = "with your name" if found.named else "without your name"
    st.caption(f"Others read it {names}. It changes no vote.")


def _say(here: Session, item: str, identity: str) -> None:
    fields = [f"discuss_{name}_{item}" for name in ("text", "passage", "unclear")]
    text, (name, value), unclear = submitted.values(fields)

    def write() -> None:
        add_comment(
            here.store,
            item,
            text or "",
            by=here.rater.id,
            dimension=name,
            value=value,
            unclear=bool(unclear),
            comment_id=identity,
        )
        st.session_state.pop(f"discuss_next:{item}", None)

    submitted.write(here, f"discuss_{item}", "annotator", write, fields=fields)
