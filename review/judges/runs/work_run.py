"""Working off what is left of a run, in this process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace

from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError, ReviewError
from review.judges.keys import without_key
from review.judges.kinds import kind_named
from review.judges.protocol.protocol import NOT_ASKED, Bench, Kind, Row, Said, Spec, Subject
from review.judges.protocol.subjects import sought
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
from review.judges.versions import judge_named
from review.privacy.hidden_spans import spans_by_conversation, without
from review.privacy.masking import Recognisers, mask_values
from review.rubric.rubric import Dimension
from review.settings.project import Project, project_of
from storage.records_judges import Judge, JudgeRun
from storage.store import StorageError, Store

Progress = Callable[[int, int], None]
"""Told how many subjects are done, and of how many."""


def work(
    store: Store,
    run_id: str,
    *,
    project: Project | None = None,
    environment: Mapping[str, str],
    progress: Progress | None = None,
) -> RunStatus:
    """Do what is left of a run; what it comes to is written as it comes.

    Returns when the run has finished or somebody has paused it; one that is paused, failed or finished is left as it
    is. Raises Refused while another process works on it. What concerns the whole run (no endpoint, key refused, model
    unknown) leaves it failed with the sentence, which is raised.
    """
    run = run_named(store, run_id)
    event = latest_event(store, run.id)
    with held(store, run.id, event):
        # Somebody may pause and resume again before the requests under way have come back.
        while (event := latest_event(store, run.id)) is not None and event.event in ("started", "resumed"):
            _sit(store, run, event.by, project or project_of(store.path), environment, progress)
    return statuses(store, [run])[0]


def _sit(
    store: Store,
    run: JudgeRun,
    by: str,
    project: Project,
    environment: Mapping[str, str],
    progress: Progress | None,
) -> None:
    """Work until all is done or the run is paused, and say which."""
    judge = judge_named(store, f"{run.judge}@{run.version}")
    try:
        whole = _judge(store, run, judge, project, environment, progress)
    except (ReviewError, StorageError) as error:
        said = without_key(str(error), judge.spec, environment)
        # On a full disk this cannot be written either; the run then shows as interrupted.
        with suppress(StorageError), store.transaction():
            happened(store, run, "failed", by, said=said)
        raise type(error)(said) from None
    if whole:
        with store.transaction():
            happened(store, run, "finished", by, **_came_to(store, run))
        forget(store, run.target["name"])


def _came_to(store: Store, run: JudgeRun) -> dict[str, int]:
    """How many verdicts a run gave, and how many are missing."""
    rows = store.query(
        "SELECT count(value) AS said, count(*) AS n FROM judge_results WHERE run_id = :run AND error <> :not_asked",
        {"run": run.id, "not_asked": NOT_ASKED},
    )
    return {"verdicts": int(rows[0]["said"]), "missing": int(rows[0]["n"] - rows[0]["said"])}


def _judge(
    store: Store,
    run: JudgeRun,
    judge: Judge,
    project: Project,
    environment: Mapping[str, str],
    progress: Progress | None,
) -> bool:
    """Judge the subjects that are left; whether none is left afterwards."""
    subjects = subjects_of_run(store, run, judge, project)
    done = subjects_done(store, run, judge)
    left = [s for s in subjects if s.id not in done]
    dimensions = dimensions_of_judge(store, judge)
    bench = Bench(
        name=judge.name,
        version=judge.version,
        spec=spec_as_shown(store, judge, project),
        dimensions=dimensions,
        settings=project.judges,
        options=options_of(run),
        training=training_of(store, judge),
        environment=environment,
    )
    # Over a release the judge is shown the expected answer: what it says there is no verdict on an item of review.
    items = {s.id for s in left} if run.target["kind"] == "week" else set()
    with Recording(store, run, dimensions, items=items, is_paused=lambda: is_paused(store, run.id)) as recording:
        bench = replace(bench, replies=recording.replies, stopped=recording.stopped)
        with closing(_said(kind_named(judge.kind), bench, left)) as said:
            lost = follow(said, left, dimensions, recording, lambda n: _tell(progress, len(done) + n, run.subjects))
        if not recording.stopped():
            for subject, dimension in lost:
                recording.add(Said(subject=subject, dimension=dimension, value=None, error="missing"))
            return True
    return not lost


def _said(kind: Kind, bench: Bench, subjects: Sequence[Subject]) -> Generator[Said, None, None]:
    """What the judge says; closing it ends whatever is under way."""
    if subjects:
        yield from kind.judge(bench, subjects)


def follow(
    said: Iterable[Said],
    subjects: Sequence[Subject],
    dimensions: Sequence[Dimension],
    recording: Recording,
    whole: Callable[[int], None],
) -> list[tuple[str, str]]:
    """Record what is said as it comes; the pairs of subject and dimension of which nothing was said.

    ``whole`` is told how many subjects have all their dimensions. Raises InputError for an answer about something
    that was not asked, or the second one about the same.
    """
    waiting = {s.id: {d.name for d in dimensions} for s in subjects}
    done = 0
    for one in said:
        if one.dimension not in waiting.get(one.subject, ()):
            raise InputError(f"the judge spoke of {one.subject!r} in {one.dimension!r}, which it was not asked now.")
        waiting[one.subject].remove(one.dimension)
        recording.add(one)
        if not waiting[one.subject]:
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
    """The spec of a judge, without what was hidden in its examples since, or what a pattern added later finds there."""
    examples = judge.spec.get("examples")
    if not isinstance(examples, list) or not examples:
        return judge.spec
    spans = spans_by_conversation(store, [str(e.get("conversation_id", "")) for e in examples])
    key, wanted = hmac_key(store) if spans else b"", sought(project)
    shown = [without(e, spans.get(e.get("conversation_id", ""), []), key) for e in examples]
    return {**judge.spec, "examples": [_masked(e, wanted) for e in shown]}


def _masked(example: Spec, wanted: Recognisers) -> Spec:
    """An example with its texts masked; its labels are the rubric's own words."""
    texts: Spec = {name: example[name] for name in ("question", "answer") if name in example}
    return {**example, **mask_values(texts, wanted)[0]}


def training_of(store: Store, judge: Judge) -> tuple[Row, ...]:
    """What a learned judge was trained on, or what a recorded one says."""
    if judge.kind == "learned":
        from review.judges.learned.training import rows_of

        return tuple(rows_of(store, str(judge.spec["training"])))
    if judge.kind == "recorded":
        from review.judges.recordings import rows_of as recorded_rows

        return recorded_rows(store, judge)
    return ()
