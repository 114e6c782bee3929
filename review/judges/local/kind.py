"""The local kind of judge: a text-classification model on this machine whose labels map to values of the rubric."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from review.basics.errors import InputError
from review.judges.local.spec import FIELDS, LocalSpec, checked
from review.judges.protocol.protocol import Bench, Kind, Opinion, Subject
from review.models.text_models import Classified, Text, TextModel, load_model
from review.rubric.rubric import Dimension

SHOWN = 10
HELD = 0.5
"""The probability from which an independent label holds."""


def judge(bench: Bench[LocalSpec], subjects: Sequence[Subject]) -> Iterator[Opinion]:
    """Classify the subjects in batches, the longest first; ``latency_ms`` is each subject's share of its batch.

    An empty text is a missing verdict ("empty"); a text whose most probable label stands for no value is "undecided".
    Raises InputError when the model is not on this machine or its files have changed since this version was made.
    """
    model = load_model(bench.spec.model, device=bench.settings.device)
    if bench.spec.digest != model.description.digest:
        raise InputError(
            f"model '{bench.spec.model}' has changed since version {bench.version} of judge '{bench.name}' was "
            "added. Put the old files back, or add the judge again, which makes a new version."
        )
    return _judged(bench, model, subjects)


def _judged(bench: Bench[LocalSpec], model: TextModel, subjects: Sequence[Subject]) -> Iterator[Opinion]:
    read = FIELDS[bench.spec.field]
    waiting = []
    for subject in subjects:
        text = read(subject)
        if _is_empty(text):
            if bench.stopped():
                return
            for d in bench.dimensions:
                yield Opinion(subject=subject.id, dimension=d.name, value=None, error="empty")
        else:
            waiting.append((subject, text))
    waiting.sort(key=lambda pair: -sum(map(len, pair[1])))
    size = max(1, bench.options.batch_size)
    for start in range(0, len(waiting), size):
        if bench.stopped():
            return
        batch, began = waiting[start : start + size], time.perf_counter()
        results = model.classify([t for _, t in batch], batch_size=size, max_length=bench.spec.max_length)
        each = (time.perf_counter() - began) * 1000 / len(batch)
        for (subject, _), result in zip(batch, results, strict=True):
            yield from (
                _opinion(bench.spec, model, subject=subject.id, dimension=d, result=result, latency_ms=each)
                for d in bench.dimensions
            )


class _Verdict(NamedTuple):
    value: str | None
    score: float | None


def _opinion(
    spec: LocalSpec, model: TextModel, *, subject: str, dimension: Dimension, result: Classified, latency_ms: float
) -> Opinion:
    by_label = dict(zip(model.description.labels, result.probabilities, strict=True))
    decide = _independent if model.description.independent else _exclusive
    verdict = decide(by_label, spec.labels[dimension.name], spec.otherwise.get(dimension.name), dimension.positive)
    score = by_label[spec.score_label] if spec.score_label else verdict.score
    return Opinion(
        subject=subject,
        dimension=dimension.name,
        value=verdict.value,
        score=None if verdict.value is None or score is None else round(min(1.0, score), 6),
        rationale=f"Only the first {result.read} of {result.tokens} tokens were read." * (result.read < result.tokens),
        raw=_raw(by_label),
        error="" if verdict.value is not None else "undecided",
        latency_ms=latency_ms,
    )


def _exclusive(
    by_label: Mapping[str, float], values: Mapping[str, str], otherwise: str | None, positive: str | None
) -> _Verdict:
    """Choose the value whose labels together are most probable; undecided where an unmapped label is more probable."""
    mass: dict[str, float] = {}
    for label, value in values.items():
        mass[value] = mass.get(value, 0.0) + by_label[label]
    best = max(mass, key=lambda v: mass[v])
    if any(p > mass[best] for label, p in by_label.items() if label not in values):
        return _Verdict(None, None)
    return _Verdict(best, None if positive is None else mass.get(positive, 0.0) / sum(mass.values()))


def _independent(
    by_label: Mapping[str, float], values: Mapping[str, str], otherwise: str | None, positive: str | None
) -> _Verdict:
    """Choose the value of the most probable label if it reaches one half, else ``otherwise``, else undecided."""
    top = max(values, key=lambda label: by_label[label])
    value = values[top] if by_label[top] >= HELD else otherwise
    says = [by_label[label] for label, v in values.items() if v == positive]
    if positive is not None and positive == otherwise:
        return _Verdict(value, 1 - by_label[top])
    return _Verdict(value, max(says, default=0.0) if positive is not None else None)


def _raw(by_label: Mapping[str, float]) -> str:
    top = sorted(by_label.items(), key=lambda pair: -pair[1])[:SHOWN]
    return orjson.dumps({label: round(p, 6) for label, p in top}).decode()


def _is_empty(text: Text) -> bool:
    return not (text if isinstance(text, str) else "".join(text)).strip()


KIND = Kind(
    title="local model",
    read=LocalSpec.from_json,
    checked=checked,
    judge=judge,
    about="a Hugging Face text-classification model from a folder, offline (`pip install '.[models]'`)",
)
