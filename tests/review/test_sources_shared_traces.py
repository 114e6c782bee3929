"""Traces as the real SDKs write them become the conversations that were written down for them.

The samples and their expected values are beside the repository; elsewhere these tests skip.
"""

import random
from pathlib import Path

import orjson
import pytest
from trace_files import read_files

SHARED = Path(__file__).parents[2] / "../shared"
FORMATS = SHARED / "data/formats"

needs_shared = pytest.mark.skipif(not FORMATS.exists(), reason="../shared/data/formats is not here")

BATCH = ("openai_batch_input.jsonl", "openai_batch_output.jsonl", "openai_batch_errors.jsonl")
FILES = {
    "langfuse_traces.json": "langfuse",
    "langfuse_observations_v4.jsonl": "langfuse_rows",
    "langsmith_runs.jsonl": "langsmith",
    "otlp_genai.json": "otlp",
    "otlp_openinference.json": "otlp",
    "openai_batch_input.jsonl": "openai_batch",
}


def expected(file):
    entries = orjson.loads((FORMATS / "expected.json").read_bytes())["files"]
    return next(entry for entry in entries if entry["file"] == file)


def shown(conversation, names):
    """The conversation in the words of the expected values."""
    last = conversation.messages[-1]
    found = {name: getattr(conversation, name, None) for name in names}
    found["messages"] = len(conversation.messages)
    calls = [call["function"]["name"] for m in conversation.messages for call in m.get("tool_calls", ())]
    found["tool_calls"] = calls
    found["answer"] = last["content"] if last["role"] == "assistant" else ""
    return found


@needs_shared
@pytest.mark.parametrize(("file", "format"), FILES.items())
def test_a_file_of_a_trace_tool_becomes_its_conversations(file, format):
    files = BATCH if file in BATCH else (file,)
    read = read_files(*(FORMATS / name for name in files))
    assert read.format == format and not read.errors
    wanted = {item["id"]: item for item in expected(file)["items"]}
    assert {c.id for c in read.conversations} == set(wanted)
    for conversation in read.conversations:
        item = wanted[conversation.id]
        names = [name for name in item if name not in ("session_id", "user_id")]
        assert shown(conversation, names) == {name: item[name] for name in {*names, "answer", "messages", "tool_calls"}}
        for name in ("session_id", "user_id"):
            assert (getattr(conversation, name) is not None) == (name in item) or name not in item


def rows_of(file):
    """The records of a file, requests of OTLP with one span each."""
    text = (FORMATS / file).read_bytes()
    if file.endswith(".jsonl"):
        return [orjson.loads(line) for line in text.splitlines()]
    document = orjson.loads(text)
    return [
        {"resourceSpans": [{"resource": one["resource"], "scopeSpans": [{"spans": [span]}]}]}
        for one in document["resourceSpans"]
        for scope in one["scopeSpans"]
        for span in scope["spans"]
    ]


def seen(read):
    return {
        c.id: (c.messages, c.steps, c.status, c.error_message, c.model, c.tokens_in, c.cost, c.created_at, c.context)
        for c in read.conversations
    }


@needs_shared
@pytest.mark.parametrize(
    "file", [name for name in FILES if name not in ("langfuse_traces.json", *BATCH)] + list(BATCH[:1])
)
@pytest.mark.parametrize("seed", range(3))
def test_shuffled_rows_split_over_files_become_the_same_conversations(tmp_path, file, seed):
    whole = read_files(*(FORMATS / name for name in (BATCH if file in BATCH else (file,))))
    rows = [row for name in (BATCH if file in BATCH else (file,)) for row in rows_of(name)]
    random.Random(seed).shuffle(rows)
    parts = [tmp_path / f"{n}.jsonl" for n in range(3)]
    for n, part in enumerate(parts):
        part.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows[n::3]))
    assert seen(read_files(*parts)) == seen(whole)


@needs_shared
@pytest.mark.parametrize("file", [name for name in FILES if name not in BATCH])
def test_renamed_ids_change_nothing_but_the_ids(tmp_path, file):
    text = (FORMATS / file).read_text()
    read = read_files(FORMATS / file)
    renamed = tmp_path / file
    for number, id in enumerate(sorted({c.id for c in read.conversations})):
        digits = id.replace("-", "")
        new = f"{number + 7:032x}"
        text = text.replace(id, f"{new[:8]}-{new[8:12]}-{new[12:16]}-{new[16:20]}-{new[20:]}" if "-" in id else new)
        text = text.replace(digits, new)
    renamed.write_text(text)
    assert sorted(map(repr, seen(read_files(renamed)).values())) == sorted(map(repr, seen(read).values()))
