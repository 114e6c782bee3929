"""Forget what this server remembers once a person was erased, by whichever server or command."""

from __future__ import annotations

import streamlit as st

from review.basics.remembered import forget_everything
from storage.queries.erasing import erasures_so_far
from storage.store import Store

_NOTICED: dict[str, int] = {}
"""The last step of an erasure that this process has noticed, by store."""


def forget_the_erased(store: Store) -> None:
    """Empty the memory of this server if an erasure went on since the last run of a page.

    What is remembered is keyed by the state of the store, so nobody is shown an erased text; here it leaves the memory.
    """
    so_far = erasures_so_far(store)
    if _NOTICED.setdefault(str(store.path), so_far) != so_far:
        _NOTICED[str(store.path)] = so_far
        st.cache_data.clear()
        forget_everything()
