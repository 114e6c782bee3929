"""The widgets of the Golden page: candidates, examples, coverage and releases."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.golden.examples import current_examples, readable_examples
from review.golden.provenance import provenance
from review.golden.releases import diff, release
from review.golden.retire import retire
from review.golden.writers.catalogue import WRITERS, export
from storage.records_golden import Release


def example_list(here: Session) -> None:
    """Draw the current examples that the viewer may read, and one of them with its whole provenance."""
    examples, withheld = readable_examples(here.store, viewer=here.rater.id)
    if withheld:
        it, comes = ("It", "comes from an item") if withheld == 1 else ("They", "come from items")
        st.caption(
            f":material/visibility_off: {counted(withheld, 'example')} {comes} that you have yet to review. "
            f"{it} will be shown once you have."
        )
    if not examples:
        if not withheld:
            _empty()
        return
    frame = pd.DataFrame(
        [
            {
                "example": e.example_id,
                "question": str(e.content.get("question", ""))[:160],
                "kind": e.kind,
                "scenario": e.scenario,
                "split": e.split,
                "source": e.source,
                "rule": e.rule,
                "votes": len(e.votes),
            }
            for e in examples
        ]
    )
    figures.table(frame, key="curating_examples", file_name="golden.csv")
    chosen = st.selectbox("Provenance of", list(frame["example"]), key="curating_chosen")
    st.json(provenance(here.store, chosen).to_json(), expanded=2)
    with st.popover("Retire this example", icon=":material/archive:"):
        why = st.text_input("Reason", key="curating_why")
        if st.button("Retire", key="curating_retire"):
            try:
                retire(here.store, chosen, by=here.rater.id, note=why or "")
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.rerun()


def _empty() -> None:
    st.info(
        "There are no golden examples yet. Approve items under Candidates, or on the Adjudicate page when you settle "
        "them.",
        icon=":material/star:",
    )
    st.page_link("adjudicate.py", label="Adjudicate", icon=":material/gavel:")


def release_list(here: Session) -> None:
    """Draw the form for a new release, the releases, the export of one and the comparison of two."""
    with st.form("curating_release", border=True):
        st.markdown(f"**Release the {counted(len(current_examples(here.store)), 'current example')}**")
        name = st.text_input("Name", placeholder="2026-W47", key="curating_name")
        notes = st.text_input("Notes", key="curating_notes")
        if st.form_submit_button("Release", type="primary"):
            try:
                made = release(here.store, name, by=here.rater.id, notes=notes or "")
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                size = counted(made.size, "example")
                st.success(
                    as_text(f"{made.name} is released: {size}, hash {made.content_hash[:12]}."),
                    icon=":material/verified:",
                )
    releases = here.store.find(Release, order_by="at desc")
    if not releases:
        st.caption("There is no release yet.")
        return
    frame = pd.DataFrame(
        [
            {
                "name": r.name,
                "examples": r.size,
                "at": r.at[:16].replace("T", " "),
                "by": here.names.get(r.by, r.by),
                "hash": r.content_hash,
                "notes": r.notes,
            }
            for r in releases
        ]
    )
    figures.table(frame, key="curating_releases", file_name="releases.csv")
    names = [r.name for r in releases]
    _export(here, names)
    if len(names) > 1:
        _diff(here, names)


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
            f"Download {file_name}", data, file_name=file_name, key="curating_download", on_click="ignore"
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


def _diff(here: Session, names: list[str]) -> None:
    with st.container(border=True):
        left, right = st.columns(2)
        old = left.selectbox("From", names, index=1, key="curating_old")
        new = right.selectbox("To", names, index=0, key="curating_new")
        found = diff(here.store, old, new)
        st.caption(f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed")
        rows = [{"example": e, "what": "added"} for e in found.added]
        rows += [{"example": e, "what": "removed"} for e in found.removed]
        rows += [{"example": c.example_id, "what": "changed: " + ", ".join(c.fields)} for c in found.changed]
        if rows:
            figures.table(pd.DataFrame(rows), key="curating_diff", file_name=f"diff-{old}-{new}.csv")
