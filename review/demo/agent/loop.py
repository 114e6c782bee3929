"""The loop of the agent: the model thinks and acts, sees what came of it, and repairs what failed (ReAct).

Source: Yao et al. 2023, ReAct: Synergizing Reasoning and Acting in Language Models.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from review.demo.agent.guarded_query import query
from review.demo.agent.moves import FORMAT, Move, read_move
from review.demo.shop import Reply, Shop, as_result

Message = dict[str, str]
Say = Callable[[list[Message]], str]
"""A model: it gets the messages so far and returns its next one."""
TOOL = "query"
_SLOT = re.compile(r"\{(\w+)\}")


def answered(question: str, *, prompt: str, say: Say, shop: Shop, rounds: int) -> dict[str, Any]:
    """Answer a question and return the fields of the protocol.

    ``rounds`` is how often the model may query, queries that fail and replies in a wrong format included: with 1 it
    cannot repair anything. The SQL and the result are those of the last query that worked.
    """
    messages = [{"role": "system", "content": f"{prompt}\n\n{FORMAT}"}, {"role": "user", "content": question}]
    steps: list[dict[str, Any]] = []
    last: tuple[str, Reply] | None = None
    while True:
        said = say(messages)
        move = read_move(said)
        if isinstance(move, Move) and move.answer and last is not None:
            return _done(move.answer, last, steps)
        if len(steps) == rounds:
            return _given_up(steps)
        observed, found = _observed(move, shop)
        if isinstance(move, Move) and found is not None:
            last = None if found.error else (move.sql, found)
        steps.append(_step(move, observed))
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": f"Observation: {observed}"}]


def _observed(move: Move | str, shop: Shop) -> tuple[str, Reply | None]:
    """Return the observation that the model reads next, and the reply of the shop if the move ran a query."""
    if isinstance(move, str):
        return move, None
    if not move.sql:
        return "No query has worked yet, so there is nothing to answer from. Run one first.", None
    found = query(shop, move.sql)
    return (found.error or orjson.dumps(as_result(found)).decode()), found


def _step(move: Move | str, observed: str) -> dict[str, Any]:
    if isinstance(move, str):
        return {"thought": "", "action": "none", "observation": observed}
    return {"thought": move.thought, "action": TOOL, "input": move.sql, "observation": observed[:2_000]}


def _done(text: str, last: tuple[str, Reply], steps: list[dict[str, Any]]) -> dict[str, Any]:
    sql, reply = last
    cells = dict(zip(reply.columns, reply.rows[0], strict=True)) if reply.rows else {}
    answer = _SLOT.sub(lambda slot: _written(cells.get(slot[1])), text)
    return {"answer": answer, "sql": sql, "result": as_result(reply), "steps": steps, "tool_calls": _calls(steps)}


def _written(cell: Any) -> str:
    if cell is None:
        return "unknown"
    return f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)


def _given_up(steps: list[dict[str, Any]]) -> dict[str, Any]:
    why = steps[-1]["observation"].splitlines()[0]
    return {"answer": f"No query worked. The last error: {why}", "steps": steps, "tool_calls": _calls(steps)}


def _calls(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": TOOL, "arguments": {"sql": step["input"]}} for step in steps if step["action"] == TOOL]
