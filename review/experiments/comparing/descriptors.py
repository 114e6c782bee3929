"""How answers read: length, sentiment, greeting, refusal, politeness, language, and patterns of the team's own. Pure.

The word lists are plain and few, so read them as descriptions of a difference, not as a verdict on an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from review.basics.errors import InputError
from review.checks.language import OPTIONS as LANGUAGE
from review.checks.language import language
from review.checks.politeness import OPTIONS as POLITENESS
from review.checks.politeness import politeness
from review.checks.protocol import Texts, pair
from review.checks.refusal import OPTIONS as REFUSAL
from review.checks.refusal import refusal
from review.experiments.comparing.comparison import Comparison
from review.experiments.comparing.measures import Better
from review.statistics.paired import mean_over_clusters
from review.statistics.quantity import Quantity

LONGEST_PATTERN = 500
LONGEST_READ = 5_000
"""Characters of an answer in which a pattern is looked for."""
GOOD_WORDS = (
    "good great glad happy thanks thank welcome excellent perfect love nice helpful success successful resolved easy",
    "pleased best gut danke gern gerne super merci bien gracias bueno grazie",
)
BAD_WORDS = (
    "bad sorry unfortunately problem error fail failed fails failure wrong cannot can't unable issue difficult worst",
    "delay delayed lost broken refused denied leider fehler désolé erreur lamento problema",
)
GOOD, BAD = (frozenset(word for line in lines for word in line.split()) for lines in (GOOD_WORDS, BAD_WORDS))
_GREETING = re.compile(
    r"\s*(?:hi|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|"
    r"bonjour|hola|buenos días|ciao|olá)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[\w']+")


@dataclass(frozen=True)
class Descriptor:
    """A property of an answer as a number, None where it cannot be told. ``share`` is shown as a percentage."""

    title: str
    better: Better
    of: Callable[[Texts], float | None]
    share: bool = True


@dataclass(frozen=True, kw_only=True)
class Described:
    """A descriptor over the cases: of each version, of the expected answers, and the differences.

    ``differences`` are to the first version (the first is None), ``to_expected`` to the expected answers.
    """

    descriptor: Descriptor
    versions: tuple[Quantity, ...]
    expected: Quantity
    differences: tuple[Quantity | None, ...]
    to_expected: tuple[Quantity, ...]


def _length(texts: Texts) -> float | None:
    return float(len(_WORDS.findall(texts.answered)))


def _sentiment(texts: Texts) -> float | None:
    words = _WORDS.findall(texts.lower)
    good, bad = sum(w in GOOD for w in words), sum(w in BAD for w in words)
    return (good - bad) / (good + bad) if good + bad else 0.0


def _politeness(texts: Texts) -> float | None:
    value = politeness(texts, POLITENESS)["value"]
    return {"rude": 0.0, "neutral": 0.5, "friendly": 1.0}.get(str(value))


def _language(texts: Texts) -> float | None:
    found = language(texts, LANGUAGE)
    return None if found["value"] is None else float(not found["flagged"])


DESCRIPTORS: dict[str, Descriptor] = {
    "length": Descriptor("words per answer", "neither", _length, share=False),
    "sentiment": Descriptor("sentiment (-1 to 1, word list)", "higher", _sentiment, share=False),
    "greeting": Descriptor("begins with a greeting", "neither", lambda t: float(bool(_GREETING.match(t.answered)))),
    "refusal": Descriptor("declines", "lower", lambda t: float(bool(refusal(t, REFUSAL)["flagged"]))),
    "politeness": Descriptor("politeness (0 rude to 1 friendly)", "higher", _politeness, share=False),
    "language": Descriptor("in the language of the question", "higher", _language),
}
"""Every descriptor by name."""


def patterns(given: Mapping[str, str]) -> dict[str, Descriptor]:
    """Return descriptors for regular expressions of the team's own. Raises InputError that names the wrong one."""
    found = {}
    for name, text in given.items():
        if not text or len(text) > LONGEST_PATTERN:
            raise InputError(f"pattern '{name}': found {len(text)} characters, expected 1 to {LONGEST_PATTERN}.")
        try:
            found[name] = Descriptor(f"matches {text}", "neither", _matches(re.compile(text)))
        except re.error as error:
            raise InputError(f"pattern '{name}': found {text!r}, expected a regular expression ({error}).") from None
    return found


def _matches(pattern: re.Pattern[str]) -> Callable[[Texts], float | None]:
    return lambda texts: float(pattern.search(texts.answered[:LONGEST_READ]) is not None)


def describe(comparison: Comparison, own: Mapping[str, str] | None = None) -> dict[str, Described]:
    """Describe the answers of each version and the expected ones. Differences are taken on cases with both.

    Of a repeated case the first answer is read.
    """
    found = {**DESCRIPTORS, **patterns(own or {})}
    clusters = [row.case.cluster for row in comparison.rows]
    answers = [
        [_texts(row.case.question, row.answer(place)) for row in comparison.rows]
        for place in range(len(comparison.runs))
    ]
    expected = [_texts(row.case.question, row.case.expected_answer) for row in comparison.rows]
    return {name: _described(one, answers, expected, clusters) for name, one in found.items()}


def _texts(question: str, answer: str | None) -> Texts | None:
    return pair(question, answer) if answer else None


def _described(
    one: Descriptor,
    answers: Sequence[Sequence[Texts | None]],
    expected: Sequence[Texts | None],
    clusters: Sequence[str],
) -> Described:
    values = [[None if t is None else one.of(t) for t in some] for some in answers]
    wished = [None if t is None else one.of(t) for t in expected]
    return Described(
        descriptor=one,
        versions=tuple(_mean(some, clusters, share=one.share) for some in values),
        expected=_mean(wished, clusters, share=one.share),
        differences=(None, *(_difference(values[0], some, clusters) for some in values[1:])),
        to_expected=tuple(_difference(wished, some, clusters) for some in values),
    )


def _mean(values: Sequence[float | None], clusters: Sequence[str], *, share: bool = False) -> Quantity:
    known = [(v, c) for v, c in zip(values, clusters, strict=True) if v is not None]
    return mean_over_clusters([v for v, _ in known], [c for _, c in known], share=share)


def _difference(before: Sequence[float | None], after: Sequence[float | None], clusters: Sequence[str]) -> Quantity:
    return _mean([None if a is None or b is None else b - a for a, b in zip(before, after, strict=True)], clusters)
