"""Triage by keyboard, one group of failures at a time: type the root cause, press Enter, and the next one is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from pages.parts.failures import note_field, proposed_view, triage_about
from pages.parts.failures.triage_about import WORDS
from pages.parts.shared import address, rows, submitted
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.clock import new_id
from review.basics.words import counted
from review.failures.modes import mode_list
from review.failures.triage import CANDIDATES, DECISIONS, TriageGroup, TriageWish, triage, triage_groups
from review.people.people import people
from review.week.due_days import today_of

AT, SAID, FORM = "failures_at", "failures_said", "failures_form"
DAYS = 7


def show(here: Session) -> None:
    """Draw the groups of the week and the one that is to be decided about."""
    week = here.need_week()
    groups = triage_groups(here.store, here.project, week, viewer=here.rater.id)
    every = triage_groups(here.store, here.project, week)
    if not every:
        st.info(as_text(f"Production had no failures in {week}."), icon=":material/task_alt:")
        return
    _hidden(sum(g.found.n for g in every) - sum(g.found.n for g in groups))
    if not groups:
        return
    left = [g for g in groups if g.state == "open"]
    n = sum(g.found.n for g in left)
    st.markdown(
        as_text(f"{counted(len(left), 'group')} of {len(groups)} to decide about, {counted(n, 'failure')}.")
        if left
        else "Every failure of this week is triaged."
    )
    _unnamed([g for g in left if not g.is_named])
    if (said := st.session_state.pop(SAID, "")) != "":
        st.toast(as_text(said), icon=":material/task_alt:")
    at = _place(groups, left)
    _move(groups, at)
    _one(here, week, groups[at])
    st.subheader("All groups of the week")
    _table(groups)


def _unnamed(groups: Sequence[TriageGroup]) -> None:
    """Offer the way to error analysis where failures have no mode yet: groups by kind of error are coarse."""
    if groups:
        failed = counted(sum(g.found.n for g in groups), "failure")
        st.button(
            f"Group {failed} without a mode by what went wrong", type="tertiary", icon=":material/hub:",
            key="failures_to_modes", on_click=_to_modes,
        )  # fmt: skip


def _to_modes() -> None:
    st.session_state[proposed_view.OPEN] = True
    address.say(view="modes")


def _hidden(n: int) -> None:
    """Say how many failures are not shown to somebody who has yet to review them; the Week page counts them."""
    if n:
        are = "is" if n == 1 else "are"
        st.caption(
            f":material/visibility_off: {counted(n, 'more failure')} {are} among the items you still have to review, "
            "and shown here after that. The Week page counts all of them."
        )
        st.page_link("annotate.py", label="Annotate", icon=":material/edit_note:")


def _place(groups: Sequence[TriageGroup], left: Sequence[TriageGroup]) -> int:
    """Return the group to show: the one that was chosen, else the first that is open."""
    keys = [_key(g) for g in groups]
    wanted = st.session_state.get(AT)
    if wanted in keys:
        return keys.index(wanted)
    return keys.index(_key(left[0])) if left else 0


def _key(g: TriageGroup) -> str:
    return f"{g.found.group} {g.found.version}"


def _move(groups: Sequence[TriageGroup], at: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for words, icon, key, step in (("Previous", "arrow_back", "k", -1), ("Next", "arrow_forward", "j", 1)):
            to = _key(groups[(at + step) % len(groups)])
            st.button(
                words, icon=f":material/{icon}:", shortcut=key, key=f"failures_{words}", on_click=_go, args=(to,),
                disabled=len(groups) < 2,
            )  # fmt: skip
        st.caption(f"{at + 1} of {len(groups)}")


def _go(to: str) -> None:
    st.session_state[AT] = to


def _one(here: Session, week: str, g: TriageGroup) -> None:
    """Draw a group: how many failures, some of them, and the form."""
    with st.container(border=True):
        # One block, however many lines it has: the form after it stays where it is, and so does the cursor.
        with st.container():
            triage_about.show(here, week, g)
        _form(here, week, g)


def _form(here: Session, week: str, g: TriageGroup) -> None:
    able = {p.id: p.name for p in people(here.store) if p.may("annotator")}
    own = list(able).index(here.rater.id) if here.rater.id in able else 0
    # The form keeps its key from group to group: the cursor stays in the first field.
    drawn = new_id(), mode_list(here.store).version
    with st.form("failures_triage", border=False, clear_on_submit=True):
        st.text_input(
            "Root cause",
            key=submitted.key("failures_cause"),
            placeholder="Why did these fail? Enter decides and shows the next group.",
        )
        # The browser knows by this key which group the form belongs to.
        with st.container(key=f"failures_group_{_key(g)}"):
            st.segmented_control(
                "Decision",
                DECISIONS,
                default=g.suggested,
                format_func=WORDS.__getitem__,
                key=submitted.key(f"failures_how_{_key(g)}"),
            )
        with st.expander("Owner, date, golden candidates", expanded=False), st.container(horizontal=True):
            st.selectbox(
                "Owner", list(able), index=own, format_func=able.__getitem__, key=submitted.key("failures_owner")
            )
            st.date_input("Due", value=today_of(here.store) + timedelta(days=DAYS), key=submitted.key("failures_due"))
            st.text_input("Version that will fix it", key=submitted.key("failures_fix"))
            st.checkbox(
                f"Propose up to {CANDIDATES} failures as golden", value=True, key=submitted.key("failures_propose")
            )
            st.text_input(
                "Reason", key=submitted.key("failures_reason"), placeholder="Why none is proposed, or why ignored"
            )
        st.form_submit_button(
            "Decide", type="primary", key="failures_decide", icon=":material/check:", on_click=_decide,
            args=(here, week, g, drawn),
        )  # fmt: skip
    submitted.show_refusal(FORM)
    note_field.show()


def _decide(here: Session, week: str, g: TriageGroup, drawn: tuple[str, int]) -> None:
    """Decide about the group whose form was sent; a form that is sent twice, on a slow page, decides once."""
    submission, seen = drawn
    if st.session_state.get(FORM) == submission:
        return
    said = st.session_state
    names = ("cause", f"how_{_key(g)}", "owner", "due", "fix", "propose", "reason")
    fields = [f"failures_{name}" for name in names]
    cause, how, owner, due, fix, propose, reason = submitted.values(fields)
    wish = TriageWish(
        root_cause=str(cause or ""),
        decision=str(how or ""),
        candidates=None if propose else [],
        reason=str(reason or ""),
        owner=str(owner or ""),
        due=due.isoformat() if isinstance(due, date) else "",
        fix_version=str(fix or ""),
        seen=seen,
        after=g.decided.id if g.decided else "",
        submission=submission,
    )

    def write() -> None:
        done = triage(here.store, here.project, week, g.found.group, g.found.version, wish=wish, by=here.rater.id)
        golden = f", {len(done.candidates)} proposed for golden" if done.candidates else ""
        said[SAID] = f"{g.title}: {WORDS[done.decision].lower()}{golden}"
        said[FORM] = submission
        said.pop(AT, None)

    if not submitted.write(here, FORM, "adjudicator", write, fields=fields):
        said[AT] = _key(g)  # what was typed is about this group, even if somebody else has decided about it by now


def _name(g: TriageGroup) -> str:
    return f"{g.title}, {g.found.version}" if g.found.version else g.title


def _table(groups: Sequence[TriageGroup]) -> None:
    frame = pd.DataFrame(
        [
            {
                "group": g.title,
                "version": g.found.version,
                "failures": g.found.n,
                "state": "open again" if g.reopened else g.state,
                "decision": WORDS[g.decided.decision] if g.decided else "",
                "root cause": g.decided.root_cause if g.decided else "",
                "name": _name(g),
            }
            for g in groups
        ]
    )
    picked = rows.choose(frame, key="failures_groups", id_column="name", file_name="failure-groups.csv")
    if picked.opened:
        _go(next(_key(g) for g in groups if _name(g) == picked.opened))
        st.rerun()
    st.caption("Select a cell to decide about that group.")
