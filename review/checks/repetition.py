"""Loops: an answer that repeats the same words or sentences, as models do when they are stuck.

Two signs are looked for: a sentence or line that occurs at least ``sentences`` times, and a run of the same one to
twelve words or of one letter. Words without a letter are ignored, so tables, rulers and zeros are no loops.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding

OPTIONS = {"sentences": 3, "words": 8}
"""How often a sentence must occur, and how many words a run must have after its first round, to be a loop."""

LONGEST_PERIOD = 12
SHORTEST_SENTENCE = 4
_SENTENCE = re.compile(r"[^.!?\n。！？؟]+")
_WORD = re.compile(r"\S+")
LONG_WORD = 20
_DRAWL = re.compile(r"([^\W\d_])\1{19,}")
_SHORT_SENTENCE = 12
UNSPACED = 8
"""A text with at least this many characters a word is taken to have no spaces between its words."""


def repetition(texts: Texts, options: Options) -> Finding:
    """Flag loops in the answer. ``value`` is the share of its characters in them."""
    answer = texts.answered
    words = texts.words
    places: set[tuple[int, int]] = set()
    # Repetition leaves fewer distinct words and pairs of words than there are. Most answers go no further than this.
    again = len(words) - len(set(words))
    pairs = len(words) - 1 - len(set(pairwise(words))) if again >= options["sentences"] - 1 else 0
    unspaced = len(answer) >= UNSPACED * (len(words) + 1)
    if pairs or unspaced:
        places.update(_sentences(answer, options["sentences"]))
    if pairs >= options["words"] - 1:
        places.update(_runs(answer, options["words"]))
    if unspaced or max(map(len, words), default=0) >= LONG_WORD:
        places.update(m.span() for m in _DRAWL.finditer(answer))
    if not places:
        return finding(value=0.0)
    joined = _together(sorted(places))
    spans: list[Span] = [{"field": texts.answer, "start": a, "end": b, "kind": "loop"} for a, b in joined]
    share = round(sum(b - a for a, b in joined) / len(answer), 3)
    return finding(flagged=True, value=share, spans=spans, note="the same words again and again")


def _sentences(text: str, times: int) -> Iterator[tuple[int, int]]:
    """The places of sentences that occur at least ``times`` times; short ones such as "Thank you" once more."""
    sentences = [(m.start(), m.end(), " ".join(m[0].lower().split())) for m in _SENTENCE.finditer(text)]
    counts = Counter(words for _, _, words in sentences)
    for start, end, words in sentences:
        enough = times + (len(words) < _SHORT_SENTENCE and words.isascii())
        # Few sentences occur so often, and only these have to be read letter by letter.
        if counts[words] >= enough and (enough <= 0 or _is_prose(words)):
            yield start, end


def _is_prose(sentence: str) -> bool:
    """Whether a sentence has enough letters to count and is no row of a table."""
    letters = sum(map(str.isalpha, sentence))
    return letters >= SHORTEST_SENTENCE and letters * 2 > len(sentence) and "|" not in sentence


def _runs(text: str, extra: int) -> Iterator[tuple[int, int]]:
    """The places where a few words repeat: word k equals word k - period, at least ``extra`` times in a row."""
    places = [(m.start(), m.end(), m[0].lower()) for m in _WORD.finditer(text) if any(map(str.isalpha, m[0]))]
    words = [word for _, _, word in places]
    for period in range(1, min(LONGEST_PERIOD, len(words) // 3) + 1):
        needed = max(extra, 2 * period)
        # One byte a word: it equals the word one period before. A loop would take ten times as long.
        equal = bytes(map(operator.eq, islice(words, period, None), words))
        for run in re.finditer(b"\1{%d,}" % needed, equal) if b"\1" * needed in equal else ():
            yield places[run.start()][0], places[run.end() + period - 1][1]


def _together(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in order, overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


CHECK = Check(
    title="repetition",
    about="answers that repeat the same words or sentences, as a stuck model does",
    find=repetition,
    options=OPTIONS,
    cheap=True,
    unflagged="none",
)
