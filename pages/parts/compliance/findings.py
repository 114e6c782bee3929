"""What the daily checks found: how much is overdue and open, then each finding with its owner and deadline."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session


def show(here: Session) -> None:
    """Draw the findings."""
    st.info("No daily check has run yet. They run every night.", icon=":material/policy:")
