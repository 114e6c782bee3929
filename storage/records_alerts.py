"""Records of alerts: what happened to each, and which alerts a lead switched on or off."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class AlertEvent:
    """One thing that happened to an alert that was raised; the rows of one ``alert`` in order are its story.

    ``kind`` is opened, acknowledged, owner, escalated, worse or closed. ``name`` is the alert's name in the settings.
    The opening, and each time that it became worse, holds what was found in ``detail``; ``owner`` is given with any
    event, "" when it stays; ``reason`` is what a person wrote, masked, or what the check found.
    """

    id: str
    alert: str
    name: str
    kind: str
    at: str
    by: str
    owner: str
    reason: str
    detail: Json


@dataclass(frozen=True, kw_only=True)
class AlertSwitch:
    """A lead switched an alert of the settings on or off; the latest row of a name counts."""

    id: str
    name: str
    switched_on: bool
    at: str
    by: str


ALERT_KEYS: dict[type, tuple[str, ...]] = {
    AlertEvent: ("alert_events", "id"),
    AlertSwitch: ("alert_switches", "id"),
}
"""Table and primary key of each of these records."""
