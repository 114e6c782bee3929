"""What a browser may receive of a conversation."""

from __future__ import annotations

from review.annotating.payload import ROWS_SHOWN, conversation_payload
from storage.records_log import Conversation
from storage.records_weeks import Item

AT = "2026-11-21T00:00:00+00:00"
TALK = Conversation(
    id="c",
    source="production",
    source_id="c",
    created_at=AT,
    week="2026-W47",
    messages=tuple({"role": r, "content": r, "secret": 1} for r in ("user", "assistant", "user", "assistant")),
    context=("a passage",),
    steps=({"name": "query"},),
    sql="SELECT 1",
    result={"columns": ["n"], "rows": [[k] for k in range(150)], "total": 150},
    error_message="timeout",
    confidence=0.1,
    feedback="down",
)


def payload(turn: int | None) -> dict:
    return conversation_payload(Item(id="i", conversation_id="c", week="2026-W47", at=AT, target_turn=turn), TALK)


def test_a_whole_conversation_is_sent_with_what_belongs_to_its_answer() -> None:
    sent = payload(None)
    assert [m["role"] for m in sent["messages"]] == ["user", "assistant", "user", "assistant"]
    assert all(set(m) == {"role", "content"} for m in sent["messages"])
    assert sent["sql"] and sent["steps"] and sent["context"] and sent["error"] == "timeout"
    assert len(sent["result"]["rows"]) == ROWS_SHOWN and sent["result"]["total"] == 150
    assert not {"confidence", "feedback", "verdicts", "status", "stratum"} & set(sent)


def test_the_last_answer_brings_its_query_and_an_earlier_one_does_not() -> None:
    last, earlier = payload(3), payload(1)
    assert last["sql"] and last["result"] and len(last["messages"]) == 4
    assert len(earlier["messages"]) == 2
    assert (earlier["sql"], earlier["result"], earlier["steps"], earlier["context"]) == (None, None, [], [])
    assert earlier["sql_tokens"] == [] and earlier["error"] is None
