"""Test runs of DeepEval: each metric of each test case is a verdict, pass or fail with its score and reason.

A metric that failed with an error has no verdict. The item is a conversation id in the case's metadata, else its name.

Facts: TestRun of the package deepeval 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import Rating, Record, Tool, inner, item_of, number, objects, passed, rated, text

CASES = ("testCases", "conversationalTestCases", "test_cases", "conversational_test_cases")


def recognise(record: Record) -> bool:
    """Whether there are test cases with metrics, alone or under ``testRunData``."""
    run = inner(record, "testRunData") or record
    return any(isinstance(run.get(name), list) for name in CASES)


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the verdict of each metric."""
    run = inner(record, "testRunData") or record
    for case in (case for name in CASES for case in objects(run.get(name))):
        about = inner(case, "additionalMetadata") or inner(case, "additional_metadata")
        item = item_of(about, otherwise=case.get("name"))
        for one in objects(case.get("metricsData", case.get("metrics_data"))):
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


VERDICTS = Tool(
    about="test runs of DeepEval",
    sign="testCases with metricsData",
    recognise=recognise,
    ratings=verdicts,
    sample={
        "testCases": [{"name": "c-1", "metricsData": [{"name": "verdict", "success": True, "score": 0.9}]}],
    },
)
