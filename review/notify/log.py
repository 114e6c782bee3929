"""The log of messages: a row before the sending and one after it, so that no message goes out twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from review.audit import chain
from review.basics.clock import new_id, now
from review.notify.due import Key, key_for
from storage.queries.notices import latest_notices
from storage.records_notices import Notice
from storage.records_weeks import DueChange, Week
from storage.store import Store

TRYING, SENT, FAILED, UNKNOWN = "trying", "sent", "failed", "unknown"
LONGEST = timedelta(hours=1)
"""A sending that has no end after so long was cut off."""


def begin(store: Store, key: Key, title: str, *, by: str) -> bool:
    """Note that a message is about to be sent. Returns False when somebody else sends it or has sent it."""
    with store.transaction():
        if key in over(store, [key.week]):
            return False
        _note(store, key, TRYING, title, by=by)
    return True


def end(store: Store, key: Key, title: str, *, by: str, error: str = "") -> None:
    """Note how the sending went; with ``error`` it failed and is tried again."""
    with store.transaction():
        _note(store, key, FAILED if error else SENT, error or title, by=by)


def close_cut_off(store: Store, *, by: str) -> list[Notice]:
    """Note the sendings that were cut off, and return them. They are not sent again: they may have arrived."""
    limit = datetime.fromisoformat(now()) - LONGEST
    with store.transaction():
        found = [n for n in latest_notices(store) if n.state == TRYING and datetime.fromisoformat(n.at) < limit]
        for one in found:
            _note(store, Key(one.week, one.kind, one.recipient), UNKNOWN, one.detail, by=by)
    return found


def over(store: Store, weeks: Sequence[str]) -> set[Key]:
    """Return the keys of messages that are not sent again: sent, on their way, or perhaps sent. An alert is as a week.

    A message speaks of the due date that counted when its sending began.
    """
    first = {w.name: w.due for w in store.find(Week, name=list(weeks))}
    changes = store.find(DueChange, week=list(weeks), order_by="rowid")
    begun: dict[tuple[str, str, str], Key] = {}
    states: dict[Key, str] = {}
    for n in store.find(Notice, week=list(weeks), order_by="rowid"):
        who = (n.week, n.kind, n.recipient)
        if n.state == TRYING or who not in begun:
            dues = [first.get(n.week, ""), *(c.due for c in changes if c.week == n.week and c.at <= n.at)]
            begun[who] = key_for(*who, dues[-1])
        states[begun[who]] = n.state
    return {key for key, state in states.items() if state != FAILED}


def _note(store: Store, key: Key, state: str, detail: str, *, by: str) -> None:
    week, kind, recipient, _ = key
    store.add(
        Notice(id=new_id(), week=week, kind=kind, recipient=recipient, state=state, at=now(), by=by, detail=detail)
    )
    chain.record(store, by, "message", week, kind=kind, recipient=recipient, state=state)
