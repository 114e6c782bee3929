"""Findings with their state, and what people do about them: another owner or deadline, a resolution, a reopening."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, UnknownError
from review.basics.limits import MAX_COMMENT
from review.compliance.checks.catalogue import DAILY, title_of
from review.compliance.checks.texts import recognisers_of
from review.people.people import person, require
from review.privacy.masking import mask_text
from review.settings.project import Project
from storage.records_compliance import ComplianceEvent, ComplianceFinding
from storage.store import Store

FIRST_DAY, LAST_DAY = "0000-01-01", "9999-12-31"
KINDS = {"EMAIL": "e-mail", "IP": "IP address", "IBAN": "IBAN"}
"""What people call a kind of personal data, where it is not the name of its token in small letters."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding as it stands now. ``owner`` is a rater, ``due`` a date; ``resolution`` says what was done about it."""

    id: str
    day: str
    name: str
    kind: str
    source: str
    subject: str
    n: int
    looked: int
    owner: str
    due: str
    at: str
    examples: Sequence[dict[str, Any]]
    state: Literal["open", "resolved"]
    overdue: bool
    resolution: str = ""
    resolved_by: str = ""
    resolved_at: str = ""

    @property
    def title(self) -> str:
        """The title of the check that found it."""
        return title_of(self.name)

    @property
    def what(self) -> str:
        """What was found, as people read it: "e-mail repeated" for the kind ``EMAIL repeated``."""
        kind, *rest = self.kind.split(" ")
        words = KINDS.get(kind, kind.lower().replace("_", " ") if kind.isupper() else kind)
        return " ".join([words, *rest, self.subject]).strip()

    def to_json(self) -> dict[str, Any]:
        """Plain data, with the clauses that the check serves."""
        clauses = [f"{c.law} {c.article}" for c in DAILY[self.name].clauses] if self.name in DAILY else []
        return {**self.__dict__, "examples": list(self.examples), "title": self.title, "clauses": clauses}


def findings(store: Store, *, first: str = FIRST_DAY, last: str = LAST_DAY, names: Collection[str] = ()) -> list[Found]:
    """Return what was found about the days from ``first`` to ``last``: overdue ones first, then open, then resolved."""
    by_finding: dict[str, list[ComplianceEvent]] = {}
    for event in store.find(ComplianceEvent):
        by_finding.setdefault(event.finding_id, []).append(event)
    today = now()[:10]
    found = [
        _as_it_stands(one, by_finding.get(one.id, ()), today)
        for one in store.find(ComplianceFinding)
        if first <= one.day <= last and (not names or one.name in names)
    ]
    return sorted(found, key=lambda f: (not f.overdue, f.state != "open", f.due, f.day, f.id))


def _as_it_stands(found: ComplianceFinding, events: Sequence[ComplianceEvent], today: str) -> Found:
    owner, due, last = found.owner, found.due, None
    for event in events:
        if event.kind == "assign":
            owner, due = event.owner or owner, event.due or due
        else:
            last = event
    resolved = last if last is not None and last.kind == "resolve" else None
    return Found(
        **{name: getattr(found, name) for name in _SAME},
        owner=owner,
        due=due,
        state="resolved" if resolved else "open",
        overdue=resolved is None and due < today,
        resolution=resolved.text if resolved else "",
        resolved_by=resolved.by if resolved else "",
        resolved_at=resolved.at if resolved else "",
    )


_SAME = ("id", "day", "name", "kind", "source", "subject", "n", "looked", "at", "examples")


def assign(store: Store, ids: Sequence[str], *, by: str, owner: str = "", due: str = "") -> list[Found]:
    """Give findings another owner (id or name) or deadline (ISO date). Returns them as they stand then.

    Raises Refused without the role lead, UnknownError for an unknown person or finding, InputError for a wrong date.
    """
    require(store, by, "lead")
    if not owner and not due:
        raise InputError("found neither an owner nor a deadline, expected one of them.")
    if due:
        _date(due)
    new = person(store, owner) if owner else None
    if new is not None and not new.may("annotator"):
        raise Refused(f"{new.name} has the role {new.role or 'none'} and cannot answer for a finding.")
    with store.transaction():
        before = _need(store, ids)
        for one in before:
            event = ComplianceEvent(
                id=new_id(), finding_id=one.id, kind="assign", at=now(), by=by, owner=new.id if new else "", due=due
            )
            store.add(event)
            chain.record(store, by, "assign finding", one.id, owner=event.owner, due=due)
    return _need(store, ids)


def resolve(store: Store, project: Project, ids: Sequence[str], text: str, *, by: str) -> list[Found]:
    """Resolve findings; ``text`` says what was done and is masked. Returns them as they stand then.

    Raises Refused without the role lead or for one that is resolved, UnknownError for an unknown one, InputError for an
    empty or too long text.
    """
    require(store, by, "lead")
    said = _masked(project, text)
    with store.transaction():
        for one in _need(store, ids):
            if one.state != "open":
                raise Refused(f"finding {one.id} was resolved on {one.resolved_at[:10]} already.")
            _say(store, one.id, "resolve", said, by)
    return _need(store, ids)


def reopen(store: Store, project: Project, ids: Sequence[str], text: str, *, by: str) -> list[Found]:
    """Open resolved findings again; ``text`` says why and is masked. Raises like :func:`resolve`."""
    require(store, by, "lead")
    said = _masked(project, text)
    with store.transaction():
        for one in _need(store, ids):
            if one.state == "open":
                raise Refused(f"finding {one.id} is open already.")
            _say(store, one.id, "reopen", said, by)
    return _need(store, ids)


def _say(store: Store, finding_id: str, kind: str, said: str, by: str) -> None:
    store.add(ComplianceEvent(id=new_id(), finding_id=finding_id, kind=kind, at=now(), by=by, text=said))
    chain.record(store, by, f"{kind} finding", finding_id)


def _masked(project: Project, text: str) -> str:
    said = mask_text(text.strip(), recognisers_of(project))[0]
    if not 0 < len(said) <= MAX_COMMENT:
        raise InputError(f"resolution: found {len(said):,} characters, expected 1 to {MAX_COMMENT:,}.")
    return said


def _need(store: Store, ids: Sequence[str]) -> list[Found]:
    """Return the findings with these ids, in this order. Raises UnknownError for one that is not there."""
    known = {one.id: one for one in findings(store)}
    missing = [i for i in ids if i not in known]
    if missing or not ids:
        raise UnknownError(f"there is no finding {missing[0] if missing else ''!r}. The list has their ids.")
    return [known[i] for i in dict.fromkeys(ids)]


def _date(text: str) -> None:
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError
    except ValueError:
        raise InputError(f"due: found {text!r}, expected a day such as 2026-12-01.") from None
