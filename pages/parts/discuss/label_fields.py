"""The questions of a rubric as widgets, each shown when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.shared.wording import as_text
from review.basics.words import spoken
from review.rubric.rubric import Dimension, Rubric

SHORT = 10
"""Up to so many values are buttons; more are a list."""


def label_fields(rubric: Rubric, *, key: str, start: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Draw the dimensions that are asked, given the labels before them, and return what was chosen."""
    given: dict[str, Any] = {}
    for dimension in rubric.dimensions:
        if not dimension.shown(given):
            continue
        chosen = _field(dimension, f"{key}_{dimension.name}", (start or {}).get(dimension.name))
        if chosen not in (None, "", []):
            given[dimension.name] = tuple(chosen) if isinstance(chosen, list) else chosen
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def _field(dimension: Dimension, key: str, start: Any) -> Any:
    title, values = as_text(dimension.title or dimension.name), list(dimension.scale.values)
    help_ = "  \n".join(as_text(text) for text in _guidance(dimension)) or None
    if not values:
        return st.text_input(title, key=key, value=None if start is None else str(start), help=help_)
    if dimension.scale.kind == "set":
        return st.pills(
            title,
            values,
            selection_mode="multi",
            default=list(start or ()),
            key=key,
            format_func=_in_markdown,
            help=help_,
            wrap=True,
        )
    if len(values) > SHORT:
        place = values.index(start) if start in values else None
        return st.selectbox(title, values, index=place, key=key, format_func=spoken, help=help_, placeholder="Choose")
    default = start if start in values else None
    return st.pills(title, values, default=default, key=key, format_func=_in_markdown, help=help_, wrap=True)


def _in_markdown(value: str) -> str:
    return as_text(spoken(value))


def _guidance(dimension: Dimension) -> list[str]:
    said = [f"{spoken(value)}: {text}" for value, text in dimension.value_guidance.items() if text]
    return [*([dimension.guidance] if dimension.guidance else []), *said]
