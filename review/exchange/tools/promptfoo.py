"""Results of promptfoo: each assertion of each test is a verdict, pass or fail with its score.

The judge is the model that graded, or ``promptfoo`` for a check without one. A test that failed with an error has no
verdict. The item is the result, or a conversation whose id stands in the metadata or variables of the test.

Facts: see :mod:`review.sources.readers.promptfoo`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from review.exchange.tools.tool import Rating, Record, Tool, inner, item_of, number, objects, passed, rated, text
from review.sources.readers.promptfoo import FAILED_WITH_ERROR, recognise, results_of


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the verdict of each assertion."""
    for row in results_of(record):
        known = [{k: v for k, v in inner(row, name).items() if k != "id"} for name in ("metadata", "vars")]
        also = item_of(*known)
        item = text(row.get("id")) or also
        version = text(row.get("promptId"))[:12]
        if row.get("failureReason") == FAILED_WITH_ERROR:
            said = text(row.get("error")) or "the test failed with an error"
            for name in _names(row):
                yield rated(item, "promptfoo", name, None, version=version, error=said, also=also)
            continue
        for one in objects(inner(row, "gradingResult").get("componentResults")):
            yield replace(_verdict(item, version, one), also=also)


UNASKED = "test without an assertion"
BROKEN = "entry that is no object"


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield why a test, or an assertion of it, gives no verdict."""
    whole = inner(record, "results").get("results")
    yield from (BROKEN for row in whole if not isinstance(row, dict)) if isinstance(whole, list) else ()
    for row in results_of(record):
        if row.get("failureReason") == FAILED_WITH_ERROR:
            yield from () if _names(row) else (UNASKED,)
            continue
        parts = inner(row, "gradingResult").get("componentResults")
        parts = parts if isinstance(parts, list) else []
        yield from (BROKEN for one in parts if not isinstance(one, dict))
        if not parts:
            yield UNASKED


def _names(row: Record) -> list[str]:
    """Return what a test that failed with an error would have been asked."""
    asserts = objects(inner(row, "testCase").get("assert"))
    return [text(one.get("metric")) or text(one.get("type")) for one in asserts]


def _verdict(item: str, version: str, one: Record) -> Rating:
    asked = inner(one, "assertion")
    provider = asked.get("provider")
    judge = text(provider.get("id") if isinstance(provider, dict) else provider) or "promptfoo"
    return rated(
        item,
        judge,
        text(asked.get("metric")) or text(asked.get("type")),
        passed(one.get("pass")),
        comment=text(one.get("reason")),
        version=version,
        score=number(one.get("score")),
    )


VERDICTS = Tool(
    about="results of promptfoo",
    sign="evalId and results, or gradingResult of a test",
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={
        "evalId": "e",
        "results": {
            "results": [
                {
                    "metadata": {"conversation_id": "c-1"},
                    "gradingResult": {
                        "componentResults": [{"pass": True, "score": 1, "assertion": {"metric": "verdict"}}]
                    },
                }
            ]
        },
    },
)
