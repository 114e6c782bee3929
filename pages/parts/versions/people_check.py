"""Check a random part of a run's answers: a sheet to fill in, and the labels that come back."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.input_file import InputFile
from review.experiments.runs.people import sheet, take_labels


def show(here: Session, run: str) -> None:
    """Draw the button that writes the sheet, its download, and the place to drop it once it is filled in."""
    st.markdown("**Check a random part of the answers**")
    st.caption(
        "The sheet holds 5% of the answers, at least ten, drawn at random, without their scores. Fill in the column "
        "label from the top: labels after a gap do not count. They correct the combined accuracy."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Write the sheet", key=f"check_write_{run}", icon=":material/checklist:"):
            try:
                st.session_state[f"check_sheet_{run}"] = sheet(here.store, run, project=here.project)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
        if text := st.session_state.get(f"check_sheet_{run}"):
            st.download_button(
                "Download", text, file_name=f"check-{run}.csv", key=f"check_get_{run}", on_click="ignore"
            )
    given = st.file_uploader("The filled-in sheet", type=["csv"], key=f"check_file_{run}")
    if given is None or not st.button("Take the labels", key=f"check_take_{run}", type="primary"):
        return
    file = InputFile(given.name, data=given.getvalue())
    try:
        done = take_labels(here.store, run, file, project=here.project, by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.toast(as_text(f"{done.labelled:,} answers are labelled, {done.counted:,} of them count."))
        st.rerun()
