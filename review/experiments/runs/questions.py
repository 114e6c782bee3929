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
    """Return what a target is told of a version."""
    return {
        "id": version.id,
        "prompt": version.prompt or None,
        "model": version.model or None,
        "parameters": version.parameters,
    }


def questions_of(cases: Iterable[Case], version: Json, *, repeats: int, wanted: Recognisers) -> list[Question]:
    """Return the questions of a run, all first repeats before the second ones."""
    wires = [(case.id, _wire(case, version, wanted)) for case in cases]
    return [Question(case=name, repeat=k, wire=wire) for k in range(1, repeats + 1) for name, wire in wires]


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


def keyed(questions: Sequence[Question], kind: str, target: Target, options: Mapping[str, Any]) -> list[Keyed]:
    """Return the questions with their keys: target, version, question and repeat, but not the id of the release."""
    asks = digest([kind, {name: options.get(name) for name in target.identity}])
    return [Keyed(q, digest([asks, q.repeat, q.wire])) for q in questions]
