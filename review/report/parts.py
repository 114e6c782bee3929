"""The small parts of the report's page: plain text is escaped; what is HTML already is said to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from review.statistics.quantity import Quantity


def section(title: str, body: str, note: str = "") -> str:
    """A part of the page under its heading, with how to read it beside that; ``body`` is HTML already."""
    heading = f"<h2>{escape(title)}</h2>"
    if note:
        heading = f'<div class="top">{heading}<p class="note">{escape(note)}</p></div>'
    return f"<section>{heading}{body}</section>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are HTML already; the first column heads its row."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>" for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def sentences(lines: Iterable[str]) -> str:
    """Each line a paragraph; no line of the page begins with a sign for per cent."""
    return "".join(f"<p>{escape(line).replace(' %', '&nbsp;%')}</p>" for line in lines)


def undefined(q: Quantity) -> str:
    """Why there is no figure."""
    return f'<span class="undefined">undefined: {escape(q.undefined or "")}</span>'


def span(weeks: Sequence[str]) -> str:
    """The first and the last of some weeks."""
    return weeks[0] if len(weeks) == 1 else f"{weeks[0]} to {weeks[-1]}"


def count(n: int | None, what: str) -> str:
    """A number with its noun."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def day(text: str) -> str:
    """An ISO date as people write it."""
    day = date.fromisoformat(text)
    return f"{day:%A} {day.day} {day:%B %Y}"
