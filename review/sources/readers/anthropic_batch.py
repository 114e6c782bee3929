"""Batches of the Anthropic API: requests and results, joined by ``custom_id`` in any order.

A request without its result is refused, because the first version of a conversation is the one that counts; so is a
result without its request.

Facts: anthropic 2.14 (MessageBatchIndividualResponse), and the guide to message batches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from review.basics.record import Unreadable, Waits
from review.sources.readers import anthropic, openai_batch
from review.sources.readers.fields import Fields, Record
from review.sources.readers.reader import TraceReader
from review.sources.readers.span_values import mapping_of, words_of


def recognise(record: Record) -> bool:
    """Whether there are a custom id, and the parameters of a request or the type of a result."""
    if "custom_id" not in record:
        return False
    return isinstance(record.get("params"), Mapping) or "type" in mapping_of(record.get("result"))


def assemble(records: Sequence[Record]) -> list[Fields]:
    """Return the conversation of one request. Raises Unreadable where its request or its result is not there."""
    request = next((mapping_of(r["params"]) for r in reversed(records) if "params" in r), None)
    if request is None:
        found = "an answer without its request"
        raise Unreadable("params", found, "the requests of the batch in the same import: they have the questions")
    results = [mapping_of(r.get("result")) for r in records if "params" not in r]
    # A request that was sent again after an error has two results: the one that worked counts.
    result = next((r for r in reversed(results) if r.get("type") == "succeeded"), results[-1] if results else None)
    if result is None:
        found = "a request that waits for its answer"
        raise Waits("result", found, "the results of the batch in the same import")
    failed = result.get("type") != "succeeded"
    told = {"error": {"type": result.get("type")}} if failed else {"response": mapping_of(result.get("message"))}
    call = {"request": request, **told}
    made = {**anthropic.read(call), "id": openai_batch.key(records[0])}
    return [{**made, **_failure(result), "notes": ["no answer: the request failed"]} if failed else made]


def _failure(result: Mapping[str, object]) -> Fields:
    outer = mapping_of(result.get("error"))
    error = mapping_of(outer.get("error")) or outer
    kind = words_of(error.get("type")) or words_of(result.get("type"))
    return {"status": "error", "error_type": kind, "error_message": words_of(error.get("message"))}


READER = TraceReader(
    about="batches of the Anthropic API: requests and results together",
    sign="custom_id with params, or with a result that has a type",
    recognise=recognise,
    key=openai_batch.key,
    assemble=assemble,
    sample=(
        {
            "custom_id": "1",
            "result": {
                "type": "succeeded",
                "message": {
                    **{"type": "message", "role": "assistant", "id": "msg_1"},
                    "content": [{"type": "text", "text": "Seven."}],
                },
            },
        },
        {"custom_id": "1", "params": {"model": "m", "messages": [{"role": "user", "content": "How many?"}]}},
    ),
)
