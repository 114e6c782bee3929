"""The questions of a run: what is sent for each case and repeat, masked, and the key by which answers are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from review.basics.canonical import digest
from review.experiments.targets.target import Question, Target
from review.experiments.values import Case
from review.privacy.masking import mask_values
from review.privacy.recognisers import Recognisers
from storage.records_base import Json
from storage.records_experiments import PromptVersion

SEEN = ("question", "messages", "context")


def wire_version(version: PromptVersion) -> Json:
    """Return the part of a version that is sent to a target."""
    return {
        "id": version.id,
        "prompt": version.prompt or None,
        "model": version.model or None,
        "parameters": version.parameters,
    }


def places_of(cases: Iterable[Case], options: Mapping[str, Any]) -> list[tuple[Case, int]]:
    """Return each case with each of its repeats, all first repeats before the second ones.

    ``options`` are those of the run: ``repeats`` of every case, and ``more`` with other numbers for some cases.
    """
    repeats, more = int(options.get("repeats", 1)), options.get("more") or {}
    listed = list(cases)
    most = max([repeats, *more.values()])
    return [(case, k) for k in range(1, most + 1) for case in listed if k <= more.get(case.id, repeats)]


def questions_of(places: Iterable[tuple[Case, int]], version: Json, *, wanted: Recognisers) -> list[Question]:
    """Return the questions of a run, in the order of its places."""
    wires: dict[str, Json] = {}
    found = []
    for case, repeat in places:
        if case.id not in wires:
            wires[case.id] = _wire(case, version, wanted)
        found.append(Question(case=case.id, repeat=repeat, wire=wires[case.id]))
    return found


def _wire(case: Case, version: Json, wanted: Recognisers) -> Json:
    shown, _ = mask_values(
        {"question": case.question, "messages": list(case.messages), "context": list(case.context)}, wanted
    )
    rest = {"as_of": case.as_of, "db": case.db, "version": version}
    return {"id": case.id, **{name: shown[name] for name in SEEN}, **rest}


def names_of(cases: Iterable[Case]) -> dict[str, str]:
    """Return the id of a case by every name that means it alone: its id, that of its source, its question."""
    listed = list(cases)
    found: dict[str, str] = {}
    twice: set[str] = set()
    for case in listed:
        for name in (case.source, case.question):
            if name and found.setdefault(name, case.id) != case.id:
                twice.add(name)
    return {name: id_ for name, id_ in found.items() if name not in twice} | {case.id: case.id for case in listed}


class Keyed(NamedTuple):
    """A question and the hash of all that was asked."""

    question: Question
    key: str


def identity_of(kind: str, target: Target, options: Mapping[str, Any]) -> list[Any]:
    """Return what a target is known by: answers of the same one may be taken over."""
    return [kind, {name: options.get(name) for name in target.identity}]


def keyed(questions: Sequence[Question], kind: str, target: Target, options: Mapping[str, Any]) -> list[Keyed]:
    """Return the questions with their keys: target, version, question and repeat, but not the id of the release."""
    asks = digest(identity_of(kind, target, options))
    return [Keyed(q, digest([asks, q.repeat, q.wire])) for q in questions]
