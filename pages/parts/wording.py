"""Sentences that hold data, where Streamlit reads Markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"[\\`*_~$\[\]<>|#]")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")


def as_text(sentence: str) -> str:
    """A sentence as Markdown that shows it as it stands: no picture, link, formula or heading comes of it.

    Line breaks become blanks. An address that begins with http is still shown as a link, which nobody follows unasked.
    """
    return _MARKS.sub(r"\\\g<0>", _BREAKS.sub(" ", sentence))
