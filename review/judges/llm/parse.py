"""Replies read into opinions: JSON in the requested form, JSON as models write it, lines, or a bare label.

Nothing is guessed. A reply is unparseable if it gives a dimension two labels, if a repair would drop a label that it
names, or if it only mentions a value in a sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import json_repair

from review.judges.llm.labels import Found, agreed, confidence_of, folded, label_of, score_of
from review.judges.protocol.protocol import Opinion
from review.rubric.rubric import Dimension

LABEL_KEYS = ("label", "value", "verdict", "answer", "rating", "score")
RATIONALE_KEYS = ("rationale", "reason", "reasoning", "explanation", "justification", "why")
_MOST_BROKEN = 60
_LONGEST_REPAIR = 8_000
_LONGEST_KEY = 100

_THOUGHT = re.compile(r"^\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPEN_THOUGHT = re.compile(r"^\s*<(think|thinking|reasoning)>", re.IGNORECASE)


class _Several(list[Any]):
    """The values that a JSON object holds under a repeated key."""


def opinions_in(reply: Mapping[str, Any], subject: str, dimensions: Sequence[Dimension]) -> dict[str, Opinion]:
    """Read a whole reply ({text, finish_reason, refusal}) about a subject into one opinion for each dimension."""

    def nothing(cause: str, rationale: str = "") -> dict[str, Opinion]:
        return {d.name: _opinion(subject, d, _Entry(Found(None, cause), rationale)) for d in dimensions}

    finish = reply.get("finish_reason")
    if reply.get("refusal") or finish == "content_filter":
        return nothing("refused", str(reply.get("refusal") or ""))
    text = _THOUGHT.sub("", str(reply.get("text") or ""))
    cut = finish == "length"
    if not text.strip():
        return nothing("truncated" if cut else "empty")
    read = {} if _OPEN_THOUGHT.match(text) else _from_json(text, dimensions) or _from_lines(text, dimensions)
    if not read:
        return nothing("truncated" if cut else "unparseable")
    return {d.name: _opinion(subject, d, read[d.name], cut=cut) for d in dimensions}


class _Entry(NamedTuple):
    """The label of one dimension with its reason; ``confidence`` is a share, None where the judge states none."""

    label: Found
    rationale: str = ""
    confidence: float | None = None


def _opinion(subject: str, dimension: Dimension, entry: _Entry, *, cut: bool = False) -> Opinion:
    value, error = entry.label
    return Opinion(
        subject=subject,
        dimension=dimension.name,
        value=value,
        error="truncated" if cut and error in ("missing", "unparseable") else error,
        score=score_of(dimension, value, entry.confidence),
        rationale=entry.rationale,
    )


def _from_json(text: str, dimensions: Sequence[Dimension]) -> dict[str, _Entry]:
    """Read the JSON objects in a text; {} when there is none."""
    objects = _objects(text, _keys(tuple(n for d in dimensions for n in (d.name, d.title) if n)))
    if objects is None:
        return {d.name: _Entry(Found(None, "unparseable")) for d in dimensions}
    entries = {d.name: [e for o in objects for e in _entries(o, d, alone=len(dimensions) == 1)] for d in dimensions}
    if not any(entries.values()):
        return {}
    return {d.name: _combined(d, entries[d.name]) for d in dimensions}


class _Keys(NamedTuple):
    """The keys of labels, counted in a text that is not JSON and in the value that it was repaired to."""

    pattern: re.Pattern[str]
    names: frozenset[str]

    def in_text(self, text: str) -> int:
        return len(self.pattern.findall(text))

    def in_value(self, value: Any) -> int:
        if isinstance(value, dict):
            return sum((str(k).lower() in self.names) + self.in_value(v) for k, v in value.items())
        return sum(map(self.in_value, value)) if isinstance(value, list) else 0


@lru_cache(maxsize=64)
def _keys(names: tuple[str, ...]) -> _Keys:
    known = frozenset(name.lower() for name in (*LABEL_KEYS, *names))
    either = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return _Keys(re.compile(rf"(?<!\w)(?:{either})(?!\w)[\"'`”’]?\s*:", re.IGNORECASE), known)


def _objects(text: str, keys: _Keys) -> list[dict[str, Any]] | None:
    """Return the JSON objects of a text in order, repaired where needed; None when a repair would be a guess."""
    found: dict[int, dict[str, Any]] = {}
    broken: list[int] = []
    decoder = json.JSONDecoder(object_pairs_hook=_pairs)
    at = text.find("{")
    while at >= 0 and len(broken) < _MOST_BROKEN:
        try:
            found[at], end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            broken.append(at)
            end = at + 1
        at = text.find("{", end)
    whole = list(found.values())
    named = keys.in_text(text)
    if not broken or (named and named == keys.in_value(whole)):
        return whole
    repaired = _repaired(text[broken[0] :], keys)
    if repaired is not None:
        return [*(o for at, o in found.items() if at < broken[0]), repaired]
    return None if named else []


def _repaired(text: str, keys: _Keys) -> dict[str, Any] | None:
    """Repair the broken object at the start of ``text``; None when that would be a guess.

    json-repair closes what was cut off and keeps the last of two equal keys. So it only gets a text that lacks nothing
    but braces or ends with one, and its result must hold as many labels as the text names.
    """
    if len(text) > _LONGEST_REPAIR or text.count("{") > _MOST_BROKEN:
        return None
    whole = text.rstrip()
    for part in (whole if whole.endswith(('"', "'", "]", "}")) else "", text[: text.rfind("}") + 1]):
        try:
            value = json_repair.loads(part, skip_json_loads=True, strict=True)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and 0 < keys.in_text(text) == keys.in_value(value):
            return value
    return None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, list[Any]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return {key: found[0] if len(found) == 1 else _Several(found) for key, found in values.items()}


def _entries(found: Mapping[str, Any], dimension: Dimension, *, alone: bool) -> Iterator[Any]:
    """Find what an object holds for a dimension: under its name or title, one level down, or as the whole object."""
    names = _names(dimension)
    named = _under(found, names)
    if named:
        yield from _flat(named)
        return
    for value in found.values():
        for inner in _listed(value):
            if _is_about(inner, names):
                yield inner
            yield from _flat(_under(inner, names))
    label = _label_key(found)
    if alone and label and not _is_wrapper(found[label], names):
        yield found


def _is_wrapper(value: Any, names: set[str]) -> bool:
    """Whether the value of a label key only wraps the entries read one level down and is no label itself."""
    listed = _listed(value)
    return bool(listed) and all(_is_about(i, names) or (_under(i, names) and not _label_key(i)) for i in listed)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_about(inner: Any, names: set[str]) -> bool:
    """Whether an object names its dimension, as in {"dimension": "correctness", "label": ...}."""
    keys = ("dimension", "name") if isinstance(inner, dict) else ()
    return any(isinstance(inner.get(k), str) and folded(inner[k]) in names for k in keys)


def _under(inner: Any, names: set[str]) -> list[Any]:
    return [v for k, v in inner.items() if folded(str(k)) in names] if isinstance(inner, dict) else []


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        yield from value if isinstance(value, _Several) else [value]


def _names(dimension: Dimension) -> set[str]:
    return {folded(dimension.name), folded(dimension.title or dimension.name)}


def _label_key(entry: Mapping[str, Any]) -> str | None:
    keys = {str(k).lower(): str(k) for k in entry}
    return next((keys[k] for k in LABEL_KEYS if k in keys), None)


def _combined(dimension: Dimension, entries: Sequence[Any]) -> _Entry:
    """Combine all entries for one dimension; the first reason and the first confidence count."""
    found, rationale, confidence = [], "", None
    for entry in entries:
        labels = [entry]
        if isinstance(entry, dict):
            key = _label_key(entry)
            labels = [] if key is None else list(_flat([entry[key]]))
            rationale = rationale or next((_clean(entry[k]) for k in RATIONALE_KEYS if entry.get(k)), "")
            confidence = confidence_of(entry.get("confidence")) if confidence is None else confidence
        found += [label_of(dimension, label) for label in labels]
    return _Entry(agreed(found), rationale, confidence)


def _clean(value: Any) -> str:
    """Return text that any store can keep: a model may write half a surrogate pair."""
    return str(value).encode("utf-8", "replace").decode()


def _from_lines(text: str, dimensions: Sequence[Dimension]) -> dict[str, _Entry]:
    """Read lines such as ``Correctness: wrong``, with one dimension also a bare label; {} when there is no label."""
    found: dict[str, list[Found]] = {d.name: [] for d in dimensions}
    lines = [line for line in text.splitlines() if line.strip() and not set("{}") & set(line)]
    for line in lines:
        key, value = _line(line)
        for d in dimensions:
            if key in _names(d):
                found[d.name].append(label_of(d, value))
            elif len(dimensions) == 1 and key in (*LABEL_KEYS, ""):
                label = label_of(d, value)
                # "answer: the customer was told ..." is prose, not a label outside the scale.
                found[d.name] += [label] if label.value is not None else []
    if not any(found.values()):
        return {}
    whole = _clean("\n".join(lines)) if len(lines) > 1 else ""
    return {d.name: _Entry(agreed(found[d.name]), whole if found[d.name] else "") for d in dimensions}


def _line(line: str) -> tuple[str, str]:
    """Split at the first colon or equals sign if it comes early; else return "" and the line."""
    end = next((k for k, c in enumerate(line[:_LONGEST_KEY]) if c in ":=："), None)
    return ("", line) if end is None else (folded(line[:end]), line[end + 1 :].strip(" *_`"))
