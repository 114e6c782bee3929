"""Votes of an arena: which of two answers a person preferred. The item is the pair.

Facts: see :mod:`review.sources.readers.arena`.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.basics.times import read_time, utc_text
from review.exchange.tools.tool import NO_VALUE, Rating, Record, Tool, rated, text
from review.sources.readers import arena


def recognise(record: Record) -> bool:
    """Whether there are two conversations with a winner."""
    return arena.recognise(record) and "winner" in record


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield the vote, if there is one."""
    moment = read_time(record.get("tstamp") or record.get("timestamp"))
    at = "" if moment is None else utc_text(moment)
    if record.get("winner") in (None, ""):
        return
    yield rated(
        text(record.get("question_id") or record.get("id")),
        text(record.get("judge")),
        "winner",
        record.get("winner"),
        at=at,
    )


def no_labels(record: Record) -> Iterator[str]:
    """Yield that nobody voted."""
    if record.get("winner") in (None, ""):
        yield NO_VALUE


LABELS = Tool(
    about="votes of an arena",
    sign="conversation_a, conversation_b and winner",
    recognise=recognise,
    ratings=labels,
    left_out=no_labels,
    sample={
        **{"question_id": "c-1", "winner": "model_a", "judge": "arena_user_1"},
        **{"conversation_a": [], "conversation_b": []},
    },
)
