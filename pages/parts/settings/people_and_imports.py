"""The widgets of the settings page."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from pages.parts.week import hand_over
from review.basics.errors import ReviewError
from review.people.people import NO_ROLE, ROLES, add_person, people, require
from storage.records_log import Import


def people_table(here: Session) -> None:
    """Everybody with their role; the lead adds people, changes roles and hands items over."""
    rows = [{"name": p.name, "role": p.role or "none", "scope": p.scope} for p in people(here.store)]
    if here.rater.may("lead"):
        # A name alone would not tell two logins apart; the id is what a role is given to.
        logins = [{"id": p.id, "login": f"{p.issuer} {p.subject}".strip()} for p in people(here.store)]
        rows = [row | login for row, login in zip(rows, logins, strict=True)]
    figures.table(pd.DataFrame(rows), key="managing_people", file_name="people.csv")
    if not here.rater.may("lead"):
        st.caption("A lead adds people and changes roles.")
        return
    with st.form("managing_add", border=True, clear_on_submit=True):
        st.markdown("**Add somebody, or give another role**")
        name = st.text_input("Name, or the id of somebody who logs in", key="managing_name")
        role = st.segmented_control("Role", (*ROLES, NO_ROLE), default="annotator", required=True, key="managing_role")
        if st.form_submit_button("Save"):
            _try(lambda: add_person(here.store, name, role=role, by=_lead(here)), f"{name} is {role}")
    if here.week:
        hand_over.hand_over(here, here.week, key="managing_hand_over", border=True)


def _lead(here: Session) -> str:
    return require(here.store, here.rater.id, "lead").id


def _try(act: Callable[[], object], said: str) -> None:
    """Do something that may be refused; say so either way."""
    try:
        act()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.toast(as_text(said), icon=":material/task_alt:")
        st.rerun()


def import_table(here: Session) -> None:
    """What was imported, with its counts and rejections."""
    rows = here.store.find(Import, order_by="at desc")
    if not rows:
        st.info("Nothing is imported yet: `spotcheck import FILE`.", icon=":material/upload_file:")
        return
    counts = ("read", "added", "duplicate", "changed", "rejected", "undated")
    frame = pd.DataFrame(
        [{"at": r.at[:16], "file": r.file, "format": r.format, **{c: getattr(r, c) for c in counts}} for r in rows]
    )
    figures.table(frame, key="managing_imports", file_name="imports.csv")
    for r in rows:
        if r.rejections:
            with st.expander(as_text(f"{r.rejected} rejected · {r.file}")):
                st.dataframe(pd.DataFrame(r.rejections), hide_index=True, width="stretch", key=f"managing_{r.id}")
