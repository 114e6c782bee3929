"""What a browser may receive of a conversation and of a rubric: the whitelist that its components draw from.

A field that is not named here is not sent: no verdict, no confidence, no feedback, no stratum.
"""

from __future__ import annotations

from typing import Any

from review.basics import sql_text
from review.rubric.rubric import Rubric
from storage.records_log import Conversation
from storage.records_review import Item

ROWS_SHOWN = 100
PARTS_OF_A_MESSAGE = ("role", "content", "name", "tool_calls")


def conversation_payload(item: Item, conversation: Conversation) -> dict[str, Any]:
    """The part of a conversation that an item is about, up to the turn under review.

    Steps, SQL, result, passages and error belong to the final answer; with an earlier one they are not shown.
    """
    final = max((k for k, m in enumerate(conversation.messages) if m.get("role") == "assistant"), default=-1)
    whole = item.target_turn is None or item.target_turn >= final
    sql = sql_text.pretty(conversation.sql) if conversation.sql and whole else None
    end = None if item.target_turn is None else item.target_turn + 1
    return {
        "item": item.id,
        "unit": "session" if item.target_turn is None else "turn",
        "target_turn": item.target_turn,
        "messages": [{k: m[k] for k in PARTS_OF_A_MESSAGE if m.get(k)} for m in conversation.messages[:end]],
        "context": list(conversation.context) if whole else [],
        "steps": list(conversation.steps) if whole else [],
        "sql": sql,
        "sql_tokens": sql_text.tokens(sql) if sql else [],
        "result": _result_payload(conversation.result) if whole else None,
        "error": conversation.error_message if whole else None,
    }


def _result_payload(result: dict[str, Any] | None) -> dict[str, Any] | None:
    if not result or "rows" not in result:
        return result
    return {
        "columns": result.get("columns", []),
        "rows": result["rows"][:ROWS_SHOWN],
        "total": result.get("total", len(result["rows"])),
    }


def rubric_payload(rubric: Rubric) -> dict[str, Any]:
    """A rubric as a form: its dimensions in order, each value with its key and guidance."""
    return {
        "version": rubric.version,
        "reveal": rubric.reveal,
        "dimensions": [
            {
                "name": d.name,
                "title": d.title or d.name,
                "scale": d.scale.kind,
                "required": d.required,
                "guidance": d.guidance,
                "multiple": d.scale.kind == "set",
                "shown_when": {k: list(v) for k, v in d.shown_when.items()},
                "values": [
                    {"value": value, "key": key, "guidance": d.value_guidance.get(value, "")}
                    for value, key in zip(d.scale.values, d.keys, strict=True)
                ],
            }
            for d in rubric.dimensions
        ],
    }
