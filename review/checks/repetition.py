"""Loops: an answer that says the same words or sentences again and again, as models do when they are stuck.

Two signs. A sentence or line that stands at least ``sentences`` times; and a run in which the same one to twelve
words (or single characters) follow each other. Words without a letter are passed by, so tables, rulers and zeros are
no loops.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from review.checks.protocol import Finding, Options, Span, Texts, finding

OPTIONS = {"sentences": 3, "words": 8}
"""How often a sentence must stand, and how many words a run must have beyond its first round, to be a loop."""

LONGEST_PERIOD = 12
SHORTEST_SENTENCE = 4
_SENTENCE = re.compile(r"[^.!?\n。！？؟]+")
_WORD = re.compile(r"\S+")
LONG_WORD = 20
_DRAWL = re.compile(r"([^\W\d_])\1{19,}")
_SHORT_SENTENCE = 12
UNSPACED = 8
"""Characters a word in texts without spaces between words, at least."""


def repetition(texts: Texts, options: Options) -> Finding:
    """Flags loops in the answer; ``value`` is the share of its characters that stands in them."""
    answer = texts.answered
    words = texts.words
    places: set[tuple[int, int]] = set()
    # What is said again leaves fewer distinct words than words, and fewer pairs; most answers end here.
    again = len(words) - len(set(words))
    pairs = len(words) - 1 - len(set(pairwise(words))) if again >= options["sentences"] - 1 else 0
    unspaced = len(answer) >= UNSPACED * (len(words) + 1)
    if pairs or unspaced:
        places.update(_sentences(answer, options["sentences"]))
    if pairs >= options["words"] - 1:
        places.update(_runs(answer, options["words"]))
    if unspaced or max(map(len, words), default=0) >= LONG_WORD:
        places.update(m.span() for m in _DRAWL.finditer(answer))
    joined = _together(sorted(places))
    spans: list[Span] = [{"field": texts.answer, "start": a, "end": b, "kind": "loop"} for a, b in joined]
    share = round(sum(b - a for a, b in joined) / len(answer), 3) if joined else 0.0
    return finding(
        flagged=bool(spans), value=share, spans=spans, note="the same words again and again" if spans else ""
    )


def _sentences(text: str, times: int) -> Iterator[tuple[int, int]]:
    """Where sentences stand that are said at least so often; a short one, such as "Thank you", one time more."""
    found = [(m.start(), m.end(), " ".join(m[0].lower().split())) for m in _SENTENCE.finditer(text)]
    counts = Counter(said for _, _, said in found if _spoken(said))
    for start, end, said in found:
        if counts[said] >= times + (len(said) < _SHORT_SENTENCE and said.isascii()):
            yield start, end


def _spoken(said: str) -> bool:
    """Whether something is worth counting: enough letters, and no cell of a table."""
    letters = sum(c.isalpha() for c in said)
    return letters >= SHORTEST_SENTENCE and letters * 2 > len(said) and "|" not in said


def _runs(text: str, extra: int) -> Iterator[tuple[int, int]]:
    """Where the same few words follow each other: word k equals word k - period, at least ``extra`` times in a row."""
    words = [(m.start(), m.end(), m[0].lower()) for m in _WORD.finditer(text) if any(c.isalpha() for c in m[0])]
    said = [word for _, _, word in words]
    for period in range(1, min(LONGEST_PERIOD, len(said) // 3) + 1):
        start = 0
        needed = max(extra, 2 * period)
        for k in range(period, len(said) + 1):
            if k < len(said) and said[k] == said[k - period]:
                continue
            if k - period - start >= needed:
                yield words[start][0], words[k - 1][1]
            start = k - period + 1


def _together(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping places as one, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
