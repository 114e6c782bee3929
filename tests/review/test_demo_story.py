"""The demonstration's eight weeks: a mode is found, fixed, proven, and comes back; every week closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.basics.weeks import monday_of
from review.commands.demo_compliance import look_daily
from review.commands.demo_erasure import OFFICER, erase_a_customer
from review.compliance.findings import findings
from review.compliance.report import control_report, report_csv
from review.demo.build import EARLIER
from review.demo.generate import WEEK_SIZE
from review.demo.stages import FAILURES
from review.demo.team import CURATOR, VISITOR
from review.erasure.states import erasures
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.archive import failure_shown, failures
from review.failures.followup import Followed, followed
from review.failures.modes import mode_list
from review.failures.shares import mode_shares
from review.failures.triage import triage_groups
from review.log.failed import Narrowed
from review.monitoring.alerts.states import raised
from review.monitoring.retention import plan_retention
from review.settings.project import project_of
from review.statistics.fixes import CAME_BACK, FIXED, fix_state, rate
from storage.opening import open_store
from storage.records_failures import FailureTriage
from storage.records_weeks import Week, WeekClosing
from storage.store import Store


@pytest.fixture(scope="module")
def store(demo_of: Callable[..., Path]) -> Store:
    """The demonstration as the command builds it; nobody may write to it."""
    return open_store(demo_of(weeks=8, size=WEEK_SIZE, before=EARLIER), create=False)


@pytest.fixture(scope="module")
def weeks(store: Store) -> list[str]:
    return [week.name for week in store.find(Week, order_by="name")]


@pytest.fixture(scope="module")
def fix(store: Store) -> Followed:
    project = project_of(store.path)
    (found,) = followed(store, project, runs=runs_of_claims(store, project))
    return found


def test_a_failure_of_the_mode_names_the_step_in_which_it_began(store: Store, weeks: list[str]) -> None:
    project, mode = project_of(store.path), mode_list(store).group(FAILURES.mode.group)
    first = failures(store, project, Narrowed(weeks=weeks[:1], group=mode))[0]
    shown = failure_shown(store, project, first.row.id)
    assert shown.located.at is not None and shown.located.step == first.step == "intent"
    assert shown.talk is not None and shown.talk.prompt_version in ("sql-v3", "sql-v4")


def test_the_mode_has_a_share_of_production_with_its_interval(store: Store, weeks: list[str]) -> None:
    shares = {m.title: m for m in mode_shares(store, project_of(store.path), weeks[:3]).modes}
    dates = shares["Date format"]
    assert dates.mode is not None and dates.n > 40
    assert dates.share.value is not None and dates.share.ci is not None
    assert 0.005 < dates.share.value < 0.05 and dates.share.ci[0] > 0


def test_it_becomes_a_task_with_examples_to_learn_from_for_the_version_that_fixes_it(
    store: Store, weeks: list[str]
) -> None:
    mode = mode_list(store).group(FAILURES.mode.group)
    task = next(t for t in store.find(FailureTriage, week=weeks[0], mode=mode) if t.version == "sql-v3")
    assert (task.decision, task.owner, task.fix_version) == ("task", CURATOR, "sql-v5")
    assert task.due and task.few_shots and "16.11.2026" in task.root_cause


def test_the_next_weeks_prove_the_claimed_fix_and_a_recurrence_reopens_it(fix: Followed, weeks: list[str]) -> None:
    assert (fix.claim.version, fix.claim.week, fix.claim.by) == ("sql-v5", weeks[3], CURATOR)
    assert [c.week for c in fix.before] == weeks[:3] and all(c.failures for c in fix.before)
    proof = fix.after[0]
    assert (proof.week, proof.failures) == (weeks[3], 0)
    was, now = rate(sum(c.failures for c in fix.before), sum(c.of for c in fix.before)), rate(0, proof.of)
    assert now is not None and fix_state(was, 1, lambda _first, _last: now)[0] == FIXED
    assert (fix.state, fix.decided) == (CAME_BACK, weeks[6])


def test_the_lead_closes_every_week_with_nothing_untriaged(store: Store, weeks: list[str]) -> None:
    closed = store.find(WeekClosing)
    assert [(c.week, c.by, c.reason) for c in closed] == [(week, VISITOR, "") for week in weeks[:-1]]
    assert {g.state for g in triage_groups(store, project_of(store.path), weeks[-2])} == {"triaged"}
    assert {g.state for g in triage_groups(store, project_of(store.path), weeks[-1])} == {"open"}


def test_an_incident_on_a_tuesday_is_found_acknowledged_and_explained_by_its_slice(
    store: Store, weeks: list[str]
) -> None:
    tuesday = (monday_of(weeks[4]) + timedelta(days=1)).isoformat()
    errors = next(one for one in raised(store) if one.name == "errors")
    kinds = [(event.kind, event.by, event.at[:10]) for event in errors.events]
    found, acknowledged, closed = kinds
    assert errors.found["since"] == tuesday and errors.found["value"] > 0.06
    assert "support-v12" in {one["value"] for one in errors.found["slices"]}
    wednesday, friday = ((monday_of(weeks[4]) + timedelta(days=k)).isoformat() for k in (2, 4))
    assert (found[0], found[2]) == ("opened", wednesday)
    assert acknowledged == ("acknowledged", VISITOR, wednesday) and closed == ("closed", VISITOR, friday)
    assert weeks[4] in errors.events[-1].reason, "the week that it cost"


def test_the_compliance_report_has_one_overdue_finding(demo: Store) -> None:
    with shifted(timedelta(weeks=-2)):
        look_daily(demo, 2)
    found = findings(demo)
    assert [one.name for one in found if one.overdue] == ["personal_data"] and found[0].day
    assert {one.state for one in found[1:]} == {"resolved"} and all(one.resolution for one in found[1:])
    report = control_report(demo, project_of(demo.path), first=found[0].day, last=found[0].day, by=VISITOR)
    assert "overdue" in report_csv(report)
    planned = plan_retention(demo, project_of(demo.path))
    assert planned.expired > 100 and planned.bytes_after < planned.bytes_before, "a dry run says what would expire"


def test_a_customer_is_erased_by_two_leads_and_the_proof_holds(demo: Store) -> None:
    erase_a_customer(demo, date(2026, 11, 29))
    (done,) = erasures(demo)
    assert (done.state, done.request.by, done.confirmed_by, dict(done.left)) == ("done", VISITOR, OFFICER, {})
    assert done.request.found and done.emptied and done.proof["files"] > 10
    assert check_store(demo).holds
