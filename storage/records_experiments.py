"""Records of versions of the product under test, their states, and their runs over golden releases."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class PromptVersion:
    """One version of the product under test, as somebody registered it; ``id`` is that of the production log.

    ``prompt`` may be empty where only its hash may be kept. ``prompt_hash`` is SHA-256 of the text, "" without any.
    ``commit`` and ``path`` say where the prompt stands in the team's repository.
    """

    id: str
    prompt_hash: str
    at: str
    by: str
    parent: str | None = None
    description: str = ""
    prompt: str = ""
    model: str = ""
    parameters: Json = field(default_factory=dict)
    commit: str = ""
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class VersionState:
    """A state of a version: pending, approved or deprecated; the latest row counts.

    ``decision`` is the gate decision that an approval rests on, ``waiver`` the waiver that made up for one that did not
    pass, "" where there is none.
    """

    id: str
    version: str
    state: str
    at: str
    by: str
    decision: str = ""
    waiver: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ExperimentRun:
    """One run of a version over a release.

    ``target`` is {kind, ...} as its kind reads it, never with a key. ``options`` are {repeats, concurrency, timeout,
    attempts, max_cost, max_tokens, fresh}. ``cases`` counts the cases, ``digest`` is the hash of the release.
    """

    id: str
    version: str
    release: str
    digest: str
    target: Json
    options: Json
    cases: int
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class ExperimentEvent:
    """An event of a run: started, paused, resumed, finished, stopped or failed. The latest is its state."""

    id: str
    run_id: str
    event: str
    at: str
    by: str
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExperimentAnswer:
    """The answer of a run for one case and repeat. ``cause`` says why it is missing, "" where it is not.

    ``key`` is the hash of all that was asked; a later run that asks the same takes the answer over (``cached``).
    ``answer`` holds the fields that the target gave.
    """

    id: str
    run_id: str
    case_id: str
    repeat: int
    key: str
    at: str
    cause: str = ""
    attempts: int = 1
    cached: bool = False
    answer: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExperimentScore:
    """The scores of one answer. The latest row of an answer counts.

    ``key`` is the hash of case and answer, ``states`` what else each score depends on: scores of the same key and state
    are the same. ``execution`` and ``rules`` are the parts of the combined accuracy that need no person; None is not
    scored.
    """

    id: str
    run_id: str
    answer_id: str
    key: str
    at: str
    scores: Json = field(default_factory=dict)
    unscored: Json = field(default_factory=dict)
    detail: Json = field(default_factory=dict)
    states: Json = field(default_factory=dict)
    execution: float | None = None
    rules: float | None = None


EXPERIMENT_KEYS: dict[type, tuple[str, ...]] = {
    PromptVersion: ("prompt_versions", "id"),
    VersionState: ("version_states", "id"),
    ExperimentRun: ("experiment_runs", "id"),
    ExperimentEvent: ("experiment_events", "id"),
    ExperimentAnswer: ("experiment_answers", "id"),
    ExperimentScore: ("experiment_scores", "id"),
}
"""Table and primary key of each of these records."""
