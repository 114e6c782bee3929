"""The recorded kind of judge: its verdicts come from a file, once, and nothing is asked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from review.basics.errors import InputError
from review.judges.protocol.protocol import Bench, Kind, Said, Spec, Subject
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

SETTINGS = ("source", "file", "rows", "digest")
SOURCES = ("file", "log")


def checked(spec: Spec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> Spec:
    """The spec {source, file, rows, digest}. Raises InputError for another setting."""
    unknown = sorted(set(spec) - set(SETTINGS))
    if unknown:
        raise InputError(f"recorded judge: found setting {unknown[0]!r}, expected {', '.join(SETTINGS)}.")
    if spec.get("source", "file") not in SOURCES:
        raise InputError(f"recorded judge, source: found {spec['source']!r}, expected one of {', '.join(SOURCES)}.")
    return {"source": "file", "file": "", "rows": 0, "digest": "", **spec}


def judge(bench: Bench, subjects: Sequence[Subject]) -> Iterator[Said]:
    """What the recording says of each subject; ``not_recorded`` where it is silent."""
    recorded = {(r.subject.id, r.dimension): r for r in bench.training}
    for subject in subjects:
        for dimension in bench.dimensions:
            if bench.stopped():
                return
            row = recorded.get((subject.id, dimension.name))
            if row is None or row.label is None:
                cause = "not_recorded" if row is None else "missing"
                yield Said(subject=subject.id, dimension=dimension.name, value=None, error=cause, cached=True)
            else:
                yield Said(subject=subject.id, dimension=dimension.name, value=row.label, cached=True)


KIND = Kind("recorded", checked, judge, about="verdicts from a file")
