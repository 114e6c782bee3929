"""The log of messages: a row before the sending and one after it, so that no message goes out twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from review.audit import chain
from review.basics.clock import new_id, now
from review.notify.due import Message
from storage.queries.notices import latest_notices
from storage.records_notices import Notice
from storage.store import Store

TRYING, SENT, FAILED, UNKNOWN = "trying", "sent", "failed", "unknown"
LONGEST = timedelta(hours=1)
"""A sending that has no end after so long was cut off."""


def begin(store: Store, message: Message, title: str, *, by: str) -> bool:
    """Note that a message is about to be sent. Returns False when somebody else sends it or has sent it."""
    with store.transaction():
        over = {key_of(n) for n in latest_notices(store) if n.state != FAILED}
        if message.key in over:
            return False
        _note(store, message.key, TRYING, title, by=by)
    return True


def end(store: Store, message: Message, title: str, *, by: str, error: str = "") -> None:
    """Note how the sending went; with ``error`` it failed and is tried again."""
    with store.transaction():
        _note(store, message.key, FAILED if error else SENT, error or title, by=by)


def close_cut_off(store: Store, *, by: str) -> list[Notice]:
    """Note the sendings that were cut off, and return them. They are not sent again: they may have arrived."""
    limit = datetime.fromisoformat(now()) - LONGEST
    with store.transaction():
        found = [n for n in latest_notices(store) if n.state == TRYING and datetime.fromisoformat(n.at) < limit]
        for one in found:
            _note(store, key_of(one), UNKNOWN, one.detail, by=by)
    return found


def key_of(notice: Notice) -> tuple[str, str, str]:
    """Return what is never sent twice."""
    return notice.week, notice.kind, notice.recipient


def _note(store: Store, key: tuple[str, str, str], state: str, detail: str, *, by: str) -> None:
    week, kind, recipient = key
    store.add(
        Notice(id=new_id(), week=week, kind=kind, recipient=recipient, state=state, at=now(), by=by, detail=detail)
    )
    chain.record(store, by, "message", week, kind=kind, recipient=recipient, state=state)
