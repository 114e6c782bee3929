"""Read and write what an adjudicator's browser sends: decisions. The server believes nothing that a client sends.

Writes are idempotent on the client's ``submission_id``, as those of reviewers are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.annotating.entries import Header, labels_of, read_header, shown, text_field
from review.annotating.submissions import Receipt, take_each
from review.basics.errors import Refused, UnknownError
from review.basics.limits import MAX_ANSWER, MAX_COMMENT, MAX_ID
from review.current.assignments import must_not_owe
from review.golden.approve import approve
from review.people.people import require
from review.settling.adjudication import adjudicate, cases, decided
from review.settling.case_payload import state_of
from storage.records_weeks import Item
from storage.store import Store

KINDS = ("decision",)


@dataclass(frozen=True, kw_only=True)
class DecisionEntry:
    """A decision as it was sent. ``labels`` and ``reason`` are checked when the item is settled.

    ``item`` is the id of the item; ``approve`` also approves it to golden; ``state`` names what the adjudicator saw,
    "" when the browser does not say.
    """

    submission_id: str
    item: str
    labels: Mapping[str, Any]
    rationale: str
    reason: str
    corrected_answer: str
    reference_sql: str
    approve: bool
    state: str


def read_decision(header: Header, entry: Mapping[str, Any]) -> DecisionEntry:
    """Return an entry as a decision. Raises InputError for a field that is unusable."""
    return DecisionEntry(
        submission_id=header.submission_id,
        item=text_field(entry, "assignment", MAX_ID),
        labels=labels_of(entry),
        rationale=text_field(entry, "rationale", MAX_COMMENT),
        reason=text_field(entry, "reason", MAX_COMMENT),
        corrected_answer=text_field(entry, "corrected_answer", MAX_ANSWER),
        reference_sql=text_field(entry, "reference_sql", MAX_ANSWER),
        approve=entry.get("approve") is True,
        state=text_field(entry, "state", MAX_ID),
    )


def receive_decisions(store: Store, adjudicator_id: str, entries: Sequence[object]) -> Receipt:
    """Take decisions in order; each is written in a transaction of its own or refused with a sentence.

    An entry with ``approve`` settles its item and approves it to golden, or does neither. A malformed entry is
    refused and never raises. Raises Refused only when the person may not adjudicate at all.
    """
    require(store, adjudicator_id, "adjudicator")
    return take_each(entries, lambda entry: _take(store, adjudicator_id, entry))


def _take(store: Store, by: str, raw: Any) -> None:
    header = read_header(raw, KINDS)
    with store.transaction():
        if decided(store, header.submission_id, by=by) is not None:
            return
        decision = read_decision(header, raw)
        item = _item(store, by, decision)
        adjudicate(
            store,
            item.id,
            by=by,
            labels=decision.labels,
            rationale=decision.rationale,
            reason=decision.reason,
            corrected_answer=decision.corrected_answer,
            reference_sql=decision.reference_sql,
            decision_id=decision.submission_id,
        )
        if decision.approve:
            approve(store, item.id, by=by)


def _item(store: Store, by: str, decision: DecisionEntry) -> Item:
    """Return the item to settle. Raises Refused when it has changed since it was seen, or waits for ``by``'s review."""
    item = store.get(Item, decision.item)
    if item is None:
        raise UnknownError(f"item '{shown(decision.item)}' is not in the store.")
    must_not_owe(store, item.id, by)
    case = next((c for c in cases(store, item.week, viewer=by) if c.item.id == item.id), None)
    if decision.state and case is not None and decision.state != state_of(case, by):
        raise Refused(f"item '{item.id}' has changed since you saw it: somebody voted or settled it. Look at it again.")
    return item
