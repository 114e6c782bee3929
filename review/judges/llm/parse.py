"""A reply read into labels: JSON as it was asked for, JSON as models write it, lines, or a bare label.

Nothing is guessed. A reply that gives a dimension two labels, or whose repair would leave out a label that it names, is
unparseable; so is a sentence that only mentions a value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import json_repair

from review.judges.llm.labels import Found, agreed, folded, label_of
from review.rubric.rubric import Dimension

LABEL_KEYS = ("label", "value", "verdict", "answer", "rating", "score")
RATIONALE_KEYS = ("rationale", "reason", "reasoning", "explanation", "justification", "why")
_MOST_BROKEN = 60
_LONGEST_REPAIR = 8_000
_LONGEST_KEY = 100

_THOUGHT = re.compile(r"^\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPEN_THOUGHT = re.compile(r"^\s*<(think|thinking|reasoning)>", re.IGNORECASE)


class Heard(NamedTuple):
    """What a reply says of one dimension; ``confidence`` is the judge's own, 0 to 1, None where it gives none."""

    value: str | None
    error: str = ""
    rationale: str = ""
    confidence: float | None = None


class _Several(list[Any]):
    """What a JSON object holds under a key that it has twice."""


def heard(reply: Mapping[str, Any], dimensions: Sequence[Dimension]) -> dict[str, Heard]:
    """What a whole reply ({text, finish_reason, refusal}) says, by the name of each dimension."""
    finish = reply.get("finish_reason")
    if reply.get("refusal") or finish == "content_filter":
        return {d.name: Heard(None, "refused", str(reply.get("refusal") or "")) for d in dimensions}
    text = _THOUGHT.sub("", str(reply.get("text") or ""))
    cut = finish == "length"
    if not text.strip():
        return {d.name: Heard(None, "truncated" if cut else "empty") for d in dimensions}
    said = {} if _OPEN_THOUGHT.match(text) else _from_json(text, dimensions) or _from_lines(text, dimensions)
    if not said:
        return {d.name: Heard(None, "truncated" if cut else "unparseable") for d in dimensions}
    lost = ("missing", "unparseable") if cut else ()
    return {name: h._replace(error="truncated") if h.error in lost else h for name, h in said.items()}


def _from_json(text: str, dimensions: Sequence[Dimension]) -> dict[str, Heard]:
    """What the objects in a text say; {} when there is none to be read."""
    objects = _objects(text, _keys(tuple(n for d in dimensions for n in (d.name, d.title) if n)))
    if objects is None:
        return {d.name: Heard(None, "unparseable") for d in dimensions}
    entries = {d.name: [e for o in objects for e in _entries(o, d, alone=len(dimensions) == 1)] for d in dimensions}
    if not any(entries.values()):
        return {}
    return {d.name: _heard(d, entries[d.name]) for d in dimensions}


class _Keys(NamedTuple):
    """The keys under which labels stand, as they are found in text that is not JSON and in what it was read as."""

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
    """The JSON objects of a text in their order, mended where they must be; None when mending would be guessing."""
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
    mended = _mended(text[broken[0] :], keys)
    if mended is not None:
        return [*(o for at, o in found.items() if at < broken[0]), mended]
    return None if named else []


def _mended(text: str, keys: _Keys) -> dict[str, Any] | None:
    """The broken object at the start of ``text``, None when it cannot be mended without guessing.

    json-repair closes what was cut off and keeps the last of two equal keys. So only what lacks nothing but braces, or
    ends with one, is given to it, and what it returns must hold as many labels as the text names.
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
    found = dict(pairs)
    if len(found) != len(pairs):
        for key in found:
            values = [v for k, v in pairs if k == key]
            if len(values) > 1:
                found[key] = _Several(values)
    return found


def _entries(found: Mapping[str, Any], dimension: Dimension, *, alone: bool) -> Iterator[Any]:
    """What an object holds for a dimension: under its name or title, one level down, or as the object itself."""
    names = _names(dimension)
    mine = [v for k, v in found.items() if folded(str(k)) in names]
    if mine:
        yield from _flat(mine)
        return
    for value in found.values():
        for inner in _listed(value):
            if _speaks_of(inner, names):
                yield inner
            yield from _flat(_under(inner, names))
    label = _label_key(found)
    if alone and label and not _is_wrapper(found[label], names):
        yield found


def _is_wrapper(value: Any, names: set[str]) -> bool:
    """Whether what stands under a key for labels only wraps what was read one level down, and is no label itself."""
    listed = _listed(value)
    return bool(listed) and all(_speaks_of(i, names) or (_under(i, names) and not _label_key(i)) for i in listed)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _speaks_of(inner: Any, names: set[str]) -> bool:
    """Whether an object says which dimension it is about: {"dimension": "correctness", "label": ...}."""
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


def _heard(dimension: Dimension, entries: Sequence[Any]) -> Heard:
    found, rationale, confidence = [], "", None
    for entry in entries:
        labels = [entry]
        if isinstance(entry, dict):
            key = _label_key(entry)
            labels = [] if key is None else list(_flat([entry[key]]))
            rationale = rationale or next((_clean(entry[k]) for k in RATIONALE_KEYS if entry.get(k)), "")
            confidence = _confidence(entry.get("confidence")) if confidence is None else confidence
        found += [label_of(dimension, label) for label in labels]
    said = agreed(found)
    return Heard(said.value, said.error, rationale, confidence if said.value is not None else None)


def _confidence(raw: Any) -> float | None:
    """A confidence as a share: 0.8, 80, "80 %" are the same."""
    text = str(raw).strip().rstrip("%").strip() if isinstance(raw, str | int | float) else ""
    try:
        number = float(text) if not isinstance(raw, bool) else math.nan
    except ValueError:
        return None
    if number > 1 or (isinstance(raw, str) and "%" in raw):
        number /= 100
    return number if 0 <= number <= 1 else None


def _clean(value: Any) -> str:
    """Text that any store can keep: a model may write half of a surrogate pair."""
    return str(value).encode("utf-8", "replace").decode()


def _from_lines(text: str, dimensions: Sequence[Dimension]) -> dict[str, Heard]:
    """Labels in lines such as ``Correctness: wrong``, with one dimension also a bare label; {} when there is none."""
    found: dict[str, list[Found]] = {d.name: [] for d in dimensions}
    lines = [line for line in text.splitlines() if line.strip() and not set("{}") & set(line)]
    for line in lines:
        key, said = _line(line)
        for d in dimensions:
            if key in _names(d):
                found[d.name].append(label_of(d, said))
            elif len(dimensions) == 1 and key in (*LABEL_KEYS, ""):
                label = label_of(d, said)
                # "answer: the customer was told ..." is prose, not a label off the scale.
                found[d.name] += [label] if label.value is not None else []
    if not any(found.values()):
        return {}
    told = _clean("\n".join(lines)) if len(lines) > 1 else ""
    return {d.name: Heard(*agreed(found[d.name]), rationale=told if found[d.name] else "") for d in dimensions}


def _line(line: str) -> tuple[str, str]:
    """What stands before and after the first colon or equals sign, where that comes early; else "" and the line."""
    end = next((k for k, c in enumerate(line[:_LONGEST_KEY]) if c in ":=："), None)
    return ("", line) if end is None else (folded(line[:end]), line[end + 1 :].strip(" *_`"))
