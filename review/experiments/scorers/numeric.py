"""The numbers of the expected answer, each somewhere in the answer, within half a unit of its last digit."""

from __future__ import annotations

import re
from decimal import Decimal

from review.experiments.scorers.scorer import Score, Scorer, each, not_scored, texts_missing
from review.experiments.values import Answer, Case

LONGEST = 100
"""Characters of a number; what is longer is no figure that a person could have meant."""
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])[-−]?\d+(?:\.\d+)?")


def numbers_in(text: str) -> list[Decimal]:
    """Return the numbers of a text in order; a comma between groups of three digits separates thousands.

    A number of more than ``LONGEST`` characters is left out.
    """
    found = (one for one in _NUMBER.findall(text) if len(one) <= LONGEST)
    return [Decimal(one.replace(",", "").replace("−", "-")) for one in found]


def _score(case: Case, answer: Answer) -> Score:
    missing = texts_missing(case, answer)
    if missing:
        return missing
    wanted, given = numbers_in(case.expected_answer or ""), numbers_in(answer.answer or "")
    if not wanted:
        return not_scored("the expected answer has no number")
    lacking = [str(w) for w in wanted if not any(_near(g, w) for g in given)]
    return Score(float(not lacking), detail={"missing": lacking})


def _near(given: Decimal, wanted: Decimal) -> bool:
    exponent = wanted.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1) if isinstance(exponent, int) and exponent < 0 else Decimal(0)
    return abs(given - wanted) <= half


SCORER = Scorer(
    title="numeric",
    about="the numbers of the expected answer, each within half a unit of its last digit",
    score=each(_score),
    sample={"case": {"expected_answer": "12.5%"}, "answer": {"answer": "It is 12.48 percent."}},
)
