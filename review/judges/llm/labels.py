"""Labels as models write them: matched against the scale, several votes joined into one opinion, and scores.

Differences in spelling are accepted (case, quotes, a full stop, ``Wrong fact`` for ``wrong_fact``). Meaning is not
guessed: words beside a value, such as "not correct", make another label, and two values make none.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from review.basics.labels import Scale
from review.judges.protocol.protocol import Opinion
from review.rubric.rubric import Dimension

_EDGE = " \t\r\n\"'`*_.,:;!?()[]{}<>„“”‚‘’«»-–—#"
_WORD = re.compile(r"\w+")
_GAP = re.compile(r"[\s_\-]+")
_EMPTY_SET = ("", "none", "null", "n/a", "na", "nothing")


class Found(NamedTuple):
    """A label in canonical form (a set as ``a|b``), else ``error``: missing, off_scale or unparseable."""

    value: str | None
    error: str = ""


NOTHING = Found(None, "missing")


def folded(text: str) -> str:
    """Normalise what spelling may vary: case, width, quotes, marks at the edges, and how gaps are written."""
    return _GAP.sub(" ", unicodedata.normalize("NFKC", text).casefold().strip(_EDGE))


@lru_cache(maxsize=256)
def _by_folded(values: tuple[str, ...]) -> dict[str, str | None]:
    """Map folded texts to values, and to None where two values differ by spelling alone."""
    found: dict[str, str | None] = {}
    for value in values:
        key = folded(value)
        found[key] = None if key in found else value
    return found


def label_of(dimension: Dimension, raw: Any) -> Found:
    """Read one label of a reply."""
    if dimension.scale.kind == "set":
        return _set(dimension.scale, raw)
    if raw is None or raw == "" or (isinstance(raw, float) and raw != raw):
        return NOTHING
    if isinstance(raw, list):
        return label_of(dimension, raw[0]) if len(raw) == 1 else Found(None, "unparseable" if raw else "missing")
    if isinstance(raw, dict):
        return Found(None, "unparseable")
    value = _value(dimension.scale, raw)
    if value is not None:
        return Found(value)
    return Found(None, "unparseable" if _names_several(dimension.scale, str(raw)) else "off_scale")


def _value(scale: Scale, raw: Any) -> str | None:
    try:
        value = scale.canonical(raw)
    except ValueError:
        value = _by_folded(scale.values).get(folded(str(raw)))
    return value if isinstance(value, str) else None


def _set(scale: Scale, raw: Any) -> Found:
    """Read a set, which may come as a list or as one text; an empty set is a label."""
    if raw is None:
        return NOTHING
    parts = _members(scale, raw)
    if parts is None:
        return Found(None, "unparseable")
    chosen = {_value(_single(scale), p) for p in parts}
    return Found(None, "off_scale") if None in chosen else Found("|".join(v for v in scale.values if v in chosen))


def _single(scale: Scale) -> Scale:
    return Scale("nominal", scale.values)


def _members(scale: Scale, raw: Any) -> Sequence[Any] | None:
    if isinstance(raw, list):
        return raw if all(isinstance(p, str | int | float) for p in raw) else None
    if not isinstance(raw, str | int | float):
        return None
    text = str(raw)
    if folded(text) in _EMPTY_SET:
        return []
    # A value may itself contain a comma.
    if _value(_single(scale), text) is not None:
        return [text]
    return [p for p in re.split(r"[|,;\n]", text.strip("[] ")) if p.strip()]


def _names_several(scale: Scale, text: str) -> bool:
    """Whether a text names two or more values, such as the echo "wrong or partly or correct"."""
    rest, named = _words(text), 0
    # The longest first: "partly correct" is one value where the scale has it.
    for value in sorted(map(_words, scale.values), key=len, reverse=True):
        if value.strip() and value in rest:
            rest, named = rest.replace(value, "  "), named + 1
    return named > 1


def _words(text: str) -> str:
    return f" {' '.join(re.findall(_WORD, folded(text)))} "


def agreed(found: Sequence[Found]) -> Found:
    """Combine the labels from several places of one reply: two different labels are none."""
    different = {f for f in found if f != NOTHING}
    if not different:
        return NOTHING
    return different.pop() if len(different) == 1 else Found(None, "unparseable")


def joined(dimension: Dimension, votes: Sequence[Opinion]) -> Opinion:
    """Join the votes on one subject in one dimension, from repeats and both orders of the values, into one opinion.

    The cost is the sum over all votes, the latency the mean of those that were asked now.
    """
    if len(votes) == 1:
        return votes[0]
    costs = [v.cost for v in votes if v.cost is not None]
    times = [v.latency_ms for v in votes if v.latency_ms is not None]
    values = [v.value for v in votes]
    value, cause = majority(values, [v.error for v in votes])
    # The first vote for the result gives the reason; a tie has none.
    speaker = next((v for v in votes if (v.value, v.error) == (value, cause)), None)
    return replace(
        votes[0],
        value=value,
        error=cause,
        score=None if value is None else share_of(dimension, values),
        rationale="" if speaker is None else speaker.rationale,
        raw="" if speaker is None else speaker.raw,
        latency_ms=sum(times) / len(times) if times else None,
        cost=sum(costs) if costs else None,
        cached=all(v.cached for v in votes),
        votes=tuple(values),
    )


def majority(values: Sequence[str | None], errors: Sequence[str]) -> tuple[str | None, str]:
    """Return the value of more than half of all votes and "", else None and the cause.

    Without such a value the cause is a tie, unless the missing votes could have made a majority: then it is the cause
    of the first missing vote.
    """
    counts = Counter(v for v in values if v is not None)
    most = max(counts.values(), default=0)
    missing = len(values) - counts.total()
    if 2 * most > len(values):
        return counts.most_common(1)[0][0], ""
    if 2 * (most + missing) > len(values):
        return None, next(e for v, e in zip(values, errors, strict=True) if v is None)
    return None, "tie"


def share_of(dimension: Dimension, values: Sequence[str | None]) -> float | None:
    """Return the share of the given votes that name the positive value; None where the dimension has none."""
    positive, given = dimension.positive, [v for v in values if v is not None]
    if positive is None or not given:
        return None
    return sum(positive in v.split("|") if dimension.scale.kind == "set" else v == positive for v in given) / len(given)


def confidence_of(raw: Any) -> float | None:
    """Read a confidence as a share: 0.8, 80 and "80 %" are the same."""
    text = str(raw).strip().rstrip("%").strip() if isinstance(raw, str | int | float) else ""
    try:
        number = float(text) if not isinstance(raw, bool) else math.nan
    except ValueError:
        return None
    if number > 1 or (isinstance(raw, str) and "%" in raw):
        number /= 100
    return number if 0 <= number <= 1 else None


def score_of(dimension: Dimension, value: str | None, confidence: float | None) -> float | None:
    """Return how sure the judge is of the positive value, 0 to 1, from the confidence that it states for ``value``.

    Confidence in another value leaves a rest, which is spread evenly over all values but that one. None where the
    judge states no confidence, or the dimension has no positive value or takes sets.
    """
    positive = dimension.positive
    if positive is None or value is None or confidence is None or dimension.scale.kind == "set":
        return None
    return confidence if value == positive else (1 - confidence) / (len(dimension.scale.values) - 1)
