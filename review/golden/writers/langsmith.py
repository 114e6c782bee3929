"""LangSmith examples: JSON Lines of {id, inputs, outputs, metadata, split}, for an upload or ``create_examples``.

Its evaluators get ``outputs`` as ``reference_outputs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from review.golden.rows import Exported, ReleaseInfo, picked
from review.golden.writers.jsonl import write_lines
from review.golden.writers.writer import Writer, expected_of, turns_of

KEPT = ("example_id", "kind", "scenario", "source", "tags", "must_pass", "labels", "as_of", "snapshot", "required")
"""The fields of an example that go into the metadata."""


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one example per line. Its id is made from release and example, so a second upload adds nothing."""
    return [write_lines((_example(e, info) for e in examples), target)]


def _example(e: Exported, info: ReleaseInfo) -> dict[str, Any]:
    content = e.content
    return {
        "id": str(uuid5(NAMESPACE_URL, f"spotcheck:{info.content_hash}:{content['example_id']}")),
        "inputs": {"question": content["question"], "messages": turns_of(content), "context": content["context"]},
        "outputs": expected_of(content),
        "metadata": {**picked(content, KEPT), "reviewed_answer": content["answer"], **e.carried},
        "split": content["split"],
    }


WRITER = Writer(about="examples to upload to LangSmith", write=write, suffix=".langsmith.jsonl")
