"""The widgets of the settings page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import figures
from pages.parts.session import Session
from review import audit
from review.dealing import redistribute
from review.errors import ReviewError
from review.people import ROLES, add_person, people, require
from review.queues import progress
from review.revealing import revealed
from review.rubric import current_rubric
from storage.records import AuditEntry, Import


def people_table(here: Session) -> None:
    """Everybody with their role; the lead adds people, changes roles and hands items over."""
    rows = [{"name": p.name, "role": p.role or "none", "scope": p.scope} for p in people(here.store)]
    figures.table(pd.DataFrame(rows), key="managing_people", file_name="people.csv")
    if not here.rater.may("lead"):
        st.caption("A lead adds people and changes roles.")
        return
    with st.form("managing_add", border=True, clear_on_submit=True):
        st.markdown("**Add somebody, or give another role**")
        name = st.text_input("Name", key="managing_name")
        role = st.segmented_control("Role", ROLES, default="annotator", required=True, key="managing_role")
        if st.form_submit_button("Save"):
            _try(lambda: add_person(here.store, name, role=role, by=_lead(here)), f"{name} is {role}")
    if here.week:
        _hand_over(here, here.week)


def _hand_over(here: Session, week: str) -> None:
    names = {p.rater_id: f"{p.name} · {p.left} left" for p in progress(here.store, week)}
    busy = [p.rater_id for p in progress(here.store, week) if p.left]
    if not busy:
        return
    with st.form("managing_hand_over", border=True):
        st.markdown(f"**Hand over open items of {week}**")
        giver = st.selectbox("From", busy, format_func=lambda i: names[i], key="managing_giver")
        takers = st.multiselect("To", list(names), format_func=lambda i: names[i], key="managing_takers")
        reason = st.text_input("Reason", key="managing_reason")
        if st.form_submit_button("Hand over"):
            _try(
                lambda: redistribute(here.store, week, rater=giver, to=takers, by=_lead(here), reason=reason or ""),
                "Handed over",
            )


def _lead(here: Session) -> str:
    return require(here.store, here.rater.id, "lead").id


def _try(act: object, said: str) -> None:
    """Do something that may be refused; say so either way."""
    try:
        act()  # type: ignore[operator]
    except ReviewError as error:
        st.error(str(error), icon=":material/block:")
    else:
        st.toast(said, icon=":material/task_alt:")
        st.rerun()


def rubric_view(here: Session) -> None:
    """The rubric in force: dimensions, scales, values with their keys and guidance."""
    rubric = current_rubric(here.store)
    st.caption(
        f"Version {rubric.version}. Change it in `spotcheck.toml` and run `spotcheck rubric update`; "
        "labels keep the version they were made under."
    )
    for d in rubric.dimensions:
        with st.container(border=True):
            st.markdown(f"**{d.title}** · {d.scale.kind}" + (f" · positive: {d.positive}" if d.positive else ""))
            if d.guidance:
                st.caption(d.guidance)
            frame = pd.DataFrame(
                [
                    {"key": k, "value": v, "guidance": d.value_guidance.get(v, "")}
                    for v, k in zip(d.scale.values, d.keys, strict=True)
                ]
            )
            st.dataframe(frame, hide_index=True, width="stretch", key=f"managing_{d.name}")


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
            with st.expander(f"{r.rejected} rejected · {r.file}"):
                st.dataframe(pd.DataFrame(r.rejections), hide_index=True, width="stretch", key=f"managing_{r.id}")


def audit_table(here: Session) -> None:
    """Who did what, when; whether the chain holds; and the originals, for those who may look."""
    if not here.rater.may("lead"):
        st.caption("The audit is for leads.")
        return
    total, broken = audit.verify(here.store)
    if broken is None:
        st.caption(f":green[:material/verified:] {total} entries; the chain holds.")
    else:
        st.error(f"The chain is broken at entry {broken}: a row was changed or removed.", icon=":material/link_off:")
    rows = here.store.find(AuditEntry, order_by="sequence desc")[:2000]
    actions = sorted({r.action for r in rows})
    chosen = st.pills("Actions", actions, selection_mode="multi", key="managing_actions")
    frame = pd.DataFrame(
        [
            {
                "#": r.sequence,
                "at": r.at[:19],
                "who": r.actor,
                "action": r.action,
                "what": r.subject,
                "detail": str(r.detail),
            }
            for r in rows
            if not chosen or r.action in chosen
        ]
    )
    figures.table(frame, key="managing_audit", file_name="audit.csv")
    with st.form("managing_reveal", border=True):
        st.markdown("**Look at an unmasked original** (each look is logged)")
        wanted = st.text_input("Conversation", key="managing_original")
        if st.form_submit_button("Reveal"):
            try:
                original = revealed(here.store, wanted, by=here.rater.id)
            except ReviewError as error:
                st.error(str(error), icon=":material/block:")
            else:
                st.json(original)
