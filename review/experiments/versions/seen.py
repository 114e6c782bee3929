"""Versions that conversations of the log name, with their traffic; those that nobody registered among them."""

from __future__ import annotations

from dataclasses import dataclass

from review.basics.log_paths import log_of
from review.log.versions_named import VersionTraffic, versions_in_log
from storage.records_experiments import PromptVersion
from storage.store import Store


@dataclass(frozen=True)
class Seen:
    """Traffic by version: of registered ones, and of those that nobody registered."""

    registered: dict[str, VersionTraffic]
    unregistered: tuple[VersionTraffic, ...]


def seen_in_log(store: Store) -> Seen:
    """Return what the log says of each version, the latest seen first."""
    known = {row.id for row in store.find(PromptVersion)}
    found = versions_in_log(log_of(store.path))
    return Seen(
        {one.version: one for one in found if one.version in known},
        tuple(one for one in found if one.version not in known),
    )
