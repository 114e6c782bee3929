"""Findings with their owners, deadlines and resolutions, the control report, and the command line around them."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from compliance_log import imported
from golden_store import new_store
from quick_stores import copy_store

from review.audit.verifying import check_store
from review.basics.clock import now, shifted
from review.basics.errors import InputError, Refused, UnknownError
from review.commands.cli import spotcheck
from review.compliance.findings import assign, findings, reopen, resolve
from review.compliance.page import report_page
from review.compliance.report import COLUMNS, control_report, report_csv
from review.compliance.running import run_checks
from review.people.people import add_person
from review.settings.project import Project, project_of
from storage.opening import open_store
from storage.records_compliance import ComplianceEvent
from storage.store import Store

DAY = {"created_at": "2026-11-20T10:00:00Z"}
NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")
"""Said, because by itself a report covers the last thirty days."""


@pytest.fixture(scope="module")
def found_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose checks found a rude answer and a missing chain, with an auditor."""
    store = new_store(tmp_path_factory.mktemp("found"))
    add_person(store, "aud", role="auditor", by="lea")
    imported(store, [{"id": "a", **DAY, "answer": "You <b>idiot</b>."}, {"id": "b", **DAY, "steps": None}])
    run_checks(store, project_of(store.path), by="lea")
    store.close()
    return store.path


@pytest.fixture
def found(found_path: Path, tmp_path: Path) -> Store:
    return open_store(copy_store(found_path, tmp_path / found_path.name))


def settings(store: Store) -> Project:
    return project_of(store.path)


def toxic(store: Store) -> str:
    return next(f.id for f in findings(store) if f.name == "toxicity")


def test_an_owner_a_deadline_and_a_resolution_are_events(found: Store) -> None:
    name = toxic(found)
    (given,) = assign(found, [name], by="lea", owner="eva", due="2026-11-25")
    assert (given.owner, given.due, given.overdue) == ("eva", "2026-11-25", True)
    assert findings(found)[0].id == name
    (done,) = resolve(found, settings(found), [name], "Told jo@example.org to apologise.", by="lea")
    assert (done.state, done.overdue, done.resolved_by) == ("resolved", False, "lea")
    assert done.resolution == "Told [EMAIL_1] to apologise." and findings(found)[-1].id == name
    with pytest.raises(Refused, match=r"resolved on .* already"):
        resolve(found, settings(found), [name], "again", by="lea")
    (again,) = reopen(found, settings(found), [name], "It came back.", by="lea")
    assert (again.state, again.overdue, again.owner) == ("open", True, "eva")
    assert [e.kind for e in found.find(ComplianceEvent)] == ["assign", "resolve", "reopen"] and check_store(found).holds


def test_bad_input_is_refused_and_writes_nothing(found: Store) -> None:
    project, name = settings(found), toxic(found)
    with pytest.raises(Refused, match="open already"):
        reopen(found, project, [name], "x", by="lea")
    with pytest.raises(UnknownError, match="no finding 'zz'"):
        resolve(found, project, [name, "zz"], "x", by="lea")
    for text in ("", "   ", "x" * 100_000):
        with pytest.raises(InputError, match="resolution"):
            resolve(found, project, [name], text, by="lea")
    for due in ("tomorrow", "2026-02-30", "20261201"):
        with pytest.raises(InputError, match="due: found"):
            assign(found, [name], by="lea", due=due)
    with pytest.raises(InputError, match="neither"):
        assign(found, [name], by="lea")
    with pytest.raises(UnknownError):
        assign(found, [name], by="lea", owner="zed")
    with pytest.raises(Refused, match="cannot answer"):
        assign(found, [name], by="lea", owner="aud")
    for by in ("aud", "ana", "eva", "nobody"):
        with pytest.raises(Refused, match="needs the role"):
            assign(found, [name], by=by, due="2026-12-01")
        with pytest.raises(Refused, match="needs the role"):
            resolve(found, project, [name], "x", by=by)
        with pytest.raises(Refused, match="needs the role"):
            reopen(found, project, [name], "x", by=by)
    assert not found.find(ComplianceEvent)


