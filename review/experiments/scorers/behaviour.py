"""Whether the product did what was expected: answer, ask back (clarify), or refuse."""

from __future__ import annotations

from review.checks.clarification import question_back
from review.checks.protocol import pair
from review.checks.refusal import OPTIONS, refusal
from review.experiments.scorers.scorer import NO_ANSWER, Score, Scorer, each, not_scored
from review.experiments.values import Answer, Case

ANSWER, CLARIFY, REFUSE = "answer", "clarify", "refuse"
LABEL = "behaviour"


def behaviour_of(question: str, answer: Answer) -> str:
    """Return what an answer does: what the target itself says under the label ``behaviour``, else by its words.

    An answer declines by the check ``refusal``. It asks back by the check ``clarification``, and comes without SQL.
    """
    said = answer.labels.get(LABEL)
    if said in (ANSWER, CLARIFY, REFUSE):
        return str(said)
    text = (answer.answer or "").strip()
    if text and refusal(pair(question, text), OPTIONS)["flagged"]:
        return REFUSE
    return CLARIFY if not answer.sql and question_back(text) else ANSWER


def _score(case: Case, answer: Answer) -> Score:
    if not case.expected_behaviour:
        return not_scored("the case does not say what is expected")
    if not (answer.answer or "").strip() and not answer.sql:
        return NO_ANSWER
    given = behaviour_of(case.question, answer)
    right = float(given == case.expected_behaviour)
    return Score(right, detail={"expected": case.expected_behaviour, "given": given})


SCORER = Scorer(
    title="expected behaviour",
    about="whether the product answers, asks back or refuses, as the case expects",
    score=each(_score),
    sample={"case": {"expected_behaviour": "refuse"}, "answer": {"answer": "I cannot help with that."}},
)
