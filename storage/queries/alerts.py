"""What happened to alerts, in order of arrival: clocks that jump change nothing about the order."""

from __future__ import annotations

from storage.records_alerts import AlertEvent
from storage.store import Store


def alert_events(store: Store) -> list[AlertEvent]:
    """Return everything that happened to alerts, in order of arrival."""
    return store.find(AlertEvent)


def switches(store: Store) -> dict[str, bool]:
    """Return the alerts that a lead switched on or off, by name: whether they are on now."""
    return {row["name"]: bool(row["switched_on"]) for row in store.query(_SWITCHES)}


_SWITCHES = "SELECT name, switched_on FROM alert_switches ORDER BY rowid"
