"""Checks that have not seen the days before they were added: how much that is, and the button that makes up for it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from review.basics.words import counted
from review.compliance.checks.catalogue import title_of
from review.compliance.looking_back import behind, look_back


def show(here: Session) -> None:
    """Draw a line for each such check. A check that cannot run yet is only named, with what it lacks."""
    found = behind(here.store, here.project)
    able, unable = [one for one in found if not one.why_not], [one for one in found if one.why_not]
    for one in able:
        with st.container(horizontal=True, vertical_alignment="center", key=f"lacking_{one.name}"):
            st.warning(as_text(one.words), icon=":material/history:")
            if here.rater.may("lead") and st.button(
                "Look back", icon=":material/history:", key=f"findings_back_{one.name}",
                help="Look at these conversations too, as far as they are still in the log.",
            ):  # fmt: skip
                tried(partial(_look_back, here, one.name))
    if unable:
        title = f"{counted(len(unable), 'check')} cannot run"
        with st.expander(title, icon=":material/policy_alert:"):
            for one in unable:
                st.markdown(as_text(f"{one.words} {one.why_not}"))


def _look_back(here: Session, name: str) -> None:
    bar = st.progress(0.0, title_of(name))
    look_back(
        here.store, here.project, name, by=here.rater.id,
        tell=lambda done, total: bar.progress(done / total, f"{title_of(name)}: {done} of {counted(total, 'day')}"),
    )  # fmt: skip
