"""Run the checks over masked conversations, on import and for rows drawn from a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from review.checks.protocol import expected_in, texts_of
from review.checks.running import Ready, findings_of, findings_of_many
from review.log.rows import Entry

AT_ONCE = 256
"""Conversations that a check with a model reads in one batch."""


def checked(entries: Iterator[Entry], checks: Sequence[Ready]) -> Iterator[Entry]:
    """Yield the same entries with the findings of the checks; a check with a model reads them in batches."""
    if not any(c.check.find_many for c in checks):
        for entry in entries:
            texts = texts_of(entry.conversation, expected=expected_in(entry.conversation))
            yield entry._replace(findings=findings_of(texts, checks))
        return
    while batch := list(islice(entries, AT_ONCE)):
        many = [texts_of(e.conversation, expected=expected_in(e.conversation)) for e in batch]
        for entry, found in zip(batch, findings_of_many(many, checks), strict=True):
            yield entry._replace(findings=found)
