"""From drawn conversations to items, and the verdicts that came with them. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from review.clock import now
from review.rubric import Dimension, Rubric
from storage.records import Conversation, Draw, Item, Verdict, Week

LOG_VERDICTS = "log"
"""The version under which verdicts that came with the log are kept."""


def items_of(
    found: Iterable[Conversation], strata: Mapping[str, str], week: Week, drawn: Draw, overlap: set[str]
) -> list[Item]:
    """One item per conversation, with its place in the ledger; in turn mode one answer of it."""
    return [
        Item(
            c.id if turn is None else f"{c.id}#{turn}",
            c.id,
            week.name,
            now(),
            draw_id=drawn.id,
            stratum=strata[c.id],
            overlap=c.id in overlap,
            target_turn=turn,
        )
        for c in found
        for turn in [target_turn(c, week.seed) if week.unit == "turn" else None]
    ]


def target_turn(conversation: Conversation, seed: str) -> int | None:
    """The answer under review when single answers are: one of the conversation's, chosen by the key; None if none."""
    answers = [k for k, m in enumerate(conversation.messages) if m["role"] == "assistant" and m.get("content")]
    if not answers:
        return None
    key = hashlib.md5(f"{seed}:turn:{conversation.id}".encode(), usedforsecurity=False).hexdigest()
    return answers[int(key[:8], 16) * len(answers) >> 32]


def verdicts_in(conversation: Conversation, item_id: str, rubric: Rubric) -> list[Verdict]:
    """The verdicts that came with the log: values, or {value, score, rationale}.

    One that the rubric cannot read is "no verdict" with its text kept.
    """
    return [
        _verdict(item_id, judge, rubric[dimension], said if isinstance(said, dict) else {"value": said})
        for judge, values in conversation.verdicts.items()
        for dimension, said in (values if isinstance(values, dict) else {}).items()
        if dimension in rubric.names
    ]


def _verdict(item_id: str, judge: str, dimension: Dimension, said: Mapping[str, Any]) -> Verdict:
    raw = said.get("value")
    value, error = None, "missing"
    try:
        value = dimension.scale.canonical(raw)
        error = "missing" if value is None else ""
    except ValueError as reason:
        error = f"unparseable: expected {reason}"
    score = said.get("score")
    known = isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)
    return Verdict(
        hashlib.sha256("\x1f".join((item_id, judge, LOG_VERDICTS, dimension.name)).encode()).hexdigest()[:32],
        item_id,
        judge,
        LOG_VERDICTS,
        dimension.name,
        None if value is None else "|".join(value) if isinstance(value, tuple) else value,
        now(),
        score=float(score) if known and score is not None else None,
        rationale=str(said.get("rationale") or ""),
        raw="" if raw is None else str(raw),
        error=error,
    )
