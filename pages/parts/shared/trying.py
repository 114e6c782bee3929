"""Do what a button asks for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError


def tried(act: Callable[[], object]) -> None:
    """Do it and draw the page again, or show why not."""
    try:
        act()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()
