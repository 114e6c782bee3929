"""Which judges can be used: the verdicts on all judges and values as one answer, the best for each value first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from review.basics.words import capital, spoken
from review.statistics.answers.answer import Answer, Line, Link, listed
from review.statistics.answers.judge_verdict import CARE, NEVER, UNKNOWN, USE_IT, JudgeAdvice, Use

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
    return capital("; ".join(parts)) + "."


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
