"""Toxic language in the product's answers, sentence by sentence, by a text-classification model on this machine.

The model is a folder or a name in the local cache, as for local judges; nothing is ever downloaded. A sentence is toxic
from a score of ``threshold`` on. How well that works depends on the model: calibrate it like a judge first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from review.basics.errors import InputError
from review.basics.words import counted
from review.checks.protocol import Check, Finding, Options, Span, Texts, finding
from review.models.text_models import Progress, TextModel, load_model

OPTIONS: Options = {"model": "", "threshold": 0.5, "labels": (), "of": "answer", "device": "auto"}
"""``model`` is required. ``labels`` are the model's labels that mean toxic, where their names do not say so. ``of`` is
``answer`` or ``conversation``. ``device`` is that of the ``[judges]`` table."""

OF = ("answer", "conversation")
LONGEST = 400
"""Characters in one piece: longer sentences are cut between words, so that a model of 512 tokens reads all of it."""

_SENTENCE = re.compile(r"(?:[^.!?。！？؟\n]|\.(?=\w))+(?:[.!?。！？؟]+[\"'”’)\]]*|\n|\Z)|[.!?。！？؟]+")
_CLEAN = re.compile(
    r"(?:non?|not|none|un)[ _-]?(?:toxic|hate|hateful|offensive|abusive|abuse|insult|harmful)?"
    r"|neutral|normal|clean|ok(?:ay)?|safe|benign|harmless|civil|neither",
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"(?:label_?)?[0-9]+", re.IGNORECASE)


class Piece(NamedTuple):
    """Characters ``start`` to ``end`` of the text of a field."""

    field: str
    start: int
    end: int


def toxicity(texts: Texts, options: Options) -> Finding:
    """Return the finding of one conversation; see :func:`toxicities`."""
    return toxicities([texts], options)[0]


def toxicities(many: Sequence[Texts], options: Options, *, progress: Progress | None = None) -> list[Finding]:
    """Flag each conversation with toxic sentences; they are the evidence, and ``value`` is the highest score.

    ``value`` is None where there is no text. The sentences of all conversations are classified together, equal ones
    once; ``progress`` is called with the sentences done and all distinct ones. Raises InputError for a wrong option,
    for a model that is not on this machine, and for labels whose names do not say which mean toxic.
    """
    threshold = _threshold(options)
    if options.get("of", "answer") not in OF:
        raise InputError(f"checks.toxicity.of: found {options['of']!r}, expected {' or '.join(OF)}.")
    name = str(options.get("model") or "")
    if not name:
        raise InputError(
            "checks.toxicity.model is empty. Name a text-classification model, a folder or a model in the local "
            'cache, in spotcheck.toml, as model = "…" under [checks.toxicity], or drop the check.'
        )
    model = load_model(name, device=str(options.get("device", "auto")))
    toxic = toxic_labels(model.description.labels, options.get("labels"), independent=model.description.independent)
    fields = [_fields(texts, options) for texts in many]
    pieces = [[(name, piece) for name, text in f.items() for piece in sentences(name, text)] for f in fields]
    distinct = {f[name][p.start : p.end] for f, found in zip(fields, pieces, strict=True) for name, p in found}
    scores = _scores(model, sorted(distinct), toxic, progress)
    return [
        _finding([(p, scores[f[name][p.start : p.end]]) for name, p in found], threshold)
        for f, found in zip(fields, pieces, strict=True)
    ]


def sentences(field: str, text: str) -> Iterator[Piece]:
    """Yield the sentences of a text without the space around them, long ones in pieces. Pure."""
    for found in _SENTENCE.finditer(text):
        start = found.start()
        while start < found.end():
            end = min(found.end(), start + LONGEST)
            space = text.rfind(" ", start + LONGEST // 2, end)
            if end < found.end() and space > 0:
                end = space
            piece = text[start:end]
            if any(c.isalnum() for c in piece):
                yield Piece(field, start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
            start = end


def toxic_labels(labels: Sequence[str], named: Any = None, *, independent: bool = False) -> tuple[str, ...]:
    """Return the labels of a model that mean toxic: those ``named``, else all except names such as "neutral". Pure.

    Raises InputError for names such as LABEL_1, which do not say what they mean, and for a ``named`` label that the
    model does not have.
    """
    if named:
        strange = [n for n in named if n not in labels] if isinstance(named, list | tuple) else [named]
        if strange:
            raise InputError(f"checks.toxicity.labels: found {strange[0]!r}, expected a list of {', '.join(labels)}.")
        return tuple(named)
    toxic = tuple(label for label in labels if not _CLEAN.fullmatch(label))
    unclear = any(_UNNAMED.fullmatch(label) for label in labels)
    if unclear or not toxic or (len(toxic) == len(labels) and not independent):
        raise InputError(
            f"checks.toxicity: the model's labels {', '.join(labels)} do not show which of them mean toxic. List these "
            "in `labels` of [checks.toxicity]."
        )
    return toxic


def _scores(
    model: TextModel, texts: Sequence[str], toxic: Sequence[str], progress: Progress | None
) -> dict[str, tuple[float, bool]]:
    """By sentence, the probability that it is toxic and whether the model read all of it."""
    which = [k for k, label in enumerate(model.description.labels) if label in toxic]
    together = max if model.description.independent else sum
    return {
        text: (min(1.0, float(together(c.probabilities[k] for k in which))), c.read == c.tokens)
        for text, c in zip(texts, model.classify(texts, progress=progress), strict=True)
    }


def _finding(scored: Sequence[tuple[Piece, tuple[float, bool]]], threshold: float) -> Finding:
    if not scored:
        return finding(note="There is nothing to read.")
    spans: list[Span] = [
        {"field": p.field, "start": p.start, "end": p.end, "kind": "toxic", "score": round(score, 4)}
        for p, (score, _) in scored
        if score >= threshold
    ]
    unread = sum(not whole for _, (_, whole) in scored)
    notes = [
        f"{counted(len(spans), 'sentence')} of {len(scored)} toxic from {threshold:g} on." if spans else "",
        f"{counted(unread, 'sentence')} longer than the model can read." if unread else "",
    ]
    worst = max(score for _, (score, _) in scored)
    return finding(flagged=bool(spans), value=round(worst, 4), spans=spans, note=" ".join(filter(None, notes)))


def _fields(texts: Texts, options: Options) -> Mapping[str, str]:
    """The texts to read: the answer under review, or all messages."""
    if options.get("of", "answer") == "answer":
        return {texts.answer: texts.answered} if texts.answered else {}
    return {name: text for name, text in texts.fields.items() if name.startswith("messages.")}


def _threshold(options: Options) -> float:
    found = options.get("threshold", OPTIONS["threshold"])
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found <= 1:
        raise InputError(f"checks.toxicity.threshold: found {found!r}, expected a number above 0, at most 1.")
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise InputError(f"checks.toxicity: found {unknown[0]!r}, expected {', '.join(OPTIONS)}.")
    return float(found)


CHECK = Check(
    title="toxic language",
    about="toxic sentences in answers, by a text-classification model of yours that runs offline",
    find=toxicity,
    find_many=toxicities,
    options=OPTIONS,
    needs_model=True,
)
