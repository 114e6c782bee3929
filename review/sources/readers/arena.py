"""Arena pairs: two models answered the same person, who said which answer was better.

A record gives two conversations, ``ID:a`` and ``ID:b``, each with the side, the other model and the winner in its
metadata. The person's vote is a label of the pair; ``labels import`` reads the same file.

Facts: the dataset cards of lmsys/chatbot_arena_conversations and lmarena-ai/arena-human-preference-100k.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, list_of, messages_of, text_of
from review.sources.readers.parts import Mark, Text, Transcript
from review.sources.readers.reader import Reader

SIDES = ("a", "b")


def recognise(record: Record) -> bool:
    """Whether there are two conversations, a and b."""
    return {"conversation_a", "conversation_b"} <= set(record)


def pair_id(record: Record) -> str:
    """Return the id of a pair; "" without one."""
    return text_of("question_id", record.get("question_id") or record.get("id")) or ""


def read(record: Record) -> list[Fields]:
    """Read both conversations with model, time and language."""
    pair = pair_id(record)
    if not pair:
        raise Unreadable("question_id", None, "an id of the pair")
    return [_side(record, pair, side, other) for side, other in (SIDES, SIDES[::-1])]


def _side(record: Record, pair: str, side: str, other: str) -> Fields:
    at = f"conversation_{side}"
    kept = {"pair": pair, "side": side, "against": record.get(f"model_{other}"), "winner": record.get("winner")}
    return {
        "id": f"{pair}:{side}",
        "created_at": record.get("tstamp") or record.get("timestamp"),
        "model": record.get(f"model_{side}"),
        "language": record.get("language"),
        "messages": _messages(list_of(at, record[at], "a list of turns {role, content}"), at),
        "metadata": {name: value for name, value in kept.items() if value is not None},
    }


def _messages(turns: list[Any], at: str) -> list[Fields]:
    """Read the turns; newer files write content as a list of {type, text, image}."""
    if not any(isinstance(t, Mapping) and isinstance(t.get("content"), list) for t in turns):
        return messages_of(turns, at=at)
    found = Transcript()
    for i, turn in enumerate(turns):
        content = turn.get("content") if isinstance(turn, Mapping) else None
        if content is None:
            raise Unreadable(f"{at}.{i}", turn, "an object with role and content")
        for part in content if isinstance(content, list) else [{"text": content}]:
            if not isinstance(part, Mapping):
                raise Unreadable(f"{at}.{i}.content", part, "a part with text or a type")
            words = part.get("text")
            piece = Text(words) if isinstance(words, str) else Mark(str(part.get("type") or "part"))
            found.extend(turn.get("role"), [piece], at=f"{at}.{i}")
        found.close()
    return found.messages


_TURNS = [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "Seven."}]
READER = Reader(
    about="pairs of an arena: two conversations and a person's vote",
    sign="conversation_a and conversation_b",
    recognise=recognise,
    read=read,
    sample={
        **{"question_id": "1", "model_a": "a", "model_b": "b", "winner": "tie"},
        **{"conversation_a": _TURNS, "conversation_b": _TURNS},
    },
)
