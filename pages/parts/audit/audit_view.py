"""The widgets of the audit page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
import pandas as pd
import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.audit import chain as audit_chain
from review.audit.covered import altered
from review.basics.csv_safe import csv_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.people.people import require
from review.privacy.reveal import revealed
from storage.records_people import AuditEntry
from storage.records_review import Week

SHOWN = 1000


def chain(here: Session) -> None:
    """Whether the chain holds, and its head, which is worth noting elsewhere."""
    total, broken = audit_chain.verify(here.store)
    changed = altered(here.store)
    last = audit_chain.head(here.store)
    if changed:
        st.error(
            f"Behind {counted(len(changed), 'entry', 'entries')} the row that was written is not any more what it was: "
            f"{', '.join(f'#{n}' for n in changed[:10])}{' …' if len(changed) > 10 else ''}. Compare with a backup.",
            icon=":material/link_off:",
        )
    if broken is not None:
        st.error(
            f"The chain is broken at entry {broken} of {total}: a row was changed or removed. Compare with a backup.",
            icon=":material/link_off:",
        )
    elif last is None:
        st.info("Nothing is written yet: every change leaves an entry here.", icon=":material/history:")
    else:
        st.markdown(f":green[:material/verified:] {total} entries; the chain holds.")
    if last is not None:
        with st.expander("The head of the chain"):
            st.caption(
                "Each entry covers the one before, so a changed or removed one shows. Only a cut at the end would not: "
                "note this head elsewhere, and `spotcheck audit verify --head HASH` tells whether it is still there."
            )
            st.code(last.hash, language=None, wrap_lines=True)


def search(here: Session) -> list[AuditEntry]:
    """The filters, in one row; returns the entries that fit, the newest first."""
    known = audit_chain.known(here.store)
    weeks = [w.name for w in here.store.find(Week, order_by="name desc")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actors = st.multiselect(
            "Who", known.actors, format_func=lambda i: here.names.get(i, i), key="audit_actors", placeholder="everybody"
        )
        actions = st.multiselect("What", known.actions, key="audit_actions", placeholder="everything")
        week = st.selectbox("Week", weeks, index=None, key="audit_week", placeholder="all weeks")
        days = st.date_input("Days, in UTC", (), min_value=known.first, max_value=known.last, key="audit_days")
        text = st.text_input("Text", key="audit_text", placeholder="in the subject or the detail")
    since, until = _span(days)
    return audit_chain.entries(
        here.store,
        audit_chain.Search(actors=actors, actions=actions, text=text or "", week=week, since=since, until=until),
    )


def _span(days: object) -> tuple[date | None, date | None]:
    """The first and last day that were chosen; one alone is both."""
    chosen = [d for d in days if isinstance(d, date)] if isinstance(days, Sequence) else []
    return (chosen[0], chosen[-1]) if chosen else (None, None)


def table(here: Session, found: Sequence[AuditEntry]) -> None:
    """The newest of what was found, and the export of all of it."""
    if not found:
        st.info("Nothing fits; widen the search.", icon=":material/filter_alt_off:")
        return
    shown = audit_chain.as_rows(here.store, found[:SHOWN])
    frame = pd.DataFrame(
        [
            {
                "#": row["sequence"],
                "at": row["at"][:19].replace("T", " "),
                "who": here.names.get(row["actor"], row["actor"]),
                "action": row["action"],
                "what": row["item"] or row["subject"],
                "detail": audit_chain.detail_text(row["detail"]),
            }
            for row in shown
        ]
    )
    st.dataframe(frame, hide_index=True, width="stretch", height=460, key="audit_table")
    more = f"; the table shows the newest {SHOWN:,}, the export has all" if len(found) > SHOWN else ""
    st.caption(f"{len(found):,} {'entry' if len(found) == 1 else 'entries'}{more}.")
    with st.container(horizontal=True):
        # Made on the click: a whole year is nothing to put together with every letter that is typed.
        for label, make, mime in (("CSV", _csv, "text/csv"), ("JSON", _json, "application/json")):
            st.download_button(
                label,
                lambda make=make: make(here, found),
                file_name=f"audit.{label.lower()}",
                mime=mime,
                icon=":material/download:",
                key=f"audit_{label.lower()}",
                on_click="ignore",
            )


def _csv(here: Session, found: Sequence[AuditEntry]) -> bytes:
    return csv_text((*audit_chain.COLUMNS, "item"), _rows(here, found)).encode()


def _json(here: Session, found: Sequence[AuditEntry]) -> bytes:
    return orjson.dumps(_rows(here, found), option=orjson.OPT_INDENT_2)


def _rows(here: Session, found: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """The entries for a file. Raises Refused when the role is gone by the time that the button is pressed."""
    require(here.store, here.rater.id, "lead")
    return audit_chain.as_rows(here.store, found)


def reveal(here: Session) -> None:
    """The unmasked original of a conversation; the look itself becomes an entry."""
    with st.form("audit_reveal", border=True):
        st.markdown("**Look at an unmasked original** (each look is logged)")
        wanted = st.text_input("Conversation", key="audit_original")
        if st.form_submit_button("Reveal", icon=":material/visibility:"):
            try:
                original = revealed(here.store, wanted or "", by=here.rater.id)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.json(original)
