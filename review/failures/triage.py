"""The weekly triage: what becomes of each group of failures of a week. The week does not close before.

A group is a mode, or a kind of failure that has no mode yet, under one prompt version. More failures than the setting
``task_above`` need a task; fewer are edge cases for the golden examples. Each group names its root cause, and leaves a
golden candidate or the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from review.audit import chain
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.errors import InputError, UnknownError
from review.basics.limits import MAX_COMMENT
from review.basics.words import counted
from review.failures.decided import decided_in, suggested
from review.failures.drafting import Draft, draft
from review.failures.grouped import Portion, groups_of, portions_of
from review.failures.meanwhile import check_after, check_seen
from review.failures.modes import GROUPS, ModeList, mode_list
from review.failures.working import check_in_force, keep
from review.log.failed import FailedGroup
from review.people.people import person, require
from review.settings.project import Project
from storage.queries.failures import latest_state_of_version
from storage.records_failures import FailureTriage
from storage.store import Store

DECISIONS = ("task", "golden", "ignored")
CANDIDATES = 3
"""How many golden examples a triage proposes where the person names none."""


@dataclass(frozen=True, kw_only=True)
class TriageGroup:
    """One group of a week: how many failures, what to call it, and what was decided (None: nothing yet).

    ``state`` is open, triaged or ignored; ``waiting`` failures are open. ``suggested`` is the decision that the number
    of failures asks for. With ``fix_deprecated`` the version that was to fix it has been taken out of use since.
    """

    found: FailedGroup
    title: str
    state: str
    suggested: str
    decided: FailureTriage | None
    waiting: int
    fix_deprecated: bool = False

    @property
    def is_named(self) -> bool:
        """Whether somebody has named the mode; else the group is a kind of failure."""
        return self.found.group not in GROUPS

    @property
    def reopened(self) -> bool:
        """Whether the group has outgrown what was decided about it, or failures joined it that nobody decided about."""
        return self.state == "open" and self.decided is not None


@dataclass(frozen=True, kw_only=True)
class TriageWish:
    """What a person decides about a group.

    ``candidates`` are conversations to propose as golden examples: None takes the first that fit, an empty list needs a
    ``reason``. ``few_shots`` are settled items: None takes those nearest to the failures. ``seen`` is the version of
    the list of modes that the person saw, ``after`` the id of the decision that they saw, "" for none; None does not
    ask. A ``submission`` counts once, however often it is sent.
    """

    root_cause: str
    decision: str = ""
    candidates: Sequence[str] | None = None
    reason: str = ""
    owner: str = ""
    due: str = ""
    few_shots: Sequence[str] | None = None
    fix_version: str = ""
    seen: int | None = None
    after: str | None = None
    submission: str = ""


def triage_groups(store: Store, project: Project, week: str, *, viewer: str | None = None) -> list[TriageGroup]:
    """Return the groups of a week: open ones first, the largest first.

    A group of which some failures have no decision is open: they came later, or their mode took others in. So is one
    of few failures that has grown since, and now needs a task.
    """
    decided = decided_in(store, mode_list(store), [week], task_above=project.failures.task_above)
    groups = groups_of(store, project, weeks=[week], viewer=viewer)
    portions: dict[tuple[str, str], list[Portion]] = {}
    for one in portions_of(store, project, week, viewer=viewer) if decided.triages else ():
        portions.setdefault((one.group, one.version), []).append(one)
    outgrown = decided.outgrown(one for some in portions.values() for one in some)
    found = []
    for g in groups:
        own = portions.get((g.group, g.version), ())
        done = decided.by((g.week, g.group, g.version)) or next((t for t in map(decided.about, own) if t), None)
        mode = decided.modes.of(g.group)
        ignored = mode is not None and mode.ignored != ""
        waiting = sum(c.n for c in own if decided.state(c, outgrown) == "open") if decided.triages else g.n
        found.append(
            TriageGroup(
                found=g,
                title=decided.modes.title(g.group),
                state="ignored" if ignored else "open" if waiting else "triaged",
                suggested=suggested(g.n, project.failures.task_above),
                decided=done,
                waiting=0 if ignored else waiting,
                fix_deprecated=_is_deprecated(store, done),
            )
        )
    return sorted(found, key=lambda g: (g.state != "open", -g.found.n, g.title, g.found.version))


def _is_deprecated(store: Store, done: FailureTriage | None) -> bool:
    version = done.fix_version if done else ""
    return version != "" and latest_state_of_version(store, version) == "deprecated"


def triage(
    store: Store, project: Project, week: str, group: str, version: str, *, wish: TriageWish, by: str
) -> FailureTriage:
    """Decide about one group of failures, by id or name of its mode or by its kind; a later decision replaces it.

    Raises Refused without the role adjudicator and when somebody merged the mode or decided meanwhile, UnknownError for
    a group without failures and an unknown owner, InputError for what is missing.
    """
    require(store, by, "adjudicator")
    if (sent := _sent(store, wish)) is not None:
        return sent
    modes = mode_list(store)
    check_seen(modes, group, wish.seen)
    found = _group(store, project, modes, (week, group, version))
    chosen = wish.decision or suggested(found.n, project.failures.task_above)
    _check(found, wish, chosen, project)
    check_in_force(store, wish.fix_version)
    needed = wish.candidates != [] or wish.few_shots is None
    drafted = draft(store, project, found, by=by, ids=wish.candidates or None) if needed else Draft((), ())
    proposals = () if wish.candidates == [] or chosen == "ignored" else drafted.proposals
    proposals = proposals if wish.candidates else proposals[:CANDIDATES]
    if not proposals and not wish.reason.strip():
        raise InputError(
            "candidates: none of these failures makes a new golden example. Say why none is proposed, as the reason."
        )
    few = [s.item_id for s in drafted.few_shots] if wish.few_shots is None else list(wish.few_shots)
    task = chosen == "task"
    decided = FailureTriage(
        id=wish.submission or new_id(),
        week=week,
        mode=found.group,
        version=version,
        at=now(),
        by=by,
        decision=chosen,
        root_cause=wish.root_cause.strip(),
        failures=found.n,
        modes_version=modes.version,
        candidates=tuple(p.origin for p in proposals),
        reason=wish.reason.strip(),
        owner=person(store, wish.owner).id if task else "",
        due=wish.due if task else "",
        few_shots=tuple(few) if task else (),
        fix_version=wish.fix_version.strip(),
    )
    with store.transaction():
        if (sent := _sent(store, wish)) is not None:
            return sent
        check_seen(mode_list(store), found.group, modes.version)
        check_after(store, decided, wish.after)
        keep(store, [one for one in (found.example, *decided.candidates) if one], by=by)
        store.add(decided, *proposals)
        title = modes.title(found.group)
        chain.record(store, by, "triage", week, mode=title, version=version, decision=chosen, failures=found.n)
    return decided


def _sent(store: Store, wish: TriageWish) -> FailureTriage | None:
    """Return what an earlier sending of the same submission decided."""
    return next(iter(store.find(FailureTriage, id=wish.submission)), None) if wish.submission else None


def _group(store: Store, project: Project, modes: ModeList, place: tuple[str, str, str]) -> FailedGroup:
    week, group, version = place
    key = modes.asked(group)
    groups = groups_of(store, project, weeks=[week])
    found = next((g for g in groups if g.group == key and g.version == version), None)
    if found is None:
        versions = [g.version for g in groups if g.group == key]
        known = ", ".join(f"{modes.title(g.group)} of {g.version or 'no version'}" for g in groups) or "none"
        asked = f"under version '{version}'" if version else "without a version"
        raise UnknownError(
            f"{week} has no failures of '{modes.title(key)}' {asked}. "
            + (
                f"It has some under version {', '.join(versions)}: name it."
                if versions
                else f"Its groups are: {known}."
            )
        )
    return found


def _check(found: FailedGroup, wish: TriageWish, chosen: str, project: Project) -> None:
    setting.one_of("decision", chosen, DECISIONS)
    if not 0 < len(wish.root_cause.strip()) <= MAX_COMMENT:
        raise InputError(
            "root cause: found nothing. Say in a few words why these failed: 'the prompt lacks the date format'."
        )
    if chosen == "golden" and found.n > project.failures.task_above:
        raise InputError(
            f"decision: {counted(found.n, 'failure')} of this group; more than {project.failures.task_above} a week "
            "need a task. Give an owner and a due date, or ignore the group with a reason."
        )
    if chosen == "ignored" and not wish.reason.strip():
        raise InputError("reason: found nothing. Say why these failures are ignored.")
    if chosen != "task":
        return
    if not wish.owner.strip():
        raise InputError("owner: found nobody. Name the person who will work on this task.")
    try:
        if date.fromisoformat(wish.due).isoformat() != wish.due:  # 20261204 would not sort among the others
            raise ValueError
    except ValueError:
        raise setting.wrong("due", wish.due, "a date such as 2026-12-04") from None
