"""Test runs of DeepEval: each metric of each test case is a verdict, pass or fail with its score and reason.

A metric that failed with an error has no verdict. The item is a conversation id in the case's metadata, else its name.

Facts: see :mod:`review.sources.readers.deepeval`.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import Rating, Record, Tool, inner, item_of, number, objects, passed, rated, text
from review.sources.readers.deepeval import all_cases, cases_of, either, recognise


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the verdict of each metric."""
    for case in cases_of(record):
        about = inner(case, "additionalMetadata") or inner(case, "additional_metadata")
        item = item_of(about, otherwise=case.get("name"))
        for one in objects(either(case, "metricsData", "metrics_data")):
            error = text(one.get("error"))
            yield rated(
                item,
                text(one.get("evaluationModel") or one.get("evaluation_model")) or "deepeval",
                text(one.get("name")),
                None if error else passed(one.get("success")),
                comment=text(one.get("reason")),
                score=None if error else number(one.get("score")),
                error=error,
            )


UNMEASURED = "test case without a metric"
BROKEN = "entry that is no object"


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield why a case, or a metric of it, gives no verdict."""
    for case in all_cases(record):
        if not isinstance(case, dict):
            yield BROKEN
            continue
        metrics = either(case, "metricsData", "metrics_data")
        metrics = metrics if isinstance(metrics, list) else []
        yield from (BROKEN for one in metrics if not isinstance(one, dict))
        if not metrics:
            yield UNMEASURED


VERDICTS = Tool(
    about="test runs of DeepEval",
    sign="testCases with metricsData",
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={
        "testCases": [{"name": "c-1", "metricsData": [{"name": "verdict", "success": True, "score": 0.9}]}],
    },
)
