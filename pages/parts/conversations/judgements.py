"""Bring in what people and judges said elsewhere: labels of annotation tools, verdicts of evaluation tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.parts.conversations import judgement_files, judgement_form, label_imports, unknown_items
from pages.parts.conversations.dropped import VIEW, Arrived
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.tables import Table
from review.basics.words import capital, counted
from review.exchange.items import known_items
from review.exchange.labels import ImportedLabels, import_labels, read_labels
from review.exchange.rating_files import rating_tables
from review.exchange.tool_tables import AUTO, tool_of
from review.exchange.tools.catalogue import LABEL_READERS, VERDICT_READERS
from review.exchange.tools.tool import Tool
from review.exchange.verdicts import ImportedVerdicts, import_verdicts, read_verdicts
from review.rubric.rubric import current_rubric

DONE = "judgements_done"
KIND = "judgements_kind"
SHOWN = ("is open now", "dates are read", "left out, because their", "left out, because its", "have discussed")
"""What a note that is shown after an import of labels says."""
KINDS = {"labels": "Labels of people", "verdicts": "Verdicts of judges"}


def take_over(path: str, name: str, kind: str) -> None:
    """Go on with a file that was dropped elsewhere, as labels or verdicts. Call it from a callback."""
    st.session_state[judgement_files.FILES] = [Arrived(path, name)]
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
    files = judgement_files.waiting(here)
    if not files:
        st.caption(
            "Exports of annotation and evaluation tools are recognised. Any other table needs a column for the item, "
            "the person or judge, and the label."
        )
        if kind == "labels":
            label_imports.past(here)
        return
    st.subheader(as_text(", ".join(one.name for one in files)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        records = judgement_files.where_records(files)
        words = f"Remove {'this file' if len(files) == 1 else 'these files'}"
        if st.button(words, icon=":material/close:", type="tertiary", key="judgements_remove"):
            judgement_files.forget_all(here, files)
            st.rerun()
    try:
        encoding = judgement_files.encoding(here, files)
        if encoding is not None:
            _form(here, kind, files, records, encoding)
    except ReviewError as error:
        st.error(as_text(judgement_files.by_their_names(str(error), files)), icon=":material/block:")


def _form(here: Session, kind: str, files: Sequence[Arrived], records: str | None, encoding: str) -> None:
    tools: Mapping[str, Tool] = LABEL_READERS if kind == "labels" else VERDICT_READERS
    paths, key = tuple(one.path for one in files), f"{kind}_{files[0].path}"
    raw, rubric = _loaded(paths, kind, records, encoding), current_rubric(here.store)
    tool = tool_of(raw, tools, AUTO)
    answer = st.container()
    asked = judgement_form.columns(raw, kind, tool, key=key)
    if asked is None:
        return
    if kind == "labels":
        table = read_labels(
            paths, names=asked.names, wide=asked.wide, rater=asked.author, records=records, encoding=encoding
        )
    else:
        table = read_verdicts(paths, names=asked.names, judge=asked.author, records=records, encoding=encoding)
    form = judgement_form.date_form(table, key=key) if kind == "labels" else ""
    filled = judgement_form.dimensions(table, rubric, of_tool=tool is not None, key=key)
    words = judgement_form.words(table, rubric, filled, key=key)
    with answer:
        _answer(here, files, table, kind, tool)
    blocked = not table.rows or filled.nothing or form is None
    if st.button(f"Import {KINDS[kind].lower()}", type="primary", disabled=blocked, key="judgements_go"):
        st.session_state[DONE] = _imported(here, kind, table, filled, words=words, form=form or "")
        judgement_files.forget_all(here, files)
        st.rerun()


def _answer(here: Session, files: Sequence[Arrived], table: Table, kind: str, tool: str | None) -> None:
    """Say what the file is, and how many of its items the store has."""
    tools: Mapping[str, Tool] = LABEL_READERS if kind == "labels" else VERDICT_READERS
    st.caption(as_text(f"Format {tool}: {tools[tool].about}." if tool else "A table."))
    for note in table.notes:
        text = note.partition(": ")[2] or note
        if tool is None or not text.startswith(f"read as {tool}"):
            st.caption(f":material/info: {as_text(capital(text))}")
    items = {row.text("item") for row in table.rows}
    known = known_items(here.store, items)
    others = [name for name, some in known.items() if not some]
    found = len(items) - len(others)
    with st.container(horizontal=True):
        st.metric("Ratings", f"{len(table.rows):,}", border=True)
        st.metric("Items", f"{len(items):,}", border=True)
        st.metric("Items under review here", f"{found:,}", border=True)
    if others:
        unknown_items.draw(here, files, table, kind, others)


def _imported(
    here: Session,
    kind: str,
    table: Table,
    filled: judgement_form.Filled,
    *,
    words: list[str],
    form: str,
) -> str:
    by = here.rater.id
    if kind == "labels":
        done = import_labels(
            here.store,
            table,
            by=by,
            dimension=filled.default,
            questions=filled.given,
            translate=words,
            date_format=form,
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
    notes = [note for note in done.notes if any(words in note for words in SHOWN)]
    return " ".join([said, *notes])


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
def _loaded(paths: tuple[str, ...], kind: str, records: str | None, encoding: str) -> Table:
    """Return the rows of the first file as they are, to see what its columns hold."""
    tools: Mapping[str, Tool] = LABEL_READERS if kind == "labels" else VERDICT_READERS
    return rating_tables(paths, tools, records=records, encoding=encoding)[0]