def test_the_report_lists_every_check_also_those_that_found_nothing(found: Store) -> None:
    (found.path.parent / "spotcheck.toml").write_text("")
    report = control_report(found, settings(found), first="2026-11-01", last=now()[:10], by="aud")
    by_name = {c.name: c for c in report.controls}
    assert (by_name["toxicity"].state, by_name["toxicity"].found, by_name["toxicity"].looked) == ("ran", 1, 2)
    assert (by_name["secrets"].state, by_name["secrets"].found) == ("ran", 0)
    assert by_name["links"].state == "did not run" and "lists no host" in by_name["links"].idle[0]
    assert report.open == 2 and not report.overdue and not report.waiting
    with shifted(timedelta(days=10)):
        later = control_report(found, settings(found), first="2027-01-01", last="2027-01-31", by="aud")
    assert [f.name for f in later.overdue] == ["toxicity"] and not later.findings
    assert {c.state for c in later.controls} == {"did not run"}
    for first, last in (("2026-12-01", "2026-11-01"), ("x", "2026-11-01"), ("2026-11-01", "2026-13-01")):
        with pytest.raises(InputError):
            control_report(found, settings(found), first=first, last=last, by="aud")
    with pytest.raises(Refused):
        control_report(found, settings(found), first="2026-11-01", last="2026-11-02", by="nobody")


def test_the_files_of_the_report_are_safe_and_whole(found: Store) -> None:
    name = toxic(found)
    resolve(found, settings(found), [name], "<script>alert(1)</script> =1+1", by="lea")
    report = control_report(found, settings(found), first="2026-11-01", last=now()[:10], by="aud")
    page = report_page(report)
    assert "<script" not in page and "&lt;script&gt;" in page and page.count("<tr>") > 25
    for text in ("GDPR Art. 15(1)(h)", "(R)", "Did not run: spotcheck.toml lists no host", "resolved"):
        assert text in page, text
    rows = list(csv.DictReader(io.StringIO(report_csv(report))))
    assert tuple(rows[0]) == COLUMNS and [r["row"] for r in rows].count("check") == len(report.controls)
    assert {r["finding"] for r in rows if r["row"] == "finding"} == {f.id for f in findings(found)}


def test_the_commands_say_the_same(found: Store, tmp_path: Path) -> None:
    def call(*words: str) -> dict[str, object]:
        done = CliRunner().invoke(spotcheck, ["compliance", *words, "--store", str(found.path), "--json"])
        assert done.exception is None, done.exception
        told: dict[str, object] = json.loads(done.stdout)
        return told

    name = toxic(found)
    assert call("run", "--as", "lea") == {
        "days": [], "conversations": 0, "checks": [], "findings": [], "open": 2, "overdue": 0,
    }  # fmt: skip
    call("assign", name, "--due", "2026-11-01", "--as", "lea")
    overdue: object = call("findings", "--state", "overdue", "--as", "aud")["findings"]
    assert isinstance(overdue, list) and [f["id"] for f in overdue] == [name]
    assert call("findings", "--owner", "eva", "--as", "lea")["findings"] == []
    call("resolve", name, "--resolution", "done", "--as", "lea")
    call("reopen", name, "--reason", "not done", "--as", "lea")
    page, table = tmp_path / "r.html", tmp_path / "r.csv"
    told = call("report", *NOVEMBER, "--html", str(page), "--csv", str(table), "--as", "aud")
    assert page.read_text().startswith("<!DOCTYPE html>") and "toxicity" in table.read_text() and told["open"] == 2
    for words in (("findings",), ("report",)):
        refused = CliRunner().invoke(spotcheck, ["compliance", *words, "--store", str(found.path), "--as", "eva"])
        assert isinstance(refused.exception, Refused)
    twice = CliRunner().invoke(
        spotcheck, ["compliance", "report", "--html", str(page), "--store", str(found.path), "--as", "lea"]
    )
    assert twice.exception is not None and "r.html" in str(twice.exception)


def test_the_tables_cut_off_nothing_on_a_narrow_terminal(found: Store) -> None:
    def call(*words: str) -> str:
        asked = ["compliance", *words, "--store", str(found.path), "--as", "lea"]
        done = CliRunner().invoke(spotcheck, asked, env={"COLUMNS": "80"})
        assert done.exception is None, done.exception
        return done.stdout

    assert call("run") == "No conversations looked at, no new findings, 2 open, 0 overdue\n"
    shown = call("findings")
    for one in findings(found):
        assert one.id in shown and one.day in shown and one.due in shown
    assert "…" not in shown + call("report")
