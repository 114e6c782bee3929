"""Bring in what people and judges said elsewhere: labels of annotation tools, verdicts of evaluation tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from pages.parts.conversations import judgement_form, label_imports
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.log_paths import log_of
from review.basics.tables import Table, load
from review.basics.words import counted
from review.exchange.items import known_items
from review.exchange.labels import ImportedLabels, import_labels, read_labels
from review.exchange.tool_tables import AUTO, tool_of
from review.exchange.tools.catalogue import LABEL_READERS, VERDICT_READERS
from review.exchange.tools.tool import Tool
from review.exchange.verdicts import ImportedVerdicts, import_verdicts, read_verdicts
from review.log.log import conversations_named
from review.rubric.rubric import current_rubric
from review.sources.names import plain_name
from review.sources.uploads import forget, keep

FILE = "judgements_file"
ROUND = "judgements_round"
DONE = "judgements_done"
KIND = "judgements_kind"
VIEW = "conversations_view"
"""The choice on the page of what it shows."""
TYPES = ["csv", "tsv", "json", "jsonl", "ndjson", "parquet"]
KINDS = {"labels": "Labels of people", "verdicts": "Verdicts of judges"}


class Dropped(NamedTuple):
    """A dropped file, where it is kept, and what its owner calls it."""

    path: str
    name: str


def take_over(path: str, name: str, kind: str) -> None:
    """Go on with a file that was dropped elsewhere, as labels or verdicts. Call it from a callback."""
    st.session_state[FILE] = Dropped(path, name)
    st.session_state[KIND] = kind
    st.session_state[VIEW] = st.query_params["view"] = "judgements"


def arrive(here: Session) -> None:
    """Draw the place to drop a file of labels or verdicts, how it is read, and the button that imports it."""
    st.session_state.setdefault(KIND, "labels")
    kind = str(
        st.segmented_control(
            "What the file holds", list(KINDS), format_func=lambda k: KINDS[k], required=True, key=KIND,
        )
    )  # fmt: skip
    if said := st.session_state.pop(DONE, None):
        st.success(as_text(said), icon=":material/task_alt:")
        if kind == "labels":
            st.page_link("agreement.py", label="See the agreement", icon=":material/group:")
        else:
            st.page_link("judges.py", label="See the judges", icon=":material/balance:")
    file = _file(here)
    if file is None:
        st.caption(
            "Exports of annotation and evaluation tools are recognised. Any other table needs a column for the item, "
            "the person or judge, and the label."
        )
        if kind == "labels":
            label_imports.past(here)
        return
    st.subheader(as_text(file.name))
    if st.button("Remove this file", icon=":material/close:", type="tertiary", key="judgements_remove"):
        _forget(here, file)
        st.rerun()
    try:
        _form(here, kind, file)
    except ReviewError as error:
        st.error(as_text(error).replace(as_text(file.path), as_text(file.name)), icon=":material/block:")


def _file(here: Session) -> Dropped | None:
    uploaded = st.file_uploader(
        "Drop a file with labels or verdicts here", type=TYPES,
        key=f"judgements_drop_{st.session_state.get(ROUND, 0)}",
    )  # fmt: skip
    if uploaded is not None:
        files, _ = keep(here.store.path, uploaded.name, uploaded.getbuffer())
        st.session_state[FILE] = Dropped(str(files[0]), uploaded.name)
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.rerun()
    file: Dropped | None = st.session_state.get(FILE)
    return file if file is not None and Path(file.path).exists() else None


def _forget(here: Session, file: Dropped) -> None:
    forget(Path(file.path), here.store.path)
    st.session_state.pop(FILE, None)


def _form(here: Session, kind: str, file: Dropped) -> None:
    raw, rubric = _loaded(file.path), current_rubric(here.store)
    tools: Mapping[str, Tool] = LABEL_READERS if kind == "labels" else VERDICT_READERS
    tool = tool_of(raw, tools, AUTO)
    answer = st.container()
    asked = judgement_form.columns(raw, kind, tool, key=f"{kind}_{file.path}")
    if asked is None:
        return
    if kind == "labels":
        table = read_labels(file.path, names=asked.names, wide=asked.wide, rater=asked.author)
    else:
        table = read_verdicts(file.path, names=asked.names, judge=asked.author)
    filled = judgement_form.dimensions(table, rubric, of_tool=tool is not None, key=f"{kind}_{file.path}")
    words = judgement_form.words(table, rubric, filled, key=f"{kind}_{file.path}")
    with answer:
        _answer(here, table, kind, tool, tools)
    blocked = not table.rows or filled.nothing
    if st.button(f"Import {KINDS[kind].lower()}", type="primary", disabled=blocked, key="judgements_go"):
        st.session_state[DONE] = _imported(here, kind, table, filled, words)
        _forget(here, file)
        st.rerun()


def _answer(here: Session, table: Table, kind: str, tool: str | None, tools: Mapping[str, Tool]) -> None:
    """Say what the file is, and how many of its items the store has."""
    st.caption(as_text(f"Format {tool}: {tools[tool].about}." if tool else "A table."))
    for note in table.notes:
        text = note.partition(": ")[2] or note
        if tool is None or not text.startswith(f"read as {tool}"):
            st.caption(f":material/info: {as_text(text)}")
    items = {row.text("item") for row in table.rows}
    known = known_items(here.store, items)
    others = [name for name, some in known.items() if not some]
    found = len(items) - len(others)
    with st.container(horizontal=True):
        st.metric("Ratings", f"{len(table.rows):,}", border=True)
        st.metric("Items", f"{len(items):,}", border=True)
        st.metric("Items under review here", f"{found:,}", border=True)
    if others:
        st.warning(_of_others(here, others, kind))
    if not found and items:
        st.info(
            "Draw the week of these conversations first, so that the file meets items that were drawn. Items that "
            "were picked by hand are used in no estimate.",
            icon=":material/filter_alt:",
        )
        st.page_link("sampling.py", label="Draw a week first", icon=":material/filter_alt:")


def _of_others(here: Session, others: list[str], kind: str) -> str:
    """Say what becomes of items that are not under review."""
    one = len(others) == 1
    begin = f"{counted(len(others), 'item')} {'is' if one else 'are'} not under review here."
    if kind != "labels":
        return f"{begin} {'Its' if one else 'Their'} verdicts are left out."
    in_log = len(conversations_named(log_of(here.store.path), [plain_name(here.store, name) for name in others]))
    texts = (
        "with the text from the log"
        if in_log == len(others)
        else f"{in_log:,} of them with the text from the log, the others without a text"
        if in_log
        else "without a text, because the log does not have " + ("it" if one else "them")
    )
    come = "It comes in as a hand-picked item" if one else "They come in as hand-picked items"
    return f"{begin} {come}, {texts}."


def _imported(
    here: Session,
    kind: str,
    table: Table,
    filled: judgement_form.Filled,
    words: list[str],
) -> str:
    by = here.rater.id
    if kind == "labels":
        done = import_labels(
            here.store, table, by=by, dimension=filled.default, questions=filled.given, translate=words
        )
        return _said_of_labels(done)
    verdicts = import_verdicts(
        here.store, table, by=by, dimension=filled.default, metrics=filled.given, translate=words
    )
    return _said_of_verdicts(verdicts)


def _said_of_labels(done: ImportedLabels) -> str:
    said = f"{counted(done.added, 'label')} came in, in {counted(done.annotations, 'annotation')}."
    if done.duplicate:
        said += f" {counted(done.duplicate, 'label')} were there already."
    if done.new_items:
        said += f" {counted(done.new_items, 'item')} are new."
    if done.new_raters:
        names = ", ".join(done.new_raters[:12]) + (", …" if len(done.new_raters) > 12 else "")
        said += f" New people: {names}. They get items once a lead gives them a role on the Settings page."
    opened = [note for note in done.notes if "is open now" in note]
    return " ".join([said, *opened])


def _said_of_verdicts(done: ImportedVerdicts) -> str:
    said = f"{counted(done.added, 'verdict')} came in, of {', '.join(done.judges) or 'no judge'}."
    if done.unchanged:
        said += f" {counted(done.unchanged, 'verdict')} were there already."
    if done.unknown_items:
        said += f" {counted(done.unknown_items, 'verdict')} left out: their items are not under review here."
    if done.changed:
        said += f" {counted(done.changed, 'verdict')} differ from the one in the store, which stays."
    return said


@st.cache_data(show_spinner="Looking at the file …", max_entries=16)
def _loaded(path: str) -> Table:
    return load(path)
