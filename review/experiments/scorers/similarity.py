"""How close the answer is to the expected one: the cosine of their vectors, from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence

from review.checks.cosine import Pair as Texts
from review.checks.cosine import method_here, similarities
from review.experiments.scorers.scorer import Pair, Score, Scorer, Surroundings, texts_missing


def score(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
    """Score each answer with an expected one; the detail names the method, and figures of two methods differ."""
    options = surroundings.project.checks.of("similarity")
    texts = [Texts(answer.answer or "", case.expected_answer or "") for case, answer in pairs]
    found = similarities(texts, method=options["method"] or None, model=options["model"])
    return [
        texts_missing(*pair)
        or Score(
            None if one.value is None else max(one.value, 0.0),
            "an empty text has no likeness" if one.value is None else "",
            {"method": one.method},
        )
        for pair, one in zip(pairs, found, strict=True)
    ]


def state(parameter: str, surroundings: Surroundings) -> list[str]:
    """Return method and model: figures of two of them differ."""
    options = surroundings.project.checks.of("similarity")
    return [options["method"] or method_here(options["model"]), options["model"]]


SCORER = Scorer(
    title="similarity",
    about="how close the answer is to the expected one, by sentence embeddings or else TF-IDF",
    score=score,
    state=state,
    sample={"case": {"expected_answer": "It is on its way."}, "answer": {"answer": "It is on its way."}},
)
