"""What records say about a conversation besides its content: feedback, tags, scores and errors. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from storage.records_log import Conversation

LISTS = ("scores", "annotations")
"""Lists in the metadata of a conversation to which later entries are added."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one record says about a conversation besides its content. ``status`` is "error" or None.

    ``lists`` are entries for the lists of the metadata that ``LISTS`` names. ``at`` is when it was said, as UTC text,
    None where that is not known.
    """

    feedback: str | None = None
    status: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    tags: tuple[str, ...] = ()
    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    at: str | None = None

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return any((self.feedback, self.status, self.tags, self.verdicts, any(self.lists.values())))


def facts_of(found: Conversation) -> Facts:
    """Return what a conversation says about itself besides its content."""
    failed = found.status == "error"
    lists = {name: found.metadata[name] for name in LISTS if isinstance(found.metadata.get(name), list)}
    return Facts(
        feedback=found.feedback,
        status="error" if failed else None,
        error_type=found.error_type if failed else None,
        error_message=found.error_message if failed else None,
        tags=tuple(found.tags),
        verdicts=found.verdicts,
        lists=lists,
        at=None if found.messages else found.created_at,
    )


def news(arrived: Facts, held: Facts) -> Facts:
    """Return what of the arrived facts is not held yet. An error stays; it is no news that a record lacks it.

    The same feedback given again later is news too, because other feedback may have come in between.
    """
    again = held.at is not None and arrived.at is not None and arrived.at > held.at
    failed = arrived.status is not None and held.status is None
    cells = {
        judge: {name: cell for name, cell in given.items() if held.verdicts.get(judge, {}).get(name) != cell}
        for judge, given in arrived.verdicts.items()
    }
    lists = {name: [e for e in given if e not in held.lists.get(name, ())] for name, given in arrived.lists.items()}
    return Facts(
        feedback=arrived.feedback if arrived.feedback != held.feedback or again else None,
        status="error" if failed else None,
        error_type=arrived.error_type if failed else None,
        error_message=arrived.error_message if failed else None,
        tags=tuple(tag for tag in arrived.tags if tag not in held.tags),
        verdicts={judge: given for judge, given in cells.items() if given},
        lists={name: given for name, given in lists.items() if given},
        at=arrived.at,
    )


def is_older(arrived: Facts, held: Facts) -> bool:
    """Whether some facts were said before those that are held; without a time they are as late as they arrived."""
    return held.at is not None and arrived.at is not None and arrived.at < held.at


def together(held: Facts, arrived: Facts) -> Facts:
    """Return some facts with those that arrived next: the latest feedback and verdict count, an error stays.

    What was said last counts, whenever it arrived. Lists grow in the order of arrival.
    """
    failed = held if held.status else arrived
    lists = {
        name: [*held.lists.get(name, ()), *arrived.lists.get(name, ())] for name in {**held.lists, **arrived.lists}
    }
    held, later = (arrived, held) if is_older(arrived, held) else (held, arrived)
    judges = {**held.verdicts, **later.verdicts}
    return Facts(
        feedback=later.feedback or held.feedback,
        status=failed.status,
        error_type=failed.error_type,
        error_message=failed.error_message,
        tags=tuple(dict.fromkeys((*held.tags, *later.tags))),
        verdicts={judge: {**held.verdicts.get(judge, {}), **later.verdicts.get(judge, {})} for judge in judges},
        lists=lists,
        at=max(held.at or "", later.at or "") or None,
    )


def with_facts(found: Conversation, facts: Facts | None) -> Conversation:
    """Return a conversation with the tags and lists that arrived later; its other columns have them already."""
    if facts is None or not (facts.tags or facts.lists):
        return found
    lists = {name: [*_listed(found, name), *given] for name, given in facts.lists.items()}
    tags = tuple(dict.fromkeys((*found.tags, *facts.tags)))
    return replace(found, tags=tags, metadata={**found.metadata, **lists})


def _listed(found: Conversation, name: str) -> list[Any]:
    there = found.metadata.get(name)
    return list(there) if isinstance(there, list) else []
