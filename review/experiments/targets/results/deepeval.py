"""The results of DeepEval: a test run with its test cases, or a list of test cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from review.experiments.targets.results.json_file import json_in, names, objects
from review.experiments.targets.results.rows import ResultFormat, ResultRow

LISTS = ("testCases", "test_cases", "test_results", "testResults")


def read(path: Path) -> Iterator[ResultRow]:
    """Yield each test case. The id stands in its additional metadata or its name."""
    found = json_in(path)
    found = found.get("testRunData", found) if isinstance(found, dict) else found
    rows = next((found[name] for name in LISTS if name in found), []) if isinstance(found, dict) else found
    for number, row in enumerate(objects(rows), start=1):
        more = _one(row, "additionalMetadata", "additional_metadata", "metadata") or {}
        ids = [more[name] for name in ("example_id", "id", "case") if name in more] if isinstance(more, dict) else []
        # A metric that broke leaves the test without success; that says nothing of the answer.
        broken = any(metric.get("error") for metric in objects(_one(row, "metricsData", "metrics_data")))
        fields = {
            "answer": _one(row, "actualOutput", "actual_output"),
            "context": _one(row, "retrievalContext", "retrieval_context"),
            "tool_calls": [
                {"name": call.get("name"), "arguments": _one(call, "inputParameters", "input_parameters")}
                for call in objects(_one(row, "toolsCalled", "tools_called"))
            ],
            "latency_ms": _milliseconds(_one(row, "runDuration", "completion_time")),
            "cost": _one(row, "tokenCost", "token_cost", "evaluationCost"),
            "reported": None if broken else _one(row, "success"),
        }
        yield ResultRow(names=names(*ids, row.get("name"), row.get("input")), line=number, fields=fields)


def _one(row: dict[str, Any], *spelt: str) -> Any:
    return next((row[name] for name in spelt if row.get(name) is not None), None)


def _milliseconds(seconds: Any) -> float | None:
    return seconds * 1_000 if isinstance(seconds, int | float) else None


RESULTS = ResultFormat(
    about="the results of DeepEval",
    fits=lambda path, head: path.suffix == ".json" and (b'"actualOutput"' in head or b'"actual_output"' in head),
    read=read,
    sample='{"testCases": [{"name": "test_case_0", "input": "?", "actualOutput": "42", "success": true, '
    '"runDuration": 0.5, "additionalMetadata": {"example_id": "c-1"}}]}',
)
