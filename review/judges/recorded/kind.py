"""The recorded kind of judge: its verdicts come from a file, and nothing is asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from review.basics.errors import InputError
from review.judges.protocol.protocol import Bench, Kind, Opinion, Subject
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

SOURCES = ("file", "log")


@dataclass(frozen=True, kw_only=True)
class RecordedSpec:
    """Which recording the verdicts come from: the name of the file, its number of rows, and their digest."""

    source: str = "file"
    file: str = ""
    rows: int = 0
    digest: str = ""

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> RecordedSpec:
        """Read a spec. Raises InputError that names the setting."""
        kinds = {f.name: int if f.name == "rows" else str for f in fields(cls)}
        unknown = sorted(set(table) - set(kinds))
        if unknown:
            raise InputError(f"recorded judge: found setting {unknown[0]!r}, expected {', '.join(kinds)}.")
        if table.get("source", "file") not in SOURCES:
            raise InputError(
                f"recorded judge, source: found {table['source']!r}, expected one of {', '.join(SOURCES)}."
            )
        for name, found in table.items():
            if not isinstance(found, kinds[name]) or isinstance(found, bool):
                expected = "a whole number" if kinds[name] is int else "a text"
                raise InputError(f"recorded judge, {name}: found {found!r}, expected {expected}.")
        return cls(**table)

    def to_json(self) -> dict[str, Any]:
        """Write the spec as it is stored and hashed."""
        return asdict(self)


def checked(spec: RecordedSpec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> RecordedSpec:
    """Return the spec: it fits every rubric."""
    return spec


def judge(bench: Bench[RecordedSpec], subjects: Sequence[Subject]) -> Iterator[Opinion]:
    """Yield the recorded verdict on each subject in each dimension, ``not_recorded`` where there is none."""
    recorded = {(r.subject.id, r.dimension): r for r in bench.training}
    for subject in subjects:
        for dimension in bench.dimensions:
            if bench.stopped():
                return
            row = recorded.get((subject.id, dimension.name))
            value = None if row is None else row.label
            error = "not_recorded" if row is None else "missing" if value is None else ""
            yield Opinion(subject=subject.id, dimension=dimension.name, value=value, error=error, cached=True)


KIND = Kind(title="recorded", read=RecordedSpec.from_json, checked=checked, judge=judge, about="verdicts from a file")
