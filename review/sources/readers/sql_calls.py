"""The last SQL query that a tool was called with, and its result."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from review.sources.readers.fields import Fields
from review.sources.readers.span_values import opened

_SQL = re.compile(r"\s*(select|with|show|describe|explain|insert|update|delete)\b", re.IGNORECASE)
_SQL_KEYS = ("sql", "sql_query", "query", "statement", "sql_cmd")


def query_in_calls(messages: Sequence[Fields]) -> Fields:
    """Return ``sql`` and ``result`` of the last tool call in some messages that holds a query; nothing without one."""
    results = {m.get("tool_call_id"): m["content"] for m in messages if m["role"] == "tool"}
    for message in reversed(messages):
        for call in reversed(message.get("tool_calls") or []):
            query = sql_in(opened(_arguments(call)))
            if query is not None:
                return {"sql": query, "result": results.get(call.get("id")) or None}
    return {}


def _arguments(call: Any) -> Any:
    function = call.get("function") if isinstance(call, Mapping) else None
    return function.get("arguments") if isinstance(function, Mapping) else None


def sql_in(given: Any) -> str | None:
    """Return the query among the arguments of a tool."""
    if isinstance(given, str):
        return given if _SQL.match(given) else None
    if not isinstance(given, dict):
        return None
    for name in _SQL_KEYS:
        text = given.get(name)
        if isinstance(text, str) and _SQL.match(text):
            return text
    return None
