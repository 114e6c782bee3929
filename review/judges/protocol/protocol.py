"""What a kind of judge is: functions that take values and return values, and the values themselves.

A kind knows neither the store nor the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings
from review.settings.sql import SqlSettings
from storage.records_log import Message


class Spec(Protocol):
    """What a judge is told: a frozen dataclass of its kind."""

    def to_json(self) -> dict[str, Any]:
        """Write the spec as it is stored and hashed; the reader of the kind reads it back."""
        ...


S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a judge sees: one item of review, masked, with hidden spans hidden, and no person's label.

    ``messages`` go up to the answer under review. Subjects of one ``group`` (a
    user, session or conversation) stay together in a split. ``expected_answer`` and ``reference_sql`` are those of the
    golden example when the target is a release; over a week a kind that needs a reference gets one where there is one,
    and ``reference_from`` says where it comes from.
    """

    id: str
    conversation_id: str
    group: str
    question: str
    answer: str
    messages: tuple[Message, ...] = ()
    context: tuple[str, ...] = ()
    steps: tuple[Any, ...] = ()
    sql: str = ""
    result: str = ""
    expected_answer: str = ""
    reference_sql: str = ""
    reference_from: str = ""
    scenario: str = ""
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What a judge says of one subject in one dimension; ``value`` None is a missing verdict, ``error`` its cause.

    ``error`` is one of ``CAUSES``, or ``NOT_ASKED`` where the dimension does not apply. ``score`` is how sure the judge
    is of the dimension's positive value, 0 to 1, None where it does not say. ``votes`` are the values from repeats and
    from both orders of the values. ``cost`` is the share of this dimension. ``cached`` opinions needed no request.
    """

    subject: str
    dimension: str
    value: str | None
    score: float | None = None
    rationale: str = ""
    raw: str = ""
    error: str = ""
    latency_ms: float | None = None
    cost: float | None = None
    cached: bool = False
    votes: tuple[str | None, ...] = ()


CAUSES = (
    "missing", "unparseable", "off_scale", "refused", "truncated", "timed_out", "unreachable", "http_error", "empty",
    "tie", "undecided", "not_recorded", "no_evidence",
)  # fmt: skip
"""Why a verdict is missing. ``off_scale``: a value that the rubric does not have; ``tie``: repeats or orders disagreed
without a majority; ``undecided``: a classifier has no class for it; ``not_recorded``: it is not in the file;
``no_evidence``: execution says nothing of the answer."""


NOT_ASKED = "not_asked"
"""Not a cause: the judge's own labels in other dimensions say that this one does not apply, so nothing is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request of an llm judge, for the log; the fields are those of ``storage.records_judges.JudgeCall``."""

    subject: str
    key: str
    attempt: int
    at: str
    host: str
    model: str
    status: int | None
    error: str
    latency_ms: float
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    reply: dict[str, Any]


class Replies(Protocol):
    """Keeps replies, to be found again by the digest of their question, and a log of calls."""

    def known(self, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """Return the whole replies ({text, finish_reason, refusal}) of any earlier run among these keys."""
        ...

    def log(self, call: Call) -> None:
        """Keep one call; safe to use from several threads."""
        ...


class TrainingRow(NamedTuple):
    """One labelled subject of a training set or a recording: ``label`` is canonical, None where there is none."""

    subject: Subject
    dimension: str
    label: str | None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is made; none of this belongs to the version of the judge.

    ``repeats`` asks each question several times; ``swap`` asks with the values and the examples in both orders;
    ``fresh`` ignores remembered replies; ``concurrency`` is how many requests run at once; ``timeout`` is in seconds
    per request; ``attempts`` is how often a request is tried.
    """

    repeats: int = 1
    swap: bool = False
    fresh: bool = False
    concurrency: int = 8
    timeout: float = 60.0
    attempts: int = 4
    batch_size: int = 32


@dataclass(frozen=True, kw_only=True)
class Bench(Generic[S]):
    """Everything a kind needs to judge: the spec, the dimensions as the rubric has them, and the surroundings.

    ``training`` holds the rows that a learned judge trains on, or those of a recording. ``environment`` holds the keys.
    ``sql`` says what queries run on, and ``mask`` takes personal data out of what comes back.
    Once ``stopped`` returns True, no request begins and subjects that have not begun get no opinion.
    """

    name: str
    version: str
    spec: S
    dimensions: tuple[Dimension, ...]
    settings: JudgeSettings = field(default_factory=JudgeSettings)
    options: Options = field(default_factory=Options)
    training: tuple[TrainingRow, ...] = ()
    replies: Replies | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    sql: SqlSettings = field(default_factory=SqlSettings)
    mask: Callable[[dict[str, Any]], Mapping[str, Any]] = dict
    stopped: Callable[[], bool] = lambda: False


class Terms(NamedTuple):
    """Where the masked texts of a run go, "" for nowhere, and the prices of a million tokens, None where unknown."""

    host: str = ""
    price_in: float | None = None
    price_out: float | None = None


def _stays_here(spec: Spec) -> Terms:
    return Terms()


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[S]):
    """A kind of judge.

    ``read(table)`` reads a spec from JSON; ``checked(spec, dimensions, settings)`` completes it and checks that it fits
    its surroundings. Both raise InputError that names the setting. ``judge(bench, subjects)`` yields opinions in the
    order in which they are ready: exactly one for each subject and dimension, fewer only when it is ``bench.stopped``.
    It raises ReviewError before the first opinion, and only for what concerns the whole run (no endpoint, no key, an
    unknown model). ``about`` describes the kind in a few words, for documentation. Subjects of a week come with their
    reference only where ``needs_reference`` is set: it would tell other judges what is right. ``sample`` is a spec that
    a judge of this kind can run with as it is, where the kind needs no endpoint, model or training set: the tests run
    it.
    """

    title: str
    read: Callable[[Mapping[str, Any]], S]
    checked: Callable[[S, Sequence[Dimension], JudgeSettings], S]
    judge: Callable[[Bench[S], Sequence[Subject]], Iterator[Opinion]]
    terms: Callable[[S], Terms] = _stays_here
    about: str = ""
    needs_reference: bool = False
    sample: Mapping[str, Any] = field(default_factory=dict)
