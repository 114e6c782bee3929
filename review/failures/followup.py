"""Follow-up: a version claims to fix a mode. Its run on the golden cases and the next weeks prove it or reopen it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.basics.weeks import monday_of
from review.failures.golden_cases import RunOnCases, Runs, cases_by_mode
from review.failures.grouped import groups_of
from review.failures.modes import mode_list
from review.failures.occurrence import (
    Occurrence,
    WeekCount,
    in_log,
    in_reviews,
    only_reviewed,
    traffic_by_week,
    week_counts,
)
from review.failures.working import check_in_force
from review.people.people import require
from review.settings.project import Project
from review.statistics.fixes import CAME_BACK, FIXED, SOME_LEFT, Rate, fix_state, trend_state, with_run
from storage.records_failures import FixClaim
from storage.store import Store

DECIDED = (FIXED, CAME_BACK, SOME_LEFT)
"""States of a claim that production or a run has decided."""
BEFORE = 4
"""How many weeks before the claim its share is compared with."""


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One claimed fix: the weeks before it and those under the version, its state by the printed rule, and why.

    ``decided`` is the week that proved or reopened it, "" while nothing is known. ``basis`` is log, or reviews for a
    mode that only people see. Of the golden cases of the mode, ``cases`` were scored in the version's latest run
    ``run``, and ``passed`` pass.
    """

    claim: FixClaim
    title: str
    before: Sequence[WeekCount]
    after: Sequence[WeekCount]
    state: str
    why: str
    decided: str
    basis: str
    run: str
    cases: int
    passed: int

    @property
    def said(self) -> str:
        """The state for people, with the week that decided it: "came back in 2026-W46", or "3 left" where some are."""
        left = sum(c.failures for c in self.after)
        if self.state == SOME_LEFT and left:
            return f"{left:,} left"
        how = {FIXED: ", proven in", CAME_BACK: " in"}.get(self.state, "")
        return f"{self.state}{how} {self.decided}" if how and self.decided else self.state

    def to_json(self) -> dict[str, Any]:
        """Return the claim as the command line prints it."""
        told = asdict(self)
        named = {"name": self.title, "said": self.said}
        return {**{k: v for k, v in told.items() if k != "claim"}, **told["claim"], **named}


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
    key = modes.asked(mode)
    if not any(g.group == key for g in groups_of(store, project)):
        raise InputError(f"'{modes.title(key)}' has never failed in this log, so no version can be seen to fix it.")
    claim = FixClaim(id=new_id(), mode=key, version=version.strip(), week=week, at=now(), by=by, note=note.strip())
    with store.transaction():
        store.add(claim)
        chain.record(store, by, "claim fix", modes.title(key), version=claim.version, week=week)
    return claim


class _Sources:
    """Where the figures of each mode come from, from ``BEFORE`` weeks before the first claim or week ``since`` on.

    Earlier weeks are counted for nothing, and reviews are read only when a mode needs them.
    """

    def __init__(self, store: Store, project: Project, *, since: str | None = None) -> None:
        self.modes, self.claims = mode_list(store), store.find(FixClaim)
        ran = traffic_by_week(store)
        begun = min([claim.week for claim in self.claims] + ([since] if since else []), default=None)
        weeks = [] if begun is None else self._from(sorted(ran), begun)
        self.log = in_log(store, project, ran, weeks=weeks)
        self.first_weeks = self.log.first_weeks()
        self._reviews = lru_cache(lambda: in_reviews(store, project, weeks=weeks))

    @staticmethod
    def _from(weeks: Sequence[str], begun: str) -> list[str]:
        return [w for w in weeks if w < begun][-BEFORE:] + [w for w in weeks if w >= begun]

    def of(self, key: str) -> Occurrence:
        return self._reviews() if only_reviewed(self.modes, key) else self.log

    @property
    def weeks(self) -> list[str]:
        return sorted(self.log.ran)


def followed(store: Store, project: Project, *, runs: Runs) -> list[Followed]:
    """Return every claimed fix with its state, the latest first. A later claim for the same mode ends a former one.

    ``runs`` has the latest run of each version that claims a fix, as far as there is one.
    """
    return _followed(store, project, _Sources(store, project), runs=runs)


