"""Checks over masked conversations on their way into the log or out of a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from review.checks.protocol import expected_in, texts_of
from review.checks.running import Ready, findings_of, findings_of_many
from review.log.append import Entry

AT_ONCE = 256
"""Conversations whose sentences a model reads together."""


def checked(entries: Iterator[Entry], checks: Sequence[Ready]) -> Iterator[Entry]:
    """The same entries with what the checks find in the masked texts; where a check has a model, many at a time."""
    if not any(c.check.find_many for c in checks):
        for entry in entries:
            texts = texts_of(entry.conversation, expected=expected_in(entry.conversation))
            yield entry._replace(findings=findings_of(texts, checks))
        return
    while batch := list(islice(entries, AT_ONCE)):
        many = [texts_of(e.conversation, expected=expected_in(e.conversation)) for e in batch]
        for entry, found in zip(batch, findings_of_many(many, checks), strict=True):
            yield entry._replace(findings=found)
