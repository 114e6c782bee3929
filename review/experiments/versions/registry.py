"""Register versions, approve and deprecate them. States are rows: pending, then approved, then deprecated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from review.audit import chain
from review.basics.canonical import canonical
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.experiments.decisions import Standing, decision_named, standing, standing_of
from review.people.people import require
from storage.queries.experiments import latest_states
from storage.records_experiments import PromptVersion, VersionState
from storage.store import Store

PENDING, APPROVED, DEPRECATED = STATES = ("pending", "approved", "deprecated")
LONGEST_PROMPT = 1_000_000
"""The most characters of a prompt."""
_ID = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]{0,126}[^\s\x00-\x1f])?")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody registers. ``prompt_hash`` is given where the text itself may not be kept."""

    id: str
    parent: str | None = None
    description: str = ""
    prompt: str = ""
    prompt_hash: str = ""
    model: str = ""
    parameters: Mapping[str, Any] | None = None
    commit: str = ""
    path: str = ""


@dataclass(frozen=True)
class Version:
    """A registered version with the state that counts."""

    registered: PromptVersion
    state: VersionState

    @property
    def id(self) -> str:
        """The name that the production log has for it."""
        return self.registered.id


def register(store: Store, wanted: Wanted, *, by: str) -> Version:
    """Register a version, pending. Registering the very same again does nothing.

    Raises Refused without the role adjudicator, or for an id that means another version; UnknownError for an unknown
    parent; InputError for an unusable id, hash, prompt or parameters.
    """
    require(store, by, "adjudicator")
    _check(wanted)
    made = PromptVersion(
        id=wanted.id,
        prompt_hash=hash_of(wanted.prompt) if wanted.prompt else wanted.prompt_hash,
        at=now(),
        by=by,
        parent=wanted.parent or None,
        description=wanted.description.strip(),
        prompt=wanted.prompt,
        model=wanted.model.strip(),
        parameters=dict(wanted.parameters or {}),
        commit=wanted.commit.strip(),
        path=wanted.path.strip(),
    )
    with store.transaction():
        held = store.get(PromptVersion, made.id)
        if held is not None:
            if _same(held, made):
                return version_named(store, made.id)
            raise Refused(
                f"version '{made.id}' is registered already, with other content, and a version never changes. "
                "Register the new one under another id."
            )
        if made.parent is not None:
            version_named(store, made.parent)
        state = VersionState(id=new_id(), version=made.id, state=PENDING, at=made.at, by=by)
        store.add(made, state)
        chain.record(store, by, "prompt register", made.id, parent=made.parent, prompt_hash=made.prompt_hash)
    return Version(made, state)


def hash_of(prompt: str) -> str:
    """Return the SHA-256 of a prompt's text in UTF-8."""
    return hashlib.sha256(prompt.encode()).hexdigest()


def _check(wanted: Wanted) -> None:
    if not _ID.fullmatch(wanted.id):
        raise InputError(f"id: found {wanted.id[:80]!r}, expected 1 to 128 characters such as v3 or support@12.")
    if wanted.parent == wanted.id:
        raise InputError(f"parent: found '{wanted.id}', expected another version than itself.")
    if wanted.prompt_hash and not _HASH.fullmatch(wanted.prompt_hash):
        raise InputError(
            f"prompt hash: found {wanted.prompt_hash[:80]!r}, expected the SHA-256 of the text as 64 digits 0-9a-f."
        )
    if len(wanted.prompt) > LONGEST_PROMPT:
        raise InputError(f"prompt: found {len(wanted.prompt):,} characters, expected at most {LONGEST_PROMPT:,}.")
    try:
        canonical(dict(wanted.parameters or {}))
    except TypeError as error:
        raise InputError(f"parameters: found a value that JSON cannot hold ({error}).") from None


def _same(one: PromptVersion, other: PromptVersion) -> bool:
    fields = ("prompt_hash", "parent", "description", "model", "parameters", "commit", "path")
    return all(getattr(one, f) == getattr(other, f) for f in fields)


def versions(store: Store) -> list[Version]:
    """Return all registered versions with their states, in order of arrival."""
    states = latest_states(store)
    return [Version(row, states[row.id]) for row in store.find(PromptVersion)]


