"""Draw what changed between two texts, word by word. Every text is escaped: nothing from data becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from pages.parts.shared.conversation import CSS
from review.basics.word_diff import word_diff
from review.golden.changes import FieldChange

STYLE = f"<style>{(Path(__file__).parent / 'word_changes.css').read_text(encoding='utf-8')}</style>"
TAGS = {"same": "span", "gone": "del", "new": "ins"}


def field_changes(found: Sequence[FieldChange]) -> None:
    """Draw one line for each field that changed, with what is gone and what is new."""
    rows = "".join(
        f"<tr><th>{escape(one.title)}</th><td>{changed(one.before, one.after) or 'changed'}</td></tr>" for one in found
    )
    st.html(f'{CSS}{STYLE}<div class="sc-scroll"><table class="sc-table sc-words">{rows}</table></div>')


def changed(before: str, after: str) -> str:
    """Return both texts as one, with the words that are gone and those that are new marked."""
    return "".join(f"<{TAGS[p.kind]}>{escape(p.text)}</{TAGS[p.kind]}>" for p in word_diff(before, after))
