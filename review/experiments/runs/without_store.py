"""A run without a store: over an exported release, with its results in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path

from review.basics.clock import new_id, now
from review.basics.words import counted
from review.experiments.runs.asking import Budget, asked
from review.experiments.runs.cases import ReleaseCases
from review.experiments.runs.earlier_file import Part, Place, hash_of_asked
from review.experiments.runs.questions import keyed, names_of, places_of, questions_of, wire_version
from review.experiments.runs.running import RunRequest, checked_target
from review.experiments.runs.scored import NOT_ASKED, with_people
from review.experiments.scorers.databases import Databases
from review.experiments.scorers.scorer import Pair, Surroundings
from review.experiments.scorers.scoring import Scores, score_all
from review.experiments.targets.catalogue import target_named
from review.experiments.targets.reading import answer_of
from review.experiments.targets.target import Attempt, Setup
from review.experiments.values import Case, ScoredCase, ScoredRun
from review.judges.protocol.subjects import sought
from review.rubric.rubric import Dimension
from review.settings.project import Project
from storage.records_experiments import PromptVersion


def run_without_store(
    release: ReleaseCases,
    version: PromptVersion,
    wanted: RunRequest,
    *,
    project: Project,
    environment: Mapping[str, str],
    correctness: Dimension | None = None,
    earlier: Mapping[Place, Attempt] | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[ScoredRun, list[str]]:
    """Ask and score every case; return the run and notes for people. Raises what opening the target raises.

    ``earlier`` answers of the same version, release and target are taken over. With ``out``, the file that the results
    go to, answers go into a file beside it as they come, which the caller removes once the results are written; those
    that a killed run left there are taken over too, except with the option ``fresh``.
    """
    started, options = now(), wanted.options.checked()
    target = checked_target(wanted.kind, wanted.target, project)
    wire = wire_version(version)
    places = places_of(release.cases, {"repeats": options.repeats, "more": options.more})
    questions = questions_of(places, wire, wanted=sought(project))
    kind = target_named(wanted.kind)
    hashed = hash_of_asked(wanted.kind, kind, target, wire)
    asks = {(one.question.case, one.question.repeat): one for one in keyed(questions, wanted.kind, kind, target)}
    part = None if out is None else Part(out)
    if part is not None and options.fresh:
        part.remove()
    known = {**(earlier or {}), **(part.answers(asks) if part else {})}
    said = {place: known[place] for place in asks if place in known}
    taken = len(said)
    progress(taken, len(questions))
    asker = kind.open(
        Setup(
            options=target,
            version=wire,
            timeout=options.timeout,
            repeats=options.repeats,
            hosts=project.judges.hosts,
            environment=environment,
            cases=names_of(release.cases),
        )
    )
    budget = Budget(options.max_cost, options.max_tokens)
    try:
        wanting = [one.question for place, one in asks.items() if place not in said]
        answers = asked(asker, wanting, concurrency=options.concurrency, attempts=options.attempts, budget=budget)
        with closing(answers), part or nullcontext():
            for question, found in answers:
                place = question.case, question.repeat
                said[place] = found.said
                if part is not None and not found.said.cause:
                    part.add(asks[place], found.said)
                progress(len(said), len(questions))
    finally:
        asker.close()
    cases = _scored(places, said, project, environment)
    run = ScoredRun(
        run=new_id()[:12],
        version=version.id,
        release=release.name,
        release_digest=release.digest,
        started=started,
        cases=tuple(with_people(one, correctness, project, prompt=version.prompt) for one in cases),
        scorers=project.scores.all,
        asked=hashed,
        planned=bool(options.more),
    )
    told = [f"{counted(taken, 'answer')} of the earlier run taken over."] if taken else []
    why = budget.why_not()
    return run, [*told, *asker.notes, *([why] if why else [])]


def _scored(
    places: Sequence[tuple[Case, int]],
    said: Mapping[tuple[str, int], Attempt],
    project: Project,
    environment: Mapping[str, str],
) -> list[ScoredCase]:
    given = {
        (case.id, repeat): Pair(case, answer_of(case.id, repeat, said[case.id, repeat].fields))
        for case, repeat in places
        if (case.id, repeat) in said and not said[case.id, repeat].cause
    }
    with Databases(project.sql) as databases:
        surroundings = Surroundings(project=project, databases=databases, environment=environment)
        scores = dict(zip(given, score_all(list(given.values()), surroundings), strict=True))
    found = []
    for case, repeat in places:
        key = case.id, repeat
        if key in given:
            found.append(_with_scores(given[key], repeat, scores[key]))
        else:
            missing = said.get(key)
            cause, why = (NOT_ASKED, "") if missing is None else (missing.cause, missing.why)
            found.append(ScoredCase(case=case, repeat=repeat, cause=cause, detail={"missing": {"said": why}}))
    return found


def _with_scores(pair: Pair, repeat: int, scores: Scores) -> ScoredCase:
    return ScoredCase(
        case=pair.case,
        repeat=repeat,
        answer=pair.answer,
        scores=scores.scores,
        unscored=scores.unscored,
        detail=scores.detail,
        execution=scores.execution,
        semantic=scores.rules,
    )
