"""States of LangGraph: ``values.messages`` in LangChain's form with ``config`` and ``next``.

Documents in ``context`` or ``documents`` of the state are the context.
The thread is the conversation: its newest checkpoint holds all earlier messages. A failure stands only in the tasks, as
the text of an exception such as ``TimeoutError('after 30 s')``.

Facts: StateSnapshot of the package langgraph 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from review.sources.readers.dialects import CHAT, LANGCHAIN, dialect
from review.sources.readers.fields import Fields, Record, as_json_text, messages_of, object_of, parsed
from review.sources.readers.langchain import conversation, documents
from review.sources.readers.reader import Reader

_EXCEPTION = re.compile(r"\w+(?=\()")


def recognise(record: Record) -> bool:
    """Whether there are ``values`` with messages beside ``next`` or ``config``."""
    values = parsed(record.get("values"))
    if not isinstance(values, Mapping) or not {"next", "config"} & set(record):
        return False
    return dialect(values.get("messages")) in (LANGCHAIN, CHAT)


def read(record: Record) -> Fields:
    """Read the messages, the thread as id and session, the time, model, tokens, and the error of a task."""
    values = object_of("values", record.get("values"))
    made: Fields = {}
    if dialect(values.get("messages")) == CHAT:
        made["messages"] = messages_of(values["messages"], at="values.messages")
    else:
        found, made = conversation(values.get("messages"))
        made |= {"messages": found.messages, "steps": found.steps, "context": found.context}
    kept_in = (values.get(name) for name in ("context", "documents"))
    made["context"] = [*made.get("context", []), *(one.text for value in kept_in for one in documents(value))]
    config = _inner(parsed(record.get("config")), "configurable")
    metadata = parsed(record.get("metadata"))
    kept = {name: value for name, value in config.items() if name in ("checkpoint_id", "checkpoint_ns") and value}
    user = config.get("user_id")
    return {
        **made,
        **_failure(record),
        "id": config.get("thread_id"),
        "session_id": config.get("thread_id"),
        "user_id": user if isinstance(user, str | int) else None,
        "created_at": record.get("created_at"),
        "metadata": {**(metadata if isinstance(metadata, Mapping) else {}), **kept},
    }


def _inner(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _failure(record: Record) -> Fields:
    tasks = parsed(record.get("tasks"))
    errors = [t["error"] for t in tasks if isinstance(t, Mapping) and t.get("error")] if isinstance(tasks, list) else []
    if not errors:
        return {}
    message = as_json_text(errors[0])
    named = _EXCEPTION.match(message)
    return {"status": "error", "error_type": named[0] if named else None, "error_message": message}


READER = Reader(
    about="checkpoints of LangGraph (state snapshots)",
    sign="values with messages, and next or config",
    recognise=recognise,
    read=read,
    sample={
        "values": {"messages": [{"type": "human", "content": "How many?"}, {"type": "ai", "content": "Seven."}]},
        "next": [],
        "config": {"configurable": {"thread_id": "1"}},
    },
)