def latest_claim(store: Store, project: Project, group: str, *, runs: Callable[[], Runs]) -> Followed | None:
    """Return the latest claimed fix of a group that is decided, else the latest; None where nobody has claimed one."""
    modes = mode_list(store)
    if all(modes.group(claim.mode) != group for claim in store.find(FixClaim)):
        return None
    found = [one for one in followed(store, project, runs=runs()) if modes.group(one.claim.mode) == group]
    return next((one for one in found if one.state in DECIDED), next(iter(found), None))


def _followed(store: Store, project: Project, sources: _Sources, *, runs: Runs) -> list[Followed]:
    modes, claims = sources.modes, sources.claims
    cases = cases_by_mode(store, project, modes) if runs else {}
    found = []
    for at, claim in enumerate(claims):
        key = modes.group(claim.mode)
        later = [c.week for c in claims[at + 1 :] if modes.group(c.mode) == key and c.week > claim.week]
        one = _follow(claim, key, sources, until=min(later, default=""))
        run = runs.get(claim.version)
        found.append(_with_run(one, run, cases.get(key, set())) if run else one)
    return found[::-1]


def _follow(claim: FixClaim, key: str, sources: _Sources, *, until: str) -> Followed:
    seen = sources.of(key)
    earlier = [week for week in sources.weeks if week < claim.week][-BEFORE:]
    had = {version for week, version in seen.versions(key) if week in earlier} - {claim.version}
    # A later version in which the mode occurs again counts too: what was fixed must not return unnoticed.
    again = {v for _, v in seen.versions(key) if sources.first_weeks.get(v, "") >= claim.week} - had
    own = {claim.version} | again
    later = [week for week in sources.weeks if week >= claim.week and (not until or week < until)]
    after = [c for c in week_counts(seen, later, key, own) if c.of]
    before = seen.rate(earlier, key, had)
    spans = _known_spans(seen, [c.week for c in after], key, own)

    @lru_cache
    def share(first: int, last: int) -> Rate:
        found = seen.rate([week for span in spans[first : last + 1] for week in span], key, own)
        if found is None:
            raise ValueError(f"the share of {key} in {spans[first][0]} is not known, and each of its weeks is")
        return found

    told = [fix_state(before, known, share) for known in range(len(spans) + 1)]
    state, why = told[-1]
    states = ((span[-1], then) for span, (then, _) in zip(spans, told[1:], strict=True))
    return Followed(
        claim=claim,
        title=sources.modes.title(key),
        before=week_counts(seen, earlier, key, had),
        after=after,
        state=state,
        why=why,
        decided=next((week for week, then in states if then == state), "") if state in (FIXED, CAME_BACK) else "",
        basis="reviews" if only_reviewed(sources.modes, key) else "log",
        run="",
        cases=0,
        passed=0,
    )


def _known_spans(seen: Occurrence, weeks: Sequence[str], key: str, versions: Collection[str]) -> list[list[str]]:
    """Return the weeks, one by one where its share is known; those of which too little is known go with the next."""
    spans, waiting = list[list[str]](), list[str]()
    for week in weeks:
        waiting.append(week)
        if seen.rate(waiting, key, versions) is not None:
            spans.append(waiting)
            waiting = []
    return spans


def _with_run(one: Followed, run: RunOnCases, cases: Set[str]) -> Followed:
    passed, scored = run.over(cases)
    state, said = with_run(one.state, passed, scored)
    if not said:
        return one
    why = f"{said}; {one.why}"
    decided = one.decided if state == one.state else run.week
    return replace(one, state=state, why=why, decided=decided, run=run.run, cases=scored, passed=passed)


def mode_states(store: Store, project: Project, week: str, *, runs: Runs) -> dict[str, str]:
    """Return the state of each group that failed in a week or the four before: ignored, fixed, new, ..."""
    sources = _Sources(store, project, since=week)
    modes = sources.modes
    earlier = [w for w in sources.weeks if w < week][-BEFORE:]
    keys = {group for w, group in sources.log.failed if w in (week, *earlier)}
    claims: dict[str, str] = {}
    for one in _followed(store, project, sources, runs=runs):
        if one.state in DECIDED:  # a new claim of which nothing is known yet does not hide what came back
            claims.setdefault(modes.group(one.claim.mode), one.state)
    found = {}
    for key in keys:
        mode, seen = modes.of(key), sources.of(key)
        if mode and mode.ignored:
            found[key] = "ignored"
        else:
            found[key] = claims.get(key) or trend_state(seen.rate([week], key, None), seen.rate(earlier, key, None))
    return found
