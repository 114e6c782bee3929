"""Let a check look at conversations that came before it was there, or while it could not run.

A daily check looks at each conversation once, when the conversation is new. One that was added later, or whose settings
were given later, has therefore seen nothing of the days before. It looks back when somebody asks for it, day by day;
interrupted, it goes on where it stopped. What has expired since is gone: the result says how much that was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo
from review.basics.log_paths import log_of
from review.basics.words import counted, meant
from review.compliance.checks.catalogue import DAILY, title_of
from review.compliance.rules import Rules, keep
from review.compliance.traffic import day_pass, look_at_day, ready_of
from review.people.people import require
from review.settings.project import Project
from storage.queries.compliance import passes_without
from storage.records_compliance import CompliancePass
from storage.records_log import ImportWithdrawal
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The days that one check has not seen: ``passes`` of others over them, with ``rows`` conversations in all.

    ``why_not`` says why it cannot look back now either, "" where it can.
    """

    name: str
    passes: tuple[CompliancePass, ...]
    why_not: str

    @property
    def rows(self) -> int:
        """Conversations that others have looked at and this check has not."""
        return sum(one.rows for one in self.passes)

    @property
    def days(self) -> int:
        """Days (UTC) of these conversations."""
        return len({one.day for one in self.passes})

    @property
    def words(self) -> str:
        """What it has not seen, in a sentence."""
        seen = f"{counted(self.rows, 'conversation')} of {counted(self.days, 'day')}"
        return f"{title_of(self.name).capitalize()}: has not looked at {seen} from before it could run."


@dataclass(frozen=True, kw_only=True)
class LookedBack:
    """What looking back gave: days, conversations that were still there, those that had expired, new findings."""

    name: str
    days: int
    rows: int
    expired: int
    findings: int


def behind(store: Store, project: Project, *, first: str = "", last: str = "9999") -> list[Behind]:
    """Return the checks over conversations that lack days from ``first`` to ``last``, with what they lack."""
    found = _lacking(store, _over_traffic(), first=first, last=last)
    ready = ready_of({name: DAILY[name] for name in found}, project)
    return [
        Behind(name=name, passes=found[name], why_not="" if one.look else one.detail) for name, one in ready.items()
    ]


def _lacking(
    store: Store, names: Sequence[str], *, first: str = "", last: str = "9999"
) -> dict[str, tuple[CompliancePass, ...]]:
    """Return the passes that these checks lack, by check; one that lacks nothing is left out."""
    undone = {row.import_id for row in store.find(ImportWithdrawal)}
    found = {name: _that_count(passes_without(store, name, first, last), undone) for name in names}
    return {name: passes for name, passes in found.items() if passes}


def _that_count(passes: Sequence[CompliancePass], undone: Collection[str]) -> tuple[CompliancePass, ...]:
    """Return passes without the conversations of imports that were undone: those never counted."""
    found = []
    for one in passes:
        imports = {name: n for name, n in one.imports.items() if name not in undone}
        if imports == one.imports:
            found.append(one)
        elif imports:
            found.append(replace(one, imports=imports, rows=sum(imports.values())))
    return tuple(found)


def _over_traffic() -> list[str]:
    return [name for name, check in DAILY.items() if check.traffic is not None]


def look_back(
    store: Store, project: Project, name: str, *, by: str, tell: Callable[[int, int], object] = lambda *_: None
) -> LookedBack:
    """Let one check look at the days that it has not seen, the oldest first.

    ``tell`` gets how many passes are done and how many there are, before each of them. Raises Refused unless ``by`` is
    a lead, InputError for an unknown check, NothingToDo when it lacks no day or cannot run.
    """
    require(store, by, "lead")
    known = _over_traffic()
    if name not in known:
        raise InputError(f"check: found '{name[:40]}'{meant(name, known)}, expected one of {', '.join(known)}.")
    passes = _lacking(store, [name]).get(name, ())
    if not passes:
        raise NothingToDo(f"{title_of(name)} has looked at every conversation that the other checks have seen.")
    ready = ready_of({name: DAILY[name]}, project)
    if ready[name].look is None:
        raise NothingToDo(f"{title_of(name)} cannot run: {ready[name].detail}")
    rules, rows, expired, findings = Rules(store, project, by, DAILY), 0, 0, 0
    for done, before in enumerate(passes):
        tell(done, len(passes))
        n, counts = look_at_day(log_of(store.path), ready, before.day, before.imports)
        gone = max(before.rows - n, 0)
        made = day_pass(
            rules, ready, counts, day=before.day, identity=f"{before.id.partition('/')[2]}/{name}", imports={}, rows=n,
            say=partial(_said, gone),
        )  # fmt: skip
        if keep(store, made):
            rows, expired, findings = rows + n, expired + gone, findings + len(made.found)
    return LookedBack(name=name, days=len({one.day for one in passes}), rows=rows, expired=expired, findings=findings)


def _said(gone: int, method: str) -> str:
    """Return with what a check looked, that it looked back, and what it could not see any more."""
    missing = f", {counted(gone, 'conversation')} had expired" if gone else ""
    return f"{method}; it looked back on {now()[:10]}{missing}"
