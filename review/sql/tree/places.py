"""Where a part of the syntax tree stands in the text."""

from __future__ import annotations

from sqlglot import exp


def span(node: exp.Expr, text: str) -> tuple[int, int]:
    """Return the first and one past the last character of a node, from its parts that carry positions.

    A node of which no part does, such as an operator made by the parser, takes the place of what encloses it.
    """
    here: exp.Expr | None = node
    while here is not None:
        starts, ends = [], []
        for part in here.walk():
            meta = part.meta
            if "start" in meta:
                starts.append(meta["start"])
                ends.append(meta["end"] + 1)
        if starts:
            return min(starts), _closed(text, min(starts), min(max(ends), len(text)))
        here = here.parent
    return 0, len(text)


def _closed(text: str, start: int, end: int) -> int:
    """Go on to the brackets that close what was opened: the parser gives no place to them."""
    for opening, closing in ("()", "[]"):
        missing = text.count(opening, start, end) - text.count(closing, start, end)
        while missing > 0:
            at = end
            while at < len(text) and text[at].isspace():
                at += 1
            if text[at : at + 1] != closing:
                break
            end, missing = at + 1, missing - 1
    return end


def written(node: exp.Expr, text: str) -> str:
    """Return a node as the statement writes it."""
    start, end = span(node, text)
    return text[start:end]
