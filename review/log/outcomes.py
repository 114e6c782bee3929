"""Business figures that rows of the log carry in ``metadata.outcomes``, and what stays of them by user and day."""

from __future__ import annotations

from review.basics.sql_literals import sql_literal

_PATH = "$.metadata.outcomes"
HAS_OUTCOMES = "contains(content, '\"outcomes\"')"
"""A quick test of a row, before its JSON is read."""
MOST_VALUE = 1e100
"""The largest outcome that is taken: squares of larger ones are no numbers of this machine any more."""
KIND = "STRUCT(name VARCHAR, value DOUBLE)[]"
"""The type of what stays: numbers by name, a name as often as rows had it."""


def outcome(name: str) -> str:
    """Return the number of an outcome of a row: true is 1; no number, or one over ``MOST_VALUE``, is left out."""
    key = name.replace("\\", "\\\\").replace('"', '\\"')
    path = f'{_PATH}."{key}"'
    return _number(f"json_extract_string(content, {sql_literal(path)})")


def _number(text: str) -> str:
    number = f"TRY_CAST({text} AS DOUBLE)"
    bounded = f"CASE WHEN abs({number}) <= {MOST_VALUE:g} THEN {number} END"
    return f"CASE {text} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE {bounded} END"


def names_of_row() -> str:
    """Return the list of the names of a row's outcomes, NULL without any."""
    return f"CASE WHEN {HAS_OUTCOMES} THEN json_keys(content, '{_PATH}') END"


def outcomes_of_row() -> str:
    """Return the numbers of all outcomes of a row as ``KIND``, NULL without any."""
    path = rf"""'{_PATH}."' || replace(replace(k, '\', '\\'), '"', '\"') || '"'"""
    value = _number(f"json_extract_string(content, {path})")
    each = f"{{'name': k, 'value': CAST({value} AS DOUBLE)}}"
    return f"list_filter(list_transform({names_of_row()}, lambda k: {each}), lambda o: o.value IS NOT NULL)"


def kept_outcome(name: str) -> str:
    """Return the sum of an outcome in a list of ``KIND``, the column ``outcomes``."""
    own = f"list_filter(outcomes, lambda o: o.name = {sql_literal(name)})"
    return f"list_sum(list_transform({own}, lambda o: o.value))"
