"""What would come in: counts, what is rejected and why, masked spans, and ten rows as conversations."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from pages.parts.shared import conversation as drawn
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.basics.weeks import week_of
from review.basics.words import counted
from review.log.searching import other_sources
from review.sources.file_sets import files_at
from review.sources.options import ImportOptions
from review.sources.preview import Counted, Preview, preview_of
from review.sources.unread import unread_fields

SHOWN_TEXT = 120


def preview(here: Session, paths: tuple[str, ...], options: ImportOptions) -> Preview:
    """Return what an import with these options would do, computed once for each of them."""
    return _preview(paths, repr(options), options, hmac_key(here.store))


@st.cache_data(show_spinner="Reading the first rows …", max_entries=32)
def _preview(paths: tuple[str, ...], key: str, _options: ImportOptions, _secret: bytes) -> Preview:
    return preview_of(files_at(paths), _options, key=_secret)


def answer(here: Session, seen: Preview, options: ImportOptions) -> None:
    """Draw the answer: the format and why, how many rows would come in, and what to think about first."""
    c = seen.counted
    st.caption(as_text(f"Format {seen.format}: {seen.reason}."))
    rows = f"{'The' if c.read == 1 else 'All'} {counted(c.read, 'row')}" if seen.whole else f"The first {c.read:,} rows"
    taken = c.read - c.rejected
    with st.container(horizontal=True):
        st.metric(f"{rows}: readable", f"{taken:,}", border=True)
        st.metric("Rejected", f"{c.rejected:,}", border=True)
        st.metric("Masked spans", f"{c.masked:,}", border=True, help=f"In {counted(c.masked_in, 'conversation')}.")
    for sentence in _warnings(here, c, options):
        st.warning(as_text(sentence), icon=":material/warning:")


def details(c: Counted) -> None:
    """Draw what would be rejected and why, and ten rows as conversations."""
    if c.rejected:
        _rejected(c)
    if c.told:
        st.info(
            f"{counted(c.told, 'row')} without a conversation: feedback, tags, scores or errors. They join the "
            "conversations of this source by their ids, now or once those are imported.",
            icon=":material/thumbs_up_down:",
        )
    if not c.conversations and not c.told:
        st.error("No row can be read like this. Correct what the fields mean.", icon=":material/block:")
        return
    for note, n in c.notes.items():
        st.caption(f":material/info: {as_text(f'{n:,} × {note}')}")
    if c.conversations:
        _conversations(c)


def _warnings(here: Session, c: Counted, options: ImportOptions) -> list[str]:
    found = []
    if c.unnamed:
        found.append(
            f"{counted(c.unnamed, 'row')} without an id. Their content names them, so a row that changes later comes "
            "in a second time. Choose the field that holds the id, if there is one."
        )
    if c.undated:
        week = options.week or f"{week_of(datetime.now(UTC), options.time_zone)}, the current week"
        where = "It comes" if c.undated == 1 else "They come"
        found.append(
            f"{counted(c.undated, 'conversation')} without a date. {where} into {week}. Another week can be set under "
            "More settings."
        )
    for field, n in unread_fields(c.unread).items():
        found.append(
            f"{counted(n, 'row')} with a {field} that cannot be read. {'It comes' if n == 1 else 'They come'} in "
            "without it, unless you translate the value below."
        )
    elsewhere = other_sources(log_of(here.store.path), c.source_ids, besides=options.source)
    for source, n in elsewhere.items():
        found.append(
            f"{counted(n, 'id')} of this file {'is' if n == 1 else 'are'} in the log already, under the source "
            f"{source}. If it is the same system, choose that source, or the conversations come in twice."
        )
    return found


def _rejected(c: Counted) -> None:
    with st.expander(f"{counted(c.rejected, 'row')} would be rejected", icon=":material/rule:"):
        for cause, n in c.causes.most_common(5):
            st.markdown(f"{n:,} × {as_text(cause)}")
        frame = pd.DataFrame(c.rejections).rename(columns={"column": "field"})
        figures.table(frame, key="preview_rejections", file_name="rejected.csv")


def _conversations(c: Counted) -> None:
    first = c.conversations
    frame = pd.DataFrame(
        [
            {
                "": n,
                "date": (one.created_at or "")[:16].replace("T", " "),
                "week": one.week,
                "question": one.question[:SHOWN_TEXT],
                "answer": one.answer[:SHOWN_TEXT],
                "status": one.status,
                "feedback": one.feedback,
            }
            for n, one in enumerate(first, start=1)
        ]
    )
    st.markdown(f"**The first {counted(len(first), 'conversation')}** (dates in UTC)")
    figures.table(frame, key="preview_rows", file_name="preview.csv")
    numbers = list(range(1, len(first) + 1))
    chosen = st.pills("Open one", numbers, key="preview_open")
    if chosen in numbers:
        with st.container(border=True):
            drawn.show(first[chosen - 1])
