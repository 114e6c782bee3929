"""Which reading a file gets: what was declared for it, else the remembered reading that fits, else none. Pure.

A file that no remembered mapping fits, and that does not describe itself, is asked about and never read half.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.errors import InputError
from review.sources.paths import listed, nearest, places
from review.sources.proposing import Proposed, proposed
from review.sources.readers.catalogue import PLAIN, Detected, detect
from review.sources.readers.fields import Record
from review.sources.readers.mapping import picked
from review.sources.readings import Reading

AUTO = "auto"
DECIDING = ("id", "question", "messages")
"""Fields whose paths must find something: without them a mapping belongs to another file."""


TURNS = frozenset(("question", "messages"))


class NotMapped(InputError):
    """A file that asks for a mapping. ``proposal`` is what its names, types and values suggest."""

    def __init__(self, message: str, proposal: Sequence[Proposed] = ()) -> None:
        hint = " ".join(
            [
                *(f"--map {one.field}={_quoted(one.path)}" for one in proposal),
                *(
                    f"--value {shlex.quote(f'{one.field}:{raw}={value}')}"
                    for one in proposal
                    for raw, value in one.values
                ),
            ]
        )
        hint = hint or "--map question=text"
        super().__init__(message, command_hint=f"Declare a mapping, such as `{hint}`.")
        self.proposal = tuple(proposal)


def _quoted(path: str) -> str:
    return path if path.replace(".", "").replace("_", "").isalnum() else "'" + path.replace("'", "'\\''") + "'"


def unfound(records: Sequence[Record], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapped fields whose path is in none of the records."""
    found = {field for record in records for field in picked(record, mapping)}
    return {field: path for field, path in mapping.items() if field not in found}


def fits(records: Sequence[Record], mapping: Mapping[str, str]) -> bool:
    """Whether a mapping belongs to these records: its id, question and messages hold something, or else any field."""
    values: dict[str, list[Any]] = {field: [] for field in mapping}
    for record in records:
        for field, value in picked(record, mapping).items():
            if value not in (None, "", []):
                values[field].append(value)
    deciding = [field for field in DECIDING if field in mapping]
    return all(values[field] for field in deciding) if deciding else any(values.values())


def named_paths(records: Sequence[Record], mapping: Mapping[str, str]) -> list[str]:
    """Return a sentence for each mapped path that finds nothing, with the place that is nearest to it."""
    missing = unfound(records, mapping)
    if not missing:
        return []
    known = places(records)
    sentences = []
    for field, path in missing.items():
        near = nearest(path, known)
        there = f"the nearest field is '{near}'" if near else f"there are {listed(known) or 'no fields'}"
        sentences.append(f"{field}: nothing is at '{path}'; {there}")
    return sentences


def reading_for(
    records: Sequence[Record], layout: str, asked: Reading, known: Sequence[Reading], *, file: str, format: str = AUTO
) -> Reading:
    """Return how a file is read: ``asked``, laid over the latest of the ``known`` readings that fits its records.

    Raises InputError for a path of ``asked`` that finds nothing, and when several formats fit; NotMapped when the file
    needs a mapping.
    """
    wrong = named_paths(records, asked.mapping)
    if wrong:
        raise InputError(
            f"{file}: {'. '.join(wrong)}. Correct the mapping.",
            command_hint="Records elsewhere in a JSON file need `--records PATH` (`--records .` for the top)."
            if layout in ("json", "jsonl")
            else "",
        )
    # A mapping of feedback alone would also fit a file that has conversations beside it.
    mapped = sorted((one for one in known if one.mapping), key=lambda one: TURNS.isdisjoint(one.mapping))
    base = next((one for one in mapped if fits(records, one.mapping)), None)
    if base is None and not asked.mapping:
        _refuse_unmapped(records, layout, mapped, file=file, format=format)
    # What says nothing about fields (an encoding, a date format) holds for every file of the source.
    base = base or next((one for one in known if not one.mapping), Reading())
    tables = (*base.values, *(name for name in asked.values if name not in base.values))
    return Reading(
        mapping={**base.mapping, **asked.mapping},
        values={name: {**base.values.get(name, {}), **asked.values.get(name, {})} for name in tables},
        date_format=asked.date_format or base.date_format,
        encoding=asked.encoding or base.encoding,
        where=base.where,
    )


def _refuse_unmapped(
    records: Sequence[Record], layout: str, mapped: Sequence[Reading], *, file: str, format: str
) -> None:
    """Raise NotMapped unless the file describes itself: by the keys of a format, and with ids where others had some."""
    detected = _detected(records, layout, file) if format == AUTO else Detected(format, "")
    if detected is None and not places(records):
        names = ", ".join(dict.fromkeys(name for record in records for name in record))[:200]
        raise NotMapped(
            f"{file}: the records hold nothing: found {names or 'no field'} without any value, expected conversations, "
            "each with a question or messages."
        )
    if detected is None:
        raise NotMapped(
            f"{file}: no known format fits, and no mapping is known for it; found the fields "
            f"{listed(places(records))}.{_said(records)}",
            proposed(records),
        )
    with_ids = any(record.get("id") not in (None, "") for record in records)
    if not mapped or detected.format not in PLAIN.values() or with_ids:
        return
    sentences = named_paths(records, {f: p for f, p in mapped[0].mapping.items() if f in DECIDING})
    why = f" ({'; '.join(sentences)})" if sentences else ""
    raise NotMapped(
        f"{file}: the mapping {mapped[0].where} does not fit{why}, and the records have no id of their own. Without "
        f"ids a second import would add them again.{_said(records)}",
        proposed(records),
    )


def _detected(records: Sequence[Record], layout: str, file: str) -> Detected | None:
    """Return the format of a file by its keys, None when no format fits. Raises InputError when several do."""
    try:
        return detect(records, layout, file=file, mapping={})
    except InputError as error:
        if "no known format fits" in str(error):
            return None
        raise


def _said(records: Sequence[Record]) -> str:
    """Return the proposal in words."""
    rows = proposed(records)
    if not rows:
        return ""
    return " Proposed: " + "; ".join(f"{row.field} from '{row.path}' ({row.why})" for row in rows) + "."
