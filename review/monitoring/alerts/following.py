"""What a check does about alerts that were raised before: it closes those that late data explains."""

from __future__ import annotations

from review.monitoring.alerts.deciding import write_event
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.gathering import Traffic
from review.monitoring.alerts.states import CLOSED, FILLED, Raised, raised, raised_one
from review.monitoring.alerts.stopped import filled
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
