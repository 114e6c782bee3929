"""The nouns of judges that run: versions of a judge, runs, what each call and each subject came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class Judge:
    """One version of a judge: kind and spec as data. Changing anything makes a new version.

    ``id`` is ``name@version``, ``version`` counts from "1"; ``content_hash`` is over kind, dimensions, spec and rubric
    version. ``spec`` never holds a key, only the name of the environment variable that does.
    """

    id: str
    name: str
    version: str
    kind: str
    dimensions: tuple[str, ...]
    spec: Json
    content_hash: str
    rubric_version: int
    at: str
    by: str
    note: str = ""


@dataclass(frozen=True)
class TrainingSet:
    """What a learned judge was trained on, once: ``id`` is the SHA-256 of ``content``.

    ``content`` maps each dimension to rows [item, conversation, group, label]; a group stands on one side of a split.
    """

    id: str
    content: Json
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class JudgeRun:
    """One run of one version of a judge over a target: a week, a release, or a file.

    ``target`` is {kind: week|release|file, name, split: dev|test|all}; ``subjects`` how many it holds; ``options``
    what changes no verdict by itself ({concurrency, timeout, ...}) beside {repeats, swap, fresh}.
    """

    id: str
    judge: str
    version: str
    target: Json
    subjects: int
    options: Json
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class RunEvent:
    """Something that happened to a run: started, paused, resumed, finished, stopped, failed; the latest counts."""

    id: str
    run_id: str
    event: str
    at: str
    by: str
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class JudgeCall:
    """One request to an endpoint, without its key. ``key`` is the hash of what was asked, by which replies are reused.

    ``status`` is the HTTP status, None when no answer came; ``error`` "" for a whole reply, kept in ``reply``
    ({text, finish_reason, refusal}); ``cost`` in the currency of the judge's prices.
    """

    id: str
    run_id: str
    subject: str
    key: str
    attempt: int
    at: str
    host: str
    model: str
    status: int | None
    error: str
    latency_ms: float
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    reply: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class JudgeResult:
    """What a run came to for one subject in one dimension; ``value`` None is a missing verdict, ``error`` its cause.

    ``votes`` are the values of repeats and swapped orders (None where one of them was missing); ``cached`` tells that
    no call was paid for it.
    """

    id: str
    run_id: str
    subject: str
    dimension: str
    value: str | None
    at: str
    score: float | None = None
    rationale: str = ""
    raw: str = ""
    error: str = ""
    latency_ms: float | None = None
    cost: float | None = None
    cached: bool = False
    votes: tuple[str | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Look:
    """Somebody looked at a judge's figures on the ``test`` half; looks are counted, because each one uses it up."""

    id: str
    judge: str
    version: str
    weeks: tuple[str, ...]
    at: str
    by: str


JUDGE_KEYS: dict[type, tuple[str, ...]] = {
    Judge: ("judges", "id"),
    TrainingSet: ("training_sets", "id"),
    JudgeRun: ("judge_runs", "id"),
    RunEvent: ("run_events", "id"),
    JudgeCall: ("judge_calls", "id"),
    JudgeResult: ("judge_results", "id"),
    Look: ("test_looks", "id"),
}
"""Table and primary key of each of these records."""
