"""LangSmith examples: JSON Lines of {id, inputs, outputs, metadata, split}, for an upload or ``create_examples``.

Its evaluators get ``outputs`` as ``reference_outputs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.jsonl import write_lines
from review.golden.writers.writer import Writer, expected_of, id_of, metadata_of, turns_of


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one example per line. Its id is made from release and example, so a second upload adds nothing."""
    return [write_lines((_example(e, info) for e in examples), target)]


def _example(e: Exported, info: ReleaseInfo) -> dict[str, Any]:
    content = e.content
    return {
        "id": id_of(e, info),
        "inputs": {"question": content["question"], "messages": turns_of(content), "context": content["context"]},
        "outputs": expected_of(content),
        "metadata": metadata_of(e),
        "split": content["split"],
    }


WRITER = Writer(about="examples to upload to LangSmith", write=write, suffix=".langsmith.jsonl")
