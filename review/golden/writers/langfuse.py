"""Langfuse dataset items: JSON Lines of {id, datasetName, input, expectedOutput, metadata, sourceTraceId, status}.

Each line is the body of ``POST /api/public/dataset-items``, which replaces the item with the same ``id``; the dataset
is made first. Source: langfuse/langfuse, fern/apis/server/definition/dataset-items.yml.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.jsonl import write_lines
from review.golden.writers.writer import Writer, expected_of, id_of, metadata_of, turns_of


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one item per line. Its id is made from release and example, so a second upload changes nothing."""
    return [write_lines((_item(e, info) for e in examples), target)]


def _item(e: Exported, info: ReleaseInfo) -> dict[str, Any]:
    content = e.content
    item = {
        "id": id_of(e, info),
        "datasetName": info.name,
        "input": {"messages": turns_of(content), "context": content["context"]},
        "expectedOutput": expected_of(content),
        "metadata": metadata_of(e),
        "status": "ACTIVE",
    }
    trace = content["origin"]["conversation"]
    return {**item, "sourceTraceId": trace} if trace and content["origin"]["system"] == "langfuse" else item


WRITER = Writer(about="dataset items for Langfuse", write=write, suffix=".langfuse.jsonl")
