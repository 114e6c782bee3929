"""A store in which one user's words stand in every place that can hold them, and a search that knows none of it."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import typing
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from flow_store import BEFORE, WEEK, add_people, import_rows, open_the_week, records, write_log
from quick_stores import texts_by_table, unchecked

from review.audit.store_secrets import hmac_key
from review.erasure.rules import RULES, searched_columns
from review.golden.releases import release
from review.people.people import add_person
from review.settings.project import project_of
from review.sources.collecting.frames import Kind, packed
from review.sources.import_into import import_into
from review.sources.normalise import keyed_hash
from review.sources.options import import_options
from review.sources.undoing import undo_import
from review.week.picking import pick_by_hand
from storage.address import address_in
from storage.opening import open_store
from storage.records import KEYS
from storage.records_golden import GoldenExample
from storage.records_log import Conversation
from storage.records_weeks import Item
from storage.store import Store

MARK = "Zażółćmark"
"""Stands in every text of the user, with letters that JSON escapes."""
USER, MAIL = "user-7788-zofia", "zofia.mark@example.com"
SENTENCE = f'The parcel "{MARK}" for aunt Zofia never came, says {MARK}.'
ASKED, UNDONE, PICKED, SPOOLED = "zofia-asked-1", "zofia-undone-2", "zofia-picked-3", "5" * 32


def conversation(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "created_at": "2026-11-03T09:00:00Z",
        "user_id": USER,
        "session_id": f"session of {MARK}",
        "messages": [
            {"role": "user", "content": f"{SENTENCE} Write to {MAIL} please."},
            {"role": "assistant", "content": f"I am sorry about the parcel, dear {MARK} person."},
        ],
        "context": [f"passage about {MARK}"],
        "steps": [{"tool": "lookup", "output": f"step {MARK}"}],
        "sql": f"SELECT 1 AS x -- {MARK}",
        "result": [{"name": f"result {MARK}"}],
        "status": "error",
        "error_type": "Timeout",
        "error_message": f"failed for {MARK}",
        "metadata": {"note": f"metadata {MARK}"},
        "tags": [f"tag {MARK}"],
        "feedback": "down",
        "verdicts": {"judge": {"correctness": {"value": "wrong", "rationale": f"because {MARK}"}}},
        **more,
    }


def planted(folder: Path) -> Store:
    """Make the store: the user in the log, an open week, a release and every table and file beside it."""
    store = open_store(folder / "spotcheck.db")
    (folder / "spotcheck.toml").write_text('[sql]\ndialect = "sqlite"\ncache = "results"\n', encoding="utf-8")
    add_people(store)
    add_person(store, "max", role="lead", by="lea")
    import_rows(store, records()[:80])
    _import(store, folder, "asked.jsonl", conversation(ASKED))
    told = {"scores": [{"name": "helpful", "comment": f"late score {MARK}"}]}
    _import(store, folder, "later.jsonl", conversation(ASKED, feedback="up", metadata=told, tags=[f"late {MARK}"]))
    _import(store, folder, "picked.jsonl", conversation(PICKED, created_at="2026-10-28T08:00:00Z"))
    undone = _import(store, folder, "undone.jsonl", conversation(UNDONE, created_at="2026-10-28T08:00:00Z"))
    undo_import(store, undone, by="lea")
    open_the_week(store)
    pick_by_hand(store, project_of(store.path), [PICKED], WEEK, by="lea", reason=f"odd: {MARK}")
    item = store.find(Item, conversation_id=ASKED)[0]
    _plant_rows(store, item)
    release(store, "v1", by="lea", notes=f"as she wrote: {SENTENCE}")
    _plant_files(store)
    return store


def _import(store: Store, folder: Path, name: str, row: dict[str, Any]) -> str:
    path = write_log(folder / name, [row])
    return import_into(store, path, import_options(project_of(store.path)), by="lea").id


def _plant_rows(store: Store, item: Item) -> None:
    """Add a row with the mark to every table: about the item where the table names one, else as a quotation."""
    named = {"item_id": item.id, "conversation_id": ASKED, "subject": item.id, "example_id": "zofia-example"}
    named |= {"case_id": "zofia-example", "answer_id": "zofia-answer", "origin": ASKED, "proposal_id": "zofia-proposal"}
    rows = []
    for record, rule in RULES.items():
        if record in (Conversation, Item) or not (rule.by or rule.quotes) or "reviewers" in rule.by.values():
            continue
        if KEYS[record][0] in ("releases", "release_examples", "audit", "rubric_versions"):
            continue
        given = {name: named[name] for name in _names(record) if name in named}
        own = {"experiment_answers": "zofia-answer", "golden_proposals": "zofia-proposal"}.get(KEYS[record][0])
        rows.append(_row(record, {**given, **({"id": own} if own else {})}))
    with unchecked(store):
        store.add(*rows)
        entry = {"at": "2026-11-30T00:00:00.000+00:00", "actor": "lea", "action": "deal again", "subject": BEFORE}
        store.append_entry(**entry, detail={"reason": f"she wrote: {SENTENCE}"})


def _names(record: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(record))


def _row(record: Any, given: dict[str, Any]) -> Any:
    """Return a record with the mark in each column that can hold a text."""
    hints, rule = typing.get_type_hints(record), RULES[record]
    made: dict[str, Any] = {"version": 900} if KEYS[record][1] == "version" else {}
    for field in fields(record):
        searched = field.name in searched_columns(record, _names(record))
        text = f"about {SENTENCE}" if field.name in rule.texts or searched else f"x-{uuid4().hex[:8]}"
        if field.name in given or field.name in made:
            made.setdefault(field.name, given.get(field.name))
        elif record is GoldenExample and field.name == "content":
            made["content"] = golden_content()
        elif "dict" in str(hints[field.name]) or typing.is_typeddict(hints[field.name]):
            made[field.name] = {"said": text}
        elif "tuple" in str(hints[field.name]):
            made[field.name] = (
                ({"said": text},) if "Json" in field.type or "dict" in str(hints[field.name]) else (text,)
            )
        elif hints[field.name] is str or "str" in str(hints[field.name]):
            made[field.name] = "" if field.name == "error" else text
        elif field.default is MISSING and field.default_factory is MISSING:
            made[field.name] = 0
    if record is GoldenExample:
        made |= {"votes": (), "labels": {}, "retired": False, "kind": "normal", "source": "historical", "split": "test"}
        made |= {"supersedes": None, "adjudication_id": None, "scenario": "", "rule": ""}
    return record(**made)


def golden_content() -> Any:
    origin = {"system": "production", "conversation": ASKED, "week": WEEK, "redacted": 0, "purposive": True}
    texts = dict.fromkeys(("answer", "expected_answer", "reference_sql"), f"golden {MARK}")
    return {
        "question": SENTENCE,
        "prior_turns": [{"role": "user", "content": f"before {MARK}"}],
        "context": [f"golden {MARK}"],
        **texts,
        "expected_behaviour": "answer",
        "expected_result": {"rows": [[MARK]]},
        "as_of": "",
        "snapshot": "",
        "required": [f"field {MARK}"],
        "tags": [],
        "origin": origin,
    }


def _plant_files(store: Store) -> None:
    """Put the mark into every kind of file beside the store, escaped as JSON, packed, or as spans."""
    told = json.dumps({"line": 3, "found": SENTENCE, "expected": "a date"}) + "\n"
    for name, data in (
        (".rejects/one.jsonl", told.encode()),
        (".uploads/one/file.csv.gz", gzip.compress(f"question\n{SENTENCE}\n".encode())),
        (".runs/files/one/rows.jsonl", told.encode()),
        (".runs/one.log", f"Traceback: {SENTENCE}\n".encode()),
        (".logs/.pulling-shop/page.jsonl", told.encode()),
        (
            ".night.json",
            json.dumps({"at": "now", "steps": {"pull": {"status": "", "detail": SENTENCE}}}).encode(),
        ),
        (".spool/00000000000000000001.spool", _spans()),
        (".spool/feedback.jsonl", json.dumps([5, {"trace": ASKED, "comment": f"bad {MARK}"}, 1.0]).encode() + b"\n"),
    ):
        path = Path(f"{store.path}{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    days = Path(f"{store.path}.logs") / ".users" / "2026-W44.parquet"
    days.parent.mkdir()
    pq.write_table(pa.table({"day": ["2026-10-28"] * 2, "user_id": [user_in_log(store), "u-1"], "n": [3, 4]}), days)
    results = store.path.parent / "results" / "one.json"
    results.parent.mkdir()
    results.write_text(json.dumps({"rows": [[SENTENCE]]}), encoding="utf-8")


def _spans() -> bytes:
    def value(text: str) -> dict[str, str]:
        return {"stringValue": text}

    span: dict[str, Any] = {"traceId": SPOOLED, "spanId": "6" * 16, "name": f"span {MARK}", "endTimeUnixNano": "1"}
    span["attributes"] = [{"key": "user.id", "value": value(USER)}, {"key": "input.value", "value": value(MARK)}]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    return packed(Kind.TRACES_JSON, json.dumps(body).encode())


def where_the_mark_is(folder: Path) -> set[str]:
    """Return where the mark stands: files by name, tables of the store as ``table NAME``. Reads every byte."""
    found: set[str] = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        name = str(path.relative_to(folder))
        if data[:16] == b"SQLite format 3\0":
            found |= {f"table {table}" for table in _marked_tables(path)}
        elif (address := address_in(path)) is not None:
            found |= {f"table {table}" for table, text in texts_by_table(address).items() if _has_mark(text)}
        if any(_has_mark(part) for part in _decoded(path, data)):
            found.add(name)
    return found


def _decoded(path: Path, data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "replace")
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data).decode()
    if data[:4] == b"PAR1":
        yield json.dumps(pq.ParquetFile(path).read().to_pylist(), default=str, ensure_ascii=False)


def _has_mark(text: str) -> bool:
    plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    return any(word in plain for word in (MARK, MAIL, USER))


def _marked_tables(path: Path) -> Iterator[str]:
    connection = sqlite3.connect(path)
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
        if any(_has_mark(str(cell)) for row in rows for cell in row):
            yield str(table)
    connection.close()


def user_in_log(store: Store) -> str:
    return keyed_hash(hmac_key(store), USER.encode())
