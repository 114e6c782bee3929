"""The values that runs, scorers, the gate and the pages share. Nothing here reads the store.

``ScoredRun`` is what a run comes to: for each ``Case`` and repeat the ``Answer``, its scores, and what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from review.basics.canonical import digest
from review.basics.labels import Value
from storage.records_base import Json
from storage.records_golden import Turn


@dataclass(frozen=True)
class ToolCall:
    """A tool that was called, or should be. ``arguments`` None: any arguments are right."""

    name: str
    arguments: Json | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """One golden example as a run sees it; from the store or from an exported release.

    ``messages`` are the turns before the question. ``references`` are the reference SQL statements, any of which is
    right. ``required`` names tables and fields that must appear. ``labels`` are the settled labels, ``digest`` is the
    hash of the example, and ``answer_digest`` that of the answer and SQL that people saw when they gave the labels.
    ``source`` is the conversation that the example comes from; examples of one source form a cluster.
    """

    id: str
    question: str
    messages: tuple[Turn, ...] = ()
    context: tuple[str, ...] = ()
    as_of: str | None = None
    db: str | None = None
    expected_answer: str | None = None
    expected_behaviour: str | None = None
    references: tuple[str, ...] = ()
    expected_result: Json | None = None
    required: tuple[str, ...] = ()
    expected_tools: tuple[ToolCall, ...] = ()
    labels: Mapping[str, Value] = field(default_factory=dict)
    kind: str | None = None
    scenario: str | None = None
    tags: tuple[str, ...] = ()
    must_pass: bool = False
    split: str = "test"
    source: str | None = None
    digest: str = ""
    answer_digest: str = ""

    @property
    def cluster(self) -> str:
        """What intervals are taken over: the source, or the case itself where there is none."""
        return self.source or self.id

    @property
    def slices(self) -> tuple[tuple[str, str], ...]:
        """The slices that it is in, each by its kind and its name: scenario, kind, and every tag."""
        found = (("scenario", self.scenario), ("kind", self.kind), *(("tag", tag) for tag in self.tags))
        return tuple((kind, name) for kind, name in found if name)


ANSWER_FIELDS = (
    *("answer", "sql", "result", "steps", "tool_calls", "context", "labels"),
    *("latency_ms", "tokens_in", "tokens_out", "cost", "error", "reported"),
)
"""The fields that a target may give."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a target gave for one case and repeat. None is what it did not give; ``latency_ms`` is in milliseconds.

    ``labels`` are classes that the product chose, such as an intent. ``cost`` is in the project's currency. ``error``
    is what the target itself said went wrong. ``reported`` is the score that the team's own runner gave, in [0, 1].
    """

    case: str
    repeat: int = 1
    answer: str | None = None
    sql: str | None = None
    result: Json | None = None
    steps: tuple[Json, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    context: tuple[str, ...] | None = None
    labels: Mapping[str, Value] = field(default_factory=dict)
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    error: str | None = None
    reported: float | None = None

    @property
    def digest(self) -> str:
        """The hash of answer and SQL: a settled label counts only for an answer with the same one."""
        return answer_digest(self.answer, self.sql)


def answer_digest(answer: str | None, sql: str | None) -> str:
    """Return the hash of an answer and its SQL. An empty text and none are the same."""
    return digest([answer or "", sql or ""])


@dataclass(frozen=True, kw_only=True)
class ScoredCase:
    """One case and repeat of a run with its scores, all in [0, 1]; higher is better.

    ``cause`` says why the answer is missing. ``unscored`` gives each scorer's reason for giving no score: not scored is
    never zero. ``combined`` joins ``execution`` and ``semantic`` by the weights of the project. ``detail`` holds what a
    scorer wants shown beside its score, by scorer.
    """

    case: Case
    repeat: int = 1
    answer: Answer | None = None
    cause: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    unscored: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, Json] = field(default_factory=dict)
    execution: float | None = None
    semantic: float | None = None
    combined: float | None = None


@dataclass(frozen=True, kw_only=True)
class ScoredRun:
    """A run with the scores of all its cases. ``run`` is its id, ``started`` ISO 8601 in UTC.

    A run that is not whole lists the cases that it has not asked yet with the cause that says so. ``people`` are the
    scores that people gave a random part of its answers, by case, and ``weights`` those of execution and meaning.
    ``asked`` is the hash of target and version, "" where it is not known.
    ``planned`` tells that a plan of the gate said how often each case is asked.
    ``unproven`` says why the file that results were read from may have been changed by hand, "" where nothing says so.
    """

    run: str
    version: str
    release: str
    release_digest: str
    started: str
    cases: tuple[ScoredCase, ...] = ()
    scorers: tuple[str, ...] = ()
    people: Mapping[str, float] = field(default_factory=dict)
    weights: tuple[float, float] = (0.0, 1.0)
    asked: str = ""
    planned: bool = False
    unproven: str = ""
