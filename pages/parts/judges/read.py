"""Reading a judge's disagreements one by one: the label of the people, the verdict, and the conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from pages.parts.judges import choose
from pages.parts.judges.trust import choose_dimension
from pages.parts.shared import address, cached_statistics, conversation, executed
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import spoken
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
EXECUTION: dict[Direction, str] = {
    "strict": "Wrong reference?",
    "kind": "Equal by accident?",
    "other": "Other",
    "none": "No evidence",
}
"""What may be behind a disagreement with execution, in a word or two."""
WHY_EXECUTION: dict[Direction, str] = {
    "strict": "The results differ, but people call the answer better: is the reference wrong, or does it ask for more?",
    "kind": "The results are the same, but people call the answer worse: are they equal only on this data?",
}
RULES = {
    "adjudicated": "settled by adjudication",
    "unanimous": "all agree",
    "plurality": "most agree",
    "single": "one reviewer",
}
BASKET = "workbench_basket"
"""Golden examples that were set aside while reading, by judge, until a version with them is saved."""


def show(here: Session, weeks: tuple[str, ...], judge: Listed, version: Reference) -> None:
    """Show one disagreement at a time, with buttons back and forth."""
    if version.version not in judge.spoke:
        choose.without_verdicts(here, judge, version)
        return
    found = cached_statistics.disagreements(here, weeks, str(version))
    if not found:
        choose.without_figures(version)
        return
    dimension = choose_dimension(list(found))
    titles = EXECUTION if judge.kind == "execution" else DIRECTIONS
    rows = _filtered(found[dimension], titles, key=f"{version}_{dimension}")
    if not rows:
        st.success("The judge agrees with people on every item that both have judged.", icon=":material/task_alt:")
        return
    one = _turn(rows, key=f"workbench_place_{version}_{dimension}")
    try:
        read = reading(here.store, one, judge.dimensions, viewer=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    if judge.kind == "execution" and one.direction in WHY_EXECUTION:
        st.info(WHY_EXECUTION[one.direction], icon=":material/help:")
    _both(read, one, str(version), titles[one.direction], votes=here.rater.may("adjudicator"))
    conversation.opened(here, read.conversation, target_turn=read.item.target_turn, findings=True)
    executed.show(here, read.item, read.conversation.sql)
    _after(here, judge, read)


def _filtered(
    found: Sequence[Disagreement], directions_in_words: Mapping[Direction, str], *, key: str
) -> list[Disagreement]:
    """Filter by direction and by class."""
    directions = Counter(d.direction for d in found)
    classes = Counter(str(d.settled.value) for d in found)
    options = ["all", *(d for d in directions_in_words if directions[d])]
    titles = {"all": f"All · {len(found)}"} | {
        d: f"{words} · {directions[d]}" for d, words in directions_in_words.items()
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        which = st.segmented_control(
            "Direction", options, format_func=titles.__getitem__, default="all", required=True,
            key=f"workbench_direction_{key}", label_visibility="collapsed",
        )  # fmt: skip
        label = st.selectbox(
            "People say", ["", *sorted(classes)], key=f"workbench_class_{key}", label_visibility="collapsed", width=230,
            format_func=lambda v: f"people say {spoken(v)} · {classes[v]}" if v else "any label",
        )  # fmt: skip
    return [d for d in found if which in ("all", d.direction) and label in ("", str(d.settled.value))]


def _turn(rows: Sequence[Disagreement], *, key: str) -> Disagreement:
    """Return the current disagreement; the item is remembered, so a filter or a new verdict does not lose the place.

    The address names it, so that a link opens the same one.
    """
    items = [d.item for d in rows]
    known = (st.query_params.get("item"), st.session_state.get(key))
    place = next((items.index(item) for item in known if item in items), 0)
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, step, icon, shortcut in (
            ("Previous", -1, ":material/chevron_left:", "K"),
            ("Next", 1, ":material/chevron_right:", "J"),
        ):
            to = place + step
            st.button(
                label, icon=icon, shortcut=shortcut, key=f"workbench_{label.lower()}",
                disabled=not 0 <= to < len(items),
                on_click=_go, args=(key, items[to % len(items)]),
            )  # fmt: skip
        st.markdown(f"**{place + 1}** of {len(rows)}")
        st.caption(as_text(items[place]))
    return rows[place]


def _go(key: str, item: str) -> None:
    st.session_state[key] = item
    address.say(item=item)


def _both(read: Reading, one: Disagreement, judge: str, named: str, *, votes: bool) -> None:
    """Show the labels of people and judge side by side with their reasons; single votes are for adjudicators.

    ``named`` says in words what kind of disagreement it is.
    """
    people = [read.rationale, *(f"“{c}”" for c in read.comments if votes)]
    counts = ", ".join(f"{spoken(value)} {n}" for value, n in one.settled.votes.items())
    verdict = read.said
    value = spoken(verdict.value) or CAUSE_WORDS.get(verdict.error.partition(":")[0], verdict.error or "no verdict")
    score = f"score {verdict.score:.2f}" if verdict.score is not None else ""
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        rule = RULES.get(one.settled.rule, one.settled.rule)
        _side("People", spoken(one.settled.value), f"{rule} · votes: {counts}" if votes and counts else rule, people)
    with right, st.container(border=True, height="stretch"):
        reasons = [verdict.rationale or ("" if verdict.value else verdict.raw) or "It gave no reason."]
        title = named.lower() if one.direction in ("kind", "strict") else ""
        _side(judge, value, " · ".join(p for p in (title, score) if p), reasons)


def _side(who: str, value: str, note: str, reasons: Sequence[str]) -> None:
    lines = "".join(f"<p>{escape(r)}</p>" for r in reasons if r)
    small = f"<i>{escape(note)}</i>" if note else ""
    st.html(f'<div class="sc-said"><small>{escape(who)}</small><b>{escape(value)}</b>{small}{lines}</div>')


def _after(here: Session, judge: Listed, read: Reading) -> None:
    """Show what to do with the item: set it aside for the prompt, or open its votes."""
    if not here.rater.may("adjudicator"):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if judge.kind == "llm":
            _set_aside(judge, read)
        st.page_link("adjudicate.py", label="The votes", query_params={"item": read.item.id}, icon=":material/gavel:")
    if judge.kind == "llm" and read.unfit:
        st.caption(f"It cannot be an example in the prompt: {as_text(read.unfit)}.")


def _set_aside(judge: Listed, read: Reading) -> None:
    """Set the golden example aside for the judge's next prompt, or take it back."""
    basket: dict[str, list[str]] = st.session_state.setdefault(BASKET, {})
    chosen = basket.get(judge.name, [])
    name = read.example.example_id if read.example else ""
    inside = name in chosen
    after = [n for n in chosen if n != name] if inside else [*chosen, name]
    st.button(
        "Take it back" if inside else "Set aside for the prompt",
        icon=":material/bookmark_added:" if inside else ":material/bookmark_add:",
        disabled=bool(read.unfit),
        key="workbench_set_aside",
        on_click=basket.update,
        args=({judge.name: after},),
    )
    if chosen:
        st.button(
            f"Improve with {len(chosen)} set aside",
            icon=":material/edit:",
            key="workbench_improve",
            on_click=choose.go_to,
            kwargs={"view": "improve"},
        )
