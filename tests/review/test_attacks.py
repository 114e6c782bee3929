"""Attacks on verbs and commands by people without the role, and by hostile names and texts in files. All must fail.

Attacks from a browser are in ``tests/pages/test_attacks_wire.py``, ``tests/pages/test_attacks_ear.py`` (what a browser
receives) and ``tests/browser/test_attacks_browser.py``.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import syntax_trees
from click.testing import CliRunner
from golden_store import GOOD, WEEK, add_item, new_store, open_test_week, reviewed_store, vote
from quick_stores import copy_folder
from scored_runs import passing, scored_run

from review.annotating.flags import take_back_flag
from review.annotating.submissions import receive
from review.basics.csv_safe import csv_text, plain_cell
from review.basics.errors import InputError, Refused, ReviewError
from review.basics.weeks import today_in
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.compliance.findings import assign, reopen, resolve
from review.compliance.running import run_checks
from review.exchange.label_export import export_labels
from review.exchange.labels import import_labels, read_labels
from review.exchange.verdict_export import export_verdicts
from review.exchange.verdicts import import_verdicts, read_verdicts
from review.experiments.comparing.comparison import compare
from review.experiments.comparing.sending import send_to_review
from review.experiments.gating.again import ask_again, ask_as_planned
from review.experiments.gating.asking import Asking, ask_people, settle
from review.experiments.gating.keeping import keep, waive
from review.experiments.gating.outcome import gate_runs
from review.experiments.gating.repeats import repeat_plan
from review.failures.exports import export_learned
from review.failures.followup import claim_fix
from review.failures.modes import name_mode
from review.failures.proposals import approve_proposal, reject_proposal
from review.failures.proposing import propose_variants
from review.failures.rules import failure_rules
from review.failures.triage import TriageWish, triage
from review.failures.working import give_mode, write_note
from review.golden.approve import approve, bulk_approve
from review.golden.content import Wish
from review.golden.releases import release
from review.golden.retire import retire
from review.golden.writers.catalogue import export
from review.golden.written import import_examples, read_written
from review.monitoring.given_up import never_draw
from review.monitoring.retention import run_retention
from review.people.granting import Grant, confirm, decline, grant
from review.people.invitations import invite, withdraw
from review.people.people import add_person
from review.privacy.holds import add_holds, release_hold
from review.privacy.reveal import revealed
from review.rubric.change import change_rubric
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from
from review.settings.project import project_of
from review.settling.adjudication import adjudicate
from review.settling.calibration_steps import start_session
from review.settling.decisions import receive_decisions
from review.settling.discussion import add_comment
from review.settling.questions import answer_question
from review.sources.import_into import import_into
from review.sources.pairs import NewPair
from review.week.dealing import redistribute
from review.week.dealing_again import deal_again
from review.week.drawing import Request
from review.week.due_days import change_due
from review.week.opening import open_week
from review.week.pairs import add_pairs
from review.week.requeue import requeue
from review.week.second_vote import ask_for_a_vote
from storage.connection import StorageError
from storage.opening import open_store
from storage.records_golden import GoldenExample
from storage.records_people import AuditEntry
from storage.records_review import Verdict
from storage.store import Store

ROOT = Path(__file__).resolve().parents[2]
NEXT_MONTH = (today_in("UTC") + timedelta(days=30)).isoformat()
OTHER_RUBRIC = rubric_from({"dimensions": [*DEFAULT_RUBRIC["dimensions"][:1]]})


def contents(store: Store) -> str:
    """A digest of every row of every table."""
    names = [r["name"] for r in store.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", {})]
    rows = [[n, *sorted(repr(dict(r)) for r in store.query(f'SELECT * FROM "{n}"', {}))] for n in names]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.fixture(scope="module")
def reviewed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reviewed week with one approved example and one release, and files to import beside the store."""
    folder = tmp_path_factory.mktemp("reviewed")
    store = reviewed_store(folder)
    bulk_approve(store, ["u1"], by="eva")
    release(store, "v1", by="eva")
    keep(store, UNDECIDED, by="eva")
    keep(store, PROVEN, by="eva")
    (folder / "log.jsonl").write_text('{"id": "n1", "question": "Why?", "created_at": "2026-11-20"}\n')
    (folder / "labels.csv").write_text("item,rater,dimension,label\nu1,zed,politeness,rude\n")
    (folder / "verdicts.csv").write_text("item,judge,dimension,label\nu1,j,politeness,rude\n")
    (folder / "written.csv").write_text("question,expected_answer\nWhy?,Because.\n")
    store.close()
    return folder


