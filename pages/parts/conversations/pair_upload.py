"""Bring in pairs of answers that people compare blind: drop a file, look at what it holds, choose who gets them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from pages.parts.conversations.dropped import SAID, VIEW, Arrived, kept
from pages.parts.shared import pair
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.weeks import week_of
from review.basics.words import counted
from review.people.people import people, usual_reviewers
from review.privacy.masking import mask_text
from review.sources.conversations import recognisers_of
from review.sources.pairs import NewPair, PairFile, read_pairs
from review.sources.uploads import forget
from review.week.pairs import EACH, add_pairs
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import Week, WeekClosing

FILE = "pairs_file"
ROUND = "pairs_round"
DONE = "pairs_done"
TYPES = ["jsonl", "ndjson", "json", "csv", "tsv", "parquet", "gz", "zst"]
REJECTS_SHOWN = 5


def take_over(file: Arrived) -> None:
    """Go on with a file that was dropped elsewhere. Call it from a callback."""
    st.session_state[FILE] = file
    st.session_state[VIEW] = "pairs"


def arrive(here: Session) -> None:
    """Draw the place to drop a file of pairs, what it holds, and the form that deals them."""
    if said := st.session_state.pop(DONE, None):
        st.success(as_text(said), icon=":material/task_alt:")
        st.page_link("agreement.py", label="See what people prefer", icon=":material/group:")
    file = _file(here)
    if file is None:
        st.caption(
            "Two answers to one question, from an arena (conversation_a and conversation_b) or as preferences (chosen "
            "and rejected). Reviewers compare them without names, the sides swapped at random. Personal data is masked."
        )
        return
    st.subheader(as_text(file.name))
    if st.button("Remove this file", icon=":material/close:", type="tertiary", key="pairs_remove"):
        _forget(here, file)
        st.rerun()
    try:
        found = _read(file.path, file.name)
    except ReviewError as error:
        st.error(as_text(error).replace(as_text(file.path), as_text(file.name)), icon=":material/block:")
        return
    _what(here, found)
    if found.pairs:
        _form(here, file, found)


def _file(here: Session) -> Arrived | None:
    key = f"pairs_drop_{st.session_state.get(ROUND, 0)}"
    uploaded = st.file_uploader("Drop a file with pairs of answers here", type=TYPES, key=key)
    if uploaded is not None:
        st.session_state[FILE] = next(iter(kept(here, [uploaded])), None)
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.rerun()
    for sentence in st.session_state.pop(SAID, []):
        st.warning(as_text(sentence), icon=":material/info:")
    file: Arrived | None = st.session_state.get(FILE)
    return file if file is not None and Path(file.path).exists() else None


def _forget(here: Session, file: Arrived) -> None:
    forget(Path(file.path), here.store.path)
    st.session_state.pop(FILE, None)


@st.cache_resource(show_spinner="Reading the pairs …", max_entries=8)
def _read(path: str, name: str) -> PairFile:
    return read_pairs(path, origin=name)


def _what(here: Session, found: PairFile) -> None:
    """Say how many pairs the file holds, show the first one, and why records are left out."""
    names = {name for one in found.pairs for name in (one.name_a, one.name_b)}
    with st.container(horizontal=True):
        st.metric("Pairs", f"{len(found.pairs):,}", border=True)
        st.metric("Records", f"{found.read:,}", border=True)
        st.metric("Different names", f"{len(names):,}", border=True)
    for line, why in found.rejected[:REJECTS_SHOWN]:
        st.caption(f":material/info: {as_text(f'Record {line} is left out: {why}.')}")
    if len(found.rejected) > REJECTS_SHOWN:
        st.caption(f"{len(found.rejected) - REJECTS_SHOWN:,} more records are left out.")
    if found.pairs:
        with st.expander("The first pair, as it would be stored"):
            _first(here, found.pairs[0])


def _first(here: Session, first: NewPair) -> None:
    wanted = recognisers_of(here.project.privacy)
    answers = ((first.name_a, first.answer_a), (first.name_b, first.answer_b))
    pair.show(first.question, answers, hide=lambda text: mask_text(text, wanted)[0])


def _form(here: Session, file: Arrived, found: PairFile) -> None:
    """Ask for the week, the reviewers and how many of them compare each pair, and deal."""
    closed = {row.week for row in here.store.find(WeekClosing)}
    weeks = {w.name: w for w in reversed(weeks_in_use(here.store)) if w.name not in closed}
    current = week_of(datetime.now(UTC), here.project.time_zone)
    new = [current] if here.store.get(Week, current) is None else []
    if not weeks and not new:
        st.info("No week is open to add them to. Draw one on the Sampling page.", icon=":material/filter_alt:")
        return
    week = st.selectbox(
        "Week", [*weeks, *new], format_func=lambda w: w if w in weeks else f"{w}, opened for these pairs alone",
        key="pairs_week",
    )  # fmt: skip
    able = {p.id: p.name for p in people(here.store) if p.may("annotator")}
    usual = weeks[week].raters if week in weeks else usual_reviewers(people(here.store))
    raters = st.multiselect(
        "Reviewers", list(able), default=[r for r in usual if r in able], format_func=lambda r: able[r],
        key=f"pairs_raters_{week}",
    )  # fmt: skip
    each = st.number_input(
        "Reviewers of each pair", 1, max(1, len(raters)), min(EACH, max(1, len(raters))), key="pairs_each",
        help="With two or more, the figures say how far they agree.",
    )  # fmt: skip
    many = counted(len(found.pairs) * int(each), "comparison")
    st.caption(f"{many} in all. They count in no estimate of production.")
    if st.button("Add and deal", type="primary", disabled=not raters, key="pairs_go"):
        try:
            done = add_pairs(
                here.store, here.project, found.pairs, str(week), by=here.rater.id, raters=raters, each=int(each)
            )
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        st.session_state[DONE] = f"{done.sentence}."
        _forget(here, file)
        st.rerun()
