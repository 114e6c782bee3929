"""Records of approved examples and their frozen releases, and the shape of the JSON that they hold.

The JSON types are TypedDicts: what is read is what was stored, key by key, so hashes over it never change. Build it in
``review.golden.content``; read it through ``review.golden.reader``, which checks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from storage.records_base import Json, StoredLabels

EXAMPLE_KINDS = ("normal", "edge", "adversarial")
"""The kinds of golden example, which a plan may count apart."""


class Turn(TypedDict):
    """One message before the question. ``role`` is system, user, assistant or tool."""

    role: str
    content: str


class Origin(TypedDict):
    """Where an example comes from: source system, its id for the conversation, the week of the item ("" for none).

    ``redacted`` counts masked spans. ``purposive`` is true for an item that was picked by hand.
    """

    system: str
    conversation: str
    week: str
    redacted: int
    purposive: bool


class ExpectedTool(TypedDict):
    """A tool that must be called. ``arguments`` None: any are right; arguments beside the named ones are allowed."""

    name: str
    arguments: Json | None


class WhereGiven(TypedDict, total=False):
    """Parts of an example that stand in it only where somebody gave them, so that hashes of older ones stay."""

    expected_tools: list[ExpectedTool]


class GoldenContent(WhereGiven):
    """What an example asks and expects.

    ``prior_turns`` come before the question. ``answer`` is the reviewed answer, which the labels describe.
    ``expected_behaviour`` is answer, clarify or refuse. ``expected_result`` is the result of ``reference_sql`` on the
    data ``snapshot`` with ``as_of`` as today's date. ``required`` names tables and fields that must appear.
    """

    question: str
    prior_turns: list[Turn]
    context: list[str]
    answer: str
    expected_answer: str
    expected_behaviour: str
    reference_sql: str
    expected_result: Json | None
    as_of: str
    snapshot: str
    required: list[str]
    tags: list[str]
    origin: Origin


class GoldenVote(TypedDict):
    """One reviewer's labels behind an example, with the group and inclusion probability of the item."""

    rater: str
    submission_id: str
    labels: StoredLabels
    rubric_version: int
    stratum: str | None
    probability: float | None


class FrozenExample(GoldenContent):
    """One example as a release holds and hashes it: its content, its labels and votes, and who settled it."""

    example_id: str
    conversation_id: str
    item_id: str
    labels: StoredLabels
    votes: list[GoldenVote]
    rubric_version: int
    source: str
    kind: str
    scenario: str
    split: str
    must_pass: bool
    rule: str
    adjudicator: str | None


@dataclass(frozen=True, kw_only=True)
class GoldenExample:
    """One version of an approved example. The latest version of an ``example_id`` is current unless it is retired."""

    id: str
    example_id: str
    conversation_id: str
    item_id: str
    content: GoldenContent
    labels: StoredLabels
    votes: tuple[GoldenVote, ...]
    rubric_version: int
    approved_by: str
    at: str
    source: str = "historical"
    kind: str = "normal"
    scenario: str = ""
    split: str = "test"
    must_pass: bool = False
    rule: str = ""
    adjudication_id: str | None = None
    supersedes: str | None = None
    retired: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A frozen set of golden examples; ``content_hash`` is over the canonical JSON of its examples."""

    name: str
    content_hash: str
    size: int
    at: str
    by: str
    notes: str = ""


@dataclass(frozen=True)
class ReleaseExample:
    """One frozen example of a release."""

    id: str
    release: str
    example_id: str
    content_hash: str
    content: FrozenExample


GOLDEN_KEYS: dict[type, tuple[str, ...]] = {
    GoldenExample: ("golden_examples", "id"),
    Release: ("releases", "name"),
    ReleaseExample: ("release_examples", "id"),
}
"""Table and primary key of each of these records."""
