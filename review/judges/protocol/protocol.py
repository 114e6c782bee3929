"""What a kind of judge is: two functions, values in and values out.

``checked`` makes a spec whole and refuses a wrong one; ``judge`` turns subjects into what was said of them, one
:class:`Said` for every subject and dimension, none twice, none lost. A kind knows neither the store nor the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

Spec = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a judge is shown: one item of review, masked, with hidden spans hidden, and no label of any person.

    ``messages`` are {role, content[, name, tool_calls]} up to the answer under review; ``group`` holds together what
    must not be split (one user, session or conversation). ``expected_answer`` and ``reference_sql`` are those of the
    golden example, where the target is a release.
    """

    id: str
    conversation_id: str
    group: str
    question: str
    answer: str
    messages: tuple[dict[str, Any], ...] = ()
    context: tuple[str, ...] = ()
    steps: tuple[Any, ...] = ()
    sql: str = ""
    result: str = ""
    expected_answer: str = ""
    reference_sql: str = ""
    scenario: str = ""
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a judge said of one subject in one dimension; ``value`` None is a missing verdict, ``error`` its cause.

    ``error`` is one of ``CAUSES``, or ``NOT_ASKED`` where no verdict is wanted. ``score`` is how sure the judge is of
    the dimension's positive value, 0 to 1, None where it does not say. ``votes`` are the values of repeats and swapped
    orders. ``cost`` is this dimension's share.
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
    "tie", "undecided", "not_recorded",
)  # fmt: skip
"""Why a verdict is missing. ``off_scale`` named a value that the rubric does not have; ``tie``: repeats or orders
disagreed without a majority; ``undecided``: a classifier has no class for it; ``not_recorded``: not in the file."""


NOT_ASKED = "not_asked"
"""No cause: by what the judge said in other dimensions the rubric does not ask this one, so that nothing is missing."""


class Call(NamedTuple):
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
    """Where replies are remembered by the hash of what was asked, and calls are logged."""

    def known(self, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The replies ({text, finish_reason, refusal}) among these keys that came whole in any earlier run."""
        ...

    def log(self, call: Call) -> None:
        """Keep one call; safe to use from several threads."""
        ...


class Row(NamedTuple):
    """One labelled subject of a training set or a recording: ``label`` canonical, None where nothing was said."""

    subject: Subject
    dimension: str
    label: str | None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is made; nothing here belongs to the judge's version.

    ``repeats`` asks each question that often; ``swap`` asks it with the values and the examples in both orders;
    ``fresh`` ignores remembered replies; ``concurrency`` requests at once; ``timeout`` seconds a request; ``attempts``
    tries a request.
    """

    repeats: int = 1
    swap: bool = False
    fresh: bool = False
    concurrency: int = 8
    timeout: float = 60.0
    attempts: int = 4
    batch_size: int = 32


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Everything a kind needs to judge: its whole spec, the dimensions as the rubric has them, and its surroundings.

    ``training`` are the rows a learned judge was trained on; ``environment`` holds the keys; ``stopped`` tells that
    somebody has asked to pause: no new request is begun then, and subjects not begun are not said anything of.
    """

    name: str
    version: str
    spec: Spec
    dimensions: tuple[Dimension, ...]
    settings: JudgeSettings = field(default_factory=JudgeSettings)
    options: Options = field(default_factory=Options)
    training: tuple[Row, ...] = ()
    replies: Replies | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    stopped: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Kind:
    """A kind of judge.

    ``checked(spec, dimensions, settings)`` returns the whole spec or raises InputError that names the setting;
    ``judge(bench, subjects)`` yields in whatever order things are ready; when it is not ``bench.stopped`` it yields
    exactly one ``Said`` per subject and dimension. It raises ReviewError only for what concerns the whole run (no
    endpoint at all, key missing, model unknown), before anything is yielded.
    ``about`` is the kind in a few words, for documentation. ``sample`` is a spec that a judge of this kind can run with
    as it is, where the kind needs no endpoint, model or training set: the tests run it.
    """

    title: str
    checked: Callable[[Spec, Sequence[Dimension], JudgeSettings], Spec]
    judge: Callable[[Bench, Sequence[Subject]], Iterator[Said]]
    about: str = ""
    sample: Spec = field(default_factory=dict)
