"""Rows of an export that come back: a row names its example, and corrects only what it says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from review.basics.canonical import canonical
from review.basics.csv_safe import row_text
from review.basics.tables import Row
from review.golden.sql_tags import sql_tags
from review.privacy.masking import mask_values
from review.privacy.recognisers import Recognisers
from storage.records_golden import GoldenContent, GoldenExample, WhereGiven

TEXTS = ("question", "expected_answer", "reference_sql", "as_of", "snapshot")
MASKED = ("question", "prior_turns", "context", "expected_answer", "tags")
"""The parts of the content that are masked when a row changes them."""

ReadCell = Callable[[Row, str], Any]


def as_the_row_says(
    row: Row, earlier: GoldenExample, shown: GoldenContent, cells: dict[str, ReadCell], wanted: Recognisers
) -> GoldenExample:
    """Return the example with what the row says otherwise; its labels, votes and origin stay.

    ``shown`` is the content as an export writes it, without spans that were hidden since. ``cells`` read the columns
    that are no plain texts. A column that the row does not have says nothing.
    """
    said: dict[str, Any] = {c: row_text(row, c) for c in TEXTS if c in row.cells}
    said |= {c: read(row, c) for c, read in cells.items() if c in row.cells}
    before: dict[str, Any] = {
        "expected_tools": (),
        **shown,
        **{c: getattr(earlier, c) for c in ("kind", "scenario", "split", "must_pass")},
    }
    before["source"] = earlier.source
    changed = {c: value for c, value in said.items() if _plain(value) != _plain(before[c])}
    masked, _ = mask_values({c: changed[c] for c in MASKED if c in changed}, wanted)
    changed |= masked
    may = {*earlier.content, *WhereGiven.__optional_keys__}
    content: Any = {**earlier.content, **{c: value for c, value in changed.items() if c in may}}
    if {"tags", "reference_sql"} & set(changed):
        content["tags"] = sorted({*content["tags"], *sql_tags(content["reference_sql"])})
    own = {c: changed[c] for c in ("kind", "scenario", "split", "must_pass", "source") if c in changed}
    return replace(earlier, content=content, retired=False, **own)


def _plain(value: Any) -> bytes:
    """Return a value in a form in which the cell of a table equals what it was written from."""
    if isinstance(value, str):
        return canonical(value.strip())
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return canonical([text for v in value if (text := v.strip())])
    return canonical(value)
