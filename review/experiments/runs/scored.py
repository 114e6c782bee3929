"""Read runs back with their scores, for the gate and the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, partial

from review.basics.altered import altered
from review.basics.errors import UnknownError
from review.experiments.runs.cases import ReleaseCases, cases_of_release
from review.experiments.runs.drawn_answers import counting
from review.experiments.runs.human import human_score
from review.experiments.runs.questions import places_of
from review.experiments.runs.recording import answer_id
from review.experiments.runs.running import run_named
from review.experiments.scorers.combining import ONLY_A_PERSON, combined, parts
from review.experiments.targets.reading import answer_of
from review.experiments.values import Case, ScoredCase, ScoredRun
from review.rubric.rubric import Dimension, current_rubric
from review.settings.project import Project, project_of
from review.settings.scores import ScoreSettings
from storage.queries.experiments import (
    RunAnswer,
    RunScores,
    answers_of_run,
    labels_of_people,
    latest_finished,
    scores_of_run,
)
from storage.records_experiments import ExperimentRun, PromptVersion
from storage.store import Store

NOT_ASKED = "not_asked"
"""The cause of an answer that is missing because the run is not whole."""
IN_THE_PROMPT = "the question stands in the prompt of the version"
SHORTEST = 20
"""Characters of a question that is looked for in a prompt: shorter ones may stand there by chance."""


def scored_run(store: Store, run_id: str, *, project: Project | None = None) -> ScoredRun:
    """Return a run with the scores of all its cases. Raises UnknownError, Refused for a release that was changed."""
    return scored_runs(store, [run_id], project=project)[0]


def scored_runs(store: Store, run_ids: Iterable[str], *, project: Project | None = None) -> list[ScoredRun]:
    """Return some runs as :func:`scored_run` does; a release that several of them share is read once."""
    settings = project or project_of(store.path)
    release = cache(partial(cases_of_release, store))
    return [scored_over(store, run, release(run.release), settings) for run in (run_named(store, r) for r in run_ids)]


def latest_run(store: Store, *, version: str, release: str, project: Project | None = None) -> ScoredRun | None:
    """Return the latest finished run of a version over a release with its scores, None without any."""
    run = latest_finished(store, version, release)
    return None if run is None else scored_run(store, run.id, project=project)


def scored_over(store: Store, run: ExperimentRun, release: ReleaseCases, project: Project) -> ScoredRun:
    """Return a run with the scores of all its cases, over a release that was read already."""
    answers, scores = answers_of_run(store, run.id), scores_of_run(store, run.id)
    version = store.get(PromptVersion, run.version)
    prompt = version.prompt if version is not None else ""
    correctness = correctness_of(store, project)
    cases = []
    for case, repeat in places_of(release.cases, run.options):
        name = answer_id(run.id, case.id, repeat)
        one = scored_case(case, repeat, answers.get(name), scores.get(name), project.scores)
        cases.append(with_people(one, correctness, project, prompt=prompt))
    found = ScoredRun(
        run=run.id,
        version=run.version,
        release=run.release,
        release_digest=run.digest,
        started=run.at,
        cases=tuple(cases),
        scorers=project.scores.all,
        planned=bool(run.options.get("more")),
    )
    labels = labels_of_people(store, run.id) if correctness is not None else {}
    if not labels or correctness is None:
        return found
    return altered(found, people=counting(found, labels, correctness), weights=project.sql.weights)


def correctness_of(store: Store, project: Project) -> Dimension | None:
    """Return the dimension whose settled label replaces the rules; None when the rubric has none of that name."""
    try:
        return current_rubric(store)[project.scores.correctness]
    except UnknownError:
        return None


_BARE = ScoredCase(case=Case(id="", question=""))


def scored_case(
    case: Case,
    repeat: int,
    answer: RunAnswer | None,
    score: RunScores | None,
    settings: ScoreSettings,
) -> ScoredCase:
    """Return a case with its answer and the scores that need no person.

    What decides is read off the settings of today, so that runs which were scored under other ones are not compared.
    """
    if answer is None or answer.cause:
        cause = NOT_ASKED if answer is None else answer.cause
        said = {"missing": {"said": answer.fields.get("said", "")}} if answer else {}
        return ScoredCase(case=case, repeat=repeat, cause=cause, detail=said)
    given = answer_of(case.id, repeat, answer.fields)
    if score is None:
        return ScoredCase(case=case, repeat=repeat, answer=given, unscored={"combined": "not scored yet"})
    execution, rules = parts(case, score.scores, settings)
    lacking = [name for name in settings.deciding if name not in score.scores and name not in score.unscored]
    why = {"combined": f"{', '.join(lacking)} has not scored it yet; score the run again"}
    return altered(
        _BARE,
        case=case,
        repeat=repeat,
        answer=given,
        scores=score.scores,
        unscored={**score.unscored, **why} if lacking else score.unscored,
        detail=score.detail,
        execution=execution,
        semantic=rules,
    )


def with_people(one: ScoredCase, correctness: Dimension | None, project: Project, *, prompt: str = "") -> ScoredCase:
    """Return a case with what people said of this very answer, and its combined accuracy."""
    if one.answer is None or "combined" in one.unscored:
        return one
    people = human_score(one.case, one.answer, correctness)
    scores, unscored = _beside(one.scores, people), one.unscored
    semantic = one.semantic if people is None else people
    whole = combined(one.execution, semantic, project.sql.weights)
    if len(one.case.question) >= SHORTEST and one.case.question in prompt:
        whole, unscored = None, {**unscored, "combined": IN_THE_PROMPT}
    elif whole is None:
        unscored = {**unscored, "combined": ONLY_A_PERSON}
    return altered(one, scores=scores, unscored=unscored, semantic=semantic, combined=whole)


def _beside(scores: Mapping[str, float], people: float | None) -> Mapping[str, float]:
    return scores if people is None else {**scores, "people": people}
