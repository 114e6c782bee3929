"""A page whose store cannot be read now: what it says, and how it comes back by itself."""

from __future__ import annotations

import logging
import os

import streamlit as st

from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.request_id import current
from storage.address import store_file
from storage.connection import StorageError, StoreAway
from storage.opening import open_store

_log = logging.getLogger(__name__)
SECONDS = 3
"""How often a page asks whether its database is back."""


def path_of_store() -> str:
    """Return the file of the store that this server serves."""
    return store_file(os.environ.get("SPOTCHECK_STORE", "spotcheck.db"))


def show(error: Exception) -> None:
    """Say what is wrong with the store. A page whose database does not answer comes back when it does."""
    if not isinstance(error, StoreAway):
        st.error(as_text(error), icon=":material/database_off:")
        return
    _log.warning("A page cannot be shown: %s", error)
    st.error(StoreAway.on_a_page, icon=":material/database_off:")
    _come_back()


def on_script_error(error: Exception) -> bool:
    """Say in a sentence why a page was not drawn to its end. Returns True: Streamlit's own words stay away.

    An error that nobody expected is named by the number under which the log has it.
    """
    if isinstance(error, StorageError):
        show(error)
    else:
        st.error(
            "This page failed. What you submitted is kept. Load the page again. If it fails again, give this number to "
            f"the person who runs Spotcheck: {current()}.",
            icon=":material/error:",
        )
    return True


@st.fragment(run_every=SECONDS)
def _come_back() -> None:
    try:
        open_store(path_of_store(), create=False).close()
    except (StorageError, ReviewError):
        return
    st.rerun()
