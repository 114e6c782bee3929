"""What a check does about alerts raised before: late data closes them, and what became clearly worse is noted."""

from __future__ import annotations

from datetime import datetime

from review.basics.weeks import zone_of
from review.monitoring.alerts.deciding import write_event
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.evaluating import Past
from review.monitoring.alerts.gathering import Traffic
from review.monitoring.alerts.series import Series
from review.monitoring.alerts.states import CLOSED, FILLED, WORSE, Raised, raised, raised_one
from review.monitoring.alerts.stopped import filled
from review.monitoring.alerts.words import became_worse, places
from review.monitoring.alerts.worsening import worse
from review.people.people import require
from storage.store import Store

EXPLAINED = "Data that came later fills the gap, so traffic was not gone."


def close_filled(store: Store, one: Declared, traffic: Traffic | None, *, by: str) -> list[Raised]:
    """Close the alert about traffic that is gone where data has come since and fills the gap, and return it.

    Raises Refused without the role lead.
    """
    require(store, by, "lead")
    done = []
    with store.transaction():
        for old in raised(store):
            if one.how != "gone" or traffic is None or old.name != one.alert.name or old.state == "closed":
                continue
            since, at = str(old.found["since"]), str(old.found["at"])
            if filled(traffic, since=since, at=at, sources=[str(s) for s in old.found.get("sources", [])]):
                write_event(store, old.id, old.name, CLOSED, by=by, reason=EXPLAINED, detail={FILLED: True})
                done.append(old.id)
    return [raised_one(store, alert) for alert in done]


def note_worse(
    store: Store, one: Declared, series: Series | None, past: Past, *, time_zone: str, by: str
) -> list[Raised]:
    """Note that an alert, open or acknowledged, has become clearly worse than it was when it opened, and return it.

    It has when the detector of the alert rings against the level that was found last. Raises Refused without the role
    lead.
    """
    require(store, by, "lead")
    done = []
    with store.transaction():
        for old in raised(store):
            if series is None or old.name != one.alert.name or old.state == "closed":
                continue
            last = old.worse[-1] if old.worse else old.events[0]
            day = datetime.fromisoformat(last.at).astimezone(zone_of(time_zone)).date().isoformat()
            told = last.at[:13] if one.alert.window == "hour" else day
            ring = worse(one, series, past, since=str(old.level["since"]), at=str(old.level["at"]), told=told)
            if ring is None:
                continue
            before = float(old.level["value"])
            said = became_worse(one, ring, 1 - before if one.falling else before)
            detail = ring.to_json(falling=one.falling) | {"words": [said, *places(one, ring.slices)]}
            write_event(store, old.id, old.name, WORSE, by=by, reason=said, detail=detail)
            done.append(old.id)
    return [raised_one(store, alert) for alert in done]
