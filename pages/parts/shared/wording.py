"""Show sentences that hold data where Streamlit reads Markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"[\\`*_~$\[\]<>|#&]|:(?=//)|(?<=www)\.|^[-+=]")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")


_COLOURS = "red|orange|yellow|green|blue|violet|gray|grey|rainbow|primary|small|streamlit"
_REPLACED = re.compile(
    rf":(?=(?:{_COLOURS})\b)|:(?=(?:[A-Za-z+\-][\w+\-/]*|100|1234|8ball):)|-(?=[->])|<(?=[-=])|>(?==)|~(?==)", re.I
)
"""After these Streamlit would put a colour, an icon, an emoji, a dash or an arrow in place of what stands there."""
JOINER = "\u2060"
"""Takes no room and breaks no line; it parts what must not be read together."""
_CLAUSES = re.compile(r"(?<=[.;:!?])\s+")
_COMMAND = re.compile(r"`(?:spotcheck |[^`]*\s--?\w)[^`]*`")


def as_text(sentence: str | Exception) -> str:
    """Return a sentence as Markdown that shows it unchanged, not as a picture, link, formula, emoji, heading or list.

    Line breaks become blanks. An address that begins with http still becomes a link, which opens only on a click. An
    error is shown without the clauses that quote a command, because nobody can run one on a page.
    """
    text = sentence if isinstance(sentence, str) else _without_commands(str(sentence))
    apart = _REPLACED.sub(rf"\g<0>{JOINER}", _BREAKS.sub(" ", text).strip())
    return _NUMBERED.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", apart))


def _without_commands(message: str) -> str:
    kept = [clause for clause in _CLAUSES.split(message) if not _COMMAND.search(clause)]
    if not kept:
        return "This cannot be done on a page. Ask the person who installed Spotcheck."
    text = " ".join(kept)
    return f"{text[:-1]}." if text[-1:] in ";:" else text
