"""The control report: which checks ran on which days, what they found, and what is overdue."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session


def show(here: Session) -> None:
    """Draw the report."""
    st.info("No daily check has run yet. They run every night.", icon=":material/policy:")
