"""Any check of the catalogue, as ``check:NAME``: 1 for an answer that it does not flag."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics import setting
from review.checks.catalogue import CHECKS
from review.checks.protocol import pair as texts_of_pair
from review.checks.running import findings_of_many, ready
from review.experiments.scorers.scorer import NO_ANSWER, Pair, Score, Scorer, Surroundings, not_scored


def score(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
    """Score each answer by one check."""
    texts = [texts_of_pair(c.question, a.answer or "", expected=c.expected_answer or "") for c, a in pairs]
    found = findings_of_many(texts, ready(surroundings.project.checks, [parameter]))
    scores = []
    for (_, answer), findings in zip(pairs, found, strict=True):
        one = findings[parameter]
        if not answer.answer:
            scores.append(NO_ANSWER)
        elif one["value"] is None and not one["flagged"] and one["note"]:
            scores.append(not_scored(one["note"]))
        else:
            scores.append(Score(float(not one["flagged"]), detail={"value": one["value"], "note": one["note"]}))
    return scores


def _known(parameter: str, surroundings: Surroundings) -> None:
    setting.one_of("scores, check", parameter, tuple(CHECKS))


SCORER = Scorer(
    title="check",
    about="an answer that a check does not flag, such as check:refusal",
    score=score,
    check=_known,
    state=lambda parameter, surroundings: repr(surroundings.project.checks.of(parameter)),
    parameter="refusal",
    sample={"case": {"question": "Where is it?"}, "answer": {"answer": "It is on its way."}},
)
