"""Reading a judge's disagreements one after the other: what people said, what it said, and the conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from pages.parts.judges import choose
from pages.parts.judges.trust import choose_dimension
from pages.parts.shared import cached_statistics, conversation
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.current.verdicts import Reference
from review.judges.runs.summary import CAUSE_WORDS
from review.judges.workbench.disagreements import Direction, Disagreement, Reading, reading
from review.judges.workbench.workbench import Listed

DIRECTIONS: dict[Direction, str] = {
    "kind": "Too kind",
    "strict": "Too strict",
    "other": "Other",
    "none": "No verdict",
}
RULES = {
    "adjudicated": "settled by adjudication",
    "unanimous": "all agree",
    "plurality": "most say so",
    "single": "one reviewer",
}
BASKET = "workbench_basket"
"""Golden examples that were set aside while reading, by judge, until they stand in a saved version."""


def show(here: Session, weeks: tuple[str, ...], judge: Listed, version: Reference) -> None:
    """One disagreement at a time, with the way back and forth."""
    if version.version not in judge.spoke:
        choose.without_verdicts(here, judge, version)
        return
    found = cached_statistics.disagreements(here, weeks, str(version))
    if not found:
        choose.without_figures(version)
        return
    dimension = choose_dimension(list(found))
    rows = _filtered(found[dimension], key=f"{version}_{dimension}")
    if not rows:
        st.success("The judge says what people say, wherever both have spoken.", icon=":material/task_alt:")
        return
    one = _turn(rows, key=f"workbench_place_{version}_{dimension}")
    try:
        read = reading(here.store, one, judge.dimensions, viewer=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    _both(read, one, str(version), votes=here.rater.may("adjudicator"))
    conversation.show(read.conversation, target_turn=read.item.target_turn, findings=True)
    _after(here, judge, read)


def _filtered(found: Sequence[Disagreement], *, key: str) -> list[Disagreement]:
    """Those of one direction and of one class, as chosen."""
    directions = Counter(d.direction for d in found)
    classes = Counter(str(d.settled.value) for d in found)
    options = ["all", *(d for d in DIRECTIONS if directions[d])]
    titles = {"all": f"All · {len(found)}"} | {d: f"{DIRECTIONS[d]} · {directions[d]}" for d in DIRECTIONS}
    with st.container(horizontal=True, vertical_alignment="center"):
        which = st.segmented_control(
            "Direction", options, format_func=titles.__getitem__, default="all", required=True,
            key=f"workbench_direction_{key}", label_visibility="collapsed",
        )  # fmt: skip
        said = st.selectbox(
            "People say", ["", *sorted(classes)], key=f"workbench_class_{key}", label_visibility="collapsed", width=230,
            format_func=lambda v: f"people say {v} · {classes[v]}" if v else "whatever people say",
        )  # fmt: skip
    return [d for d in found if which in ("all", d.direction) and said in ("", str(d.settled.value))]


def _turn(rows: Sequence[Disagreement], *, key: str) -> Disagreement:
    """Where one is: the item is kept, so that a filter or a new verdict does not lose the place."""
    items = [d.item for d in rows]
    place = items.index(st.session_state[key]) if st.session_state.get(key) in items else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, step, icon, shortcut in (
            ("Previous", -1, ":material/chevron_left:", "K"),
            ("Next", 1, ":material/chevron_right:", "J"),
        ):
            to = place + step
            st.button(
                label, icon=icon, shortcut=shortcut, key=f"workbench_{label.lower()}",
                disabled=not 0 <= to < len(items),
                on_click=st.session_state.update, args=({key: items[to % len(items)]},),
            )  # fmt: skip
        st.markdown(f"**{place + 1}** of {len(rows)}")
        st.caption(as_text(items[place]))
    return rows[place]


def _both(read: Reading, one: Disagreement, judge: str, *, votes: bool) -> None:
    """The people's label and the judge's, each with its reasons, side by side; single votes are for adjudicators."""
    people = [read.rationale, *(f"“{c}”" for c in read.comments if votes)]
    counts = ", ".join(f"{value} {n}" for value, n in one.settled.votes.items())
    said = read.said
    value = said.value or CAUSE_WORDS.get(said.error.partition(":")[0], said.error or "no verdict")
    score = f"score {said.score:.2f}" if said.score is not None else ""
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        rule = RULES.get(one.settled.rule, one.settled.rule)
        _said("People", str(one.settled.value), f"{rule} · votes: {counts}" if votes and counts else rule, people)
    with right, st.container(border=True, height="stretch"):
        reasons = [said.rationale or ("" if said.value else said.raw) or "It gave no reason."]
        title = DIRECTIONS[one.direction].lower() if one.direction in ("kind", "strict") else ""
        _said(judge, value, " · ".join(p for p in (title, score) if p), reasons)


def _said(who: str, value: str, note: str, reasons: Sequence[str]) -> None:
    lines = "".join(f"<p>{escape(r)}</p>" for r in reasons if r)
    small = f"<i>{escape(note)}</i>" if note else ""
    st.html(f'<div class="sc-said"><small>{escape(who)}</small><b>{escape(value)}</b>{small}{lines}</div>')


def _after(here: Session, judge: Listed, read: Reading) -> None:
    """What can be done with it: into the prompt, or to the votes."""
    if not here.rater.may("adjudicator"):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if judge.kind == "llm":
            _set_aside(judge, read)
        st.page_link("adjudicate.py", label="The votes", query_params={"item": read.item.id}, icon=":material/gavel:")
    if judge.kind == "llm" and read.unfit:
        st.caption(f"It cannot be an example in the prompt: {as_text(read.unfit)}.")


def _set_aside(judge: Listed, read: Reading) -> None:
    """Keep the golden example for the judge's next prompt, or let it go again."""
    basket: dict[str, list[str]] = st.session_state.setdefault(BASKET, {})
    mine = basket.get(judge.name, [])
    name = read.example.example_id if read.example else ""
    there = name in mine
    after = [n for n in mine if n != name] if there else [*mine, name]
    st.button(
        "Set aside for the prompt" if not there else "Set aside: take it back",
        icon=":material/bookmark_added:" if there else ":material/bookmark_add:",
        disabled=bool(read.unfit),
        key="workbench_set_aside",
        on_click=basket.update,
        args=({judge.name: after},),
    )
    if mine:
        st.button(
            f"Improve with {len(mine)} set aside",
            icon=":material/edit:",
            key="workbench_improve",
            on_click=choose.go_to,
            kwargs={"view": "improve"},
        )
