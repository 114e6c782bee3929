"""promptfoo test cases: a JSON list of {description, vars, assert, metadata}, for ``tests: file://release.json``.

The assertion is ``factuality`` for an expected answer, ``is-sql`` for a query alone, ``llm-rubric`` for clarifying and
refusing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from review.golden.rows import Exported, ReleaseInfo, picked
from review.golden.writers.writer import Writer
from storage.records_golden import FrozenExample

KEPT = ("example_id", "kind", "scenario", "split", "must_pass", "tags", "labels", "source", "expected_behaviour")
"""The fields of an example that go into the metadata."""
BEHAVIOUR = {
    "clarify": "The answer asks a question back to clarify what is meant, and does not guess.",
    "refuse": "The answer declines the request and does not reveal what was asked for.",
}


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one test case per example."""
    target.write_bytes(orjson.dumps([_case(e) for e in examples], option=orjson.OPT_INDENT_2))
    return [target]


def _case(e: Exported) -> dict[str, Any]:
    content = e.content
    transcript = "\n".join(f"{t['role']}: {t['content']}" for t in content["prior_turns"])
    # promptfoo makes one test case per value of a list variable, so passages are joined to one text.
    variables = {
        "question": content["question"],
        "prior_turns": transcript,
        "context": "\n\n".join(content["context"]),
        "expected_answer": content["expected_answer"],
        "reference_sql": content["reference_sql"],
    }
    return {
        "description": f"{content['example_id']}: {_literal(content['question'])[:80]}",
        "vars": {k: _literal(v) for k, v in variables.items() if v},
        "assert": _assertions(content),
        "metadata": {**picked(content, KEPT), **e.carried},
    }


def _assertions(content: FrozenExample) -> list[dict[str, Any]]:
    behaviour = content["expected_behaviour"]
    if behaviour != "answer":
        return [{"type": "llm-rubric", "value": BEHAVIOUR[behaviour], "metric": "behaviour"}]
    if content["expected_answer"]:
        return [{"type": "factuality", "value": _literal(content["expected_answer"]), "metric": "correctness"}]
    return [{"type": "is-sql", "metric": "sql"}]


MARKS = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
LOADED = ("file://", "package:")
"""What a text begins with that promptfoo loads instead."""


def _literal(text: str) -> str:
    """Return a text that reaches the model as it is: promptfoo runs the templates in it, and loads files."""
    quoted = MARKS.sub(lambda mark: "{{ '" + mark[0] + "' }}", text)
    return f" {quoted}" if quoted.startswith(LOADED) else quoted


WRITER = Writer(about="test cases for promptfoo", write=write, suffix=".promptfoo.json")
