"""Whether a judge can be used for one value: the verdict by a stated rule, with the figure that decides.

The rule, in this order. *Not known yet*: fewer labelled positives than ``judge_positives``. *Do not use for this*: the
judge never said the value, or an upper limit of precision or recall is under ``judge_bad``, or one of them is at least
roughly known and too low: under ``judge_point``, or under ``judge_of_people`` of what people reach with each other (of
``judge_good`` while that is not known). *Not known yet*: one of them is too low, and hardly known. *Use it*: both lower
limits reach ``judge_good``, and the judge passes the alternative annotator test, or, where two people rate, both lower
limits reach the people's own figure minus ``ceiling_gap``. *Use with care*: everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from review.basics.words import capital, counted, percent, spoken
from review.statistics.answers.answer import HARDLY, certainty
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
        return UNKNOWN, f"{capital(labelled)} labelled so far; {t.judge_positives} are needed."
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
