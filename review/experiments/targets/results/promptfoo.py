"""The results of ``promptfoo eval --output results.json``: one row for each test and provider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from review.experiments.targets.results.json_file import names, object_in, objects
from review.experiments.targets.results.rows import ResultFormat, ResultRow

ERROR = 2
"""The ``failureReason`` of a row whose provider or assertion broke: it has no score."""
IDS = ("example_id", "id", "case", "case_id")


def read(path: Path) -> Iterator[ResultRow]:
    """Yield each result. The id stands in the variables or the metadata of its test."""
    found = object_in(path).get("results")
    rows = found.get("results") if isinstance(found, dict) else found
    for number, row in enumerate(objects(rows), start=1):
        test = _object(row, "testCase")
        places = (row.get("vars"), row.get("metadata"), test.get("metadata"), test.get("vars"))
        given = [place for place in places if isinstance(place, dict)]
        response = _object(row, "response")
        output = response.get("output")
        usage = _object(response, "tokenUsage") or _object(row, "tokenUsage")
        fields = {
            "answer": output if isinstance(output, str) or output is None else str(output),
            "latency_ms": row.get("latencyMs"),
            "cost": row.get("cost"),
            "tokens_in": usage.get("prompt"),
            "tokens_out": usage.get("completion"),
            "error": response.get("error") or row.get("error"),
            "reported": None if row.get("failureReason") == ERROR else _score(row),
        }
        ids = [g[name] for g in given for name in IDS if name in g]
        question = [g["question"] for g in given if "question" in g]
        known = names(*ids, test.get("description"), *question, row.get("id"))
        yield ResultRow(names=known, line=number, fields=fields)


def _object(row: dict[str, Any], name: str) -> dict[str, Any]:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _score(row: dict[str, object]) -> float | None:
    score = row.get("score")
    if isinstance(score, int | float) and not isinstance(score, bool):
        return min(max(float(score), 0.0), 1.0)
    success = row.get("success")
    return float(success) if isinstance(success, bool) else None


RESULTS = ResultFormat(
    about="the results of promptfoo",
    fits=lambda path, head: path.suffix == ".json" and b'"results"' in head and b'"testResults"' not in head,
    read=read,
    sample='{"evalId": "e", "results": {"version": 3, "results": [{"vars": {"example_id": "c-1", "question": "?"}, '
    '"response": {"output": "42"}, "success": true, "score": 1, "latencyMs": 12, "cost": 0.1}]}}',
)
