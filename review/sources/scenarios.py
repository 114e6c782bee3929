"""Scenarios that somebody assigned to conversations of the log, in place of what their source said."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.people.people import require
from storage.records_log import Conversation, ScenarioAssignment
from storage.store import Store

MOST = 50_000
"""Conversations that get a scenario at once."""
LONGEST = 80


def assign_scenario(store: Store, ids: Collection[str], scenario: str, *, by: str) -> int:
    """Give conversations a scenario and return how many got another one than before; "" takes it back.

    It holds for what is drawn or picked from now on: a conversation under review keeps what it was drawn with. Raises
    Refused without the role lead, InputError for a name that is too long and for too many conversations.
    """
    require(store, by, "lead")
    name = " ".join(scenario.split())
    if len(name) > LONGEST:
        raise InputError(f"scenario: found {len(name)} characters, expected at most {LONGEST}.")
    if not 0 < len(ids) <= MOST:
        raise InputError(f"Choose from 1 to {MOST:,} conversations; found {len(ids):,}.")
    with store.transaction():
        held = assigned_scenarios(store, ids)
        changed = [one for one in dict.fromkeys(ids) if held.get(one, "") != name]
        at = now()
        store.add(*(ScenarioAssignment(id=new_id(), conversation_id=c, scenario=name, at=at, by=by) for c in changed))
        if changed:
            chain.record(store, by, "scenario", name, conversations=len(changed))
    return len(changed)


def assigned_scenarios(store: Store, ids: Collection[str] | None = None) -> dict[str, str]:
    """Return the assigned scenario by conversation id; the latest counts, and one taken back is left out."""
    where: dict[str, Any] = {} if ids is None else {"conversation_id": list(ids)}
    found = {row.conversation_id: row.scenario for row in store.find(ScenarioAssignment, **where)}
    return {conversation: name for conversation, name in found.items() if name}


def with_scenarios(store: Store, found: Iterable[Conversation]) -> list[Conversation]:
    """Return conversations with the scenarios that somebody assigned to them."""
    every = list(found)
    assigned = assigned_scenarios(store, [c.id for c in every])
    return [replace(c, scenario=assigned[c.id]) if c.id in assigned else c for c in every]
