"""The evidence pack: one signed file about a period, for an auditor to verify without this store."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session


def show(here: Session) -> None:
    """Draw the choice of a period and the download."""
    st.info("There is no closed week yet.", icon=":material/policy:")
