"""Retention: what goes, what stays and why, that old figures do not change, and that nothing comes back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from compliance_log import imported
from flow_store import BEFORE, REQUEST, WEEK, import_rows, write_log
from golden_store import new_store
from quick_stores import copy_store
from retained_store import ON, closed_store, record, slow
from retained_store import left as left_of

from review.audit.clock_leaps import leap
from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.basics.errors import InputError, Refused, UnknownError
from review.basics.log_paths import log_of
from review.basics.weeks import monday_of, zone_of
from review.commands.cli import spotcheck
from review.compliance.running import run_checks
from review.failures.archive import failure_shown
from review.failures.grouped import groups_of
from review.failures.rules import failure_rules
from review.failures.working import write_note
from review.log.failed import traffic
from review.log.late import late_files, listed
from review.log.log import log_relation, read_conversations, weeks_in_log
from review.log.retained import COUNTS, USERS, parts
from review.log.versions_named import versions_in_log
from review.monitoring.given_up import never_draw
from review.monitoring.retention import plan_retention, run_retention
from review.privacy.holds import add_holds, release_hold
from review.privacy.reveal import revealed
from review.settings.project import project_of
from review.sources.import_into import import_into
from review.sources.undoing import undo_import
from review.week.completeness import days_before
from review.week.drawing import Request
from storage.opening import open_store
from storage.queries.retention import worked_with
from storage.records_log import Import
from storage.records_people import AuditEntry
from storage.records_retention import RetentionRun
from storage.store import Store


@pytest.fixture(scope="module")
def closed_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = closed_store(tmp_path_factory.mktemp("closed"))
    store.close()
    return store.path


@pytest.fixture
def closed(closed_path: Path, tmp_path: Path) -> Store:
    """A copy of the closed week for one test, with retention switched on."""
    (tmp_path / "spotcheck.toml").write_text(ON)
    return open_store(copy_store(closed_path, tmp_path / "spotcheck.db"))


@pytest.fixture(scope="module")
def after(closed_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The closed week after one run; only read it."""
    folder = tmp_path_factory.mktemp("after")
    (folder / "spotcheck.toml").write_text(ON)
    store = open_store(copy_store(closed_path, folder / "spotcheck.db"))
    run(store)
    return store


def run(store: Store) -> Any:
    project, later = project_of(store.path), leap(store) is not None
    return run_retention(store, project, failure_rules(store, project), by="lea", clock_is_right=later)


def plan(store: Store) -> Any:
    return plan_retention(store, project_of(store.path))


def ids(store: Store) -> set[str]:
    return {row[0] for row in duckdb.sql(f"SELECT id FROM {log_relation(log_of(store.path))}").fetchall()}


def ids_in(files: list[Path]) -> set[str]:
    return {row[0] for row in duckdb.sql(f"SELECT id FROM {listed(files)}").fetchall()}


def first(sql: str) -> Any:
    """The first cell of a query."""
    return duckdb.sql(sql).fetchall()[0][0]


def kept_by_people(store: Store) -> set[str]:
    return {row[0] for row in worked_with(store)}


