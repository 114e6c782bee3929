"""The releases of the Golden page: make one, look through them, export one, compare two."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.parts.golden import reference_list, release_page
from pages.parts.shared import rows, word_changes
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.golden.examples import current_examples
from review.golden.release_diff import (
    Difference,
    between,
    next_name,
    proposed_notes,
    since_last_release,
)
from review.golden.releases import release, releases
from review.golden.writers.catalogue import WRITERS, export
from storage.queries.weeks import weeks_in_use
from storage.records_golden import Release

NAME, NOTES, MADE = "curating_name", "curating_notes", "curating_made"


def release_list(here: Session) -> None:
    """Draw the form for a new release, the releases, the export of one and the comparison of two."""
    made = list(reversed(releases(here.store)))
    wanted = st.query_params.get("release")
    if wanted in {r.name for r in made}:
        release_page.page(here, str(wanted))
        return
    _told()
    _form(here, made)
    if not made:
        st.caption("There is no release yet.")
        return
    frame = pd.DataFrame(
        [
            {
                "name": r.name,
                "examples": r.size,
                "notes": r.notes,
                "at": r.at[:16].replace("T", " "),
                "by": here.names.get(r.by, r.by),
                "hash": r.content_hash,
            }
            for r in made
        ]
    )
    picked = rows.choose(frame, key="curating_releases", id_column="name", named=True, file_name="releases.csv")
    if picked.opened:
        st.query_params["release"] = picked.opened
        st.rerun()
    st.caption("Select a cell to read the examples of that release.")
    names = [r.name for r in made]
    _export(here, names)
    reference_list.reference_list(here, names)
    if len(names) > 1:
        _compare(here, names)


def _told() -> None:
    """Say what was released a moment ago, and forget what was typed for it."""
    done = st.session_state.pop(MADE, None)
    if done:
        # The lists below choose the new release again.
        for key in (NAME, NOTES, "curating_export", "curating_old", "curating_new"):
            st.session_state.pop(key, None)
        st.success(as_text(done), icon=":material/verified:")


def _form(here: Session, made: list[Release]) -> None:
    found = since_last_release(here.store, viewer=here.rater.id)
    n = len(current_examples(here.store))
    if not n and not found.entries:
        st.info(
            "Nothing can be released yet. Approve examples under Candidates first.", icon=":material/hourglass_empty:"
        )
        return
    if made and not found.entries and not found.withheld:
        st.info(
            as_text(f"Nothing has changed since {made[0].name}; it holds the same {counted(n, 'example')}."),
            icon=":material/verified:",
        )
        return
    weeks = weeks_in_use(here.store)
    st.session_state.setdefault(NAME, next_name([r.name for r in reversed(made)], weeks[-1].name if weeks else None))
    st.session_state.setdefault(NOTES, proposed_notes(found))
    with st.form("curating_release", border=True):
        st.markdown(f"**Release the {counted(n, 'current example')}**")
        name = st.text_input("Name", key=NAME)
        notes = st.text_area("Notes", key=NOTES, height=70, help="Proposed from what changed since the last release.")
        if st.form_submit_button("Release", type="primary"):
            try:
                new = release(here.store, name, by=here.rater.id, notes=notes or "")
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                size = counted(new.size, "example")
                st.session_state[MADE] = f"{new.name} is released: {size}, hash {new.content_hash[:12]}."
                st.rerun()
    if made:
        with st.expander(f"What changed since {as_text(made[0].name)}"):
            _differences(found, key="curating_coming", file_name="coming.csv")


def _export(here: Session, names: list[str]) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Export", names, key="curating_export")
        to = st.selectbox("As", list(WRITERS), key="curating_format")
        if st.button("Prepare", icon=":material/package_2:", key="curating_prepare"):
            try:
                st.session_state["curating_file"] = (name, to, _packed(here, name, to))
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
    prepared = st.session_state.get("curating_file")
    if prepared and prepared[:2] == (name, to):
        data, file_name = prepared[2]
        st.download_button(
            f"Download {as_text(file_name)}", data, file_name=file_name, key="curating_download", on_click="ignore"
        )


def _packed(here: Session, name: str, to: str) -> tuple[bytes, str]:
    """Return the exported file and its name. A format of several files becomes a zip archive."""
    with tempfile.TemporaryDirectory() as folder:
        files = export(here.store, name, to=to, target=Path(folder) / f"golden-{to}", by=here.rater.id, card=True)
        if len(files) == 1:
            return files[0].read_bytes(), f"{name}-{files[0].name}"
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(folder))
        return buffer.getvalue(), f"{name}-{to}.zip"


def _compare(here: Session, names: list[str]) -> None:
    with st.container(border=True):
        left, right = st.columns(2)
        old = left.selectbox("From", names, index=1, key="curating_old")
        new = right.selectbox("To", names, index=0, key="curating_new")
        try:
            found = between(here.store, old, new, viewer=here.rater.id)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        _differences(found, key="curating_diff", file_name=f"diff-{old}-{new}.csv")


def _differences(found: Difference, *, key: str, file_name: str) -> None:
    """Draw the questions of the examples that differ; a selected one shows what changed in it, word by word."""
    st.caption(as_text(proposed_notes(found)) or "Both hold the same.")
    if found.withheld:
        st.caption(f"{counted(found.withheld, 'more example')} that you have yet to review.")
    if not found.entries:
        return
    frame = pd.DataFrame(
        [
            {
                "what": e.what + (f": {', '.join(c.title for c in e.fields)}" if e.fields else ""),
                "question": e.question[:200],
                "scenario": e.scenario,
                "example": e.example_id,
            }
            for e in found.entries
        ]
    )
    picked = rows.choose(frame, key=key, id_column="example", file_name=file_name)
    if picked.opened:
        st.session_state[f"{key}_open"] = picked.opened
    one = next((e for e in found.entries if e.example_id == st.session_state.get(f"{key}_open")), None)
    if one is not None:
        st.markdown(f"**{as_text(one.question[:300])}**")
        if one.fields:
            word_changes.field_changes(one.fields)
        else:
            st.caption(f"{one.what.capitalize()} as a whole.")
