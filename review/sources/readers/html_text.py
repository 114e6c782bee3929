"""The text of an HTML fragment, as helpdesks store messages, by the parser of the standard library."""

from __future__ import annotations

import re
from html.parser import HTMLParser

BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "hr", "li", "ol", "p", "pre"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "section", "table", "tr", "ul"),
    )
)
UNSEEN = frozenset(("script", "style", "head", "template"))
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r" *\n[ \n]*")


def html_text(html: str) -> str:
    """Return what a reader sees: a line for each block, ``[image]`` for an image, without tags and entities."""
    found = _Words()
    found.feed(html)
    found.close()
    return _LINES.sub("\n", _BLANKS.sub(" ", "".join(found.words))).strip()


class _Words(HTMLParser):
    """Collects the words that a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen.append(tag)
        elif tag in BLOCKS:
            self.words.append("\n")
        elif tag == "img":
            self.words.append("[image]")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()
        elif tag in BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)
