"""One finding with its places, and what a lead does about findings: owner, deadline, resolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages.parts.shared import figures, rows
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from review.basics.limits import MAX_COMMENT
from review.basics.words import counted
from review.compliance.checks.catalogue import DAILY
from review.compliance.findings import Found, assign, reopen, resolve
from review.people.people import people

ONE_OF = {"messages": "message", "steps": "step", "context": "passage"}
"""One of a list of a conversation, in words."""


def details(here: Session, f: Found) -> None:
    """Draw what a finding is about: the clauses of its check, and where it was found."""
    with st.container(border=True):
        st.markdown(f"**{as_text(f.title)}: {as_text(f.what)}** · {f.day} · {f.id}")
        if f.resolution:
            st.text(f"Resolved {f.resolved_at[:10]} by {here.names.get(f.resolved_by, f.resolved_by)}: {f.resolution}")
        for clause in DAILY[f.name].clauses if f.name in DAILY else ():
            st.caption(as_text(f"{clause.law} {clause.article}: {clause.how}"))
        if not f.examples:
            return
        st.caption(f"Found in {counted(f.n, 'conversation')}; {len(f.examples):,} of them:")
        frame = pd.DataFrame(
            [
                {
                    "conversation": e["conversation"],
                    "places": "; ".join(_place(p["field"], p["start"], p["end"]) for p in e["places"]),
                    "open": rows.address(here.rater.id, "conversations", view="browse", id=e["conversation"]),
                }
                for e in f.examples
            ]
        )
        lead = here.rater.may("lead")
        figures.table(
            frame if lead else frame.drop(columns="open"), key=f"finding_{f.id}", file_name="places.csv",
            config={"open": rows.link("open")} if lead else None,
        )  # fmt: skip


def _place(field: str, start: int, end: int) -> str:
    """Return a place as people count: "message 2, letters 5 to 18" for ``messages.1.content`` from 4 to 18."""
    name, *rest = field.split(".")
    one = ONE_OF.get(name)
    where = f"{one} {int(rest[0]) + 1}" if one and rest and rest[0].isdecimal() else name.replace("_", " ")
    where = f"tool calls of {where}" if rest[1:] == ["tool_calls"] else where
    return f"{where}, letters {start + 1} to {end}" if end > start else where


def act(here: Session, found: Sequence[Found]) -> None:
    """Draw the forms for the chosen findings."""
    ids = [f.id for f in found]
    closed = all(f.state == "resolved" for f in found)
    st.markdown(f"**{counted(len(found), 'finding')} chosen**")
    left, right = st.columns(2)
    with left, st.form("findings_assign", border=True):
        able = {p.id: p.name for p in people(here.store) if p.may("annotator")}
        owner = st.selectbox(
            "Owner", list(able), index=None, format_func=able.__getitem__, placeholder="as it is", key="findings_to"
        )
        due = st.date_input("Due", None, key="findings_due")
        if st.form_submit_button("Change", icon=":material/person_check:"):
            day = due.isoformat() if due is not None else ""
            tried(lambda: assign(here.store, ids, by=here.rater.id, owner=owner or "", due=day))
    with right, st.form("findings_resolve", border=True):
        verb, words = (reopen, "Why open it again?") if closed else (resolve, "What was done about it?")
        text = st.text_area(words, key="findings_text", max_chars=MAX_COMMENT, height=100)
        if st.form_submit_button("Open again" if closed else "Resolve", type="primary", icon=":material/task_alt:"):
            _say(here, verb, ids, text or "")


def _say(here: Session, verb: Callable[..., object], ids: Sequence[str], text: str) -> None:
    tried(lambda: verb(here.store, here.project, ids, text, by=here.rater.id))
