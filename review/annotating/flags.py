"""What reviewers flagged, for adjudicators and leads. A flag that was taken back no longer hides its span."""

from __future__ import annotations

from dataclasses import dataclass

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import NothingToDo, UnknownError
from review.current.assignments import owed_items, week_of_store
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.queries.flags import flags_that_count
from storage.queries.pairs import PAIR
from storage.records_review import Flag, Withdrawal
from storage.records_weeks import Item
from storage.store import Store

KINDS = {
    "privacy": "personal data that slipped through",
    "unclear": "the guidance does not cover this case",
    "other": "something else",
}


@dataclass(frozen=True, kw_only=True)
class Flagged:
    """One flag that counts, raised by ``by``; ``token`` replaces the span that it hides, "" when it hides none.

    ``pair`` tells that the item is a pair of answers.
    """

    flag: str
    item: str
    kind: str
    comment: str
    by: str
    at: str
    token: str
    pair: bool


def flags(store: Store, week: str, *, viewer: str) -> list[Flagged]:
    """Return the flags of a week that count, the newest first, without those of items that the viewer still owes.

    Raises Refused without the role adjudicator, UnknownError for a week that is not in the store.
    """
    require(store, viewer, "adjudicator")
    week_of_store(store, week)
    owed = owed_items(store, viewer)
    found = [f for f in flags_that_count(store, week) if f.item_id not in owed]
    items = {i.id: i for i in store.find(Item, id=[f.item_id for f in found])}
    places = {i.id: i.conversation_id for i in items.values()}
    spans = spans_by_conversation(store, list(places.values()))
    key = hmac_key(store) if spans else b""
    tokens = {s.id: s.token for hidden in spans.values() for s in hidden}
    return [
        Flagged(
            flag=f.submission_id,
            item=f.item_id,
            kind=f.kind,
            comment=str(without(f.comment, spans.get(places[f.item_id], []), key)),
            by=f.rater_id,
            at=f.at,
            token=tokens.get(f.span or "", ""),
            pair=items[f.item_id].kind == PAIR,
        )
        for f in found
    ]


def take_back_flag(store: Store, flag: str, *, by: str) -> None:
    """Take back a flag that somebody raised by mistake. A span that only this flag hides is shown again.

    Raises Refused without the role lead, UnknownError for a flag that is not in the store, and NothingToDo when the
    flag was taken back before.
    """
    with store.transaction():
        require(store, by, "lead")
        found = store.get(Flag, flag)
        if found is None:
            raise UnknownError(f"flag '{flag}' is not in the store. Give the id of one of the week's flags.")
        if store.find(Withdrawal, withdraws=flag):
            raise NothingToDo(f"flag '{flag}' was already taken back. Nothing was changed.")
        store.add(Withdrawal(new_id(), flag, by, now()))
        chain.record(store, by, "take back flag", found.item_id, flag=flag, raised_by=found.rater_id)
