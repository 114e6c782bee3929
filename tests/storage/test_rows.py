"""Rows of the store become records."""

from __future__ import annotations

import pytest

from storage.records_review import Annotation
from storage.rows import columns, encode, fields, reader

SAID = Annotation(
    submission_id="s",
    assignment_id="a",
    item_id="i",
    rater_id="r",
    rubric_version=1,
    labels={"reasons": ["wrong_fact"], "correctness": "wrong"},
    at="2026-01-01T00:00:00Z",
    seconds=None,
    revealed=True,
)
NAMES = tuple(f.name for f in fields(Annotation))
ROW = {name: encode(getattr(SAID, name)) for name in NAMES}


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1], NAMES[5:] + NAMES[:5]])
def test_a_row_with_its_columns_in_any_order_is_the_record(names: tuple[str, ...]) -> None:
    read = reader(Annotation, names)
    assert read([ROW[name] for name in names]) == SAID
    assert isinstance(read([ROW[name] for name in names]).revealed, bool)


def test_a_row_that_lacks_a_column_is_refused() -> None:
    assert columns(Annotation).count(",") == len(NAMES) - 1
    with pytest.raises(ValueError, match="Annotation has the columns submission_id"):
        reader(Annotation, NAMES[1:])