def version_named(store: Store, name: str) -> Version:
    """Return one version. Raises UnknownError that lists the registered ones."""
    row = store.get(PromptVersion, name)
    if row is None:
        known = ", ".join(v.id for v in store.find(PromptVersion, order_by="rowid desc")[:12]) or "none yet"
        raise UnknownError(
            f"version '{name}' is not registered (registered are: {known}).",
            command_hint="`spotcheck prompt register` registers one.",
        )
    return Version(row, latest_states(store)[name])


def in_force(store: Store) -> Version | None:
    """Return the version that was approved last and is not deprecated, None without any."""
    approved = [v for v in versions(store) if v.state.state == APPROVED]
    return max(approved, key=lambda v: (v.state.at, approved.index(v)), default=None)


def approve(store: Store, name: str, *, by: str, decision: str = "", reason: str = "") -> Version:
    """Approve a version on a gate decision, or by a waiver: another person than registered it, with a reason.

    ``decision`` is the id of the gate decision, by default the latest one about this version. It must have passed, or
    somebody must have waived what was open. Raises Refused without the role lead, or when neither holds; UnknownError
    for an unknown decision; NothingToDo for an approved version.
    """
    require(store, by, "lead")
    with store.transaction():
        held = version_named(store, name)
        if held.state.state == APPROVED:
            raise NothingToDo(f"version '{name}' is approved already, since {held.state.at[:10]}.")
        evidence = _evidence(store, name, decision)
        if evidence is None:
            _check_waiver(held, by, reason)
            return _moved(store, held, APPROVED, by, decision="", waiver=by, reason=reason)
        waiver = evidence.waivers[-1].by if evidence.waived else ""
        return _moved(store, held, APPROVED, by, decision=evidence.decision.id, waiver=waiver, reason=reason)


def _evidence(store: Store, name: str, decision: str) -> Standing | None:
    """Return the gate decision that an approval rests on, None where there is none about this version."""
    found = standing(store, decision_named(store, decision)) if decision else standing_of(store, name)
    if found is None:
        return None
    if found.decision.candidate != name:
        raise Refused(f"{found.decision.id} is about {found.decision.candidate}, not about '{name}'.")
    latest = standing_of(store, name)
    if latest is not None and _superseded(found, latest):
        raise Refused(
            f"{found.decision.id} rests on an older run of '{name}'; about its later run over "
            f"{latest.decision.release} the gate says {latest.decision.decision} ({latest.decision.id}). Decide that "
            "one, or run the gate again."
        )
    if not found.may_ship:
        raise Refused(
            f"the gate says {found.decision.decision} about '{name}' ({found.decision.id}); open: "
            f"{', '.join(found.open)}. Let a second person waive what is open, or decide it first."
        )
    return found


def _superseded(chosen: Standing, latest: Standing) -> bool:
    """Return whether the gate stopped a later run of the same version over the same release."""
    old, new = chosen.decision, latest.decision
    return not latest.may_ship and old.release == new.release and old.candidate_run != new.candidate_run


def _check_waiver(held: Version, by: str, reason: str) -> None:
    if held.registered.by == by:
        raise Refused(
            f"version '{held.id}' has no gate decision, and {by} registered it. Run the gate, or let another lead "
            "approve it with a reason."
        )
    if not reason.strip():
        raise Refused(
            f"version '{held.id}' has no gate decision. Approving it is a waiver: give the reason, or run the gate."
        )


def deprecate(store: Store, name: str, *, by: str, reason: str = "") -> Version:
    """Deprecate a version. Raises Refused without the role lead, NothingToDo for one that is deprecated."""
    require(store, by, "lead")
    with store.transaction():
        held = version_named(store, name)
        if held.state.state == DEPRECATED:
            raise NothingToDo(f"version '{name}' is deprecated already, since {held.state.at[:10]}.")
        return _moved(store, held, DEPRECATED, by, reason=reason)


def _moved(
    store: Store, held: Version, state: str, by: str, *, decision: str = "", waiver: str = "", reason: str = ""
) -> Version:
    row = VersionState(
        id=new_id(),
        version=held.id,
        state=state,
        at=now(),
        by=by,
        decision=decision,
        waiver=waiver,
        reason=reason.strip(),
    )
    store.add(row)
    action = {APPROVED: "prompt approve", DEPRECATED: "prompt deprecate"}[state]
    chain.record(store, by, action, held.id, decision=decision, waiver=waiver, reason=reason.strip())
    return Version(held.registered, row)
