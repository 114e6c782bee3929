"""Whether a file that somebody takes for conversations holds labels of people or verdicts of judges instead. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from review.basics.rating_tables import BESIDE, LABEL
from review.exchange.tools.catalogue import LABEL_READERS, VERDICT_READERS
from review.exchange.tools.tool import Record, Tool
from review.exchange.wide import LONGEST, MOST_VALUES
from review.sources.field_names import meant
from review.sources.readers.catalogue import PLAIN

OWN = {"labels": "rater", "verdicts": "judge"}
"""What only a table of each kind has beside the item and the label."""


class Export(NamedTuple):
    """``kind`` is labels or verdicts; ``about`` says in a few words what the file is."""

    kind: str
    about: str


def export_of(records: Sequence[Record], format: str | None) -> Export | None:
    """Return what a file holds instead of conversations, None where it may hold conversations.

    ``format`` is the format of conversations that its first records fit, None when none does.
    """
    if format is not None and format not in PLAIN.values():
        return None
    return _by_columns(records) or _by_tool(records, LABEL_READERS, VERDICT_READERS) or _by_people(records)


def rated_too(format: str) -> str:
    """Return which ratings an export holds whose conversations can be imported: labels, verdicts, or "" for none."""
    return "verdicts" if format in VERDICT_READERS else "labels" if format in LABEL_READERS else ""


def _by_columns(records: Sequence[Record]) -> Export | None:
    for kind, author in OWN.items():
        if records and all("item" in one and author in one and any(c in one for c in LABEL) for one in records):
            return Export(kind, f"a table of {kind}")
    return None


def _by_people(records: Sequence[Record]) -> Export | None:
    """Return labels where each record has an item and, in columns of people, short texts with few different values."""
    columns = list(dict.fromkeys(name for one in records for name in one))
    people = [c for c in columns if c not in BESIDE]
    texts = any(meant(c).keys() & {"question", "answer", "messages"} for c in columns)
    if len(people) < 2 or texts or not all("item" in one for one in records):
        return None
    if {"rater", "truth", "verdict", *OWN.values(), *LABEL}.intersection(columns):
        return None
    values = {text for one in records for c in people if (text := str(one.get(c) or "").strip())}
    few = 0 < len(values) <= MOST_VALUES and all(len(text) <= LONGEST for text in values)
    return Export("labels", "a table of labels with a column for each person") if few else None


def _by_tool(records: Sequence[Record], labels: Mapping[str, Tool], verdicts: Mapping[str, Tool]) -> Export | None:
    """Return the tool that at least half of the records are from; labels where there are any."""
    found: dict[str, Tool] = {}
    for kind, tools in (("verdicts", verdicts), ("labels", labels)):
        for tool in tools.values():
            known = [record for record in records if tool.recognise(record)]
            if known and 2 * len(known) >= len(records) and any(any(tool.ratings(one, "")) for one in known):
                found[kind] = tool
    kind = "labels" if "labels" in found else "verdicts"
    return Export(kind, found[kind].about) if found else None
