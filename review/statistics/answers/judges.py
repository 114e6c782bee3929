"""Whether a judge can be used for one value: the verdict by a stated rule, with the figure that decides.

The rule, in this order. *Not known yet*: fewer labelled positives than ``judge_positives``. *Do not use for this*: the
judge never said the value, or an upper limit of precision or recall is under ``judge_bad``, or one of them is at least
roughly known and too low: under ``judge_point``, or under ``judge_of_people`` of what people reach with each other (of
``judge_good`` while that is not known). *Not known yet*: one of them is too low, and hardly known. *Use it*: both lower
limits reach ``judge_good``, and the judge passes the alternative annotator test, or, where two people rate, both lower
limits reach the people's own figure minus ``ceiling_gap``. *Use with care*: everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from review.basics.words import counted, percent, spoken
from review.statistics.answers.answer import HARDLY, Answer, Line, Link, certainty, listed
from review.statistics.answers.thresholds import Thresholds
from review.statistics.calibration.alt_test import AltTest
from review.statistics.quantity import Quantity

Use = Literal["use it", "use with care", "do not use for this", "not known yet"]
TWO = 2
USE_IT: Use = "use it"
CARE: Use = "use with care"
NEVER: Use = "do not use for this"
UNKNOWN: Use = "not known yet"
MARKS: dict[Use, str] = {USE_IT: "✓", CARE: "!", NEVER: "✕", UNKNOWN: "?"}
"""A mark that stands before the words, so that verdicts differ without colour."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of one judge and one positive value.

    ``judge`` is the ``name`` with the version, ``label`` the name with the half of the conversations, for people to
    read. ``n`` items are compared; ``positives`` labelled items have the value and a verdict. ``said`` tells whether
    the judge ever gave the value. ``precision`` and ``recall`` describe production. ``people`` rate in the dimension;
    ``ceiling`` is the mean of their own precision and recall, each against the majority of the others.
    """

    name: str
    judge: str
    label: str
    title: str
    dimension: str
    positive: str
    n: int
    positives: int
    said: bool
    precision: Quantity
    recall: Quantity
    people: int
    alternative: AltTest
    ceiling: dict[str, Quantity]


@dataclass(frozen=True, kw_only=True)
class JudgeAdvice:
    """The verdict on one judge for one value, its ``reason`` with the figure that decides, and its certainty."""

    judge: str
    label: str
    dimension: str
    positive: str
    use: Use
    reason: str
    certainty: str


def judge_verdict(found: Evidence, thresholds: Thresholds) -> JudgeAdvice:
    """Return the verdict by the rule of this module."""
    use, reason = _decide(found, thresholds)
    widest = max((found.recall, found.precision), key=lambda q: 2.0 if q.ci is None else q.ci[1] - q.ci[0])
    well, roughly = thresholds.well_measured, thresholds.roughly_measured
    return JudgeAdvice(
        judge=found.judge,
        label=found.label,
        dimension=found.dimension,
        positive=found.positive,
        use=use,
        reason=reason,
        certainty="" if use == UNKNOWN or not found.said else certainty(widest.ci, well=well, roughly=roughly),
    )


def _decide(found: Evidence, t: Thresholds) -> tuple[Use, str]:
    """Return the verdict and its reason."""
    if found.positives < t.judge_positives:
        labelled = counted(found.positives, f"'{spoken(found.positive)}' item")
        return UNKNOWN, f"{labelled[:1].upper()}{labelled[1:]} labelled so far; {t.judge_positives} are needed."
    if not found.said:
        return NEVER, f"It never said '{spoken(found.positive)}'."
    figures = {"recall": found.recall, "precision": found.precision}
    undefined = next((q.undefined for q in figures.values() if q.value is None or q.ci is None), "")
    bad = [name for name, q in figures.items() if q.ci is not None and q.ci[1] < t.judge_bad]
    if bad:
        name = min(bad, key=lambda n: _upper(figures[n]))
        return NEVER, f"{_figure(name, found, only=True)}, {percent(_upper(figures[name]))} at best."
    if undefined is None or undefined:
        return UNKNOWN, f"There is no figure: {undefined or 'it has no interval'}."
    if (too_low := _too_low(found, figures, t)) is not None:
        return too_low
    weak = [name for name, q in figures.items() if _lower(q) < t.judge_good]
    if weak:
        name = min(weak, key=lambda n: _lower(figures[n]))
        low, needed = percent(_lower(figures[name])), percent(t.judge_good)
        return CARE, f"{_figure(name, found)}, but perhaps only {low}; {needed} is needed."
    return _like_a_person(found, figures, t)


def _too_low(found: Evidence, figures: dict[str, Quantity], t: Thresholds) -> tuple[Use, str] | None:
    """Return the verdict on a judge with a figure that is itself too low; None for a good enough one.

    A figure that is hardly known decides nothing, neither for the judge nor against it.
    """
    low = {n: needed for n, q in figures.items() for needed in [_needed(n, found, t)] if (q.value or 0) < needed.least}
    ordered = sorted(low, key=lambda n: figures[n].value or 0)
    well, roughly = t.well_measured, t.roughly_measured
    known = [n for n in ordered if certainty(figures[n].ci, well=well, roughly=roughly) != HARDLY]
    if known:
        return NEVER, f"{_figure(known[0], found, only=True)}; {low[known[0]].words}."
    if not ordered:
        return None
    start, end = figures[ordered[0]].ci or (0.0, 1.0)
    span = f"it could be anything from {percent(start)} to {percent(end)}"
    more = f"Label more '{spoken(found.positive)}' items; until then, do not rely on it."
    return UNKNOWN, f"{_figure(ordered[0], found)}, but {span}. {more}"


class _Needed(NamedTuple):
    """The least that a figure itself has to be, and that in words."""

    least: float
    words: str


def _needed(name: str, found: Evidence, t: Thresholds) -> _Needed:
    """Return the stricter of the two limits of a figure, ``judge_point`` and ``judge_of_people``."""
    people = found.ceiling.get(name)
    own = people.value if people is not None and (people.n or 0) >= t.shared_items else None
    share = t.judge_of_people * (t.judge_good if own is None else own)
    least = max(t.judge_point, share)
    words = f"at least {percent(least)} is needed"
    return _Needed(
        least, f"people reach {percent(own)} with each other, and {words}" if own and least == share else words
    )


def _like_a_person(found: Evidence, figures: dict[str, Quantity], t: Thresholds) -> tuple[Use, str]:
    """Decide a judge whose figures are good enough by whether it can stand in for a person."""
    finds, right = percent(_lower(found.recall)), percent(_lower(found.precision))
    surely = (
        f"It finds at least {finds} of the '{spoken(found.positive)}' items and is right at least {right} of the time"
    )
    if found.alternative.passed:
        return USE_IT, f"{surely}; it is as close to people as they are to each other."
    if found.alternative.passed is not None:
        rate = percent(found.alternative.winning_rate or 0)
        return CARE, f"{surely}, but it could replace only {rate} of the people; half are needed."
    if found.people != TWO:
        return CARE, f"{surely}, but it cannot be compared with people yet: {found.alternative.undefined}."
    below = [n for n, q in figures.items() if _below(q, found.ceiling[n], t)]
    if not below:
        return USE_IT, f"{surely}; two people reach {percent(found.ceiling['recall'].value or 0)} with each other."
    own = found.ceiling[below[0]].value
    if own is None:
        return CARE, f"{surely}, but two people share too few items to compare it with them."
    low = percent(_lower(figures[below[0]]))
    return CARE, f"{_figure(below[0], found)}, but perhaps only {low}; people reach {percent(own)} with each other."


def _below(found: Quantity, people: Quantity, t: Thresholds) -> bool:
    return people.value is None or _lower(found) < people.value - t.ceiling_gap


def _figure(name: str, found: Evidence, *, only: bool = False) -> str:
    just = "only " if only else ""
    if name == "recall":
        return f"It finds {just}{percent(found.recall.value or 0)} of the '{spoken(found.positive)}' items"
    share = f"{just}{percent(found.precision.value or 0)}"
    return f"{share[0].upper()}{share[1:]} of its '{spoken(found.positive)}' verdicts are right"


def _lower(found: Quantity) -> float:
    return found.ci[0] if found.ci else 0.0


def _upper(found: Quantity) -> float:
    return found.ci[1] if found.ci else 1.0


def passed_words(found: Evidence, verdict: JudgeAdvice) -> str:
    """Return how the alternative annotator test went, and what that does not show where the judge is not to be used.

    The test looks at all values of the dimension. A judge that never finds a rare value passes it, too.
    """
    test = found.alternative
    if test.passed is None:
        return f"The alternative annotator test is undefined: {test.undefined}."
    if not test.passed:
        return "The alternative annotator test is not passed."
    if verdict.use in (USE_IT, CARE):
        return "The alternative annotator test is passed."
    return (
        f"The alternative annotator test is passed, but it looks at all values of {found.title.lower()}, and most "
        f"items are not '{spoken(found.positive)}'. It does not show that the judge finds '{spoken(found.positive)}'."
    )


QUESTION, ONE = "Which judges can be used?", "Can the judge be used?"


def judges(found: Sequence[JudgeAdvice]) -> Answer:
    """Return the answer for each positive value, with a line for each judge and value."""
    names = list(dict.fromkeys(v.judge for v in found))
    question = ONE if len(names) == 1 else QUESTION
    if not found:
        return Answer(
            name="judges",
            question=question,
            sentence="No judge has given verdicts in these weeks.",
            reason="A judge that people have checked makes the estimates more precise.",
            link=Link("judges", "Add a judge"),
        )
    values = list(dict.fromkeys(v.positive for v in found))
    several = len(names) > 1 or len(values) > 1
    useless = _useless(found)
    why = [_why(value, [v for v in found if v.positive == value], several) for value in values]
    why += [_why(v.positive, [v], several) for v in useless]
    return Answer(
        name="judges",
        question=question,
        sentence=_sentence(values, found, [v.label for v in useless]),
        certainty=_least_certain([_best(v for v in found if v.positive == value) for value in values]),
        reason=" ".join(why),
        lines=tuple(_line(v) for v in found),
        link=Link("judges", "See how far to trust each judge"),
    )


def _sentence(values: Sequence[str], found: Sequence[JudgeAdvice], useless: Sequence[str]) -> str:
    """Return which judge to use for which values, those with the same answer together, and which not to use at all."""
    by_answer: dict[str, list[str]] = {}
    for value in values:
        by_answer.setdefault(_best_use([v for v in found if v.positive == value]), []).append(f"'{spoken(value)}'")
    parts = [f"for {listed(alike)} {answer}" for answer, alike in by_answer.items()]
    parts += [f"do not use {listed(list(useless), 'or')}"] if useless else []
    return _capital("; ".join(parts)) + "."


def _useless(found: Sequence[JudgeAdvice]) -> list[JudgeAdvice]:
    """Return the first verdict on each judge that is to be used for nothing; none where that is true of all judges."""
    by_judge: dict[str, list[JudgeAdvice]] = {}
    for v in found:
        by_judge.setdefault(v.judge, []).append(v)
    never = [verdicts[0] for verdicts in by_judge.values() if all(v.use == NEVER for v in verdicts)]
    return never if len(never) < len(by_judge) else []


def _best_use(found: Sequence[JudgeAdvice]) -> str:
    """Return the best that can be done for one value, such as "use no-rude with care"."""
    by: dict[Use, list[str]] = {USE_IT: [], CARE: [], NEVER: [], UNKNOWN: []}
    for v in found:
        by[v.use].append(v.label)
    if by[USE_IT]:
        return f"use {listed(by[USE_IT])}"
    if by[CARE]:
        return f"use {listed(by[CARE])} with care"
    if by[UNKNOWN]:
        return "that is not known yet"
    return f"do not use {listed(by[NEVER], 'or')}" if len(found) == 1 else "use none"


def _why(value: str, found: Sequence[JudgeAdvice], several: bool) -> str:
    """Return why the best judge for a value is no better, or why it can be used."""
    best = _best(found)
    return f"{best.label} for '{spoken(value)}': {best.reason[0].lower()}{best.reason[1:]}" if several else best.reason


def _best(found: Iterable[JudgeAdvice]) -> JudgeAdvice:
    return min(found, key=lambda v: (USE_IT, CARE, UNKNOWN, NEVER).index(v.use))


def _least_certain(found: Sequence[JudgeAdvice]) -> str:
    order = {"hardly known yet": 0, "roughly": 1, "well known": 2}
    known = [v.certainty for v in found if v.certainty]
    return min(known, key=lambda c: order[c]) if known else ""


def _line(v: JudgeAdvice) -> Line:
    return Line(
        name=f"{v.label}: {v.positive}",
        sentence=f"{v.label} for '{spoken(v.positive)}': {v.use}.",
        certainty=v.certainty,
        reason=v.reason,
        link=Link("judges", v.label, {"judge": v.judge, "view": "trust", "dimension": v.dimension}),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
