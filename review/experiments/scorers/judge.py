"""A judge of the store, as ``judge:NAME``, ``judge:NAME@2`` or ``judge:NAME@2/DIMENSION``.

Its value becomes a score by the scale of the dimension: 0 at the declared (bad) value, 1 at the other end. What a judge
says is corrected for its measured errors where figures are made (``runs/judged.py``), never here.
"""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.errors import InputError, UnknownError
from review.experiments.scorers.scale import on_scale
from review.experiments.scorers.scorer import NO_ANSWER, Pair, Score, Scorer, Surroundings, not_scored
from review.judges.kinds import kind_named
from review.judges.protocol.protocol import Bench, Opinion, Options, Subject
from review.judges.protocol.subjects import masked, sought
from review.judges.runs.events import dimensions_of_judge
from review.judges.runs.work_run import spec_as_shown, training_of
from review.judges.versions import judge_named
from review.rubric.rubric import Dimension
from storage.records_judges import Judge
from storage.records_log import Message
from storage.store import Store


def judge_in(parameter: str, store: Store | None) -> tuple[Judge, Dimension]:
    """Return the judge and the dimension that a parameter means, the first one of the judge by default.

    Raises InputError without a store, for an unknown judge and for a dimension that it does not give.
    """
    if store is None:
        raise InputError(f"judge:{parameter}: judges need a store; a run without one has none.")
    name, _, wanted = parameter.partition("/")
    try:
        judge = judge_named(store, name)
    except UnknownError as error:
        raise InputError(f"scores, judge: {error}") from None
    dimensions = dimensions_of_judge(store, judge)
    found = next((d for d in dimensions if wanted in ("", d.name)), None)
    if found is None:
        known = ", ".join(d.name for d in dimensions)
        raise InputError(f"scores, judge: {judge.id} has no dimension {wanted!r}; it has {known}.")
    return judge, found


def score(pairs: Sequence[Pair], surroundings: Surroundings, parameter: str) -> list[Score]:
    """Ask the judge about all answers. Raises ReviewError when it cannot be asked at all."""
    store = surroundings.store
    judge, dimension = judge_in(parameter, store)
    assert store is not None
    wanted = sought(surroundings.project)
    subjects = {str(k): masked(_subject(str(k), pair), wanted) for k, pair in enumerate(pairs) if pair.answer.answer}
    spec = spec_as_shown(store, judge, surroundings.project)
    bench = Bench(
        name=judge.name,
        version=judge.version,
        spec=spec,
        dimensions=dimensions_of_judge(store, judge),
        settings=surroundings.project.judges,
        options=Options(
            concurrency=surroundings.project.judges.concurrency, timeout=surroundings.project.judges.timeout
        ),
        training=training_of(store, judge, spec),
        environment=surroundings.environment,
    )
    opinions = kind_named(judge.kind).judge(bench, list(subjects.values())) if subjects else ()
    said = {o.subject: o for o in opinions if o.dimension == dimension.name}
    return [_score(said.get(str(k)), judge, dimension) if str(k) in subjects else NO_ANSWER for k in range(len(pairs))]


def _subject(name: str, pair: Pair) -> Subject:
    case, answer = pair
    question: Message = {"role": "user", "content": case.question}
    reply: Message = {"role": "assistant", "content": answer.answer or ""}
    return Subject(
        id=name,
        conversation_id=case.source or case.id,
        group=case.cluster,
        question=case.question,
        answer=answer.answer or "",
        messages=(*case.messages, question, reply),  # type: ignore[arg-type]  # a turn is a message with a text
        context=answer.context if answer.context is not None else case.context,
        steps=answer.steps,
        sql=answer.sql or "",
        expected_answer=case.expected_answer or "",
        reference_sql=case.references[0] if case.references else "",
        scenario=case.scenario or "",
    )


def _score(opinion: Opinion | None, judge: Judge, dimension: Dimension) -> Score:
    if opinion is None or opinion.value is None:
        return not_scored(f"{judge.id} gave no verdict ({opinion.error if opinion else 'missing'})")
    value = on_scale(dimension, opinion.value)
    detail = {"judge": judge.id, "dimension": dimension.name, "value": opinion.value, "why": opinion.rationale[:500]}
    return Score(value, "" if value is not None else f"{opinion.value!r} has no place on the scale", detail)


def _known(parameter: str, surroundings: Surroundings) -> None:
    judge_in(parameter, surroundings.store)


SCORER = Scorer(
    title="judge",
    about="what a judge says, such as judge:relevance; its figure is corrected by its calibration",
    score=score,
    check=_known,
    state=lambda parameter, surroundings: judge_in(parameter, surroundings.store)[0].content_hash,
    parameter="relevance",
)
