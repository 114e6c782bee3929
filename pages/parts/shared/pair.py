"""A pair of answers on a page: the question, and both answers beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from pages.parts.shared.wording import as_text
from storage.records_log import Message


def as_stored(text: str) -> str:
    """Return a text that is masked already."""
    return text


def show(
    question: Iterable[Message],
    answers: Iterable[tuple[str, Iterable[Message]]],
    *,
    hide: Callable[[str], str] = as_stored,
) -> None:
    """Draw the question and two titled answers. ``hide`` masks texts that are not masked yet."""
    st.markdown(as_text(hide(_words(question))))
    for column, (title, answer) in zip(st.columns(2, border=True), answers, strict=True):
        column.caption(as_text(title))
        column.markdown(as_text(hide(_words(answer))))


def _words(messages: Iterable[Message]) -> str:
    return "\n\n".join(str(m.get("content") or "") for m in messages)
