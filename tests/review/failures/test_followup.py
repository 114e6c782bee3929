"""A claimed fix is proven or reopened by the next weeks of production, and nothing fixed returns unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from failed_log import bring, row
from gate_store import add_run
from golden_store import new_store
from scored_runs import scored_run

from review.basics.clock import now
from review.basics.errors import InputError, Refused
from review.experiments.runs.fixes_run import on_cases, runs_of_claims
from review.failures.drawn import DrawnGroup, Reviewed
from review.failures.followup import claim_fix, followed, latest_claim, mode_states
from review.failures.loop_figures import loop_figures
from review.failures.modes import Mode, ModeList, ignore_mode, merge_modes, mode_list, name_mode
from review.failures.occurrence import InReviews, only_reviewed
from review.failures.proposals import approve_proposal
from review.failures.triage import TriageWish, triage, triage_groups
from review.golden.releases import release
from review.settings.project import project_of
from review.statistics.fixes import (
    CAME_BACK,
    FIXED,
    OPEN,
    SOME_LEFT,
    Rate,
    change,
    fix_state,
    is_gone,
    rate,
    trend_state,
    with_run,
)
from storage.queries.failures import open_proposals
from storage.records_experiments import PromptVersion, VersionState
from storage.store import Store

W44, W45, W46, W47, W48 = (f"2026-W{n}" for n in range(44, 49))


def some(failures: int, of: int) -> Rate:
    found = rate(failures, of)
    assert found is not None
    return found


def weeks(*counts: tuple[int, int]) -> tuple[int, Callable[[int, int], Rate]]:
    """How many weeks, and the share in some of them, from (failures, conversations) of each."""

    def share(first: int, last: int) -> Rate:
        own = counts[first : last + 1]
        return some(sum(failed for failed, _ in own), sum(of for _, of in own))

    return len(counts), share


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ((30, 1_000), [(0, 1_000)], FIXED),
        ((30, 1_000), [(3, 1_000)], FIXED),
        ((30, 1_000), [(28, 1_000)], CAME_BACK),
        ((30, 1_000), [(15, 1_000)], CAME_BACK),
        ((30, 1_000), [(0, 20)], OPEN),
        ((30, 1_000), [(1, 20)], SOME_LEFT),
        ((10, 1_000), [(1, 20)], SOME_LEFT),
        ((10, 1_000), [(3, 20)], CAME_BACK),
        ((30, 1_000), [(1, 20), (2, 40), (8, 140)], CAME_BACK),
        ((30, 1_000), [(1, 20), (0, 900)], FIXED),
        ((30, 1_000), [(0, 1_000), (1, 60)], SOME_LEFT),
        ((3, 300), [(3, 300)], CAME_BACK),
        ((3, 300), [(2, 180)], SOME_LEFT),
        ((3, 300), [(3, 320)], SOME_LEFT),
        ((30, 1_000), [(0, 1_000), (1, 60), (2, 100), (5, 100)], CAME_BACK),
        ((80, 1_000), [(2, 1_000)], FIXED),
        ((30, 1_000), [(0, 20), (0, 1_000)], FIXED),
        ((30, 1_000), [(0, 1_000), (0, 900), (25, 1_000)], CAME_BACK),
        ((30, 1_000), [(0, 1_000), (2, 1_000), (0, 1_000)], FIXED),
        ((30, 1_000), [(30, 1_000), (0, 5_000)], CAME_BACK),
        ((30, 1_000), [], OPEN),
        ((0, 1_000), [(0, 1_000)], OPEN),
    ],
)
def test_the_rule_proves_or_reopens(before: tuple[int, int], after: list[tuple[int, int]], state: str) -> None:
    found, why = fix_state(some(*before), *weeks(*after))
    assert found == state and why


def test_modes_are_new_growing_shrinking_or_steady_by_the_interval() -> None:
    assert trend_state(some(3, 1_000), some(0, 4_000)) == "new"
    assert trend_state(some(40, 1_000), some(40, 4_000)) == "growing"
    assert trend_state(some(0, 1_000), some(80, 4_000)) == "shrinking"
    assert trend_state(some(12, 1_000), some(40, 4_000)) == "steady"
    assert trend_state(None, some(1, 9)) == trend_state(some(9, 10), None) == "not known yet"


def test_an_unchanged_mode_is_seldom_called_fixed_and_a_gone_one_never_came_back() -> None:
    rng = np.random.default_rng(2)
    wrongly = sum(is_gone(some(int(b), 800), some(int(a), 3_200)) for a, b in zip(
        rng.binomial(3_200, 0.01, 2_000), rng.binomial(800, 0.01, 2_000), strict=True)) / 2_000  # fmt: skip
    covered = np.mean([
        change(some(int(b), 800), some(int(a), 3_200))[0] <= -0.005 <= change(some(int(b), 800), some(int(a), 3_200))[1]
        for a, b in zip(rng.binomial(3_200, 0.01, 500), rng.binomial(800, 0.005, 500), strict=True)
    ])  # fmt: skip
    assert wrongly < 0.02 and covered > 0.92


def test_a_single_failure_is_no_return_and_a_mode_that_is_left_is_found() -> None:
    """Before: 8% or 1% of 520 reviewed conversations. Then twelve weeks of 130 each with 0.2%, a third, all of it."""
    rng = np.random.default_rng(5)

    def told(share: float, before: int = 42) -> list[str]:
        found = []
        for _ in range(200):
            hits = rng.binomial(130, share, 12).tolist()
            found.append(fix_state(some(before, 520), *weeks(*((h, 130) for h in hits)))[0])
        return found

    gone, third, whole = told(0.002), told(0.027), told(0.08)
    assert gone.count(CAME_BACK) == 0 and gone.count(FIXED) > 190
    assert third.count(CAME_BACK) + third.count(SOME_LEFT) > 150, "a quarter may be left"
    assert whole.count(CAME_BACK) == 200
    assert told(0.002, before=5).count(CAME_BACK) < 20 and told(0.01, before=5).count(CAME_BACK) > 120


def traffic(week: str, version: str, failing: int, of: int) -> list[dict[str, object]]:
    name = f"{week}-{version}"
    failed = [row(f"{name}-f{n}", "date_format", week=week, prompt_version=version) for n in range(failing)]
    fine = [row(f"{name}-c{n}", week=week, prompt_version=version) for n in range(of - failing)]
    days = {W44: "2026-10-27", W45: "2026-11-03", W48: "2026-11-24"}
    for one in (*failed, *fine):
        one["created_at"] = f"{days[week]}T09:00:00Z" if week in days else one["created_at"]
    return [*failed, *fine]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    first = traffic(W45, "v1", 12, 150)
    first[7]["question"] = "Who paid by card on the fifth of May?"
    bring(store, [*first, *traffic(W46, "v1", 10, 150), *traffic(W46, "other", 0, 300)])
    return store


def test_a_wrongly_claimed_fix_is_reopened_the_next_week(store: Store) -> None:
    project = project_of(store.path)
    claim_fix(store, project, "date_format", version="v2", week=W47, by="eva")
    [one] = followed(store, project, runs={})
    assert (one.state, one.why) == (OPEN, "no production has run under this version since the claim")
    assert [(c.week, c.failures, c.of) for c in one.before] == [(W45, 12, 150), (W46, 10, 150)], "of this product alone"
    bring(store, traffic(W47, "v2", 11, 150))
    [one] = followed(store, project, runs={})
    assert (one.state, one.decided) == (CAME_BACK, W47) and "7.3% of conversations before, now 7.3%" in one.why
    assert mode_states(store, project, W47, runs={})["date_format"] == CAME_BACK
    shown = latest_claim(store, project, "date_format", runs=dict)
    assert shown == one and one.said == f"came back in {W47}"
    assert latest_claim(store, project, "syntax", runs=dict) is None
    claim_fix(store, project, "date_format", version="v9", week="2027-W01", by="eva")
    assert mode_states(store, project, W47, runs={})["date_format"] == CAME_BACK, "a new claim proves nothing yet"
    told = latest_claim(store, project, "date_format", runs=dict)
    assert told is not None and told.claim.version == "v2"


def test_a_fix_is_proven_and_a_recurrence_in_a_later_version_reopens_it(store: Store) -> None:
    project = project_of(store.path)
    mode = name_mode(store, "dates", groups=["date_format"], by="eva")
    wish = TriageWish(root_cause="x", owner="eva", due="2026-12-01", candidates=[], few_shots=(), reason="y")
    triage(store, project, W46, "dates", "v1", wish=wish, by="eva")
    claim_fix(store, project, "dates", version="v2", week=W47, by="eva")
    bring(store, traffic(W47, "v2", 0, 200))
    [one] = followed(store, project, runs={})
    assert (one.state, one.decided, one.claim.mode) == (FIXED, W47, mode.id) and one.said == f"fixed, proven in {W47}"
    found = {w.week: w for w in loop_figures(store, followed(store, project, runs={}))}
    assert found[W47].recurrence == 0 and found[W47].days is not None and found[W46].minutes is None
    bring(store, traffic(W48, "v3", 9, 200))
    [one] = followed(store, project, runs={})
    assert (one.state, one.decided) == (CAME_BACK, W48), "nobody claimed it of v3, and it is noticed"
    merge_modes(store, "dates", into=name_mode(store, "times", by="eva").id, by="eva")
    assert (
        followed(store, project, runs={})[0].title == "times"
        and followed(store, project, runs={})[0].state == CAME_BACK
    )
    ignore_mode(store, "times", reason="out of scope", by="eva")
    assert mode_states(store, project, W48, runs={})[mode_list(store).group("date_format")] == "ignored"


def test_a_claim_needs_a_mode_that_fails_a_week_and_a_version_in_force(store: Store) -> None:
    project = project_of(store.path)

    def claim(mode: str = "date_format", version: str = "v2", week: str = W47, by: str = "eva") -> None:
        claim_fix(store, project, mode, version=version, week=week, by=by)

    for wrong in ({"mode": "syntax"}, {"week": "soon"}, {"version": " "}):
        with pytest.raises(InputError):
            claim(**wrong)
    with pytest.raises(Refused, match="adjudicator"):
        claim(by="ana")
    early = TriageWish(
        root_cause="x", owner="eva", due="2026-12-01", candidates=[], few_shots=(), reason="y", fix_version="v2"
    )
    triage(store, project, W46, "date_format", "v1", wish=early, by="eva")
    store.add(PromptVersion(id="v2", prompt_hash="", at=now(), by="eva"))
    assert not triage_groups(store, project, W46)[0].fix_deprecated
    store.add(VersionState(id="s", version="v2", state="deprecated", at=now(), by="lea"))
    with pytest.raises(Refused, match="version 'v2' is deprecated"):
        claim()
    assert triage_groups(store, project, W46)[0].fix_deprecated, "the task waits for a version that will not come"
    wish = TriageWish(root_cause="x", owner="eva", due="2026-12-01", candidates=[], reason="y", fix_version="v2")
    with pytest.raises(Refused, match="version 'v2' is deprecated"):
        triage(store, project, W46, "date_format", "v1", wish=wish, by="eva")


def golden(store: Store, *names: str) -> set[str]:
    """Triage failures of the first week as golden candidates, and approve them."""
    wish = TriageWish(root_cause="x", owner="eva", due="2026-12-01", candidates=list(names))
    triage(store, project_of(store.path), W45, "date_format", "v1", wish=wish, by="eva")
    made = ({"question": f"Where is parcel {k} now?", "expected_answer": "Away."} for k in range(len(names)))
    return {
        approve_proposal(store, p.id, by="eva", changes=one).example_id
        for p, one in zip(open_proposals(store), made, strict=True)
    }


def test_the_run_of_the_claiming_version_proves_or_reopens(store: Store) -> None:
    project = project_of(store.path)
    cases = sorted(golden(store, f"{W45}-v1-f0", f"{W45}-v1-f7"))
    assert len(cases) == 2
    claim_fix(store, project, "date_format", version="v2", week=W47, by="eva")
    scores = {cases[0]: (1.0, 0.9, 0.0), cases[1]: 1.0, "of another mode": 0.0}
    v2 = on_cases(scored_run("v2", scores, started="2026-11-17T08:00:00+00:00"), project)
    [one] = followed(store, project, runs={"v2": v2})
    assert (one.state, one.cases, one.passed) == (OPEN, 2, 2), "two cases prove nothing alone"
    assert one.why.startswith("its run passes all 2 golden cases of the mode; no production")
    bring(store, traffic(W47, "v2", 0, 200))
    assert followed(store, project, runs={"v2": v2})[0].state == FIXED
    failing = on_cases(
        scored_run("v2", {cases[0]: (1.0, 0.0), cases[1]: 1.0}, started="2026-11-17T08:00:00+00:00"), project
    )
    [one] = followed(store, project, runs={"v2": failing})
    assert (one.state, one.decided, one.run) == (CAME_BACK, W47, "run-v2-r1")
    assert one.why.startswith("1 golden case of 2 still fails in its run; ")
    assert mode_states(store, project, W47, runs={"v2": failing})["date_format"] == CAME_BACK
    assert loop_figures(store, [one])[-1].recurrence == 1
    assert followed(store, project, runs={"v3": failing})[0].state == FIXED, (
        "only the run of the claiming version counts"
    )


def test_enough_golden_cases_prove_a_fix_before_production_does() -> None:
    assert with_run(OPEN, 8, 8)[0] == OPEN and with_run(OPEN, 9, 9)[0] == FIXED
    assert with_run(CAME_BACK, 20, 20)[0] == CAME_BACK, "production has the last word"
    assert with_run(FIXED, 8, 9)[0] == SOME_LEFT and with_run(FIXED, 6, 9)[0] == CAME_BACK
    assert with_run(CAME_BACK, 8, 9)[0] == CAME_BACK and with_run(FIXED, 0, 0) == (FIXED, "")


def test_the_latest_finished_run_of_a_claiming_version_is_read_from_the_store(store: Store) -> None:
    project = project_of(store.path)
    cases = sorted(golden(store, f"{W45}-v1-f0", f"{W45}-v1-f7"))
    assert runs_of_claims(store, project) == {}
    claim_fix(store, project, "date_format", version="v2", week=W47, by="eva")
    release(store, "r1", by="eva")
    add_run(store, "v2", {"c0": 1.0, "c1": 0.0})
    add_run(store, "v3", {"c0": 1.0, "c1": 1.0})
    found = runs_of_claims(store, project)
    assert set(found) == {"v2"} and sorted(found["v2"].passed) == cases and sum(found["v2"].passed.values()) == 1
    assert followed(store, project, runs=found)[0].state == CAME_BACK


def test_a_mode_that_only_reviewers_see_is_followed_by_its_weighted_share() -> None:
    """Reviewers look at ten times as many conversations in the next week, and find ten times as many failures."""

    def week(reviewed: int, failing: int, version: str) -> list[DrawnGroup]:
        told = [
            Reviewed("tone" if n < failing else "", "wrong" if n < failing else "", "correct", version)
            for n in range(reviewed)
        ]
        return [DrawnGroup(name="rest", population=5_000, sampled=reviewed, reviewed=told)]

    seen = InReviews(drawn={W45: week(40, 4, "v1"), W46: week(400, 40, "v2"), W47: week(400, 1, "v3")})
    before, same, less = (seen.rate([w], "tone", None) for w in (W45, W46, W47))
    assert before and same and less and before.value == pytest.approx(same.value) == pytest.approx(0.1)
    assert same.failures == 40 and trend_state(same, before) == "steady"
    assert trend_state(less, same) == "shrinking" and fix_state(same, 1, lambda _first, _last: less)[0] == FIXED
    assert seen.count(W46, "tone", {"v1"}) == (0, 0) and seen.rate([W46], "tone", {"v1"}) is None
    modes = ModeList(1, (Mode(id="m", name="tone"), Mode(id="d", name="dates", groups=("date_format",))))
    assert [only_reviewed(modes, key) for key in ("m", "d", "cause/wrong", "syntax")] == [True, False, True, False]
