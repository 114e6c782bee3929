"""The story of each alert that was raised, from its rows: open, acknowledged or closed, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from review.basics.errors import UnknownError
from review.basics.weeks import zone_of
from review.monitoring.alerts.evaluating import Past
from storage.queries.alerts import alert_events
from storage.records_alerts import AlertEvent
from storage.store import Store

OPENED, ACKNOWLEDGED, OWNER, ESCALATED, CLOSED = "opened", "acknowledged", "owner", "escalated", "closed"
WORSE = "worse"
NEW_NORMAL, FILLED = "new_normal", "filled"
"""What a closing may hold: the begin of a new baseline; that late data filled the gap."""
State = Literal["open", "acknowledged", "closed"]


@dataclass(frozen=True, kw_only=True)
class Raised:
    """One alert that was raised, with everything that happened to it in order. ``owner`` is a person's id or ""."""

    id: str
    name: str
    state: State
    owner: str
    events: Sequence[AlertEvent]

    @property
    def found(self) -> dict[str, Any]:
        """What was found when it opened: the ring, its title and its words."""
        return self.events[0].detail

    @property
    def opened_at(self) -> str:
        """When it was raised, as UTC text."""
        return self.events[0].at

    @property
    def escalated(self) -> bool:
        """Whether all leads were told."""
        return any(e.kind == ESCALATED for e in self.events)

    @property
    def worse(self) -> list[AlertEvent]:
        """Each time that it became clearly worse."""
        return [e for e in self.events if e.kind == WORSE]

    @property
    def level(self) -> dict[str, Any]:
        """What was found last: when it opened, or when it became worse."""
        return self.worse[-1].detail if self.worse else self.found

    def to_json(self) -> dict[str, Any]:
        """Return it as ``spotcheck alerts`` prints it."""
        keys = ("since", "value", "bound", "n", "slices", "title", "words")
        said = [{"kind": e.kind, "at": e.at, "by": e.by, "reason": e.reason, "owner": e.owner} for e in self.events]
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            **{key: self.found.get(key) for key in keys},
            "owner": self.owner or None,
            "opened_at": self.opened_at,
            "events": said,
        }


def raised(store: Store) -> list[Raised]:
    """Return every alert that was raised: open ones first, then acknowledged, then closed; the latest first of each."""
    stories: dict[str, list[AlertEvent]] = {}
    for event in alert_events(store):
        stories.setdefault(event.alert, []).append(event)
    found = [_raised(events) for events in reversed(stories.values())]
    order = {"open": 0, "acknowledged": 1, "closed": 2}
    return sorted(found, key=lambda one: order[one.state])


def _raised(events: Sequence[AlertEvent]) -> Raised:
    kinds = [e.kind for e in events]
    state: State = "closed" if CLOSED in kinds else "acknowledged" if ACKNOWLEDGED in kinds else "open"
    owner = next((e.owner for e in reversed(events) if e.owner), "")
    return Raised(id=events[0].alert, name=events[0].name, state=state, owner=owner, events=tuple(events))


def raised_one(store: Store, alert: str) -> Raised:
    """Return one alert that was raised, by its id. Raises UnknownError that names those that are not closed."""
    everything = raised(store)
    found = next((one for one in everything if one.id == alert), None)
    if found is None:
        known = ", ".join(one.id for one in everything if one.state != "closed") or "none is open"
        raise UnknownError(f"alert: found {alert!r}, expected the id of an alert that was raised ({known}).")
    return found


def pasts(everything: Sequence[Raised], time_zone: str) -> dict[str, Past]:
    """Return what happened to each alert before, by name: from when on it is watched, after it was closed last."""
    found: dict[str, Past] = {}
    for one in everything:
        if one.state == "closed" and one.name not in found:
            end = next(e for e in reversed(one.events) if e.kind == CLOSED)
            at = datetime.fromisoformat(end.at).astimezone(zone_of(time_zone))
            resume = end.at[:13] if len(str(one.found["since"])) > len("2026-11-30") else _day_after(at.date())
            # Nobody looked at what came after a gap that late data filled: it is watched from the end of the gap on.
            resume = str(one.found["at"]) if end.detail.get(FILLED) else resume
            found[one.name] = Past(resume=resume, normal=str(end.detail.get(NEW_NORMAL, "")))
    return found


def _day_after(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()
