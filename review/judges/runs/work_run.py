"""Working on what is left of a run, in this process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any, cast

from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError, ReviewError
from review.judges.keys import without_key
from review.judges.kinds import kind_named
from review.judges.learned.spec import LearnedSpec
from review.judges.learned.training import rows_of as training_rows
from review.judges.llm.spec import Example, LlmSpec
from review.judges.protocol.protocol import NOT_ASKED, Bench, Kind, Opinion, Spec, Subject, TrainingRow
from review.judges.protocol.subjects import sought, with_references
from review.judges.recorded.kind import RecordedSpec
from review.judges.recordings import rows_of as recorded_rows
from review.judges.runs.events import (
    dimensions_of_judge,
    happened,
    latest_event,
    options_of,
    run_named,
    subjects_done,
    subjects_of_run,
)
from review.judges.runs.locks import held
from review.judges.runs.recording import Recording
from review.judges.runs.summary import RunStatus, statuses
from review.judges.runs.uploads import forget
from review.judges.versions import judge_named, spec_of
from review.privacy.hidden_spans import spans_by_conversation, without
from review.privacy.masking import mask_values
from review.privacy.recognisers import Recognisers
from review.rubric.rubric import Dimension
from review.settings.project import Project, project_of
from storage.connection import StorageError
from storage.queries.judge_runs import verdicts_given
from storage.records_judges import Judge, JudgeRun
from storage.store import Store

Progress = Callable[[int, int], None]
"""Called with the number of subjects that are done and the number of all subjects."""


def work(
    store: Store,
    run_id: str,
    *,
    project: Project | None = None,
    environment: Mapping[str, str],
    progress: Progress | None = None,
) -> RunStatus:
    """Work on what is left of a run, and write results as they arrive.

    Returns when the run has finished or was paused; a run that is paused, failed or finished stays as it is. Raises
    Refused while another process works on it. An error that concerns the whole run (no endpoint, key refused, unknown
    model) marks the run as failed and is raised.
    """
    run = run_named(store, run_id)
    event = latest_event(store, run.id)
    with held(store, run.id, event):
        # Somebody may pause and resume the run before the current requests have come back.
        while (event := latest_event(store, run.id)) is not None and event.event in ("started", "resumed"):
            _work_on(
                store,
                run,
                by=event.by,
                project=project or project_of(store.path),
                environment=environment,
                progress=progress,
            )
    return statuses(store, [run])[0]


def _work_on(
    store: Store,
    run: JudgeRun,
    *,
    by: str,
    project: Project,
    environment: Mapping[str, str],
    progress: Progress | None,
) -> None:
    """Work until everything is done or the run is paused, and record which."""
    judge = judge_named(store, f"{run.judge}@{run.version}")
    try:
        whole = _judge(store, run, judge=judge, project=project, environment=environment, progress=progress)
    except (ReviewError, StorageError) as error:
        message = without_key(str(error), judge, environment)
        # On a full disk this cannot be written either; the run then shows as interrupted.
        with suppress(StorageError), store.transaction():
            happened(store, run, "failed", by, said=message)
        raise type(error)(message) from None
    if whole:
        with store.transaction():
            happened(store, run, "finished", by, **_counts(store, run))
        forget(store, run.target["name"])


def _counts(store: Store, run: JudgeRun) -> dict[str, int]:
    """Count the verdicts of a run and the missing ones."""
    counted = verdicts_given(store, run.id, not_asked=NOT_ASKED)
    return {"verdicts": counted.given, "missing": counted.of - counted.given}


def _judge(
    store: Store,
    run: JudgeRun,
    *,
    judge: Judge,
    project: Project,
    environment: Mapping[str, str],
    progress: Progress | None,
) -> bool:
    """Judge the subjects that are left; return whether none is left afterwards."""
    subjects = subjects_of_run(store, run, judge, project)
    done = subjects_done(store, run, judge)
    left = [s for s in subjects if s.id not in done]
    if kind_named(judge.kind).needs_reference and run.target["kind"] == "week":
        left = with_references(store, left)
    dimensions = dimensions_of_judge(store, judge)
    spec = spec_as_shown(store, judge, project)
    wanted = sought(project)
    bench = Bench(
        name=judge.name,
        version=judge.version,
        spec=spec,
        dimensions=dimensions,
        settings=project.judges,
        options=options_of(run),
        training=training_of(store, judge, spec),
        environment=environment,
        sql=project.sql,
        mask=lambda found: mask_values(found, wanted)[0],
    )
    # In a release the judge sees the expected answer, so its opinion there is no verdict on an item of review.
    items = {s.id for s in left} if run.target["kind"] == "week" else set()
    with Recording(store, run, dimensions, items=items, is_paused=lambda: is_paused(store, run.id)) as recording:
        bench = replace(bench, replies=recording.replies, stopped=recording.stopped)
        with closing(_opinions(kind_named(judge.kind), bench, left)) as opinions:
            lost = follow(opinions, left, dimensions, recording, lambda n: _tell(progress, len(done) + n, run.subjects))
        if not recording.stopped():
            for subject, dimension in lost:
                recording.add(Opinion(subject=subject, dimension=dimension, value=None, error="missing"))
            return True
    return not lost


def _opinions(kind: Kind[Any], bench: Bench[Any], subjects: Sequence[Subject]) -> Generator[Opinion, None, None]:
    """Yield the opinions of a judge; closing the generator ends its requests."""
    if subjects:
        yield from kind.judge(bench, subjects)


def follow(
    opinions: Iterable[Opinion],
    subjects: Sequence[Subject],
    dimensions: Sequence[Dimension],
    recording: Recording,
    whole: Callable[[int], None],
) -> list[tuple[str, str]]:
    """Record opinions as they come; return the pairs of subject and dimension that got none.

    ``whole`` is called with the number of subjects that have all their opinions. Raises InputError for an opinion that
    was not asked for, or a second one on the same subject and dimension.
    """
    waiting = {s.id: {d.name for d in dimensions} for s in subjects}
    done = 0
    for opinion in opinions:
        if opinion.dimension not in waiting.get(opinion.subject, ()):
            raise InputError(
                f"the judge gave an opinion on {opinion.subject!r} in {opinion.dimension!r}, which was not asked for "
                "or is there already."
            )
        waiting[opinion.subject].remove(opinion.dimension)
        recording.add(opinion)
        if not waiting[opinion.subject]:
            done += 1
            whole(done)
    return [(s.id, d.name) for s in subjects for d in dimensions if d.name in waiting[s.id]]


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def is_paused(store: Store, run_id: str) -> bool:
    """Whether the run should not go on."""
    event = latest_event(store, run_id)
    return event is None or event.event not in ("started", "resumed")


def spec_as_shown(store: Store, judge: Judge, project: Project) -> Spec:
    """Return the spec of a judge; its examples come without spans hidden since, and masked by today's patterns."""
    spec = spec_of(judge)
    if not isinstance(spec, LlmSpec) or not spec.examples:
        return spec
    spans = spans_by_conversation(store, [str(e.get("conversation_id", "")) for e in spec.examples])
    key, wanted = hmac_key(store) if spans else b"", sought(project)
    shown = [without(e, spans.get(e.get("conversation_id", ""), []), key) for e in spec.examples]
    return replace(spec, examples=tuple(_masked(e, wanted) for e in shown))


def _masked(example: Example, wanted: Recognisers) -> Example:
    """Return an example with its texts masked; its labels are words of the rubric."""
    texts = {name: text for name, text in example.items() if name in ("question", "answer")}
    return cast(Example, {**example, **mask_values(texts, wanted)[0]})


def training_of(store: Store, judge: Judge, spec: Spec) -> tuple[TrainingRow, ...]:
    """Return the rows that a learned judge trains on, or those of a recording."""
    if isinstance(spec, LearnedSpec):
        return tuple(training_rows(store, spec.training))
    if isinstance(spec, RecordedSpec):
        return recorded_rows(store, judge)
    return ()
