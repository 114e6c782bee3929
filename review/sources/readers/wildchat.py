"""WildChat and LMSYS-Chat: ``conversation`` as a list of role and content, with a hash or id beside it.

The hashed address, request headers and place of each turn are dropped.

Facts: the dataset cards of allenai/WildChat-1M and lmsys/lmsys-chat-1m.
"""

from __future__ import annotations

from review.sources.readers.fields import Fields, Record, is_list_of_objects, list_of, messages_of
from review.sources.readers.reader import Reader

KEPT = ("turn", "toxic", "redacted")


def recognise(record: Record) -> bool:
    """Whether ``conversation`` is a list of {role, content}."""
    return is_list_of_objects(record.get("conversation"), ("role", "content"))


def read(record: Record) -> Fields:
    """Read the turns, model, language and time."""
    turns = list_of("conversation", record.get("conversation"), "a list of turns {role, content}")
    return {
        "id": record.get("conversation_hash") or record.get("conversation_id"),
        "created_at": record.get("timestamp") or record.get("tstamp"),
        "model": record.get("model"),
        "language": record.get("language"),
        "messages": messages_of(turns, at="conversation"),
        "metadata": {name: record[name] for name in KEPT if record.get(name) is not None},
    }


READER = Reader(
    about="conversations of WildChat and LMSYS-Chat",
    sign="conversation as a list of role and content",
    recognise=recognise,
    read=read,
    sample={
        "conversation_hash": "1",
        "conversation": [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "Seven."}],
    },
)
