"""A source whose rows are chats of another format: drawn rows become the conversations that an import makes of them."""

import json
import sqlite3
from dataclasses import replace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flow_store import REQUEST, import_rows, open_the_week, write_log

from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.log.log import read_conversations
from storage.records_log import Conversation

CALL = {"type": "function", "function": {"name": "track", "arguments": '{"order": 7}'}}


def openai(i):
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": f"Where is order {i}? I am jo{i}@example.org"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": "in transit", "tool_call_id": "t1"},
    ]
    answer = {"role": "assistant", "content": f"Order {i} arrives on Friday."}
    return {
        "id": f"o{i}",
        "created_at": "2026-11-04T10:00:00Z",
        "request": {"model": "m-1", "messages": messages},
        "response": {
            "model": "m-1-0701",
            "choices": [{"message": answer}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 4},
        },
    }


def sharegpt(i):
    turns = [{"from": "human", "value": f"Where is order {i}?"}, {"from": "gpt", "value": "On its way."}]
    return {"id": f"s{i}", "created_at": "2026-11-04T10:00:00Z", "conversations": turns}


def chat(i):
    messages = [*openai(i)["request"]["messages"], openai(i)["response"]["choices"][0]["message"]]
    return {"id": f"m{i}", "created_at": "2026-11-04T10:00:00Z", "messages": messages}


def cells(rows):
    return [{k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in row.items()} for row in rows]


def jsonl(folder, rows):
    return str(write_log(folder / "chats.jsonl", rows))


def parquet(folder, rows):
    pq.write_table(pa.Table.from_pylist(cells(rows)), folder / "chats.parquet")
    return str(folder / "chats.parquet")


def nested_parquet(folder, rows):
    pq.write_table(pa.Table.from_pylist(rows), folder / "nested.parquet")
    return str(folder / "nested.parquet")


def duck(folder, rows):
    with duckdb.connect(str(folder / "chats.duckdb")) as base:
        base.execute(f"CREATE TABLE chats AS SELECT * FROM '{parquet(folder, rows)}'")
    return f"{folder / 'chats.duckdb'}#chats"


def sqlite(folder, rows):
    names = list(rows[0])
    with sqlite3.connect(folder / "chats.db") as base:
        base.execute(f"CREATE TABLE chats ({', '.join(names)})")
        marks = ", ".join("?" for _ in names)
        base.executemany(f"INSERT INTO chats VALUES ({marks})", [tuple(r.values()) for r in cells(rows)])
    base.close()
    return f"{folder / 'chats.db'}#chats"


@pytest.mark.parametrize("source", [jsonl, parquet, nested_parquet, duck, sqlite], ids=lambda f: f.__name__)
@pytest.mark.parametrize("record", [openai, sharegpt, chat], ids=lambda f: f.__name__)
def test_drawn_rows_of_a_chat_format_are_read_as_an_import_reads_them(imported, tmp_path, source, record):
    rows = [record(i) for i in range(6)]
    open_the_week(imported, replace(REQUEST, rate=1.0, source=source(tmp_path, rows)))
    drawn = {c.id: c for c in imported.find(Conversation)}
    import_rows(imported, rows, "same.jsonl")
    logged = {c.id: c for c in read_conversations(log_of(imported.path), [r["id"] for r in rows])}
    assert set(drawn) == set(logged) == {r["id"] for r in rows}
    for name, found in drawn.items():
        wanted = logged[name]
        assert found.answer == wanted.answer and len(found.messages) == len(wanted.messages)
        assert (found.question, found.model, found.tokens_in) == (wanted.question, wanted.model, wanted.tokens_in)
        assert found.redacted == wanted.redacted and "jo3@example.org" not in str(found)
        assert found.content_hash == wanted.content_hash


def test_rows_that_fit_several_formats_are_a_plain_log_as_before(imported, tmp_path):
    rows = [{**openai(i), "question": f"Is it {i}?", "answer": "Yes."} for i in range(6)]
    open_the_week(imported, replace(REQUEST, rate=1.0, source=jsonl(tmp_path, rows)))
    assert {c.question for c in imported.find(Conversation)} == {r["question"] for r in rows}


def test_a_drawn_chat_that_cannot_be_read_is_named_with_its_field_and_masked(imported, tmp_path):
    odd = {**sharegpt(6), "conversations": [{"from": "human", "value": {"mail": "eva@example.org"}}]}
    source = jsonl(tmp_path, [*(sharegpt(i) for i in range(6)), odd])
    with pytest.raises(InputError, match=r"conversations\.0\.content: found .*\[EMAIL_1\].*in a drawn conversation"):
        open_the_week(imported, replace(REQUEST, rate=1.0, source=source))
    assert imported.find(Conversation) == []
