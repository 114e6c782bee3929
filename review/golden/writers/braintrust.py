"""Braintrust data set records: JSON Lines of {id, input, expected, metadata, tags}.

Source: braintrust.dev, guide on data sets; records with one ``id`` replace each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.jsonl import write_lines
from review.golden.writers.writer import Writer, expected_of, metadata_of, turns_of


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one record per line."""
    return [write_lines((_record(e) for e in examples), target)]


def _record(e: Exported) -> dict[str, Any]:
    content = e.content
    return {
        "id": content["example_id"],
        "input": {
            "question": content["question"],
            "messages": turns_of(content),
            "context": content["context"],
        },
        "expected": expected_of(content),
        "metadata": metadata_of(e),
        "tags": [*content["tags"], content["split"], content["kind"]],
    }


WRITER = Writer(about="data set records for Braintrust", write=write, suffix=".braintrust.jsonl")
