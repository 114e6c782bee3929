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

ALERT, ESCALATED, WORSE = "alert", "escalated", "worse"
"""Kinds of messages about alerts; ``Notice.week`` holds the alert then."""
TRYING, SENT, FAILED, UNKNOWN = "trying", "sent", "failed", "unknown"
LONGEST = timedelta(hours=1)
"""A sending that has no end after so long was cut off."""
CUT_OFF = timedelta(minutes=5)
"""The same for a message about an alert, which is sent again: a service has half a minute to take one."""


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


def begin_again(store: Store, key: Key, title: str, *, by: str) -> bool:
    """Note that a message whose sending was cut off is sent once more. Returns False for one that was not.

    Of two processes that come at once, one gets True: from then on the message is on its way again.
    """
    limit = datetime.fromisoformat(now()) - CUT_OFF
    with store.transaction():
        rows = store.find(Notice, week=key.week, kind=key.kind, recipient=key.recipient, order_by="rowid")
        last = rows[-1] if rows else None
        stuck = last is not None and last.state == TRYING and datetime.fromisoformat(last.at) < limit
        if last is None or not (stuck or last.state == UNKNOWN):
            return False
        if stuck:
            _note(store, key, UNKNOWN, last.detail, by=by)
        _note(store, key, TRYING, title, by=by)
    return True


def close_cut_off(store: Store, *, by: str) -> list[Notice]:
    """Note the sendings about weeks that were cut off, and return them.

    They are not sent again, because they may have arrived. Messages about alerts are: see :func:`begin_again`.
    """
    limit = datetime.fromisoformat(now()) - LONGEST
    with store.transaction():
        trying = [n for n in latest_notices(store) if n.state == TRYING and n.kind not in (ALERT, ESCALATED, WORSE)]
        found = [n for n in trying if datetime.fromisoformat(n.at) < limit]
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
