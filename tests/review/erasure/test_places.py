"""One user's words in every place: found there before the erasure, and in no byte of the folder after it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from planted_person import ASKED, MARK, UNDONE, USER, conversation, planted, user_in_log, where_the_mark_is, write_log

from review.audit.verifying import check_store, in_words
from review.basics.log_paths import log_of
from review.erasure.person import person_of
from review.erasure.places import COPIES, NO_TEXT, PLACES
from review.erasure.requests import confirm, preview, request_erasure
from review.erasure.reviewer_id import PLACE as REVIEWER_ID
from review.erasure.rules import KEPT, RULES
from review.erasure.running import run
from review.erasure.states import Erasure
from review.golden.releases import examples_of, releases, verify
from review.golden.rows import exported
from review.log.log import log_relation, weeks_in_log
from review.sources.import_into import import_into
from storage.queries.assignments import open_on_items
from storage.records import KEYS
from storage.records_log import Conversation
from storage.store import Store

ROOT = Path(__file__).resolve().parents[3]
OUTSIDE = {"asked.jsonl", "later.jsonl", "undone.jsonl", "picked.jsonl"}
"""The files that were imported lie in the folder too: copies that the erasure names and leaves alone."""
WITHOUT = {
    KEYS[record][0] for record, rule in RULES.items() if not rule.quotes and set(rule.by.values()) <= {"reviewers"}
}
"""Tables that hold nothing of a user: ids, names of colleagues, digests."""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, set[str], dict[str, int], dict[str, int]]:
    store = planted(tmp_path_factory.mktemp("person"))
    found = preview(store, "user", USER, by="lea")
    return store, where_the_mark_is(store.path.parent), found, weeks_in_log(log_of(store.path))


@pytest.fixture(scope="module")
def done(before: tuple[Store, set[str], dict[str, int], dict[str, int]]) -> Erasure:
    store = before[0]
    asked = request_erasure(store, "user", USER, by="lea")
    confirm(store, asked.request.id, by="max")
    return run(store, asked.request.id, by="max")


def test_each_place_holds_the_words_before(before) -> None:
    _, marked, found, _ = before
    # A user has no id of a reviewer.
    expected = set(PLACES) - WITHOUT - {"rubric_versions", REVIEWER_ID}
    assert expected - set(found) == set()
    tables = {f"table {name}" for name in expected & {table for table, _ in KEYS.values()}}
    assert tables <= marked
    for part in (".rejects", ".uploads", ".runs", ".night.json", ".logs/", ".originals/", ".spool"):
        assert any(part in name for name in marked), part


def test_no_byte_is_left_after_it(before, done: Erasure) -> None:
    store = before[0]
    assert (done.in_words, dict(done.left)) == ("done", {})
    assert where_the_mark_is(store.path.parent) == OUTSIDE
    assert set(done.proof["copies"]) == OUTSIDE and done.proof["files"] > 10
    assert not Path(f"{store.path}.erasing").exists()
    assert {name for name, n in before[2].items() if n} <= set(done.emptied)


def test_the_chain_and_the_releases_hold(before, done: Erasure) -> None:
    store = before[0]
    assert check_store(store).holds, in_words(check_store(store))
    assert done.release == releases(store)[-1].name and examples_of(store, done.release) == []
    old = verify(store, "v1")
    assert old.holds and old.erased == ("zofia-example",) and old.recomputed == old.recorded
    rows, info = exported(store, "v1")
    assert rows == [] and info.erased == ("zofia-example",)


def test_figures_keep_their_counts(before, done: Erasure) -> None:
    store = before[0]
    assert done.state == "done" and weeks_in_log(log_of(store.path)) == before[3]
    import duckdb

    sql = f"SELECT status, error_type, feedback, user_id, verdicts FROM {log_relation(log_of(store.path))} WHERE id = ?"
    status, kind, feedback, user, verdicts = duckdb.sql(sql, params=[ASKED]).fetchall()[0]
    assert (status, kind, feedback) == ("error", "Timeout", "up") and user.startswith("erased-")
    assert '"value":"wrong"' in verdicts and "rationale" not in verdicts
    assert store.get(Conversation, ASKED).question == "[ERASED]"


def test_nobody_holds_an_erased_item_any_more(before, done: Erasure) -> None:
    store = before[0]
    items = [row["id"] for row in store.query("SELECT id FROM items WHERE conversation_id = :c", {"c": ASKED})]
    assert done.emptied["open items"] and items and open_on_items(store, items) == []


def test_what_comes_again_is_dropped_and_counted(before, done: Erasure, tmp_path: Path) -> None:
    store = before[0]
    assert done.state == "done"
    rows = [
        conversation(ASKED),
        conversation("new of the same user"),
        conversation(UNDONE, user_id=None),
        {**conversation("of somebody else"), "user_id": "u-1", "messages": [{"role": "user", "content": "Hello?"}]},
    ]
    made = import_into(store, write_log(tmp_path / "again.jsonl", rows), by="lea")
    assert (made.read, made.added, made.erased, made.rejected) == (4, 1, 3, 0)
    late = [{"id": ASKED, "feedback": "down"}]
    again = import_into(store, write_log(tmp_path / "late.jsonl", late), by="lea")
    assert again.erased == 1 and not again.updated and not again.waiting


def test_the_users_id_in_the_log_means_the_same_person(before) -> None:
    by_id, by_hash = (person_of(before[0], "r", "user", given) for given in (USER, user_in_log(before[0])))
    assert by_id.users == by_hash.users == {user_in_log(before[0])} and by_id.conversations == by_hash.conversations


def test_every_table_and_kind_of_file_has_an_entry(before) -> None:
    tables = {name for kind, name in before[0].engine.objects() if kind == "table"}
    assert tables - set(PLACES) - set(NO_TEXT) == set(), "say in rules.py what the table may hold of a person"
    assert set(KEYS) == set(RULES)
    for record, rule in RULES.items():
        names = {f.name for f in fields(record)}
        assert set(rule.texts) <= names and set(rule.by) <= names
        about = names & {"item_id", "conversation_id"} - set(rule.by)
        free = {"text", "comment", "rationale", "content", "raw", "reply"} & names
        assert rule.by or not (about and free), f"{record.__name__} is about a conversation: say by which column"
    known = {e for place in PLACES.values() for e in place.endings} | set(NO_TEXT) | set(COPIES)
    beside = re.compile(
        r"f\"\{(?:store|path|store_path|store\.path|[a-z_.]*path)\}(?:\{WORKING\})?(\.[a-z.]+|-wal|-shm)"
        r"|\{(?:path|store)\.name\}(\.[a-z.-]+)"
    )
    for module in (p for room in ("review", "storage", "pages") for p in (ROOT / room).rglob("*.py")):
        for one in beside.findall(module.read_text(encoding="utf-8")):
            ending = one[0] or one[1]
            assert any(ending.startswith(k) for k in known), f"{module}: {ending} has no entry in places.py"


def test_no_column_that_is_kept_can_hold_a_text() -> None:
    assert not KEPT & {"text", "comment", "rationale", "reason", "content", "detail", "note", "description", "raw"}
    assert MARK
