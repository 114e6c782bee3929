"""Draw a rubric as reviewers see it, and the changes between two rubrics, as safe HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from pages.parts.shared.conversation import CSS
from review.basics.words import spoken
from review.rubric.diff import Change
from review.rubric.rubric import Dimension, Rubric

FORM_CSS = f"<style>{(Path(__file__).parent / 'rubric.css').read_text(encoding='utf-8')}</style>"
KINDS = {
    "nominal": "one value",
    "ordinal": "one value, in order",
    "interval": "a number",
    "ratio": "a number, not negative",
    "set": "several values",
}


def style() -> None:
    """Add the styles of the parts below. Call it once, at the top of the page."""
    st.html(f"{CSS}{FORM_CSS}")


def form(rubric: Rubric) -> None:
    """Draw the dimensions as reviewers see them: title, guidance, keys and values."""
    st.html(f'<div class="sc-form">{"".join(_dimension(d) for d in rubric.dimensions)}</div>')
    if rubric.reveal:
        st.caption("Reviewers see the verdicts of judges after they submit their labels.")
    else:
        st.caption("Reviewers never see the verdicts of judges.")
    names = "with" if rubric.discussion_names else "without"
    st.caption(f"Discussions of reviewed items show comments {names} names.")


def _dimension(dimension: Dimension) -> str:
    notes = [KINDS[dimension.scale.kind]]
    if not dimension.required:
        notes.append("optional")
    if dimension.positive is not None:
        notes.append(f"figures count '{dimension.positive}'")
    if dimension.shown_when:
        conditions = (f"{other} is {' or '.join(values)}" for other, values in dimension.shown_when.items())
        notes.append(f"asked when {' and '.join(conditions)}")
    guidance = f"<p>{escape(dimension.guidance)}</p>" if dimension.guidance else ""
    title = escape(dimension.title or dimension.name)
    return (
        f"<section><h4>{title} <small>{escape(' · '.join(notes))}</small></h4>{guidance}{_values(dimension)}</section>"
    )


def _values(dimension: Dimension) -> str:
    if not dimension.scale.values:
        return "<p>reviewers type a number</p>"
    rows = zip(dimension.scale.values, dimension.keys, strict=True)
    body = "".join(_value(value, key, dimension.value_guidance.get(value, "")) for value, key in rows)
    explained = ' class="sc-told"' if dimension.value_guidance else ""
    note = "" if any(dimension.keys) else "<p>reviewers type part of a value to find it</p>"
    return f"{note}<ul{explained}>{body}</ul>"


def _value(value: str, key: str, guidance: str) -> str:
    shortcut = f"<kbd>{escape(key)}</kbd>" if key else ""
    explained = f"<small>{escape(guidance)}</small>" if guidance else ""
    return f"<li>{shortcut}{escape(spoken(value))}{explained}</li>"


def changes(found: Sequence[Change]) -> None:
    """Draw one row per change: the dimension, what changed, before, after."""
    cells = (
        "".join(f"<td>{escape(text)}</td>" for text in (c.dimension or "rubric", c.what, c.before, c.after))
        for c in found
    )
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    head = "<tr><th>dimension</th><th>change</th><th>before</th><th>after</th></tr>"
    st.html(f'<div class="sc-scroll"><table class="sc-table sc-changes">{head}{rows}</table></div>')
