"""The widgets of the Audit page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import orjson
import pandas as pd
import streamlit as st

from pages.parts.shared import rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.audit import chain as audit_chain
from review.audit.verifying import Check, check_store, in_words
from review.basics.csv_safe import csv_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.people.people import require
from review.privacy.reveal import revealed
from storage.records_people import AuditEntry
from storage.records_weeks import Week

SHOWN = 1000
AT_ONCE = 5_000
"""Entries up to which the page checks every record as soon as it opens."""


def chain(here: Session) -> None:
    """Draw whether the chain of entries and the rows hold, and the head, which is worth keeping elsewhere."""
    last = audit_chain.head(here.store)
    if (
        last is None
        or last.sequence <= AT_ONCE
        or st.button(
            "Check every record", help="It takes about a second for 50,000 records.", icon=":material/fact_check:"
        )
    ):
        _checked(check_store(here.store))
    if last is not None:
        _head(last)


def _checked(check: Check) -> None:
    """Draw what a check found."""
    lines = [line[0].upper() + line[1:].rstrip(".") + "." for line in in_words(check)]
    if not check.holds:
        st.error("\n\n".join([*lines, "Compare the store with a backup."]), icon=":material/link_off:")
    elif check.unproven:
        st.warning("\n\n".join(lines), icon=":material/key_off:")
    else:
        st.markdown(f":green[:material/verified:] {lines[0]}")


def _head(last: AuditEntry) -> None:
    with st.expander("The head of the chain"):
        st.caption(
            "Each entry covers the one before it, so a changed or removed entry breaks the chain. Entries removed "
            "from the end are noticed on the machine that wrote them, as long as nobody changes its note of the newest "
            "entry. Keep this head somewhere else. The person who installed Spotcheck can then check that it is still "
            "in the chain."
        )
        st.code(last.hash, language=None, wrap_lines=True)


def search(here: Session) -> audit_chain.Search:
    """Draw the filters in one row. Returns what they ask for."""
    known, names = audit_chain.known(here.store), here.names
    weeks = [w.name for w in here.store.find(Week, order_by="name desc")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actors = st.multiselect(
            "Who", known.actors, format_func=lambda i: names.get(i, i), key="audit_actors", placeholder="everybody"
        )
        actions = st.multiselect("What", known.actions, key="audit_actions", placeholder="everything")
        week = st.selectbox("Week", weeks, index=None, key="audit_week", placeholder="all weeks")
        days = st.date_input("Days, in UTC", [], min_value=known.first, max_value=known.last, key="audit_days")
        text = st.text_input("Text", key="audit_text", placeholder="subject or details")
    since, until = _span(days)
    return audit_chain.Search(
        actors=tuple(actors), actions=tuple(actions), text=text or "", week=week, since=since, until=until
    )


def _span(days: object) -> tuple[date | None, date | None]:
    """Return the first and the last chosen day. A single day is both."""
    chosen = [d for d in days if isinstance(d, date)] if isinstance(days, Sequence) else []
    return (chosen[0], chosen[-1]) if chosen else (None, None)


def table(here: Session, wanted: audit_chain.Search) -> None:
    """Draw the newest of the entries that match, and the downloads of all of them."""
    found, total = audit_chain.newest(here.store, wanted, SHOWN)
    if not found:
        st.info("No entry matches. Remove a filter to see more.", icon=":material/filter_alt_off:")
        return
    shown, names = audit_chain.as_rows(here.store, found), here.names
    frame = pd.DataFrame(
        [
            {
                "#": row["sequence"],
                "at": row["at"][:19].replace("T", " "),
                "who": names.get(row["actor"], row["actor"]),
                "action": row["action"],
                "what": row["item"] or row["subject"],
                "detail": audit_chain.detail_text(row["detail"]),
                "open": rows.address(here.rater.id, "adjudicate", item=row["item"]) if row["item"] else None,
            }
            for row in shown
        ]
    )
    # The filters above and the downloads below are of all entries, so this table has none of its own.
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=460,
        key="audit_table",
        placeholder="–",
        column_config={"open": rows.link("the item")},
    )
    more = f" The table shows the newest {SHOWN:,}; the downloads have all." if total > SHOWN else ""
    st.caption(f"{counted(total, 'entry', 'entries')}.{more}")
    with st.container(horizontal=True):
        # The files are made on the click: a year of entries is too much to assemble on every rerun.
        for label, make, mime in (("CSV", _csv, "text/csv"), ("JSON", _json, "application/json")):
            st.download_button(
                label,
                partial(make, here, wanted),
                file_name=f"audit.{label.lower()}",
                mime=mime,
                icon=":material/download:",
                key=f"audit_{label.lower()}",
                on_click="ignore",
            )


def _csv(here: Session, wanted: audit_chain.Search) -> bytes:
    return csv_text((*audit_chain.COLUMNS, "item"), _rows(here, wanted)).encode()


def _json(here: Session, wanted: audit_chain.Search) -> bytes:
    return orjson.dumps(_rows(here, wanted), option=orjson.OPT_INDENT_2)


def _rows(here: Session, wanted: audit_chain.Search) -> list[dict[str, Any]]:
    """Return the entries for a file. Raises Refused when the person has lost the role since the page was drawn."""
    require(here.store, here.rater.id, "auditor")
    return audit_chain.as_rows(here.store, audit_chain.entries(here.store, wanted))


def reveal(here: Session) -> None:
    """Draw the form to see the unmasked original of a conversation. Each look becomes an entry."""
    with st.form("audit_reveal", border=True):
        st.markdown("**Look at an unmasked original** (each look is logged)")
        wanted = st.text_input("Id of the conversation", key="audit_original")
        if st.form_submit_button("Reveal", icon=":material/visibility:"):
            try:
                original = revealed(here.store, wanted or "", by=here.rater.id)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.json(original)
