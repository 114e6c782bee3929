"""Drop files, say how each one is read, see what would come in, and start the import."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from pages.parts.conversations import elsewhere, mapping_form, preview_view, questions
from pages.parts.conversations.dropped import ARRIVED, SAID, TYPES, Arrived, kept
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import NoRecords, ReviewError
from review.basics.words import counted
from review.privacy.masking import mask_text
from review.sources.conversations import recognisers_of
from review.sources.file_sets import trace_format
from review.sources.jobs import Job, start
from review.sources.look import Look, look_at
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.options import ImportOptions, import_options
from review.sources.readers.catalogue import FACTS
from review.sources.readings import Reading, known_readings
from review.sources.source_names import proposed_source
from review.sources.uploads import forget
from storage.records_log import Import

ROUND = "arrive_round"
SOURCE = "arrive_source"
SOURCE_FOR = "arrive_source_for"


def drop(here: Session) -> None:
    """Draw the place to drop files and, for each file that waits, how it is read and what would come in."""
    waiting: list[Arrived] = [f for f in st.session_state.get(ARRIVED, []) if Path(f.path).exists()]
    uploaded = st.file_uploader(
        "Drop files with conversations here",
        type=TYPES,
        accept_multiple_files=True,
        key=f"arrive_drop_{st.session_state.get(ROUND, 0)}",
        help="CSV, JSON, JSON Lines, Parquet or Excel, also packed (gz, zst) or in a zip archive. Exports of tracing "
        "tools are recognised; files that hold one trace together are read together.",
    )
    if uploaded:
        st.session_state[ARRIVED] = [*waiting, *kept(here, uploaded)]
        # A new key empties the widget, so that the server holds the file once, on disk.
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.rerun()
    for sentence in st.session_state.pop(SAID, []):
        st.warning(as_text(sentence), icon=":material/info:")
    if not waiting:
        st.caption(
            "A file is not imported at once: first you see how it is read and what would come in. "
            "Personal data is masked before it reaches the log."
        )
        return
    file = waiting[0]
    if len(waiting) > 1:
        by_path = {one.path: one for one in waiting}
        chosen = st.selectbox(
            f"{counted(len(waiting), 'file')} waiting", list(by_path), format_func=lambda p: by_path[p].name,
            key="arrive_chosen",
        )  # fmt: skip
        file = by_path.get(chosen, file)
    _file(here, file, [one for one in waiting if one != file])


def _file(here: Session, file: Arrived, others: list[Arrived]) -> None:
    """Draw one file: its source, the questions it leaves open, its mapping, values and preview, and the buttons."""
    st.subheader(as_text(file.name))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = _source(here, file)
        asked = _asked(here, file, source)
        if st.button("Remove this file", icon=":material/close:", type="tertiary", key="arrive_remove"):
            forget(Path(file.path), here.store.path)
            st.rerun()
    if source not in _known_sources(here):
        st.caption(
            f"{as_text(source)} is a new source. If these conversations come from a system whose files came in before, "
            "choose that one."
        )
    if asked is None:
        return
    answer, wanted = st.container(), recognisers_of(here.project.privacy)

    def hide(text: str) -> str:
        return mask_text(text, wanted)[0]

    try:
        first = _look(here, file.path, asked)
        asked, look = questions.encoding(first, asked, lambda a: _look(here, file.path, a), hide, key=file.path)
        if look is None:
            return
        elsewhere.offer_pairs(file, look, answer)
        if elsewhere.holds_ratings(file, look, answer):
            return
        options, open_question = _declared(look, asked, file, hide)
        if not _has_turns(look, options.mapping):
            with answer:
                st.info(
                    "Choose the field that holds the question of the user, or the list of all messages. For a file "
                    "with feedback alone, choose the id of the conversation and the feedback."
                )
            return
        traces, alike = _together(here, others, look, asked, file)
        paths = (file.path, *(one.path for one in alike if traces))
        seen = preview_view.preview(here, paths, options)
        chosen = mapping_form.values(seen.values, options.values, hide, key=file.path)
        options = dataclasses.replace(options, values=chosen)
        seen = preview_view.preview(here, paths, options)
    except NoRecords as reason:
        st.info(as_text(str(reason).replace(file.path, file.name)), icon=":material/inbox:")
        return
    except ReviewError as error:
        st.error(as_text(error).replace(as_text(file.path), as_text(file.name)), icon=":material/block:")
        return
    with answer:
        preview_view.answer(here, seen, options)
    preview_view.details(seen.counted)
    blocked = open_question or not (seen.counted.conversations or seen.counted.told)
    _buttons(here, [file, *alike], options, traces=traces, blocked=blocked)


def _together(
    here: Session, others: list[Arrived], look: Look, asked: ImportOptions, file: Arrived
) -> tuple[bool, list[Arrived]]:
    """Return whether the file holds parts of traces, and the waiting files that are read with it or like it."""
    shape = _trace_format(file.path, repr(asked), asked)
    if shape:
        return True, [one for one in others if _trace_format(one.path, repr(asked), asked) == shape]
    return False, [one for one in others if _is_like(here, one, look, asked)]


def _source(here: Session, file: Arrived) -> str:
    """Ask for the source. For each new file the one is proposed whose files looked like it, or a name of its own."""
    if st.session_state.get(SOURCE_FOR) != file.path:
        st.session_state[SOURCE_FOR] = file.path
        st.session_state[SOURCE] = _proposed_source(here, file)
    proposed = str(st.session_state[SOURCE] or DEFAULT_SOURCE)
    chosen = st.selectbox(
        "Source",
        list(dict.fromkeys([*_known_sources(here), proposed])),
        accept_new_options=True,
        key=SOURCE,
        width=260,
        help="The system these conversations come from. How its files are read is remembered for the next one. "
        "Type a new name to add a source.",
    )
    return str(chosen or DEFAULT_SOURCE).strip()


def _known_sources(here: Session) -> list[str]:
    return [DEFAULT_SOURCE, *here.project.sources, *(row.source for row in here.store.find(Import))]


def _proposed_source(here: Session, file: Arrived) -> str:
    try:
        look = _look(here, file.path, import_options(here.project))
    except ReviewError:  # the file is looked at again below, where it is said what is wrong
        return DEFAULT_SOURCE
    return proposed_source(here.store, here.project, look, file.name)


def _asked(here: Session, file: Arrived, source: str) -> ImportOptions | None:
    """Ask for what is rarely needed."""
    format, week, records = questions.more_settings(file.path)
    try:
        return import_options(here.project, format=format, source=source, week=week, records=records)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return None


def _look(here: Session, path: str, asked: ImportOptions) -> Look:
    known = known_readings(here.store, here.project, asked.source)
    key = repr((asked.format, asked.source, asked.encoding, asked.date_format, asked.records, known))
    return _looked(path, key, asked, known)


@st.cache_data(show_spinner="Looking at the file …", max_entries=64)
def _looked(path: str, key: str, _asked: ImportOptions, _known: tuple[Reading, ...]) -> Look:
    return look_at(Path(path), _asked, _known)


def _has_turns(look: Look, mapping: Mapping[str, str]) -> bool:
    """Whether it is known where the questions or messages are, or where ids and facts such as feedback are."""
    told = "id" in mapping and any(name in mapping for name in FACTS)
    return told or not look.plain or any(name in mapping or name in look.places for name in ("question", "messages"))


def _declared(look: Look, asked: ImportOptions, file: Arrived, hide: mapping_form.Hide) -> tuple[ImportOptions, bool]:
    """Return what the person declares of this file, and whether a question is still open."""
    for note in look.notes:
        st.caption(f":material/info: {as_text(note)}")
    form, undecided = questions.dates(look, key=file.path)
    mapping, clash = mapping_form.mapping(look, hide, key=f"{file.path}_{asked.source}_{asked.format}")
    options = dataclasses.replace(
        asked, mapping=mapping, values=look.reading.values, date_format=form, encoding=look.reading.encoding
    )
    return options, undecided or clash


def _is_like(here: Session, other: Arrived, look: Look, asked: ImportOptions) -> bool:
    """Whether another waiting file has the same fields and asks nothing else."""
    try:
        there = _look(here, other.path, dataclasses.replace(asked, encoding=look.reading.encoding))
    except ReviewError:
        return False
    return not there.encodings and list(there.places) == list(look.places)


@st.cache_data(show_spinner=False, max_entries=64)
def _trace_format(path: str, key: str, _asked: ImportOptions) -> str | None:
    return trace_format(Path(path), _asked)


def _buttons(here: Session, files: list[Arrived], options: ImportOptions, *, traces: bool, blocked: bool) -> None:
    others = counted(len(files) - 1, "other file")
    together = len(files) > 1 and st.checkbox(
        f"Read {others} of this format together with it: a trace may spread over them"
        if traces
        else f"Read {others} with the same fields in the same way",
        value=True,
        key="arrive_together",
    )
    chosen = files if together else files[:1]
    label = f"Import {counted(len(chosen), 'file')}" if len(chosen) > 1 else f"Import {as_text(files[0].name)}"
    if not st.button(label, type="primary", icon=":material/download_done:", disabled=blocked, key="arrive_go"):
        return
    declared = Reading(
        mapping=options.mapping,
        values=options.values,
        date_format=options.date_format,
        encoding=options.encoding,
    )
    start(
        [
            Job(
                store_path=here.store.path,
                file=Path(one.path),
                beside=tuple(Path(other.path) for other in joined),
                name=", ".join(other.name for other in (one, *joined)),
                options=options,
                by=here.rater.id,
                to_remember=declared if declared.says_something else None,
            )
            for one, joined in ([(chosen[0], chosen[1:])] if traces else [(one, []) for one in chosen])
        ]
    )
    gone = {one.path for one in chosen}
    st.session_state[ARRIVED] = [one for one in st.session_state.get(ARRIVED, []) if one.path not in gone]
    st.rerun()
