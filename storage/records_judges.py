"""Records of judges that run: versions of a judge, runs, calls, and the result for each subject."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class Judge:
    """One version of a judge: kind and spec as data. Any change makes a new version.

    ``id`` is ``name@version``; versions count from "1". ``content_hash`` is over kind, dimensions, spec and rubric
    version. ``spec`` never holds a key for an endpoint, only the name of the environment variable that does.
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
    """What a learned judge was trained on. ``id`` is the SHA-256 of ``content``, so equal sets are stored once.

    ``content`` maps each dimension to rows [item, conversation, group, label]. A group is never divided by a split.
    """

    id: str
    content: Json
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class JudgeRun:
    """One run of one version of a judge over a target: a week, a release, or a file.

    ``target`` is {kind: week|release|file, name, split: dev|test|all}, ``subjects`` the number of its subjects.
    ``options`` are {repeats, swap, fresh} and settings that do not change verdicts ({concurrency, timeout, ...}).
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
    """An event of a run: started, paused, resumed, finished, stopped or failed. The latest is its state."""

    id: str
    run_id: str
    event: str
    at: str
    by: str
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class JudgeCall:
    """One request to an endpoint. ``key`` is the hash of the request; replies to the same request are reused by it.

    ``status`` is the HTTP status, None without an answer. ``error`` is "" for a complete reply, which is kept in
    ``reply`` ({text, finish_reason, refusal}). ``cost`` is in the currency of the judge's prices.
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
    """The result of a run for one subject in one dimension. ``value`` None is a missing verdict, ``error`` its cause.

    ``votes`` are the values of repeats and swapped orders, None for missing ones. ``cached`` means that all replies
    were reused, at no cost.
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
    """Somebody looked at a judge's figures on the ``test`` half. Looks are counted, because each uses it up."""

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
