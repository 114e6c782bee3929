"""Groups of failures that read alike, offered as modes: a person names each, or leaves it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.failures import note_field, propose_view
from pages.parts.shared import submitted
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.clock import to_minute
from review.basics.errors import ReviewError
from review.basics.words import counted, shortened
from review.failures.analysis import Proposed, accept, proposed_modes
from review.failures.by_model import named_by
from review.failures.last_groups import LastGroups, keep_groups, last_groups, replace_group
from review.judges.endpoints import llm_names, llm_of

OPEN = "failures_proposed_open"
SHOWN, FEW = 50, 6
"""How many failures of a group are listed, and up to how many the list is open from the start."""
HOW_FIRST = "what works best here"
HOW: dict[str, bool | None] = {HOW_FIRST: None, "meaning": True, "letters": False}
"""How failures are compared; by default the sentence model reads them where it is installed."""


def show(here: Session, weeks: Sequence[str]) -> None:
    """Draw the button that groups failures without a mode, and a form for each group."""
    last = _last(here, weeks)
    opened = st.session_state.setdefault(OPEN, last is not None)
    with st.expander("Group failures that read alike", icon=":material/hub:", expanded=opened):
        st.caption(
            "Failures without a mode, grouped offline by notes and comments, errors of steps and, weakly, answers."
        )
        model = propose_view.writer(llm_names(here.store), "Names", "failures_names_by")
        how = st.segmented_control(
            "Compare by", list(HOW), default=HOW_FIRST, key="failures_meaning",
            help="Meaning needs the sentence model; letters and known words need nothing.",
        )  # fmt: skip
        if st.button("Group them", key="failures_group", icon=":material/hub:"):
            _group(here, weeks, how=how or HOW_FIRST, model=model)
            last = _last(here, weeks)
        if last is not None:
            _say(last)
            for one in last.groups:
                _one(here, weeks, one)


def _last(here: Session, weeks: Sequence[str]) -> LastGroups | None:
    return last_groups(here.store, here.project, weeks, viewer=here.rater.id)


def _say(last: LastGroups) -> None:
    """Say when the groups were made, and how many failures wait besides: some may have come since."""
    when = f"Grouped at {to_minute(last.at)} UTC, compared by {last.how}."
    if last.others:
        are = "is" if last.others == 1 else "are"
        st.caption(f"{when} {counted(last.others, 'failure')} without a mode {are} in none of these groups: some came "
                   "later, or were too many. Group them again to see these.")  # fmt: skip
    else:
        st.caption(when if last.groups else f"{when} Every failure has a mode now.")
    if last.groups:
        st.caption("Enter in the name makes a group a mode. The name of a mode that is there adds the failures to it.")
        note_field.listen()


def _group(here: Session, weeks: Sequence[str], *, how: str, model: str) -> None:
    with st.spinner("Comparing what was said …"):
        try:
            endpoint = named_by(llm_of(here.store, here.project, model)) if model else None
            found = proposed_modes(
                here.store, here.project, weeks, by=here.rater.id, endpoint=endpoint, meaning=HOW[how]
            )
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
        else:
            keep_groups(here.store, weeks, found, viewer=here.rater.id, how=how)


def _one(here: Session, weeks: Sequence[str], one: Proposed) -> None:
    """Draw a group with everything said of it; what is left out becomes a group of its own."""
    key = one.alike.ids[0]
    with st.form(f"proposed_{key}", border=True):
        st.markdown(as_text(f"{counted(len(one.alike.ids), 'failure')}: {shortened(one.says, 160)}"))
        lines = {name: _line(number, one.said[name]) for number, name in enumerate(one.alike.ids[:SHOWN], start=1)}
        with st.expander("All of them", expanded=len(lines) <= FEW):
            st.markdown("\n".join(f"- {as_text(line)}" for line in lines.values()))
            if len(one.alike.ids) > SHOWN:
                st.caption(f"And {len(one.alike.ids) - SHOWN:,} more.")
        st.text_input("Name of the mode", value=one.alike.name, key=f"proposed_name_{key}")
        if len(lines) > 1:
            st.multiselect(
                "Leave out", list(lines), format_func=lines.__getitem__, key=f"proposed_out_{key}",
                placeholder="What does not belong to this mode", help="What is left out becomes a group of its own.",
            )  # fmt: skip
        with st.container(horizontal=True):
            for words, go, act in (("Make it a mode", "go", _accept), ("Only split it", "split", _split)):
                if go == "go" or len(lines) > 1:
                    st.form_submit_button(words, key=f"proposed_{go}_{key}", on_click=act, args=(here, weeks, one))
    submitted.show_refusal(f"proposed_{key}")


def _line(number: int, said: str) -> str:
    return f"{number}. {shortened(said, 160) or 'no text'}"


def _accept(here: Session, weeks: Sequence[str], one: Proposed) -> None:
    key = one.alike.ids[0]
    kept, rest = _parts(one, key)
    name = st.session_state[f"proposed_name_{key}"] or ""
    if kept is None:
        submitted.refuse(f"proposed_{key}", "Nothing is left of this group: leave fewer out.")
    elif submitted.write(
        here, f"proposed_{key}", "adjudicator", lambda: accept(here.store, kept.alike.ids, name, by=here.rater.id)
    ):
        replace_group(here.store, weeks, key, [rest] if rest else [], viewer=here.rater.id)


def _split(here: Session, weeks: Sequence[str], one: Proposed) -> None:
    key = one.alike.ids[0]
    kept, rest = _parts(one, key)
    if kept is None or rest is None:
        submitted.refuse(f"proposed_{key}", "Choose under Leave out what does not belong to this group, but not all.")
    else:
        replace_group(here.store, weeks, key, [kept, rest], viewer=here.rater.id)


def _parts(one: Proposed, key: str) -> tuple[Proposed | None, Proposed | None]:
    """Return what stays in the group and what is left out of it, None for nothing."""
    out = set(st.session_state.get(f"proposed_out_{key}", ()))
    return one.only([i for i in one.alike.ids if i not in out]), one.only([i for i in one.alike.ids if i in out])
