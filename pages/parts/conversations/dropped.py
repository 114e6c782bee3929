"""Files that were dropped on the page: written to disk beside the store, archives unpacked."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.parts.shared.session import Session
from review.audit.clock_leaps import leap
from review.basics.errors import ReviewError
from review.sources.uploads import expire_uploads, keep

ARRIVED = "arrive_files"
SAID = "arrive_said"
VIEW = "conversations_view"
"""The choice on the Conversations page of what it shows."""
ANYWAY = "arrive_anyway_"
"""Begins the key of the choice to read a file of ratings as conversations; its path follows."""
TYPES = ["jsonl", "ndjson", "json", "csv", "tsv", "parquet", "xlsx", "pb", "binpb", "otlp", "gz", "zst", "zip"]


class Arrived(NamedTuple):
    """A dropped file, where it is kept until its import, and what its owner calls it."""

    path: str
    name: str


def kept(here: Session, uploaded: list[st.runtime.uploaded_file_manager.UploadedFile]) -> list[Arrived]:
    """Write dropped files to disk. The next run of the page names those that could not be kept."""
    found, said = list[Arrived](), list[str]()
    if leap(here.store) is None:
        expire_uploads(here.store.path)
    for one in uploaded:
        try:
            files, left = keep(here.store.path, one.name, one.getbuffer())
        except ReviewError as error:
            said.append(str(error))
            continue
        said += left
        found += [Arrived(str(path), one.name if len(files) == 1 else f"{one.name}: {path.name}") for path in files]
    st.session_state[SAID] = said
    return found


def read_as_conversations(files: list[Arrived]) -> None:
    """Put files among those that wait for their import as conversations. Call it from a callback."""
    st.session_state[ARRIVED] = [*st.session_state.get(ARRIVED, []), *files]
    for one in files:
        st.session_state[f"{ANYWAY}{one.path}"] = True