@pytest.fixture
def reviewed(reviewed_folder: Path, tmp_path: Path) -> Store:
    """A copy of it for one test."""
    copy_folder(reviewed_folder, tmp_path / "house")
    return open_store(tmp_path / "house" / "spotcheck.db")


def beside(store: Store, name: str) -> Path:
    return store.path.parent / name


Verb = Callable[[Store, str], Any]
UNDECIDED = gate_runs(scored_run("v2", passing(200)), scored_run("v3", passing(200, [1, 2, 3])))
PROVEN = gate_runs(scored_run("v2", passing(200)), scored_run("v4", passing(200, range(40))))
GATE, FAILED = UNDECIDED.id, PROVEN.id
NOBODY_ASKED = Asking(changed=(), sampled=(), unchanged=0)
DECISION = {"kind": "decision", "submission_id": "12345678", "assignment": "d1", "labels": GOOD, "reason": "slip"}
PAIR = NewPair(
    question=[{"role": "user", "content": "Why?"}],
    answer_a=[{"role": "assistant", "content": "So."}],
    answer_b=[{"role": "assistant", "content": "Thus."}],
    name_a="x",
    name_b="y",
    origin="file",
)
RUNS = (UNDECIDED.baseline, UNDECIDED.candidate)
ADJUDICATORS: dict[str, Verb] = {
    "adjudicate": lambda s, by: adjudicate(s, "d1", by=by, labels=GOOD, reason="slip"),
    "decisions of the page": lambda s, by: receive_decisions(s, by, [{**DECISION, "approve": True}]),
    "approve": lambda s, by: approve(s, "u2", Wish(expected_answer="It is late."), by=by),
    "approve together": lambda s, by: bulk_approve(s, ["h1"], by=by),
    "release": lambda s, by: release(s, "v2", by=by),
    "ask for a vote": lambda s, by: ask_for_a_vote(s, "s1", by=by),
    "retire": lambda s, by: retire(s, s.find(GoldenExample)[0].example_id, by=by, note="old"),
    "write examples": lambda s, by: import_examples(s, read_written(beside(s, "written.csv")), by=by),
    "export a release": lambda s, by: export(s, "v1", to="jsonl", target=beside(s, "out.jsonl"), by=by),
    "export labels": lambda s, by: export_labels(s, beside(s, "out.csv"), by=by),
    "export verdicts": lambda s, by: export_verdicts(s, beside(s, "out.csv"), by=by),
    "import verdicts": lambda s, by: import_verdicts(s, read_verdicts(beside(s, "verdicts.csv")), by=by),
    "keep a decision of the gate": lambda s, by: keep(s, UNDECIDED, by=by),
    "waive": lambda s, by: waive(s, GATE, by=by, reason="known"),
    "settle a gate": lambda s, by: settle(s, GATE, NOBODY_ASKED, by=by),
    "note a failure": lambda s, by: write_note(s, "u2", "wrong", by=by),
    "give a failure a mode": lambda s, by: give_mode(s, ["u2"], "", by=by),
    "name a failure mode": lambda s, by: name_mode(s, "dates", by=by),
    "triage": lambda s, by: triage(s, project_of(s.path), WEEK, "syntax", "", wish=TriageWish(root_cause="x"), by=by),
    "claim a fix": lambda s, by: claim_fix(s, project_of(s.path), "syntax", version="v", week=WEEK, by=by),
    "approve a proposal": lambda s, by: approve_proposal(s, "p", by=by),
    "reject a proposal": lambda s, by: reject_proposal(s, "p", by=by, reason="x"),
    "propose variants": lambda s, by: propose_variants(s, ["typos"], by=by),
    "export what was learned": lambda s, by: export_learned(s, "sft", beside(s, "o.jsonl"), weeks=[WEEK], by=by),
    "ask as planned": lambda s, by: ask_as_planned(s, RUNS, repeat_plan(*RUNS), by=by, project=project_of(s.path)),
    "ask a version again": lambda s, by: ask_again(s, "run-v2-r1", by=by, project=project_of(s.path)),
}
LEADS: dict[str, Verb] = {
    "open a week": lambda s, by: open_week(
        s, project_of(s.path), Request(week="2026-W48", rate=1.0, raters=("ana",)), by=by
    ),
    "close the week": lambda s, by: close_week(s, WEEK, by=by, reason="holidays"),
    "start a calibration session": lambda s, by: start_session(s, WEEK, ["u1"], ["ana", "ben"], by=by),
    "change the due date": lambda s, by: change_due(s, WEEK, NEXT_MONTH, time_zone="UTC", by=by),
    "hand over": lambda s, by: redistribute(s, WEEK, rater="ben", to=["ana"], by=by),
    "deal again": lambda s, by: deal_again(s, WEEK, to=["ana"], by=by),
    "ask again": lambda s, by: requeue(s, WEEK, by=by),
    "change the rubric": lambda s, by: change_rubric(s, OTHER_RUBRIC, by=by, note="simpler"),
    "import": lambda s, by: import_into(s, beside(s, "log.jsonl"), by=by),
    "add pairs": lambda s, by: add_pairs(s, project_of(s.path), [PAIR], WEEK, by=by),
    "import labels": lambda s, by: import_labels(s, read_labels(beside(s, "labels.csv")), by=by),
    "set a hold": lambda s, by: add_holds(s, conversations=["u1"], reason="case", by=by),
    "release a hold": lambda s, by: release_hold(s, "abcdef", reason="over", by=by),
    "give a week up": lambda s, by: never_draw(s, "2026-W20", reason="old", by=by),
    "remove what is over": lambda s, by: run_retention(
        s, project_of(s.path), failure_rules(s, project_of(s.path)), by=by
    ),
    "reveal an original": lambda s, by: revealed(s, "u1", by=by),
    "invite": lambda s, by: invite(s, "Mallory", role="lead", by=by),
    "withdraw an invitation": lambda s, by: withdraw(s, "none", by=by),
    "waive a failure": lambda s, by: waive(s, FAILED, by=by, reason="known"),
    "ask people about a gate": lambda s, by: ask_people(
        s, project_of(s.path), GATE, (UNDECIDED.baseline, UNDECIDED.candidate), by=by
    ),
    "send cases to review": lambda s, by: send_to_review(
        s, project_of(s.path), compare([UNDECIDED.baseline, UNDECIDED.candidate]), ["c1"], by=by
    ),
}