def command(store: Store, *arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(spotcheck, [*arguments, "--store", str(store.path), "--json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout else result.exception


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of the log and its originals."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for home in ("spotcheck.db.logs", "spotcheck.db.originals")
        for p in (folder / home).rglob("*")
        if p.is_file() and p.name != ".lock"
    }


def test_nothing_goes_before_somebody_has_switched_it_on(closed: Store) -> None:
    closed.path.with_name("spotcheck.toml").unlink()
    before = everything(closed.path.parent)
    code, said = command(closed, "retention", "--as", "lea")
    assert code == 1 and isinstance(said, Refused) and "not switched on" in str(said)
    code, said = command(closed, "retention", "--dry-run")
    assert code == 0 and said["classes"]["normal"]["expired"] > 300 and said["bytes_after"] < said["bytes_before"]
    assert everything(closed.path.parent) == before and closed.find(RetentionRun) == []
    with pytest.raises(Refused, match="needs the role lead"):
        run_retention(closed, project_of(closed.path), failure_rules(closed, project_of(closed.path)), by="eva")


def test_the_dry_run_says_what_the_run_does(closed: Store) -> None:
    wanted = command(closed, "retention", "--dry-run")[1]
    code, done = command(closed, "retention", "--as", "lea")
    assert code == 0 and done["classes"] == wanted["classes"] and done["held_back"] == wanted["held_back"]
    assert set(done) == {"classes", "held_back", "bytes_before", "bytes_after"}
    assert set(done["classes"]) == {"error", "slow", "normal"}
    assert done["held_back"] == {"week_not_drawn": 20, "reviewed": done["held_back"]["reviewed"]}
    assert done["bytes_before"] == wanted["bytes_before"] > done["bytes_after"]
    assert command(closed, "retention", "--as", "lea")[1]["classes"]["normal"]["expired"] == 0


def test_what_a_dry_run_frees_is_never_more_than_there_is(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    weeks = [f"2026-W{k}" for k in range(30, 38)]
    imported(store, [
        {"id": f"{week}-{n}", "created_at": f"{monday_of(week)}T10:00:00Z", "answer": f"Write to jo{n}@example.org."}
        for week in weeks for n in range(20)
    ])  # fmt: skip
    for week in weeks:
        never_draw(store, week, reason="before we began", by="lea")
    run_checks(store, project_of(store.path), by="lea")
    planned = plan(store)
    assert planned.expired == 160 and 0 <= planned.bytes_after < planned.bytes_before / 10


def test_what_goes_is_normal_old_and_nobodys(closed_path: Path, after: Store) -> None:
    people, left = kept_by_people(after), ids(after)
    errors, slow_ones = {f"c{i:03d}" for i in range(0, 400, 40)}, {f"c{i:03d}" for i in range(400) if slow(i)}
    early = {f"b{i}" for i in range(1, 21)}
    assert left == people | errors | slow_ones | early
    assert ids_in(late_files(log_of(after.path).logs)) <= left
    files = sorted(log_of(after.path).originals.rglob("*.parquet"))
    held = ids_in(files)
    assert held and held <= left and all(p.stat().st_mode & 0o077 == 0 for p in files)
    masked = next(i for i in sorted(held) if i in people)
    assert "anna" in str(revealed(after, masked, by="lea"))
    for path in after.path.parent.rglob("*"):
        gone = b"LAST-ANSWER 5:" if "c005" not in left else b"LAST-ANSWER 6:"
        assert not path.is_file() or path.suffix in (".jsonl", ".db") or gone not in path.read_bytes()


def test_slow_ones_go_after_thirty_days_and_errors_after_ninety(closed: Store) -> None:
    run(closed)
    people = kept_by_people(closed)
    with shifted(timedelta(days=31)):
        going = {f"c{i:03d}" for i in range(400) if slow(i)} - people
        assert run(closed).classes(["slow"])["slow"]["expired"] == len(going) > 20
    with shifted(timedelta(days=91)):
        run(closed)
    assert ids(closed) == people | {f"b{i}" for i in range(1, 21)}
    assert weeks_in_log(log_of(closed.path)) == {BEFORE: 20, WEEK: len(people)}
    assert total(closed, "sum(n)") == 400 - len(people)
    assert check_store(closed).holds


def test_days_of_zero_keep_a_class_for_ever_and_wrong_settings_are_named(closed: Store) -> None:
    toml = closed.path.with_name("spotcheck.toml")
    people, errors = kept_by_people(closed), {f"c{i:03d}" for i in range(0, 400, 40)}
    toml.write_text(f"{ON}normal_days = 0\nslow_days = 0\nslow_ms = 6350\n")
    with shifted(timedelta(days=1000)):
        classes = plan(closed).classes(["error", "slow", "normal"])
    assert [classes[name]["expired"] > 0 for name in classes] == [len(errors - people) > 0, False, False]
    assert classes["slow"]["kept"] == len({i for i in range(400) if slow(i) and 6_000 + i > 6350})
    for wrong in ("normal_days = -1", "error_days = 1_000_000", "on = 'yes'", "slow_ms = 'x'", "days = 3"):
        toml.write_text(f"[retention]\n{wrong}\n")
        with pytest.raises(InputError, match="retention"):
            project_of(closed.path)


def total(store: Store, what: str) -> Any:
    return first(f"SELECT {what} FROM {left_of(store, COUNTS)}")


def test_hourly_counts_and_latencies_add_up_to_what_was_there(closed_path: Path, after: Store) -> None:
    whole, left = (log_relation(log_of(path)) for path in (closed_path, after.path))
    for what, counted in (
        ("count(*)", "sum(n)"),
        ("count(*) FILTER (status = 'error')", "sum(error_rate_k)"),
        ("sum(retries)", "sum(retries_sum)"),
        ("sum(cost)", "sum(cost_sum)"),
        ("count(*) FILTER (low_confidence OR confidence < 0.5)", "sum(low_confidence_k)"),
        ("count(*) FILTER (split_part(feedback, ',', 1) = 'thumbs down')", "sum(thumbs_down_k)"),
        ("count(latency_ms)", "sum(list_sum(latency_counts))"),
    ):
        before, now = (first(f"SELECT {what} FROM {relation}") or 0 for relation in (whole, left))
        assert before == now + (total(after, counted) or 0), what
    # Quantiles of live rows and bins together are those of all rows.
    rows = "SELECT latency_ms FROM {}"
    bins = f"SELECT unnest(latency_bins) AS ms, unnest(latency_counts) AS k FROM {left_of(after, COUNTS)}"
    again = f"{rows.format(left)} UNION ALL SELECT ms FROM ({bins}), range(k)"
    assert (
        duckdb.sql(f"SELECT quantile_cont(latency_ms, [0.5, 0.95]) FROM ({again})").fetchall()
        == duckdb.sql(f"SELECT quantile_cont(latency_ms, [0.5, 0.95]) FROM ({rows.format(whole)})").fetchall()
    )
    users = left_of(after, USERS)
    found = duckdb.sql(f"SELECT sum(n), min(length(user_id)), max(length(user_id)) FROM {users}").fetchall()
    assert found == [(total(after, "sum(n)"), 16, 16)]
    text = b"".join(
        p.read_bytes() for p in (path for kind in (COUNTS, USERS) for path in parts(log_of(after.path).logs, kind))
    )
    assert b"c005" not in text and b"order" not in text


def test_a_closed_week_reports_the_same_before_and_after(closed_path: Path, after: Store) -> None:
    for arguments in (["report", "--week", WEEK], ["quality", "--weeks", WEEK], ["agreement", "--weeks", WEEK]):
        said = [command(store, *arguments) for store in (open_store(closed_path), after)]
        for one in said:
            one[1].pop("generated_at", None)
            one[1].pop("audit", None)  # the head of the chain, which has an entry more
        assert said[0] == said[1] and said[0][0] == 0 and "wrong" in str(said[0]), arguments


def test_traffic_by_day_and_by_version_counts_what_expired(closed_path: Path, after: Store) -> None:
    request, zone, found = Request(week=WEEK, rate=0.1), zone_of("UTC"), []
    for store in (open_store(closed_path), after):
        days = days_before(store, project_of(store.path), request, zone)
        found.append((days, [(v.version, v.conversations) for v in versions_in_log(log_of(store.path))]))
    assert found[0] == found[1] and sum(found[0][0]["production"]) == 420


def test_failures_that_nobody_touched_stay_counted(closed: Store) -> None:
    people, log = kept_by_people(closed), log_of(closed.path)
    (closed.path.parent / "spotcheck.toml").write_text(f"{ON}error_days = 8\n")
    before, ran = groups_of(closed, project_of(closed.path)), traffic(log)
    failing = {f"c{i:03d}" for i in range(0, 400, 40)} | {f"c{i:03d}" for i in range(7, 400, 25)}
    run(closed)
    assert failing - people and not (failing - people) & ids(closed)
    after = groups_of(closed, project_of(closed.path))
    assert [replace(g, example="") for g in after] == [replace(g, example="") for g in before]
    assert all(g.example in ids(closed) for g in after) and traffic(log) == ran
    asked = ["failures", "modes", "--weeks", WEEK]
    assert command(closed, *asked)[0] == 0
    assert sum(g.n for g in after) == sum(g.n for g in before) >= 26


def test_a_link_to_a_failure_that_expired_says_when_and_by_which_rule(after: Store) -> None:
    gone = next(name for name in (f"c{i:03d}" for i in range(400)) if name not in ids(after))
    today = after.find(RetentionRun)[0].at[:10]
    with pytest.raises(UnknownError, match=f"Retention removed it on {today}, with its steps .* normal 7 days"):
        failure_shown(after, project_of(after.path), gone)
    with pytest.raises(UnknownError, match=r"you have yet to review it\.$"):
        failure_shown(after, project_of(after.path), "never-there")


def test_what_expired_does_not_come_back(after: Store, tmp_path: Path) -> None:
    shutil.copytree(after.path.parent, tmp_path / "again")
    store = open_store(tmp_path / "again" / "spotcheck.db")
    before, gone = ids(store), {f"c{i:03d}" for i in range(400)} - ids(store)
    rows = [record(i) for i in range(400)] + [{**record(1), "id": "new"}]
    file = write_log(tmp_path / "again.jsonl", rows)
    done = import_into(store, file, by="lea")
    assert (done.added, done.expired, done.duplicate) == (1, len(gone), 400 - len(gone))
    told = [{"trace": name, "feedback": "down"} for name in [*sorted(gone)[:3], "x"]]
    done = import_into(store, write_log(tmp_path / "told.jsonl", told), by="lea")
    assert (done.expired, done.waiting, done.updated) == (3, 1, 0)
    assert done.read == done.added + done.duplicate + done.changed + done.waiting + done.rejected + 3
    assert ids(store) == before | {"new"}
    first = store.find(Import)[0]
    with pytest.raises(Refused, match="retention removed conversations of it"):
        undo_import(store, first.id, by="lea")


def test_a_hold_and_a_note_keep_what_would_go(closed: Store) -> None:
    going = sorted({f"c{i:03d}" for i in range(400)} - kept_by_people(closed) - {"c005"})
    held, user = going[0], read_conversations(log_of(closed.path), [going[1]])[0].user_id
    assert user is not None
    holds = add_holds(closed, conversations=[held], users=[user], reason="Case 12", by="lea")
    noted = "c000"
    write_note(closed, noted, "it timed out", by="eva")
    of_user = {f"c{i:03d}" for i in range(400) if record(i)["user_id"] == record(int(going[1][1:]))["user_id"]}
    done = run(closed)
    assert done.held_back["legal_hold"] >= 2 and ids(closed) >= {held, noted} | of_user
    for one in holds:
        release_hold(closed, one.id, reason="over", by="lea")
    run(closed)
    assert held not in ids(closed) and noted in ids(closed)


def test_a_week_that_a_lead_gives_up_may_go_and_is_never_drawn(closed: Store) -> None:
    with pytest.raises(Refused, match="drawn from or opened"):
        never_draw(closed, WEEK, reason="old", by="lea")
    with pytest.raises(InputError):
        never_draw(closed, "last week", reason="old", by="lea")
    code, said = command(closed, "retention", "never-drawn", BEFORE, "--reason", "before we began", "--as", "lea")
    assert code == 0 and (said["week"], said["by"]) == (BEFORE, "lea")
    code, refused = command(closed, "sample", "--week", BEFORE, "--raters", "ana", "--rate", "0.1", "--as", "lea")
    assert code == 1 and "never drawn" in str(refused), refused
    run(closed)
    assert not {f"b{i}" for i in range(1, 21)} & ids(closed) and check_store(closed).holds


def test_what_the_daily_checks_have_not_seen_stays(closed: Store) -> None:
    import_rows(closed, [{**record(i), "id": f"n{i}"} for i in range(1, 9)], "late.jsonl")
    done = plan(closed)
    assert done.held_back["checks_not_run"] == len([i for i in range(1, 9) if not slow(i)]) == 7
    run_checks(closed, project_of(closed.path), by="lea")
    assert "checks_not_run" not in plan(closed).held_back


def test_batches_of_undone_imports_go_with_their_originals_when_the_longest_days_are_over(closed: Store) -> None:
    rows = [{"id": f"w{i}", "question": f"I am w{i}@example.com", "created_at": "2026-09-01"} for i in range(3)]
    import_rows(closed, [{**rows[0], "user_id": "held"}], "held.jsonl")
    import_rows(closed, rows[1:], "wrong.jsonl")
    for done in closed.find(Import)[-2:]:
        undo_import(closed, done.id, by="lea")
    add_holds(closed, users=["held"], reason="Case 12", by="lea")
    log = log_of(closed.path)
    assert len(list(log.logs.glob(".withdrawn-*"))) == len(list(log.originals.glob(".withdrawn-*"))) == 2
    run(closed)
    assert len(list(log.logs.glob(".withdrawn-*"))) == 2
    with shifted(timedelta(days=91)):
        run(closed)
    assert len(list(log.logs.glob(".withdrawn-*"))) == len(list(log.originals.glob(".withdrawn-*"))) == 1
    said = closed.find(AuditEntry, action="retention", subject="undone imports")
    assert [len(entry.detail["imports"]) for entry in said] == [1] and check_store(closed).holds


def test_every_run_is_in_the_chain_week_by_week(after: Store) -> None:
    [row] = after.find(RetentionRun)
    entries = after.find(AuditEntry, action="retention")
    assert [(e.subject, e.actor) for e in entries] == [(WEEK, "lea")] and entries[0].detail["id"] == row.id
    assert row.settings["normal_days"] == 7 and row.counts["expired"]["normal"] == sum(row.counts["imports"].values())
    assert check_store(after).holds


def test_a_week_that_is_open_stays_whole(tmp_path: Path) -> None:
    from flow_store import add_people, open_the_week

    store = open_store(tmp_path / "spotcheck.db")
    (tmp_path / "spotcheck.toml").write_text(ON)
    add_people(store)
    import_rows(store, [record(i) for i in range(400)])
    open_the_week(store, REQUEST)
    with shifted(timedelta(days=400)):
        done = run(store)
    assert done.expired == 0 and done.held_back == {"week_open": 400} and len(ids(store)) == 400
