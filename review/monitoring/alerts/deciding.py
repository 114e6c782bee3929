"""What happens to alerts: they are opened, acknowledged, given an owner, escalated, closed, switched on and off.

Each is a row of its own; nothing is changed. Every verb reads the state inside its transaction, so that two nights at
once open an alert only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused
from review.basics.limits import MAX_COMMENT
from review.monitoring.alerts.declared import Declared, declared
from review.monitoring.alerts.found import Ring
from review.monitoring.alerts.states import (
    ACKNOWLEDGED,
    CLOSED,
    ESCALATED,
    NEW_NORMAL,
    OPENED,
    OWNER,
    WORSE,
    Raised,
    raised,
    raised_one,
)
from review.monitoring.alerts.words import told
from review.people.people import people, person, require
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers
from review.settings.project import Project
from storage.records_alerts import AlertEvent, AlertSwitch
from storage.store import Store


def open_alert(store: Store, one: Declared, ring: Ring, *, by: str) -> Raised | None:
    """Raise an alert for a ring; None while it is open or acknowledged, and for a ring that was closed already."""
    require(store, by, "lead")
    alert = _id(one, ring)
    with store.transaction():
        if not to_open(raised(store), one, ring):
            return None
        more = {"title": one.title, "words": told(one, ring), "metric": one.alert.metric}
        detail = ring.to_json(falling=one.falling) | more
        owner = _owner_id(store, one.alert.owner)
        write_event(store, alert, one.alert.name, OPENED, by=by, owner=owner, detail=detail)
    return raised_one(store, alert)


def to_open(known: Sequence[Raised], one: Declared, ring: Ring) -> bool:
    """Return whether a ring raises an alert: none of its name is open or acknowledged, and it was not closed itself."""
    return not any(r.id == _id(one, ring) or (r.name == one.alert.name and r.state != "closed") for r in known)


def _id(one: Declared, ring: Ring) -> str:
    return f"{one.alert.name}-{ring.since}"


def _owner_id(store: Store, name: str) -> str:
    """Return the id of the owner that the settings name; "" for nobody, also while that person is not in the store."""
    wanted = name.casefold()
    return next((p.id for p in people(store) if wanted and wanted in (p.id, p.name.casefold())), "")


def acknowledge(store: Store, project: Project, alert: str, *, by: str, reason: str = "") -> Raised:
    """Say that somebody looks after an alert; the person becomes its owner if it has none.

    Raises Refused without the role lead and for an alert that is not open, UnknownError for one that there is not.
    """
    require(store, by, "lead")
    said = _reason(project, reason, needed=False)
    with store.transaction():
        found = raised_one(store, alert)
        if found.state != "open":
            raise Refused(f"alert {alert}: it is {found.state} already, by {found.events[-1].by}.")
        write_event(store, alert, found.name, ACKNOWLEDGED, by=by, owner="" if found.owner else by, reason=said)
    return raised_one(store, alert)


def close(store: Store, project: Project, alert: str, *, by: str, reason: str, new_normal: bool = False) -> Raised:
    """Close an alert with a reason; it is watched again from the next day on.

    With ``new_normal`` its baseline begins with the change, so that the same level rings no more. Raises Refused
    without the role lead and for a closed alert, InputError without a reason.
    """
    require(store, by, "lead")
    said = _reason(project, reason, needed=True)
    with store.transaction():
        found = raised_one(store, alert)
        if found.state == "closed":
            raise Refused(f"alert {alert}: it is closed already, by {found.events[-1].by}.")
        detail = {NEW_NORMAL: str(found.found["since"])[:10]} if new_normal else _normal_before(store, found)
        write_event(
            store, alert, found.name, CLOSED, by=by, owner="" if found.owner else by, reason=said, detail=detail
        )
    return raised_one(store, alert)


def _normal_before(store: Store, found: Raised) -> dict[str, str]:
    """Return the begin of the baseline that an earlier closing set: it goes on until another one sets a new one."""
    for one in raised(store):
        if one.name == found.name and one.state == "closed":
            before = one.events[-1].detail.get(NEW_NORMAL)
            return {NEW_NORMAL: before} if before else {}
    return {}


def give_owner(store: Store, alert: str, owner: str, *, by: str) -> Raised:
    """Give an alert that is not closed to a person, by name or id. Raises Refused without the role lead."""
    require(store, by, "lead")
    somebody = person(store, owner)
    with store.transaction():
        found = raised_one(store, alert)
        if found.state == "closed":
            raise Refused(f"alert {alert}: it is closed, so nobody owns it any more.")
        write_event(store, alert, found.name, OWNER, by=by, owner=somebody.id)
    return raised_one(store, alert)


def escalate_overdue(store: Store, project: Project, *, by: str) -> list[Raised]:
    """Note the alerts that nobody acknowledged in time, once each, and return them: all leads are to be told."""
    require(store, by, "lead")
    hours = {one.alert.name: one.alert.escalate_hours for one in declared(project)}
    done = []
    with store.transaction():
        moment = datetime.fromisoformat(now())
        for one in raised(store):
            late = moment - datetime.fromisoformat(one.opened_at) >= timedelta(hours=hours.get(one.name, 24.0))
            if one.state == "open" and late and not one.escalated:
                write_event(store, one.id, one.name, ESCALATED, by=by)
                done.append(one.id)
    return [raised_one(store, alert) for alert in done]


def switch(store: Store, project: Project, name: str, *, on: bool, by: str) -> None:
    """Switch an alert on or off. Raises Refused without the role lead, InputError for one that there is not."""
    require(store, by, "lead")
    known = [one.alert.name for one in declared(project)]
    if name not in known:
        raise InputError(f"alert: found {name!r}, expected one of {', '.join(known)}.")
    with store.transaction():
        store.add(AlertSwitch(id=new_id(), name=name, switched_on=on, at=now(), by=by))
        chain.record(store, by, "alert switched on" if on else "alert switched off", name)


def _reason(project: Project, reason: str, *, needed: bool) -> str:
    """Return what a person wrote, masked as conversations are."""
    said = reason.strip()
    if (needed and not said) or len(said) > MAX_COMMENT:
        raise InputError(f"reason: found {len(said):,} characters, expected 1 to {MAX_COMMENT:,}: say what it was.")
    own = project.privacy
    wanted = recognisers(
        own.patterns, phone_region=own.phone_region, countries=own.countries, library=own.library, names=own.names,
        street_addresses=own.addresses,
    )  # fmt: skip
    return mask_text(said, wanted)[0] if said else ""


def write_event(
    store: Store,
    alert: str,
    name: str,
    kind: str,
    *,
    by: str,
    owner: str = "",
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one thing that happened to an alert. The caller holds the transaction."""
    more = detail or {}
    once = new_id() if kind == OWNER else f"{alert}-{kind}-{more['at']}" if kind == WORSE else f"{alert}-{kind}"
    store.add(
        AlertEvent(id=once, alert=alert, name=name, kind=kind, at=now(), by=by, owner=owner, reason=reason, detail=more)
    )
    chain.record(store, by, f"alert {kind}", alert, owner=owner, reason=reason)
