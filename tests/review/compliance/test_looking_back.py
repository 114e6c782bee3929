"""A check that was added later: what it has not seen is said, and made up for when somebody asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from compliance_log import imported

from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.log_paths import log_of
from review.commands.compliance import compliance_group
from review.compliance import looking_back
from review.compliance.findings import findings
from review.compliance.looking_back import behind, look_back
from review.compliance.report import control_report
from review.compliance.running import due_days, run_checks
from review.log.log import log_files
from review.settings.project import project_of
from review.sources.undoing import undo_import
from storage.records_compliance import CompliancePass, ComplianceResult
from storage.records_log import Import
from storage.store import Store

BAD = {"answer": "See http://evil.example/x"}
LISTED = '[compliance]\nhosts = ["shop.example"]\n'


@pytest.fixture
def late(house: Store) -> Store:
    """Three conversations of two days were looked at before the project listed its hosts."""
    rows = [{"id": f"c{k}", "created_at": f"2026-11-{20 + k % 2}T10:00:00Z", **BAD} for k in range(3)]
    imported(house, rows)
    run_checks(house, project_of(house.path), by="lea")
    (house.path.parent / "spotcheck.toml").write_text(LISTED)
    return house


def lacking(store: Store) -> dict[str, tuple[int, int]]:
    return {one.name: (one.rows, one.days) for one in behind(store, project_of(store.path)) if not one.why_not}


def test_what_a_check_has_not_seen_is_said_where_its_figure_is(late: Store) -> None:
    assert lacking(late) == {"links": (3, 2)}
    report = control_report(late, project_of(late.path), first="2026-11-20", last="2026-11-20", by="lea")
    [links] = [c for c in report.controls if c.name == "links"]
    assert links.lacks == "Has not looked at 2 conversations from before it could run."
    assert [c.behind for c in report.controls if c.name != "links"] == [0] * (len(report.controls) - 1)
    (late.path.parent / "spotcheck.toml").write_text("")
    [unable] = behind(late, project_of(late.path))
    assert "lists no host" in unable.why_not
    with pytest.raises(NothingToDo, match="cannot run"):
        look_back(late, project_of(late.path), "links", by="lea")


def test_it_looks_back_once_and_finds_what_was_there(late: Store) -> None:
    told: list[tuple[int, int]] = []
    done = look_back(late, project_of(late.path), "links", by="lea", tell=lambda k, n: told.append((k, n)))
    assert (done.rows, done.days, done.findings, done.expired, told) == (3, 2, 2, 0, [(0, 2), (1, 2)])
    assert [(f.day, f.n) for f in findings(late) if f.name == "links"] == [("2026-11-20", 2), ("2026-11-21", 1)]
    assert lacking(late) == {} and due_days(late) == {}
    with pytest.raises(NothingToDo, match="every conversation"):
        look_back(late, project_of(late.path), "links", by="lea")
    imported(late, [{"id": "new", "created_at": "2026-11-20T10:00:00Z", **BAD}], name="more.jsonl")
    assert run_checks(late, project_of(late.path), by="lea").rows == 1 and lacking(late) == {}
    details = [r.detail for r in late.find(ComplianceResult, name="links") if r.ran]
    assert len(details) == 3 and sum("looked back" in text for text in details) == 2


def test_one_that_was_cut_off_goes_on_and_two_at_once_count_once(late: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_back(late, project_of(late.path), "links", by="lea", tell=die)
    assert lacking(late) == {"links": (1, 1)}
    seen, others = looking_back.look_at_day, []

    def slowly(*arguments: Any) -> Any:
        if not others:
            others.append(None)
            others[0] = look_back(late, project_of(late.path), "links", by="lea")
        return seen(*arguments)

    monkeypatch.setattr(looking_back, "look_at_day", slowly)
    assert look_back(late, project_of(late.path), "links", by="lea").rows == 0 and others[0].rows == 1
    assert sum(f.n for f in findings(late) if f.name == "links") == 3


def test_what_has_expired_since_is_counted(late: Store) -> None:
    for path in log_files(log_of(late.path)):
        path.unlink()
    done = look_back(late, project_of(late.path), "links", by="lea")
    assert (done.rows, done.expired) == (0, 3)
    assert "2 conversations had expired" in late.find(ComplianceResult, name="links", ran=1)[0].detail


def test_who_may_and_what_is_named(late: Store) -> None:
    with pytest.raises(Refused, match="role lead"):
        look_back(late, project_of(late.path), "links", by="eva")
    for wrong in ("retention", "lynks", ""):
        with pytest.raises(InputError, match="expected one of personal_data"):
            look_back(late, project_of(late.path), wrong, by="lea")
    assert len(late.find(CompliancePass)) == 3


def test_the_command_looks_back_with_every_check_that_can(late: Store, tmp_path: Path) -> None:
    def call(*words: str) -> Any:
        done = CliRunner().invoke(compliance_group, ["look-back", *words, "--store", str(late.path), "--as", "lea"])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "links to other hosts: 3 conversations of 2 days looked at, 2 new findings" in call()
    assert json.loads(call("--json")) == {"looked_back": [], "lacking": []}
    assert call() == "No check lacks a conversation that another one has looked at.\n"
    imported(late, [{"id": "new", "created_at": "2026-11-20T10:00:00Z", **BAD}], name="more.jsonl")
    assert "No check has looked at 1 conversation yet" in call().replace("\n", " ")


def test_an_import_that_was_undone_is_not_said_to_have_expired(late: Store) -> None:
    imported(late, [{"id": "x", "created_at": "2026-11-20T11:00:00Z", **BAD}], name="wrong.jsonl")
    (late.path.parent / "spotcheck.toml").write_text("")
    run_checks(late, project_of(late.path), by="lea")
    (late.path.parent / "spotcheck.toml").write_text(LISTED)
    assert lacking(late) == {"links": (4, 2)}
    [wrong] = [one.id for one in late.find(Import) if one.file.endswith("wrong.jsonl")]
    undo_import(late, wrong, by="lea")
    assert lacking(late) == {"links": (3, 2)}
    done = look_back(late, project_of(late.path), "links", by="lea")
    assert (done.rows, done.expired) == (3, 0) and lacking(late) == {}
