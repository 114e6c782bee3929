"""Passages of a team's documents, and a question about each by rule. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

LEAST, MOST = 40, 1_500
"""Characters of a passage: shorter ones say too little, and of longer ones only the beginning is asked about."""
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(?P<title>.+?)\s*#*\s*$")
_NUMBERED = re.compile(r"^(?:\d+[.)]\s*)+")


class Passage(NamedTuple):
    """One passage of a document: the heading above it ("" for none) and its text."""

    heading: str
    text: str


def passages(document: str) -> list[Passage]:
    """Return the passages of a text or Markdown document: one for each heading, or for each paragraph without one."""
    found: list[Passage] = []
    heading, lines = "", list[str]()
    for line in [*document.splitlines(), "# end"]:
        title = _HEADING.match(line)
        if title is None and (line.strip() or heading):
            lines.append(line)
            continue
        text = "\n".join(lines).strip()
        if len(text) >= LEAST:
            found.append(Passage(heading, text[:MOST]))
        heading, lines = (_NUMBERED.sub("", title["title"]) if title else heading), []
    return found


def question_about(passage: Passage) -> str:
    """Return a question that a passage answers: its heading if that is one, else one about its heading or beginning."""
    heading = passage.heading.strip()
    if heading.endswith("?"):
        return heading
    if heading:
        return f"What applies to {heading[:1].lower() + heading[1:]}?" if heading[1:2].islower() else (
            f"What applies to {heading}?"
        )  # fmt: skip
    first = re.split(r"(?<=[.!?])\s", passage.text.replace("\n", " "), maxsplit=1)[0]
    return f"Is this so, and what else applies: {first[:200].rstrip('.!?')}?"
