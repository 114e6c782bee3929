"""The archive of failures is computed from the log and the store: causes, kinds of error, groups and steps."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from failed_log import MESSAGES, NEXT, WEEK, bring, row
from golden_store import new_store

from review.basics.errors import UnknownError
from review.basics.log_paths import LogPaths, log_of
from review.failures.archive import failure_shown, failures
from review.failures.error_types import ERROR_KINDS, OTHER, error_kind, nearest_name, offending_name
from review.failures.grouped import groups_of
from review.failures.modes import name_mode
from review.failures.rules import KINDS, failure_rules
from review.failures.working import give_mode, write_note
from review.log.failed import Narrowed, groups_in_log
from review.log.failed_counts import FIRST, Counted, counted_as_logged, groups_from
from review.log.failure_rules import FailureRules, kind_sql
from review.settings.project import project_of
from storage.records_failures import FailureEvent
from storage.store import Store

SAID = {
    # engine messages -> kind, offending name
    'no such column: o.order_dt': ("column_not_found", "o.order_dt"),
    'column "order_dt" does not exist': ("column_not_found", "order_dt"),
    "Unknown column 'order_dt' in 'field list'": ("column_not_found", "order_dt"),
    'Binder Error: Referenced column "order_dt" not found in FROM clause! Candidate bindings: "order_date"': (
        "column_not_found", "order_dt",
    ),
    MESSAGES["column_not_found"]: ("column_not_found", "o.order_dt"),
    "Unrecognized name: order_dt; Did you mean order_date? at [1:8]": ("column_not_found", "order_dt"),
    "SQL compilation error: error line 1 at position 7 invalid identifier 'ORDER_DT'": ("column_not_found", "ORDER_DT"),
    "Invalid column name 'order_dt'.": ("column_not_found", "order_dt"),
    'ORA-00904: "ORDER_DT": invalid identifier': ("column_not_found", "ORDER_DT"),
    "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column or function parameter with name `order_dt` cannot be resolved. "
    "Did you mean one of the following? [`order_date`]": ("column_not_found", "order_dt"),
    "line 1:8: Column 'order_dt' cannot be resolved": ("column_not_found", "order_dt"),
    "no such table: orderz": ("table_not_found", "orderz"),
    'relation "orderz" does not exist': ("table_not_found", "orderz"),
    "Table 'shop.orderz' doesn't exist": ("table_not_found", "shop.orderz"),
    'Catalog Error: Table with name orderz does not exist! Did you mean "orders"?': ("table_not_found", "orderz"),
    MESSAGES["table_not_found"]: ("table_not_found", "shop.orderz"),
    "Not found: Table shop.orderz was not found in location US": ("table_not_found", "shop.orderz"),
    "Object 'ORDERZ' does not exist or not authorized.": ("table_not_found", "ORDERZ"),
    "ORA-00942: table or view does not exist": ("table_not_found", ""),
    'near "FORM": syntax error': ("syntax", "FORM"),
    'syntax error at or near "FORM"': ("syntax", "FORM"),
    "You have an error in your SQL syntax; check the manual near 'FORM orders'": ("syntax", "FORM orders"),
    "operator does not exist: integer = text": ("type_mismatch", ""),
    "There is no supertype for types UInt64, String. (NO_COMMON_TYPE)": ("wrong_join", ""),
    'invalid input syntax for type integer: "abc"': ("type_mismatch", "abc"),
    "No matching signature for operator = for argument types: INT64, STRING": ("type_mismatch", ""),
    'invalid input syntax for type timestamp: "01.11.2026"': ("date_format", "01.11.2026"),
    MESSAGES["date_format"]: ("date_format", "01.11.2026"),
    "Incorrect DATETIME value: '01.11.2026'": ("date_format", "01.11.2026"),
    "ORA-01861: literal does not match format string": ("date_format", ""),
    "canceling statement due to statement timeout": ("timeout", ""),
    "INTERRUPT Error: Interrupted!": ("timeout", ""),
    "permission denied for table orders": ("permission", "orders"),
    "attempt to write a readonly database": ("permission", ""),
    "cannot execute INSERT in a read-only transaction": ("permission", ""),
    "The MySQL server is running with the --read-only option": ("permission", ""),
    "connected to the read-only replica": (OTHER, ""),
    "The query returned no rows": ("empty_result", ""),
    "The query gave 0 rows": ("empty_result", ""),
    "120 rows in 3 ms": (OTHER, ""),
    # A name may hold the words of another kind.
    "Unknown column 'timeout' in 'field list'": ("column_not_found", "timeout"),
    "no such column: timeout_s": ("column_not_found", "timeout_s"),
    'column "read_only" does not exist': ("column_not_found", "read_only"),
    "Table 'shop.timeouts' doesn't exist": ("table_not_found", "shop.timeouts"),
    # A column that two tables have.
    "ambiguous column name: id": ("column_not_found", "id"),
    'column reference "id" is ambiguous': ("column_not_found", "id"),
    "Column 'id' in field list is ambiguous": ("column_not_found", "id"),
    'Binder Error: Ambiguous reference to column name "id"': ("column_not_found", "id"),
    'missing FROM-clause entry for table "o"': ("table_not_found", "o"),
    "the moon is in the seventh house": (OTHER, ""),
}  # fmt: skip


@pytest.mark.parametrize(("message", "expected"), SAID.items())
def test_messages_of_every_engine_are_one_of_few_kinds(message: str, expected: tuple[str, str]) -> None:
    kind = error_kind("SomeError", message)
    assert (kind, offending_name(kind, message)) == expected


def test_the_log_sorts_errors_as_python_does(store: Store) -> None:
    texts = [("", text) for text in SAID]
    texts += [
        ("unknown_column", "?"),
        ("Date format", ""),
        ("", ""),
        ("TimeoutError", "no such column: x"),
        ("x'y", ""),
    ]
    table = pa.table({"error_type": [t for t, _ in texts], "error_message": [m for _, m in texts]})
    rules = failure_rules(store, project_of(store.path))
    with duckdb.connect() as db:
        db.register("said", table)
        found = [kind for (kind,) in db.execute(f"SELECT {kind_sql(rules)} FROM said").fetchall()]
    assert found == [error_kind(*text) for text in texts]
    assert [name for name, _, _ in KINDS] + [OTHER] == list(ERROR_KINDS)
    assert not [p for _, *some in KINDS for p in some if re.search(r"[A-Z]", p)], "patterns are in lower case"


@pytest.mark.parametrize(
    ("offending", "message", "names", "near"),
    [
        ("o.order_dt", MESSAGES["column_not_found"], (), "order_date"),
        ("order_dt", "no such column: order_dt", ("order_date", "orders", "user_id"), "order_date"),
        ("o.order_dt", "no such column: o.order_dt", ("order_date",), "order_date"),
        ("orderz", 'Did you mean "orders"?', ("x",), "orders"),
        ("zzz", "no such column: zzz", ("order_date",), ""),
        ("", "syntax error", ("order_date",), ""),
    ],
)
def test_the_name_that_was_meant_comes_from_the_engine_or_the_schema(
    offending: str, message: str, names: tuple[str, ...], near: str
) -> None:
    assert nearest_name(offending, message, names) == near


@pytest.fixture
def archive(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    rows = [row(f"c{n}", "column_not_found") for n in range(3)]
    rows += [row("d1", "date_format"), row("d2", "date_format", prompt_version="v2", week=NEXT)]
    rows += [row("r1", repaired=True, repair_rounds=2, error_type="unknown_column", error_message="x")]
    rows += [row("l1", confidence=0.2), row("l2", repaired=False, repair_rounds=3, error_message="no such table: t")]
    rows += [
        row("n1", feedback="thumbs_down,copied"),
        row("n2", feedback="up"),
        row("fine"),
        row("odd", status="error"),
    ]
    bring(store, rows)
    return store


def test_each_failure_has_one_cause_and_falls_into_one_group(archive: Store) -> None:
    found = {(g.week, g.group, g.version): g for g in groups_of(archive, project_of(archive.path))}
    assert {key: g.n for key, g in found.items()} == {
        (WEEK, "column_not_found", "v1"): 4,
        (WEEK, "date_format", "v1"): 1,
        (NEXT, "date_format", "v2"): 1,
        (WEEK, "cause/low_confidence", "v1"): 1,
        (WEEK, "table_not_found", "v1"): 1,
        (WEEK, "cause/feedback", "v1"): 1,
        (WEEK, "cause/error", "v1"): 1,
    }
    columns = found[WEEK, "column_not_found", "v1"]
    assert columns.causes == {"error": 3, "repaired": 1}
    assert [g.n for g in groups_of(archive, project_of(archive.path), weeks=[NEXT])] == [1]


def test_a_list_narrows_down_and_names_the_step(archive: Store) -> None:
    bring(archive, [row("s1", "date_format", steps=[{"name": "plan"}, {"name": "run sql", "error": "bad"}])])
    found = failures(archive, project_of(archive.path), Narrowed(weeks=[WEEK], group="date_format"))
    assert [f.row.id for f in found] == ["d1", "s1"] and found[1].step == "run sql" and found[0].step == ""
    told = found[1].to_json()
    assert {"id", "at", "error_type", "mode", "version", "step", "state"} <= set(told)
    assert (told["error_type"], told["mode"], told["offending"]) == ("date_format", "Date format", "01.11.2026")
    repaired = failures(archive, project_of(archive.path), Narrowed(cause="repaired"))
    assert [(f.row.id, f.row.repair_rounds) for f in repaired] == [("r1", 2)]


def test_a_failure_shows_its_context_and_the_name_that_was_meant(archive: Store) -> None:
    schema = archive.path.parent / "schema.sql"
    schema.write_text("CREATE TABLE orders (id INTEGER, order_date TEXT);")
    (archive.path.parent / "spotcheck.toml").write_text('[sql]\nschema = "schema.sql"\n')
    bring(archive, [row("p1", status="error", error_message="no such column: o.order_dat")])
    one = failure_shown(archive, project_of(archive.path), "p1")
    assert (one.offending, one.nearest) == ("o.order_dat", "order_date")
    assert one.talk is not None and one.talk.question == "How many orders has shop p1?"
    assert one.located == (None, "", "the trace has no steps"), "a failure without a trace says so"
    schema.unlink()
    assert failure_shown(archive, project_of(archive.path), "p1").nearest == "", "a schema that is gone breaks nothing"
    with pytest.raises(UnknownError, match="'fine' is no failure"):
        failure_shown(archive, project_of(archive.path), "fine")


def test_a_failure_whose_conversation_is_gone_keeps_what_people_said(archive: Store) -> None:
    archive.add(FailureEvent(id="e", conversation_id="gone", kind="note", text="wrong month", at="2026", by="eva"))
    one = failure_shown(archive, project_of(archive.path), "gone")
    assert one.talk is None and one.failure is None and one.events[0].text == "wrong month"
    assert one.located.why == "its conversation is not shown"


def test_a_kind_that_a_mode_takes_over_is_that_mode_everywhere(archive: Store) -> None:
    mode = name_mode(archive, "dates in German", groups=["date_format"], by="eva")
    found = {g.group for g in groups_of(archive, project_of(archive.path)) if g.group.startswith(("mode", "date"))}
    assert found == {mode.id}
    [one] = failures(archive, project_of(archive.path), Narrowed(weeks=[NEXT], group="dates in German"))
    assert one.mode == "dates in German" and one.row.kind == "date_format"


def test_a_week_of_the_log_is_counted_again_only_after_an_import(
    archive: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, read = project_of(archive.path), []

    def counted(log: LogPaths, rules: FailureRules, week: str) -> list[Counted]:
        read.append(week)
        return counted_as_logged(log, rules, week)

    monkeypatch.setattr("review.failures.grouped.counted_as_logged", counted)
    assert groups_of(archive, project, weeks=["2026-W01"]) == [] and not read, "the log has nothing of this week"
    first = groups_of(archive, project, weeks=[WEEK])
    assert groups_of(archive, project, weeks=[WEEK], viewer="eva") == first, "eva owes nothing, so she sees the same"
    write_note(archive, "d1", "the month is wrong", by="eva")
    assert groups_of(archive, project, weeks=[WEEK]) == first and read == [WEEK]
    mode = name_mode(archive, "dates in German", groups=["date_format"], by="eva")
    assert mode.id in {g.group for g in groups_of(archive, project, weeks=[WEEK])}
    give_mode(archive, ["l1"], mode.id, by="eva")
    assert {g.group: g.n for g in groups_of(archive, project, weeks=[WEEK])}[mode.id] == 2
    bring(archive, [row("d3", "date_format")])
    assert {g.group: g.n for g in groups_of(archive, project, weeks=[WEEK])}[mode.id] == 3
    assert read == [WEEK] * 2, "only what came in is counted again"
    groups_of(archive, project)
    assert read == [WEEK, WEEK, NEXT], "each week is counted once"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"wrong": {"fine", "c0"}},
        {"given": {"d1": "mode-a", "c1": "mode-a", "x0": "mode-b"}},
        {"without": {"c0", "c1", "l1"}, "wrong": {"fine", "l1"}, "given": {"c2": "column_not_found"}},
        {"modes": {"column_not_found": "mode-a", "cause/feedback": "mode-a"}, "given": {"d1": "mode-a"}},
        {"without": {f"x{n}" for n in range(FIRST)}},
        {"given": {f"x{n}": "mode-a" for n in range(FIRST + 1)}, "wrong": {"x0"}},
    ],
)
def test_counts_that_were_moved_are_those_of_a_count_anew(archive: Store, said: dict[str, Any]) -> None:
    bring(archive, [row(f"x{n}", "date_format", prompt_version="v3") for n in range(FIRST + 2)])
    log, rules = log_of(archive.path), replace(failure_rules(archive, project_of(archive.path)), **said)
    counted = [one for week in (WEEK, NEXT) for one in counted_as_logged(log, rules, week)]
    moved = groups_from(log, rules, counted, weeks=[WEEK, NEXT])
    anew = groups_in_log(log, rules, weeks=[WEEK, NEXT])
    assert len(moved) == len({(g.week, g.group, g.version) for g in moved})
    assert sorted(moved, key=str) == sorted(anew, key=str) and len(anew) > 5


def test_a_hundred_thousand_failures_are_grouped_within_a_second(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    bring(store, [row(f"c{n}", "column_not_found") for n in range(50)])
    [folder] = [path for path in log_of(store.path).logs.iterdir() if path.is_dir() and path.name[0] != "."]
    [file] = folder.glob("*.parquet")
    many = pq.read_table(file).take(pa.array(np.arange(100_000) % 50))
    messages = [f"{MESSAGES['date_format' if n % 2 else 'column_not_found']} at {n}" for n in range(100_000)]
    many = many.set_column(many.column_names.index("id"), "id", pa.array([f"c{n}" for n in range(100_000)]))
    many = many.set_column(many.column_names.index("error_message"), "error_message", pa.array(messages))
    pq.write_table(many, file)
    start = time.process_time()
    assert {g.group: g.n for g in groups_of(store, project_of(store.path))} == {
        "date_format": 50_000, "column_not_found": 50_000,
    }  # fmt: skip
    assert len(failures(store, project_of(store.path), Narrowed(weeks=[WEEK], group="date_format"))) == 50
    assert time.process_time() - start < 4, "two cores share this; alone it takes well under a second"
    assert orjson.dumps([f.to_json() for f in failures(store, project_of(store.path), Narrowed(ids=["c7"]))])
