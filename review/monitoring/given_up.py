"""Weeks that a lead gives up: nothing is ever drawn from them, so their conversations may expire without a review."""

from __future__ import annotations

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import InputError, Refused
from review.basics.limits import MAX_NOTE
from review.basics.weeks import monday_of
from review.people.people import require
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers
from storage.queries.retention import weeks_begun
from storage.records_retention import NeverDrawn
from storage.store import Store


def never_draw(store: Store, week: str, *, reason: str, by: str) -> NeverDrawn:
    """Say that nothing will be drawn from a week of the log, so that its conversations may expire. It is for good.

    Raises Refused without the role lead and for a week that was drawn from or opened, InputError for a wrong week or
    without a reason.
    """
    require(store, by, "lead")
    said = mask_text(reason.strip(), recognisers())[0]
    if not 0 < len(said) <= MAX_NOTE:
        raise InputError(f"reason: found {len(said):,} characters, expected 1 to {MAX_NOTE} that say why.")
    monday_of(week)
    with store.transaction():
        if week in weeks_begun(store):
            raise Refused(f"{week} was drawn from or opened already; close it, and its conversations may expire.")
        row = NeverDrawn(week=week, at=now(), by=by, reason=said)
        if store.add(row):
            chain.record(store, by, "never draw", week)
    return row