@pytest.mark.parametrize("by", ["ana", "nobody", "", "taken", "logged out"])
@pytest.mark.parametrize("verb", [*ADJUDICATORS, *LEADS])
def test_a_verb_above_ones_role_is_refused_and_writes_nothing(reviewed: Store, verb: str, by: str) -> None:
    if by == "taken":
        add_person(reviewed, "taken", role="lead", by="lea")
        add_person(reviewed, "taken", role="none", by="lea")
    before, files = contents(reviewed), sorted(p.name for p in reviewed.path.parent.iterdir())
    with pytest.raises(Refused, match="needs the role"):
        (ADJUDICATORS | LEADS)[verb](reviewed, by)
    assert contents(reviewed) == before
    assert sorted(p.name for p in reviewed.path.parent.iterdir()) == files


@pytest.mark.parametrize("verb", LEADS)
def test_an_adjudicator_is_no_lead(reviewed: Store, verb: str) -> None:
    before = contents(reviewed)
    with pytest.raises(Refused, match="needs the role lead; eva has adjudicator"):
        LEADS[verb](reviewed, "eva")
    assert contents(reviewed) == before


COMMANDS = {
    "people": ("people", "add", "ana", "--role", "lead"),
    "take a role": ("people", "add", "lea", "--role", "none"),
    "import": ("import", "log.jsonl"),
    "sample": ("sample", "--week", "2026-W30", "--rate", "1"),
    "hand over": ("week", "hand-over", WEEK, "--from", "ben", "--to", "ana"),
    "deal again": ("week", "deal-again", WEEK, "--to", "ana"),
    "close": ("week", "close", WEEK, "--reason", "holidays"),
    "ask again": ("week", "requeue", WEEK),
    "rubric": ("rubric", "update", "--note", "simpler"),
    "approve": ("golden", "approve", "h1"),
    "release": ("golden", "release", "v2"),
    "written": ("golden", "import", "written.csv"),
    "export": ("golden", "export", "v1", "--to", "csv", "--out", "out.csv"),
    "labels in": ("labels", "import", "labels.csv"),
    "labels out": ("labels", "export", "out.csv"),
    "verdicts in": ("verdicts", "import", "verdicts.csv"),
    "verdicts out": ("verdicts", "export", "out.csv"),
    "audit": ("audit", "list"),
    "original": ("audit", "reveal", "u1"),
    "invite": ("people", "invite", "Mallory", "--role", "lead"),
    "withdraw": ("people", "invitations", "--withdraw", "none"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_requires_the_role_of_the_person_who_acts(
    reviewed: Store, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reviewed.path.parent)
    Path("spotcheck.toml").write_text('[[rubric.dimensions]]\nname = "mood"\nvalues = ["good", "bad"]\n')
    before = contents(reviewed)
    result = CliRunner().invoke(spotcheck, [*COMMANDS[command], "--as", "ana", "--store", "spotcheck.db"])
    assert isinstance(result.exception, Refused), (result.exception, result.output)
    assert "needs the role" in str(result.exception)
    assert contents(reviewed) == before and not Path("out.csv").exists()


def verbs_of(module: str) -> dict[str, ast.FunctionDef]:
    path = ROOT / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return {node.name: node for node in syntax_trees.tree(file).body if isinstance(node, ast.FunctionDef)}


def test_every_verb_that_a_page_calls_for_a_person_requires_their_role() -> None:
    """Every verb with ``by`` that a page imports calls ``require``."""
    unasked, asked = set(), set()
    for page in (ROOT / "pages").rglob("*.py"):
        for node in syntax_trees.nodes(syntax_trees.tree(page), ast.ImportFrom):
            if not (node.module or "").startswith("review"):
                continue
            verbs = verbs_of(str(node.module))
            for name in (n.name for n in node.names):
                verb = verbs.get(name)
                if verb is None or "by" not in {a.arg for a in (*verb.args.args, *verb.args.kwonlyargs)}:
                    continue
                calls = {getattr(n.func, "id", "") for n in ast.walk(verb) if isinstance(n, ast.Call)}
                (asked if "require" in calls else unasked).add(f"{node.module}.{name}")
    assert unasked == set()
    assert {"review.closing.closing.close_week", "review.golden.releases.release"} <= asked


AUDITED: dict[str, Verb] = {
    "give a role": lambda s, by: grant(s, Grant(name="Mallory", role="lead"), by=by, confirmed=False),
    "confirm a role": lambda s, by: confirm(s, "none", by=by),
    "decline a role": lambda s, by: decline(s, "none", by=by),
    "run the daily checks": lambda s, by: run_checks(s, project_of(s.path), by=by),
    "assign a finding": lambda s, by: assign(s, ["none"], by=by, due="2026-12-01"),
    "resolve a finding": lambda s, by: resolve(s, project_of(s.path), ["none"], "done", by=by),
    "reopen a finding": lambda s, by: reopen(s, project_of(s.path), ["none"], "not done", by=by),
    "submit": lambda s, by: receive(s, by, [{"kind": "annotation"}]),
    "comment": lambda s, by: add_comment(s, "u1", "Why?", by=by),
    "take a flag back": lambda s, by: take_back_flag(s, "none", by=by),
    "answer a question": lambda s, by: answer_question(s, "none", "So.", by=by),
}
"""Verbs of everybody, and those of leads that stand in no list above."""


def test_an_auditor_reads_and_every_verb_refuses(reviewed: Store) -> None:
    add_person(reviewed, "aud", role="auditor", by="lea")
    before, files = contents(reviewed), tree(reviewed.path.parent)
    for verb in (ADJUDICATORS | LEADS | AUDITED).values():
        with pytest.raises(Refused, match=r"needs the role \w+; aud has auditor"):
            verb(reviewed, "aud")
    assert contents(reviewed) == before and tree(reviewed.path.parent) == files


def test_a_command_of_an_auditor_changes_nothing(reviewed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(reviewed.path.parent)
    add_person(reviewed, "aud", role="auditor", by="lea")
    before, files = contents(reviewed), tree(reviewed.path.parent)
    for name, words in COMMANDS.items():
        result = CliRunner().invoke(spotcheck, [*words, "--as", "aud", "--store", "spotcheck.db"])
        assert name == "audit" or isinstance(result.exception, Refused), (name, result.exception, result.output)
    assert contents(reviewed) == before and tree(reviewed.path.parent) == files


EVIL_NAMES = ("../../evil", "/etc/passwd", "..\\..\\evil", "a/../../b", "%2e%2e%2fevil", "....//evil", "~/evil", "x\0y")


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_names_in_a_log_do_not_lead_out_of_its_folder(tmp_path: Path, name: str) -> None:
    house = tmp_path / "deep" / "er" / "house"
    house.mkdir(parents=True)
    new_store(house)
    row = {
        "id": name,
        "session_id": name,
        "created_at": "2026-11-18T10:00:00Z",
        "question": "Mail jo@example.org, please.",
        "answer": "Sent.",
        "scenario": name,
        "model": name,
        "week": name,
    }
    (house / "log.jsonl").write_bytes(orjson.dumps(row))
    before = tree(tmp_path)
    plain = name.replace("\0", "")
    arguments = [
        "import",
        str(house / "log.jsonl"),
        "--source",
        plain,
        "--store",
        str(house / "spotcheck.db"),
        "--json",
    ]
    result = CliRunner().invoke(spotcheck, arguments)
    assert result.exception is None or isinstance(result.exception, ReviewError), result.exception
    inside = ("deep/er/house/spotcheck.db", "deep/er/house/spotcheck.toml")
    assert [p for p in tree(tmp_path) - before if not p.startswith(inside)] == []
    assert [p for p in tree(tmp_path) if "evil" in p or "passwd" in p] == []


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_a_release_and_a_week_have_plain_names(reviewed: Store, tmp_path: Path, name: str) -> None:
    before, files = contents(reviewed), tree(tmp_path)
    with pytest.raises(InputError):
        release(reviewed, name, by="eva")
    with pytest.raises(ReviewError):
        open_week(reviewed, project_of(reviewed.path), Request(week=name, rate=1.0, raters=("ana",)), by="lea")
    with pytest.raises(ReviewError):
        export(reviewed, name, to="csv", target=tmp_path, by="eva")
    assert contents(reviewed) == before and tree(tmp_path) == files


@pytest.mark.parametrize("store", ["/etc/passwd", "../../etc/passwd", "/", "no/such/folder/s.db", "x\0y"])
def test_a_path_that_is_no_store_is_refused_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    monkeypatch.chdir(tmp_path)
    there = Path("/etc/passwd").read_bytes()
    result = CliRunner().invoke(spotcheck, ["people", "list", "--store", store])
    assert result.exit_code != 0
    assert isinstance(result.exception, ReviewError | StorageError | SystemExit), result.exception
    assert tree(tmp_path) == set()
    assert Path("/etc/passwd").read_bytes() == there


def test_an_export_replaces_no_existing_file(reviewed: Store, tmp_path: Path) -> None:
    import_verdicts(reviewed, read_verdicts(beside(reviewed, "verdicts.csv")), by="eva")
    victim = tmp_path / "victim.csv"
    victim.write_text("mine")
    for verb in (
        lambda: export(reviewed, "v1", to="csv", target=victim, by="eva"),
        lambda: export_labels(reviewed, victim, by="eva"),
        lambda: export_verdicts(reviewed, victim, by="eva"),
    ):
        with pytest.raises(Refused, match="--force"):
            verb()
    assert victim.read_text() == "mine"


FORMULAS = ("=1+1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", '=HYPERLINK("http://x")')
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell[0].isascii()


@pytest.fixture(params=FORMULAS, ids=range(len(FORMULAS)))
def formula_store(request: pytest.FixtureRequest, tmp_path: Path) -> SimpleNamespace:
    """A store in which every text that people or models write is a formula."""
    evil = request.param
    store = new_store(tmp_path)
    open_test_week(store)
    said = ({"role": "user", "content": evil}, {"role": "assistant", "content": evil})
    sql = {"sql": evil, "result": {"columns": [evil], "rows": [[evil]], "total": 1}}
    add_item(store, "u1", messages=said, scenario=evil, context=(evil,), steps=({"name": evil},), tags=(evil,), **sql)
    for rater in ("ana", "ben"):
        vote(store, "u1", rater, GOOD, comment=evil, corrected_answer=evil)
    at = "2026-11-18T10:00:00.000+00:00"
    texts = {"rationale": evil, "raw": evil, "error": evil}
    store.add(
        Verdict(
            id="verdict-1",
            item_id="u1",
            judge=evil,
            version="v1",
            dimension="correctness",
            value="correct",
            at=at,
            **texts,
        )
    )
    adjudicate(store, "u1", by="eva", labels=GOOD, rationale=evil, reason="slip", corrected_answer=evil)
    approve(store, "u1", Wish(tags=(evil,), expected_answer=evil), by="eva", note=evil)
    release(store, "v1", by="eva", notes=evil)
    return SimpleNamespace(store=store, evil=evil, folder=tmp_path)


def test_no_cell_of_any_csv_export_is_a_formula(formula_store: SimpleNamespace) -> None:
    store, folder, evil = formula_store.store, formula_store.folder, formula_store.evil
    export(store, "v1", to="csv", target=folder / "golden.csv", by="eva")
    export_labels(store, folder / "labels.csv", by="eva")
    export_verdicts(store, folder / "verdicts.csv", by="eva")
    entries = [{"actor": e.actor, "detail": evil, evil: evil} for e in store.find(AuditEntry)]
    written = {name: (folder / name).read_bytes().decode() for name in ("golden.csv", "labels.csv", "verdicts.csv")}
    written["table"] = csv_text(["actor", "detail", evil], entries)
    for name, text in written.items():
        found = cells(text)
        assert [c for c in found if c.startswith(STARTS) and not is_number(c)] == [], name
        said = {plain_cell(c).strip() for c in found}
        assert evil.strip() in said, f"{name} holds what was said, as text"


def test_only_the_safe_module_writes_csv() -> None:
    own = ROOT / "review" / "basics" / "csv_safe.py"
    for floor in ("pages", "review", "storage"):
        for path in (ROOT / floor).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            for way in ("to_csv(", "csv.writer", "DictWriter", "write_csv(", "FORMAT CSV", "FORMAT csv"):
                assert way not in source or path == own, f"{path.relative_to(ROOT)} writes CSV by {way}"


def test_a_submission_for_somebody_else_reveals_nothing_and_writes_nothing(reviewed: Store) -> None:
    theirs = reviewed.query("SELECT id FROM assignments WHERE rater_id = 'ben' LIMIT 1", {})[0]["id"]
    before = contents(reviewed)
    for assignment in (theirs, theirs.upper(), "no-such-assignment"):
        entry = {"kind": "annotation", "submission_id": "12345678", "assignment": assignment, "labels": GOOD}
        for one in (entry, {**entry, "rater": "ben", "rater_id": "ben"}):
            assert receive(reviewed, "ana", [one]).rejected == (
                ("12345678", "assignment: this item is not dealt to you."),
            )
    assert contents(reviewed) == before


def test_the_audit_chain_notices_a_changed_entry(reviewed: Store) -> None:
    from review.audit import chain

    entries = reviewed.find(AuditEntry)
    key = reviewed.signing_key()
    assert key
    for first, intact in ((entries[0], True), (replace(entries[0], actor="ana"), False)):
        links = chain.Links(key)
        for entry in (first, *entries[1:]):
            links.follow(entry)
        assert (links.broken_at is None) == intact


def test_the_store_of_another_project_is_not_opened_by_a_name_in_the_settings(tmp_path: Path) -> None:
    new_store(tmp_path)
    (tmp_path / "spotcheck.toml").write_text('[project]\nstore = "/etc/passwd"\n')
    with pytest.raises(InputError, match="store"):
        project_of(tmp_path / "spotcheck.db")
    assert open_store(tmp_path / "spotcheck.db").path == tmp_path / "spotcheck.db"
