"""Traces as the real SDKs write them become the conversations that were written down for them.

The samples and their expected values are beside the repository; elsewhere these tests skip.
"""

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
