"""Work on what is left of a run, in this process: ask, record, score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, suppress

from review.basics.clock import now
from review.basics.errors import ReviewError
from review.experiments.runs.asking import Budget, asked
from review.experiments.runs.cases import ReleaseCases, cases_of_release
from review.experiments.runs.questions import Keyed, keyed, names_of, places_of, questions_of, wire_version
from review.experiments.runs.recording import GOING, Recorder, answer_row, taken_over, write_rows
from review.experiments.runs.running import happened, run_named
from review.experiments.runs.scoring import score_run
from review.experiments.targets.catalogue import target_named
from review.experiments.targets.target import Asker, Setup
from review.experiments.versions.registry import version_named
from review.judges.llm.client import Pace
from review.judges.protocol.subjects import sought
from review.judges.runs.locks import held
from review.judges.runs.uploads import forget
from review.settings.project import Project
from storage.connection import StorageError
from storage.queries.experiments import answers_to, latest_event_of, spent_on
from storage.records_experiments import ExperimentAnswer, ExperimentEvent, ExperimentRun
from storage.store import Store

Progress = Callable[[int, int], None]
"""Called with the number of answers that are there and the number of all."""


def work(
    store: Store,
    run_id: str,
    *,
    project: Project,
    environment: Mapping[str, str],
    progress: Progress | None = None,
    pace: Pace | None = None,
) -> list[str]:
    """Work on what is left of a run; write answers as they arrive, then the scores. Return notes for people.

    Returns when the run has finished, was paused or reached its limit. Raises Refused while another process works on
    it. An error that concerns the whole run (no command, no key, a changed release) marks it as failed and is raised.
    """
    run = run_named(store, run_id)
    event = latest_event_of(store, run.id)
    notes: list[str] = []
    with held(store, run.id, event, runs_shown_by="runs list"):
        # Somebody may pause and resume the run before the current answers have come back.
        while (event := latest_event_of(store, run.id)) is not None and event.event in GOING:
            sitting = _Sitting(
                store, run, event, project=project, environment=environment, progress=progress or _quiet, pace=pace
            )
            try:
                notes = sitting.sit()
            except (ReviewError, StorageError) as error:
                # On a full disk this cannot be written either; the run then shows as interrupted.
                with suppress(StorageError), store.transaction():
                    happened(store, run, "failed", event.by, said=str(error))
                raise
    return notes


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


class _Sitting:
    """One sitting of work on a run."""

    def __init__(
        self,
        store: Store,
        run: ExperimentRun,
        event: ExperimentEvent,
        *,
        project: Project,
        environment: Mapping[str, str],
        progress: Progress,
        pace: Pace | None,
    ) -> None:
        self.store, self.run, self.event, self.project, self.environment = store, run, event, project, environment
        self.progress, self.pace = progress, pace

    def sit(self) -> list[str]:
        """Ask what is left, and score; record the end, or why the run stopped."""
        run, store = self.run, self.store
        release = cases_of_release(store, run.release)
        left = self._left(release)
        notes, why = self._ask(release, left) if left else ([], "")
        if why:
            with store.transaction():
                happened(store, run, "stopped", self.event.by, said=why)
            return [*notes, why]
        latest = latest_event_of(store, run.id)
        if latest is not None and latest.event in GOING:
            score_run(store, run, release, project=self.project, environment=self.environment)
            with store.transaction():
                happened(store, run, "finished", self.event.by, notes=notes)
            forget(store, str(run.target.get("path", "")))  # only if it was uploaded on a page
        return notes

    def _left(self, release: ReleaseCases) -> list[Keyed]:
        """Return the questions without an answer, after taking over those that earlier runs have."""
        run, store = self.run, self.store
        version = wire_version(version_named(store, run.version).registered)
        questions = questions_of(places_of(release.cases, run.options), version, wanted=sought(self.project))
        kind = str(run.target["kind"])
        done = {(row.case_id, row.repeat) for row in store.find(ExperimentAnswer, run_id=run.id)}
        left = [
            k
            for k in keyed(questions, kind, target_named(kind), run.target)
            if (k.question.case, k.question.repeat) not in done
        ]
        if run.options.get("fresh"):
            return left
        known = answers_to(store, [k.key for k in left])
        at = now()
        write_rows(store, run, [taken_over(run.id, k, known[k.key], at=at) for k in left if k.key in known])
        return [k for k in left if k.key not in known]

    def _ask(self, release: ReleaseCases, left: list[Keyed]) -> tuple[list[str], str]:
        """Ask the questions; return notes, and why the run stopped before its end ("" if it did not)."""
        run, total = self.run, len(places_of(release.cases, self.run.options))
        spent = spent_on(self.store, run.id)
        limits = {**run.options, **{k: v for k, v in self.event.detail.items() if k in ("max_cost", "max_tokens")}}
        budget = Budget(limits["max_cost"], limits["max_tokens"], spent=spent.cost, used=spent.tokens)
        asker = self._opened(release)
        keys = {(k.question.case, k.question.repeat): k for k in left}
        done = total - len(left)
        self.progress(done, total)
        try:
            with Recorder(self.store, run) as recorder:
                answers = asked(
                    asker,
                    [k.question for k in left],
                    concurrency=int(run.options["concurrency"]),
                    attempts=int(run.options["attempts"]),
                    budget=budget,
                    stopped=recorder.stopped,
                    pace=self.pace,
                )
                with closing(answers):
                    for question, found in answers:
                        recorder.add(answer_row(run.id, keys[question.case, question.repeat], found))
                        done += 1
                        self.progress(done, total)
        finally:
            asker.close()
        return list(asker.notes), budget.why_not() if done < total else ""

    def _opened(self, release: ReleaseCases) -> Asker:
        run = self.run
        setup = Setup(
            options=run.target,
            version=wire_version(version_named(self.store, run.version).registered),
            timeout=float(run.options["timeout"]),
            repeats=int(run.options["repeats"]),
            hosts=self.project.judges.hosts,
            environment=self.environment,
            cases=names_of(release.cases),
        )
        return target_named(str(run.target["kind"])).open(setup)
