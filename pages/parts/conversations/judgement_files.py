"""Files of labels and verdicts that were dropped: where they are kept, and what a person has to say of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.parts.conversations import questions
from pages.parts.conversations.dropped import SAID, Arrived, kept
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.input_file import InputFile
from review.privacy.masking import mask_text
from review.sources.conversations import recognisers_of
from review.sources.look import is_text, readable_as
from review.sources.uploads import forget

FILES = "judgements_files"
ROUND = "judgements_round"
TYPES = ["csv", "tsv", "json", "jsonl", "ndjson", "parquet", "xlsx", "gz", "zst", "zip"]


def waiting(here: Session) -> list[Arrived]:
    """Draw the place to drop files, and return those that wait; they are imported together."""
    files: list[Arrived] = [one for one in st.session_state.get(FILES, []) if Path(one.path).exists()]
    uploaded = st.file_uploader(
        "Drop files with labels or verdicts here", type=TYPES, accept_multiple_files=True,
        key=f"judgements_drop_{st.session_state.get(ROUND, 0)}",
        help="CSV, JSON, JSON Lines, Parquet or Excel, also packed (gz, zst) or in a zip archive. Several files are "
        "imported together.",
    )  # fmt: skip
    if uploaded:
        st.session_state[FILES] = [*files, *kept(here, uploaded)]
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.rerun()
    for sentence in st.session_state.pop(SAID, []):
        st.warning(as_text(sentence), icon=":material/info:")
    return files


def where_records(files: Sequence[Arrived]) -> str | None:
    """Ask where the records of the files are, which is rarely needed."""
    with st.popover("More settings", icon=":material/tune:"):
        records = st.text_input(
            "Where the records are", placeholder="found by itself", key=f"judgements_records_{files[0].path}",
            help="The path to a list in a JSON file, such as data.items, or the name of a sheet.",
        )  # fmt: skip
    return (records or "").strip() or None


def encoding(here: Session, files: Sequence[Arrived]) -> str | None:
    """Return the encoding of the files, asked for where they are not in UTF-8; None before the answer."""
    other = next((one for one in files if _needs_encoding(one.path)), None)
    if other is None:
        return ""
    wanted = recognisers_of(here.project.privacy)

    def hide(text: str) -> str:
        return mask_text(text, wanted)[0]

    return questions.encoding_of(readable_as(Path(other.path)), hide, key=f"judgements_encoding_{other.path}")


@st.cache_data(show_spinner=False, max_entries=64)
def _needs_encoding(path: str) -> bool:
    return is_text(Path(path)) and not InputFile(path, path=Path(path)).is_utf8()


def forget_all(here: Session, files: Sequence[Arrived]) -> None:
    """Remove files that were dropped."""
    for one in files:
        forget(Path(one.path), here.store.path)
    st.session_state.pop(FILES, None)


def by_their_names(text: str, files: Sequence[Arrived]) -> str:
    """Return a message with the names that people know instead of the places where files are kept."""
    for one in files:
        text = text.replace(one.path, one.name)
    return text
