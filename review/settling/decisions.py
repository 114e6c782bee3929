"""What an adjudicator's browser sends: decisions. The server believes none of it.

Writes are idempotent on the client's ``submission_id``, as those of reviewers are (submissions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.annotating.submissions import IDENTITY, MAX_ANSWER, MAX_COMMENT, Receipt, shown, text_field
from review.basics.errors import InputError, Refused, ReviewError, UnknownError
from review.current.assignments import owed_items
from review.golden.approve import approve
from review.people.people import require
from review.settling.adjudication import adjudicate, cases, decided
from review.settling.case_batch import state_of
from storage.records_review import Item
from storage.store import Store


def receive_decisions(store: Store, adjudicator_id: str, entries: Sequence[Any]) -> Receipt:
    """Take decisions in order; each is written in a transaction of its own or refused with a sentence.

    An entry with ``approve`` settles its item and approves it to golden, or does neither. A malformed entry is
    refused, it never raises. Raises Refused only when the person may not adjudicate at all.
    """
    require(store, adjudicator_id, "adjudicator")
    acknowledged: list[str] = []
    rejected: list[tuple[str, str]] = []
    for entry in entries:
        name = shown(entry.get("submission_id", ""), 64) if isinstance(entry, Mapping) else ""
        try:
            _take(store, adjudicator_id, entry)
            acknowledged.append(name)
        except ReviewError as error:
            rejected.append((name, str(error)))
    return Receipt(tuple(acknowledged), tuple(rejected))


def _take(store: Store, by: str, entry: Any) -> None:
    if not isinstance(entry, Mapping):
        raise InputError(f"entry: found {type(entry).__name__}, expected an object.")
    identity, kind = entry.get("submission_id"), entry.get("kind")
    if not isinstance(identity, str) or not IDENTITY.fullmatch(identity):
        raise InputError("submission_id: expected 8 to 64 letters, digits or hyphens.")
    if kind != "decision":
        raise InputError(f"kind: found {shown(kind)!r}, expected decision.")
    with store.transaction():
        if decided(store, identity, by=by) is not None:
            return
        item = _item(store, by, entry)
        adjudicate(
            store,
            item.id,
            by=by,
            labels=entry.get("labels") or {},
            rationale=text_field(entry, "rationale", MAX_COMMENT),
            reason=text_field(entry, "reason", MAX_COMMENT),
            corrected_answer=text_field(entry, "corrected_answer", MAX_ANSWER),
            reference_sql=text_field(entry, "reference_sql", MAX_ANSWER),
            decision_id=identity,
        )
        if entry.get("approve") is True:
            approve(store, item.id, by=by)


def _item(store: Store, by: str, entry: Mapping[str, Any]) -> Item:
    """The item that is settled, as it was seen. Raises Refused when it has changed since, or waits for ``by``."""
    wanted = text_field(entry, "assignment", MAX_COMMENT)
    item = store.get(Item, wanted)
    if item is None:
        raise UnknownError(f"item '{shown(wanted)}' is not in the store.")
    if item.id in owed_items(store, by):
        raise Refused(f"item '{item.id}' still waits for your own review; settle it after that.")
    seen = entry.get("state")
    case = next((c for c in cases(store, item.week, viewer=by) if c.item.id == item.id), None)
    if seen and case is not None and seen != state_of(case, by):
        raise Refused(f"item '{item.id}' has changed since you saw it: somebody voted or settled it. Look at it again.")
    return item
