"""Test runs of DeepEval: each test case is a conversation, with a verdict of each metric and the retrieved passages.

A metric that failed with an error has no verdict. Keys are in camelCase, in older files in snake_case.

Facts: TestRun of the package deepeval 4.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, each, message, messages_of, text_of
from review.sources.readers.reader import Reader

CASES = ("testCases", "conversationalTestCases", "test_cases", "conversational_test_cases")


def cases_of(record: Record) -> list[Mapping[str, Any]]:
    """Return the cases of a whole run, or the one case that the record is; none for other records."""
    return [case for case in all_cases(record) if isinstance(case, Mapping)]


def all_cases(record: Record) -> list[Any]:
    """Return the cases of a record, also what stands among them and is none."""
    run = record.get("testRunData") if isinstance(record.get("testRunData"), Mapping) else record
    lists = [run[name] for name in CASES if isinstance(run.get(name), list)] if isinstance(run, Mapping) else []
    if lists:
        return [case for one in lists for case in one]
    has_metrics = either(record, "metricsData", "metrics_data") is not None
    asked = "turns" in record or ("input" in record and bool({"actualOutput", "actual_output"} & set(record)))
    return [record] if has_metrics and asked else []


def either(record: Mapping[str, Any], camel: str, snake: str) -> Any:
    """Return the value under a key in either form."""
    return record.get(camel) if record.get(camel) is not None else record.get(snake)


def recognise(record: Record) -> bool:
    """Whether there are test cases with metrics, or one of them."""
    return bool(cases_of(record))


def read(record: Record) -> list[Fields | Unreadable]:
    """Read each case."""
    cases = all_cases(record)
    if not cases:
        raise Unreadable("testCases", record.get("testCases"), "the test cases of DeepEval")
    return each(cases, _conversation)


def _conversation(case: Any) -> Fields:
    if not isinstance(case, Mapping):
        raise Unreadable("testCases", case, "a test case of DeepEval")
    if case.get("turns"):
        messages = messages_of(case["turns"], at="turns")
    else:
        answer = text_of("actualOutput", either(case, "actualOutput", "actual_output"))
        messages = [message("user", text_of("input", case.get("input")))]
        messages += [message("assistant", answer)] if answer else []
    about = either(case, "additionalMetadata", "additional_metadata")
    seconds = either(case, "runDuration", "run_duration")
    timed = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0
    return {
        "id": case.get("name"),
        "messages": messages,
        "context": either(case, "retrievalContext", "retrieval_context"),
        "latency_ms": round(seconds * 1000, 3) if timed else None,
        "tags": case.get("tags"),
        "metadata": dict(about) if isinstance(about, Mapping) else {},
        "verdicts": _verdicts(case),
    }


def _verdicts(case: Mapping[str, Any]) -> dict[str, Fields]:
    """Return the verdicts by judge and metric."""
    found: dict[str, Fields] = {}
    listed = either(case, "metricsData", "metrics_data")
    for one in listed if isinstance(listed, list) else ():
        passed, name = (one.get("success"), one.get("name")) if isinstance(one, Mapping) else (None, None)
        if isinstance(passed, bool) and isinstance(name, str) and name and not one.get("error"):
            judge = str(either(one, "evaluationModel", "evaluation_model") or "deepeval")
            value = "pass" if passed else "fail"
            verdict = {"value": value, "score": one.get("score"), "rationale": one.get("reason")}
            found.setdefault(judge, {})[name] = verdict
    return found


READER = Reader(
    about="test runs of DeepEval",
    sign="test cases with metricsData",
    recognise=recognise,
    read=read,
    sample={"name": "1", "input": "How many?", "actualOutput": "Seven.", "metricsData": []},
)
