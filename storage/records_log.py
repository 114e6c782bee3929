"""Records of imports, conversations and draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from storage.records_base import Json


class Message(TypedDict):
    """One message of a conversation. ``tool_calls`` are as the source has them."""

    role: str
    content: NotRequired[str | None]
    name: NotRequired[str]
    tool_calls: NotRequired[list[Json]]
    tool_call_id: NotRequired[str]


class ResultTable(TypedDict, total=False):
    """The result of a query: ``columns``, ``rows`` and the ``total`` number of rows, or a ``text`` alone."""

    columns: list[str]
    rows: list[list[Any]]
    total: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import of one file: the detected format, and how many records were read, added and so on.

    ``updated`` told something new of a conversation that the log held, such as a thumb down; ``waiting`` name one that
    it does not hold yet, or wait for their answer. ``expired`` are about conversations that retention removed,
    ``erased`` were dropped, because their user or conversation was erased. Imports of earlier versions have None in
    these.
    """

    id: str
    at: str
    by: str
    file: str
    format: str
    source: str
    read: int
    added: int
    duplicate: int
    changed: int
    rejected: int
    undated: int
    rejections: tuple[Json, ...] = ()
    updated: int | None = None
    waiting: int | None = None
    expired: int | None = None
    erased: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImportWithdrawal:
    """The undo of an import that nothing was drawn from: its conversations leave all queries, their ids become free."""

    import_id: str
    at: str
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ScenarioAssignment:
    """The scenario that somebody gave a conversation of the log; the latest counts, and "" takes it back."""

    id: str
    conversation_id: str
    scenario: str
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """How files of a source are read, as somebody declared it; of several that fit a file the latest counts.

    ``mapping`` gives the path of a field (field -> dotted path), ``value_tables`` translate cells (field -> raw ->
    value). ``date_format`` is a form of :mod:`review.basics.date_forms`, ``encoding`` the name of a codec; "" is none.
    """

    id: str
    source: str
    at: str
    by: str
    mapping: dict[str, str] = field(default_factory=dict)
    value_tables: dict[str, dict[str, str]] = field(default_factory=dict)
    date_format: str = ""
    encoding: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceConnection:
    """A source that is pulled, as a lead set it up in the application; the latest of a name counts.

    ``options`` are the settings of its kind; keys are named there by their variable. ``on`` False ends it.
    """

    id: str
    source: str
    kind: str
    at: str
    by: str
    options: dict[str, str] = field(default_factory=dict)
    on: bool = True


@dataclass(frozen=True, kw_only=True)
class Pull:
    """One visit to a source that is pulled: what it gave, and where the next visit goes on.

    ``status`` is "done", "nothing" (there was nothing new) or "failed", with the reason in ``detail``. A visit that
    imports several files has one row for each; ``import_id`` names the import. ``left_out`` counts what was not
    fetched, by reason. Else ``detail`` holds what a person must know of the import.
    """

    id: str
    visit: str
    source: str
    kind: str
    at: str
    by: str
    status: str
    seconds: float
    cursor: Json = field(default_factory=dict)
    left_out: Json = field(default_factory=dict)
    import_id: str | None = None
    detail: str = ""


ERASED_HASH = "erased"
"""The content hash of an erased conversation: the hash of a short text would tell the text."""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A masked production conversation, never changed after it was drawn or picked.

    ``id`` is the id in the source, prefixed with ``source/`` unless the source is the default ``production``; records
    without an id get a keyed hash. ``messages`` are in order, ``context`` is the retrieved passages, ``steps`` the
    reasoning chain. ``user_id`` and ``session_id`` are keyed hashes. ``verdicts`` maps judge to dimension to value.
    ``redacted`` counts masked spans. ``checks`` maps each check that ran on import to its findings; they are derived,
    so the content hash omits them.
    """

    id: str
    source: str
    source_id: str
    created_at: str | None
    week: str
    messages: tuple[Message, ...]
    context: tuple[str, ...] = ()
    steps: tuple[Any, ...] = ()
    sql: str | None = None
    result: ResultTable | None = None
    status: str = "ok"
    error_type: str | None = None
    error_message: str | None = None
    repair_rounds: int | None = None
    repaired: bool | None = None
    confidence: float | None = None
    low_confidence: bool | None = None
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    retries: int | None = None
    model: str | None = None
    prompt_version: str | None = None
    variant: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    feedback: str | None = None
    scenario: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Json = field(default_factory=dict)
    verdicts: dict[str, Json] = field(default_factory=dict)
    content_hash: str = ""
    redacted: int = 0
    checks: dict[str, Json] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """The text of the last user message."""
        return next((str(m["content"]) for m in reversed(self.messages) if m["role"] == "user"), "")

    @property
    def answer(self) -> str:
        """The text of the final answer, "" without one; see :func:`final_answer`."""
        at = final_answer(self.messages, self.status)
        return "" if at is None else str(self.messages[at]["content"])


def final_answer(messages: Sequence[Message], status: str) -> int | None:
    """Return the position of the last assistant message with text, None without one.

    A conversation with an error has an answer only if nothing was asked and no tool ran after it: an earlier turn does
    not answer the question that failed.
    """
    failed = status == "error"
    for at in range(len(messages) - 1, -1, -1):
        message = messages[at]
        if failed and (message["role"] in ("user", "tool") or message.get("tool_calls")):
            return None
        if message["role"] == "assistant" and message.get("content"):
            return at
    return None


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One draw from the sealed frame of a week. A later draw of the same week can only raise probabilities.

    ``frame`` keeps source, window, rows, distinct, null_ids, duplicate_ids, late and the verdict counts by stratum.
    ``digest`` is md5 over the sorted drawn ids joined by newlines.
    """

    id: str
    week: str
    at: str
    by: str
    source: str
    seed: str
    key_rule: str
    rate: float
    frame: Json
    digest: str


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """One group (stratum) in one draw: population N_h, sampled n_h, inclusion probability pi_h."""

    id: str
    draw_id: str
    week: str
    name: str
    population: int
    sampled: int
    probability: float


LOG_KEYS: dict[type, tuple[str, ...]] = {
    Import: ("imports", "id"),
    ImportWithdrawal: ("import_withdrawals", "import_id"),
    SourceSettings: ("source_settings", "id"),
    ScenarioAssignment: ("scenario_assignments", "id"),
    SourceConnection: ("source_connections", "id"),
    Pull: ("pulls", "id"),
    Conversation: ("conversations", "id"),
    Draw: ("draws", "id"),
    Stratum: ("strata", "id"),
}
"""Table and primary key of each of these records."""
