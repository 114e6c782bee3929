"""Votes of an arena: which of two answers a person preferred. The item is the pair.

Facts: see :mod:`review.sources.readers.arena`.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.basics.times import read_time, utc_text
from review.exchange.tools.tool import Rating, Record, Tool, rated, text
from review.sources.readers import arena


def recognise(record: Record) -> bool:
    """Whether there are two conversations with a winner."""
    return arena.recognise(record) and "winner" in record


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield the vote."""
    moment = read_time(record.get("tstamp") or record.get("timestamp"))
    at = "" if moment is None else utc_text(moment)
    yield rated(
        text(record.get("question_id") or record.get("id")),
        text(record.get("judge")),
        "winner",
        record.get("winner"),
        at=at,
    )


LABELS = Tool(
    about="votes of an arena",
    sign="conversation_a, conversation_b and winner",
    recognise=recognise,
    ratings=labels,
    sample={
        **{"question_id": "c-1", "winner": "model_a", "judge": "arena_user_1"},
        **{"conversation_a": [], "conversation_b": []},
    },
)
