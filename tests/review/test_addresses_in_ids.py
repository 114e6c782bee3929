"""Addresses in ids and names: a keyed hash replaces them, the same everywhere, so that files still join."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from golden_store import new_store

from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.commands.cli import spotcheck
from review.current.settled import annotations_of
from review.exchange.labels import import_labels, read_labels
from review.exchange.verdicts import import_verdicts, read_verdicts
from review.log.log import every_conversation, weeks_in_log
from review.privacy.pseudonyms import without_addresses
from review.sampling.key import sample_digest
from review.settings.project import project_of
from review.sources import normalise
from review.sources.normalise import address_hash
from review.week.drawing import Request, preview
from review.week.opening import open_week
from storage.records_log import Conversation, Import
from storage.records_people import AuditEntry
from storage.records_review import Verdict
from storage.records_weeks import Item

MAIL = "anna.lee@example.com"
ROWS = [
    {
        **{"id": f"{MAIL}/1", "question": "Where?", "answer": "There.", "created_at": "2026-11-18T10:00:00Z"},
        **{"model": f"tuned-by-{MAIL}", "prompt_version": "v@2", "user_id": MAIL, "variant": "+49 30 901820"},
        "verdicts": {MAIL: {"correctness": "wrong"}, "bo@example.com": {"correctness": "correct"}},
    },
    {"id": "c@2", "question": "Why?", "answer": "So.", "created_at": "2026-11-18T10:00:00Z"},
]


@pytest.fixture
def store(tmp_path):
    return new_store(tmp_path)


def write(store, name="log.jsonl", rows=ROWS):
    path = Path(store.path).parent / name
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return path


def bring(store, path):
    done = CliRunner().invoke(spotcheck, ["import", str(path), "--store", str(store.path), "--as", "lea", "--json"])
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)["files"][0]


def logged(store):
    log = log_of(store.path)
    return {c.question: c for c in every_conversation(log, weeks=list(weeks_in_log(log)))}


def test_addresses_in_ids_and_names_become_the_same_hash_in_every_file(store):
    bring(store, write(store, f"log of {MAIL}.jsonl"))
    found, mail = logged(store), address_hash(hmac_key(store), MAIL)
    first = found["Where?"]
    assert (first.id, first.source_id, first.user_id) == (f"{mail}/1", f"{mail}/1", mail)
    assert (first.prompt_version, found["Why?"].id) == ("v@2", "c@2")
    assert MAIL not in str(first) and "901820" not in str(first.variant)
    assert set(first.verdicts) == {mail, address_hash(hmac_key(store), "bo@example.com")}
    assert MAIL not in store.find(Import)[0].file
    assert bring(store, write(store))["duplicate"] == 2


def test_labels_and_verdicts_by_the_old_names_find_their_conversation(store):
    bring(store, write(store))
    label = {"item": f"{MAIL}/1", "rater": "ana", "dimension": "correctness", "label": "wrong"}
    labels = write(store, "labels.jsonl", [label])
    done = import_labels(store, read_labels(labels), by="lea")
    (said,) = annotations_of(store, list(done.weeks))
    assert said.item_id == f"labels/{address_hash(hmac_key(store), MAIL)}/1"
    assert import_labels(store, read_labels(labels), by="lea").unchanged == 1
    row = {"item": f"{MAIL}/1", "judge": f"by {MAIL}", "dimension": "correctness", "label": "wrong"}
    verdicts = write(store, f"{MAIL}.jsonl", [row])
    assert import_verdicts(store, read_verdicts(verdicts), by="lea").added == 1
    assert [v.judge for v in store.find(Verdict)] == [f"by {address_hash(hmac_key(store), MAIL)}"]
    assert MAIL not in str([(e.subject, e.detail) for e in store.find(AuditEntry)])


def test_a_project_can_keep_them_and_a_log_that_has_them_goes_on_with_them(store):
    settings = Path(store.path).parent / "spotcheck.toml"
    settings.write_text('[privacy]\nids = "keep"\n', encoding="utf-8")
    bring(store, write(store))
    assert logged(store)["Where?"].id == f"{MAIL}/1"
    settings.write_text("", encoding="utf-8")
    again = bring(store, write(store, "more.jsonl", [*ROWS, {**ROWS[1], "id": "bo@example.com", "question": "Who?"}]))
    assert (again["duplicate"], again["added"]) == (2, 1)
    assert any("e-mail addresses stay in the ids" in note for note in again["notes"])
    assert logged(store)["Who?"].id == "bo@example.com"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("run@3", True), ("icon@2x.png", True), ("4915112345678", True), ("C++", True), ("a+b", True),
        ("100%", True), ("a%40b", True), ("anna@example.com", False), ("anna%40example.com", False),
        ("anna%2540example.com", False),
        ("chat%3A%2B4930901820:7", False), ("chat:+4930901820:7", False), ("support@x.example.org-2", False),
    ],
)  # fmt: skip
def test_only_addresses_are_replaced(text, kept):
    assert (without_addresses(text, lambda _: "#") == text) == kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna%40example.com", "<anna@example.com>"),
        ("ua%2Fanna%2Etag%2B1%40example%2Ecom%2F7", "ua%2F<anna.tag+1@example.com>%2F7"),
        ("who%3Danna%2540example.com&n=1", "who%3D<anna@example.com>&n=1"),
        ("a%40example.com b@example.org", "<a@example.com> <b@example.org>"),
        ("50%25 anna@example.com", "50%25 <anna@example.com>"),
    ],
)
def test_percent_encoded_addresses_have_the_hash_of_the_plain_ones(text, expected):
    assert without_addresses(text, lambda address: f"<{address}>") == expected


def test_a_percent_encoded_id_is_hashed_and_an_older_log_goes_on_with_its_own(store):
    encoded = [{**ROWS[0], "id": "anna.lee%40example.com/1", "verdicts": {}}]
    bring(store, write(store, rows=encoded))
    assert logged(store)["Where?"].id == f"{address_hash(hmac_key(store), MAIL)}/1"
    label = {"item": "anna.lee%40example.com/1", "rater": "ana", "dimension": "correctness", "label": "wrong"}
    done = import_labels(store, read_labels(write(store, "labels.jsonl", [label])), by="lea")
    (said,) = annotations_of(store, list(done.weeks))
    assert said.item_id == f"labels/{address_hash(hmac_key(store), MAIL)}/1"


def test_a_log_with_percent_encoded_addresses_goes_on_with_them_and_hashes_the_plain_ones(store, monkeypatch):
    encoded = {**ROWS[0], "id": "anna.lee%40example.com/1", "verdicts": {}}
    with monkeypatch.context() as earlier:
        earlier.setattr(normalise.Origin, "plain", lambda self, text: text)
        bring(store, write(store, rows=[encoded]))
    assert logged(store)["Where?"].id == encoded["id"]
    more = [{**encoded, "answer": "Here."}, {**encoded, "id": MAIL, "question": "Who?"}]
    again = bring(store, write(store, rows=more))
    assert (again["changed"], again["added"]) == (1, 1)
    assert any("percent-encoded e-mail addresses stay" in note for note in again["notes"])
    assert logged(store)["Who?"].id == address_hash(hmac_key(store), MAIL)


def test_a_draw_from_a_warehouse_hashes_addresses_as_the_log_does_and_can_be_raised(store, tmp_path):
    week, rows = "2026-W46", tmp_path / "rows.jsonl"
    ids = [f"user{n}@example.com/{n}" for n in range(40)]
    row = {"question": "How many?", "answer": "Seven.", "created_at": "2026-11-10T09:00:00Z"}
    rows.write_bytes(b"".join(orjson.dumps({"id": i, **row}, option=orjson.OPT_APPEND_NEWLINE) for i in ids))
    project = project_of(store.path)
    first = Request(week=week, rate=0.3, raters=("ana",), source=str(rows), overlap=0.5)
    seen = preview(store, project, first)
    half = open_week(store, project, first, by="lea")
    assert (seen.digest, seen.ids) == (half.result.digest, half.result.ids)
    whole = open_week(store, project, replace(first, rate=1.0), by="lea")
    items = store.find(Item, week=week)
    plain = {f"{address_hash(hmac_key(store), name.partition('/')[0])}/{n}" for n, name in enumerate(ids)}
    assert {i.conversation_id for i in items} == plain == {c.id for c in store.find(Conversation)}
    assert 0 < half.new_items < 40 and half.new_items + whole.new_items == 40
    assert {i.id for i in items if i.overlap} == set(whole.result.overlap_ids)
    assert "@" not in str(items) and whole.result.digest == sample_digest(plain)
