"""Items of a file of labels or verdicts that are not under review: what becomes of them, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.conversations import judgement_files
from pages.parts.conversations.dropped import VIEW, Arrived, read_as_conversations
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.log_paths import log_of
from review.basics.tables import Table
from review.basics.words import counted
from review.log.log import conversations_named
from review.sources.names import plain_name


def draw(here: Session, files: Sequence[Arrived], table: Table, kind: str, others: Sequence[str]) -> None:
    """Say what becomes of the ``others``, the items that are not under review, and offer what should come first."""
    stored_as = {name: plain_name(here.store, name) for name in others}
    logged = conversations_named(log_of(here.store.path), list(stored_as.values()))
    in_log = [name for name, plain in stored_as.items() if plain in logged]
    begin = f"{counted(len(others), 'item')} {'is' if len(others) == 1 else 'are'} not under review here."
    if kind == "labels":
        st.warning(as_text(f"{begin} {_hand_picked(others, in_log, table)}"))
    else:
        st.warning(as_text(f"{begin} {'Its' if len(others) == 1 else 'Their'} verdicts are left out."))
    if in_log:
        st.info(
            "Draw the week of these conversations first, so that the file meets items that were drawn. Items that "
            "were picked by hand count in agreement among people, and in no share of production.",
            icon=":material/filter_alt:",
        )
        st.page_link("sampling.py", label="Draw a week first", icon=":material/filter_alt:")
    elif kind == "verdicts":
        st.markdown(
            "Verdicts join conversations that were drawn. If this file holds the conversations too, import them first."
        )
        st.button(
            "Import the conversations of this file", icon=":material/forum:", key="judgements_conversations",
            on_click=_as_conversations, args=(list(files),),
        )  # fmt: skip


def _hand_picked(others: Sequence[str], in_log: Sequence[str], table: Table) -> str:
    """Say how new items come in, and where their texts are from."""
    unlogged = set(others) - set(in_log)
    in_file = sum(name in table.texts for name in unlogged)
    counts = {
        "with the text from the log": len(in_log),
        "with the text from this file": in_file,
        "without a text, because neither the log nor this file has it": len(unlogged) - in_file,
    }
    said = [where if n == len(others) else f"{n:,} {where}" for where, n in counts.items() if n]
    come = "It comes in as a hand-picked item" if len(others) == 1 else "They come in as hand-picked items"
    return f"{come}: {'; '.join(said)}."


def _as_conversations(files: list[Arrived]) -> None:
    st.session_state.pop(judgement_files.FILES, None)
    read_as_conversations(files)
    st.session_state[VIEW] = st.query_params["view"] = "import"
