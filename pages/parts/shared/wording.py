"""Sentences that hold data, where Streamlit reads Markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"[\\`*_~$\[\]<>|#&]|:(?=//)|(?<=www)\.|^[-+=]")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")


def as_text(sentence: str) -> str:
    """A sentence as Markdown that shows it as it stands: no picture, link, formula, heading or list comes of it.

    Line breaks become blanks. An address that begins with http is still shown as a link, which nobody follows unasked.
    """
    return _NUMBERED.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", _BREAKS.sub(" ", sentence).strip()))
