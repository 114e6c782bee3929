"""DeepEval goldens: JSON Lines for ``EvaluationDataset.add_goldens_from_jsonl_file``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from review.golden.rows import Exported, ReleaseInfo, picked
from review.golden.writers.jsonl import write_lines
from review.golden.writers.writer import Writer
from storage.records_golden import ExpectedTool

KEPT = (
    *("example_id", "prior_turns", "expected_behaviour", "reference_sql", "expected_result", "as_of", "required"),
    *("tags", "scenario", "kind", "source", "split", "must_pass", "labels"),
)
"""The fields of an example that go into the metadata."""


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one golden per example. Turns before the question go into the metadata: a file holds single turns only."""
    return [write_lines((golden(e) for e in examples), target)]


def golden(e: Exported) -> dict[str, Any]:
    """Return an example as a golden."""
    content = e.content
    return {
        "input": content["question"],
        "actual_output": content["answer"] or None,
        "expected_output": content["expected_answer"] or None,
        "context": None,
        "retrieval_context": content["context"] or None,
        "tools_called": None,
        "expected_tools": _tools(content.get("expected_tools")),
        "additional_metadata": {**picked(content, KEPT), **e.carried},
        "comments": None,
        "name": content["example_id"],
        "source_file": None,
        "custom_column_key_values": None,
    }


def _tools(expected: Sequence[ExpectedTool] | None) -> list[dict[str, Any]] | None:
    """Return the expected tools in DeepEval's words, None without any."""
    return [{"name": t["name"], "input_parameters": t["arguments"]} for t in expected or ()] or None


WRITER = Writer(about="goldens for DeepEval", write=write, suffix=".deepeval.jsonl")
