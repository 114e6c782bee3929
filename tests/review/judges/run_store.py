"""Judges with scripted opinions on the week of forty items, for tests of versions and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from judged_store import NAMES, WEEK, judged

from review.basics.errors import InputError
from review.judges import kinds
from review.judges.protocol.protocol import Bench, Kind, Opinion, Options, Subject, Terms
from review.judges.runs.targets import JudgeTarget
from review.judges.versions import add_judge
from storage.records_base import Json
from storage.records_judges import Judge
from storage.store import Store

OVER = JudgeTarget("week", WEEK)
OPTIONS = Options()
Speak = Callable[[Bench[Any], Sequence[Subject]], Iterator[Opinion]]


@dataclass(frozen=True)
class AnySpec:
    """A spec that may hold anything but ``bad``."""

    table: Mapping[str, Any]

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> AnySpec:
        if "bad" in table:
            raise InputError("bad: found it, expected anything else.")
        return cls({"model": "none", **table})

    def to_json(self) -> dict[str, Any]:
        return dict(self.table)


def judge_of(spec: Json) -> Judge:
    """A stored judge with this spec, whatever it holds."""
    return Judge(
        id="j@1",
        name="j",
        version="1",
        kind="llm",
        dimensions=(),
        spec=spec,
        content_hash="",
        rubric_version=1,
        at="",
        by="",
    )


def terms(spec: AnySpec) -> Terms:
    place = urlsplit(str(spec.table.get("endpoint") or "")).netloc
    return Terms(place, spec.table.get("price_in"), spec.table.get("price_out"))


def obedient(bench: Bench[Any], subjects: Sequence[Subject]) -> Iterator[Opinion]:
    """The last value of each scale, of everything."""
    for subject in subjects:
        for d in bench.dimensions:
            yield Opinion(subject=subject.id, dimension=d.name, value=d.scale.values[-1], latency_ms=10.0)


def speaks(monkeypatch: pytest.MonkeyPatch, speak: Speak, kind: str = "scripted") -> None:
    """Let judges of this kind give the opinions of ``speak``."""

    def checked(spec: AnySpec, dimensions: Any, settings: Any) -> AnySpec:
        return spec

    scripted = Kind(title="Says what a test wants", read=AnySpec.from_json, checked=checked, judge=speak, terms=terms)
    monkeypatch.setitem(kinds.JUDGES, kind, scripted)


def store_with_judge(
    store: Store, monkeypatch: pytest.MonkeyPatch, speak: Speak = obedient, *dimensions: str, **spec: Any
) -> Store:
    """The week of forty and a judge of correctness and politeness that has not run yet."""
    judged(store)
    speaks(monkeypatch, speak)
    asked = dimensions or ("correctness", "politeness")
    add_judge(store, "j", kind="scripted", dimensions=asked, spec=spec, by="eva")
    return store


__all__ = ["NAMES", "OPTIONS", "OVER", "WEEK", "judge_of", "obedient", "speaks", "store_with_judge"]
