"""Judges that say what a test wants, on the week of forty: for tests of versions and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from judged_store import NAMES, WEEK, judged

from review.basics.errors import InputError
from review.judges import kinds
from review.judges.protocol.protocol import Bench, Kind, Options, Said, Spec, Subject
from review.judges.runs.targets import Target
from review.judges.versions import add_judge
from storage.store import Store

OVER = Target("week", WEEK)
OPTIONS = Options()
Speak = Callable[[Bench, Sequence[Subject]], Iterator[Said]]


def obedient(bench: Bench, subjects: Sequence[Subject]) -> Iterator[Said]:
    """The last value of each scale, of everything."""
    for subject in subjects:
        for d in bench.dimensions:
            yield Said(subject=subject.id, dimension=d.name, value=d.scale.values[-1], latency_ms=10.0)


def speaks(monkeypatch: pytest.MonkeyPatch, speak: Speak, kind: str = "scripted") -> None:
    """Let judges of this kind speak as ``speak`` does; their spec may hold anything but ``bad``."""

    def checked(spec: Spec, dimensions: Any, settings: Any) -> Spec:
        if "bad" in spec:
            raise InputError("bad: found it, expected anything else.")
        return {"model": "none", **spec}

    monkeypatch.setitem(kinds.JUDGES, kind, Kind("Says what a test wants", checked, speak))


def store_with_judge(
    store: Store, monkeypatch: pytest.MonkeyPatch, speak: Speak = obedient, *dimensions: str, **spec: Any
) -> Store:
    """The week of forty and a judge of correctness and politeness that has not run yet."""
    judged(store)
    speaks(monkeypatch, speak)
    asked = dimensions or ("correctness", "politeness")
    add_judge(store, "j", kind="scripted", dimensions=asked, spec=spec, by="eva")
    return store


__all__ = ["NAMES", "OPTIONS", "OVER", "WEEK", "obedient", "speaks", "store_with_judge"]
