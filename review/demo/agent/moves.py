"""Read what the model says: one JSON object with a thought, and either a query or the final answer. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

FORMAT = """\
Reply with one JSON object and nothing else. To run a query: {"thought": "...", "sql": "SELECT ..."}.
To answer: {"thought": "...", "answer": "..."}. Write {column} for a figure; it is read from the first row of the last
result, so never write a figure yourself. A query may read only, and may return at most 100 rows."""
"""The output format that every prompt demands."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """One step of the model: ``sql`` to run, or the ``answer``; the other one is ""."""

    thought: str
    sql: str = ""
    answer: str = ""


def read_move(text: str) -> Move | str:
    """Return the move that the model made, or what is wrong with its format."""
    try:
        found = json.loads(text)
    except ValueError:
        return "Your reply is not one JSON object. " + FORMAT
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return "Your reply is not a JSON object of texts. " + FORMAT
    sql, answer = found.get("sql", "").strip(), found.get("answer", "").strip()
    if bool(sql) == bool(answer):
        return "Give either sql or answer. " + FORMAT
    return Move(thought=found.get("thought", ""), sql=sql, answer=answer)
