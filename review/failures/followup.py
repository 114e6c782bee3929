"""Follow-up: a version claims to fix a mode, and the next weeks of production prove it or reopen it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.basics.weeks import monday_of
from review.failures.archive import groups_of
from review.failures.modes import ModeList, mode_list
from review.failures.working import check_in_force
from review.log.failed import traffic
from review.people.people import require
from review.settings.project import Project
from review.statistics.fixes import CAME_BACK, FIXED, Rate, fix_state, rate, trend_state
from storage.records_failures import FixClaim
from storage.store import Store

BEFORE = 4
"""How many weeks before the claim its share is compared with."""


@dataclass(frozen=True, kw_only=True)
class WeekCount:
    """How many of the conversations of a week failed in a mode, under the versions that count."""

    week: str
    failures: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One claimed fix: the weeks before it and those under the version, its state by the printed rule, and why.

    ``decided`` is the week that proved or reopened it, "" while nothing is known.
    """

    claim: FixClaim
    title: str
    before: Sequence[WeekCount]
    after: Sequence[WeekCount]
    state: str
    why: str
    decided: str

    def to_json(self) -> dict[str, Any]:
        """Return the claim as the command line prints it."""
        told = asdict(self)
        return {**{k: v for k, v in told.items() if k != "claim"}, **told["claim"], "name": self.title}


def claim_fix(
    store: Store, project: Project, mode: str, *, version: str, week: str, by: str, note: str = ""
) -> FixClaim:
    """Record that a prompt version fixes a mode from a week on. Production proves or reopens it.

    Raises Refused without the role adjudicator and for a deprecated version, InputError for a wrong week and for a mode
    that has never failed.
    """
    require(store, by, "adjudicator")
    monday_of(week)
    if not version.strip():
        raise InputError("version: found nothing, expected the prompt version that fixes the mode.")
    check_in_force(store, version)
    modes = mode_list(store)
    key = modes.group(mode)
    if not any(g.group == key for g in groups_of(store, project)):
        raise InputError(f"'{modes.title(key)}' has never failed in this log, so no version can be seen to fix it.")
    claim = FixClaim(id=new_id(), mode=key, version=version.strip(), week=week, at=now(), by=by, note=note.strip())
    with store.transaction():
        store.add(claim)
        chain.record(store, by, "claim fix", modes.title(key), version=claim.version, week=week)
    return claim


Counts = Mapping[tuple[str, str, str], int]
"""Failures by week, group and version."""


def followed(store: Store, project: Project) -> list[Followed]:
    """Return every claimed fix with its state, the latest first. A later claim for the same mode ends a former one."""
    modes = mode_list(store)
    counts: dict[tuple[str, str, str], int] = {}
    for g in groups_of(store, project):
        counts[g.week, g.group, g.version] = counts.get((g.week, g.group, g.version), 0) + g.n
    ran = {(t.week, t.version): t.n for t in traffic(log_of(store.path))}
    claims = store.find(FixClaim)
    found = []
    for at, claim in enumerate(claims):
        key = modes.group(claim.mode)
        later = [c.week for c in claims[at + 1 :] if modes.group(c.mode) == key and c.week > claim.week]
        found.append(_follow(claim, modes, counts, ran, until=min(later, default="")))
    return found[::-1]


def _follow(
    claim: FixClaim, modes: ModeList, counts: Counts, ran: Mapping[tuple[str, str], int], *, until: str
) -> Followed:
    key = modes.group(claim.mode)
    weeks = sorted({week for week, _ in ran})
    earlier = [week for week in weeks if week < claim.week][-BEFORE:]
    had = {version for (week, group, version) in counts if group == key and week in earlier} - {claim.version}
    before = _counts(earlier, key, had, counts, ran)
    # A later version in which the mode occurs again counts too: what was fixed must not return unnoticed.
    first = {version: min(week for week, v in ran if v == version) for _, version in ran}
    again = {v for (week, group, v) in counts if group == key and first.get(v, "") >= claim.week} - had
    own = {claim.version} | again
    later = [week for week in weeks if week >= claim.week and (not until or week < until)]
    after = [c for c in _counts(later, key, own, counts, ran) if c.of]
    state, why = fix_state(_pooled(before), _rates(after))
    decided = next((after[at].week for at in range(len(after)) if _state(before, after[: at + 1]) == state), "")
    return Followed(
        claim=claim,
        title=modes.title(key),
        before=before,
        after=after,
        state=state,
        why=why,
        decided=decided if state in (FIXED, CAME_BACK) else "",
    )


def _state(before: Sequence[WeekCount], after: Sequence[WeekCount]) -> str:
    return fix_state(_pooled(before), _rates(after))[0]


def _counts(
    weeks: Sequence[str], key: str, versions: Collection[str], counts: Counts, ran: Mapping[tuple[str, str], int]
) -> list[WeekCount]:
    return [
        WeekCount(
            week=week,
            failures=sum(counts.get((week, key, v), 0) for v in versions),
            of=sum(ran.get((week, v), 0) for v in versions),
        )
        for week in weeks
    ]


def _pooled(some: Sequence[WeekCount]) -> Rate | None:
    return rate(sum(c.failures for c in some), sum(c.of for c in some))


def _rates(after: Sequence[WeekCount]) -> list[tuple[Rate, Rate]]:
    found = [(rate(c.failures, c.of), _pooled(after[: at + 1])) for at, c in enumerate(after)]
    return [(own, so_far) for own, so_far in found if own is not None and so_far is not None]


def mode_states(store: Store, project: Project, week: str) -> dict[str, str]:
    """Return the state of each group that failed in a week or the four before: ignored, fixed, came back, new, ..."""
    modes = mode_list(store)
    ran: dict[str, int] = {}
    for t in traffic(log_of(store.path)):
        ran[t.week] = ran.get(t.week, 0) + t.n
    earlier = sorted(w for w in ran if w < week)[-BEFORE:]
    counts: dict[tuple[str, str], int] = {}
    for g in groups_of(store, project):
        counts[g.week, g.group] = counts.get((g.week, g.group), 0) + g.n
    keys = {group for w, group in counts if w in (week, *earlier)}
    claims: dict[str, str] = {}
    for one in followed(store, project):
        claims.setdefault(modes.group(one.claim.mode), one.state)
    found = {}
    for key in keys:
        mode = modes.get(key)
        present = rate(counts.get((week, key), 0), ran.get(week, 0))
        past = rate(sum(counts.get((w, key), 0) for w in earlier), sum(ran[w] for w in earlier))
        said = claims.get(key, "")
        found[key] = (
            "ignored" if mode and mode.ignored else said if said in (FIXED, CAME_BACK) else trend_state(present, past)
        )
    return found
