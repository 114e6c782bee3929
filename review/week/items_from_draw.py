"""Turn drawn conversations into items and their verdicts: those of the log and of the baseline judge. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from review.basics.clock import now
from review.checks import politeness
from review.checks.catalogue import CHECKS
from review.checks.protocol import expected_in, texts_of
from review.checks.running import findings_of_many, ready
from review.checks.settings import CheckSettings
from review.current.verdicts import LOG_VERDICTS
from review.rubric.rubric import Dimension, Rubric
from storage.records_log import Conversation, Draw
from storage.records_review import Verdict
from storage.records_weeks import Item, Week


def items_of(
    found: Iterable[Conversation], strata: Mapping[str, str], week: Week, drawn: Draw, overlap: set[str]
) -> list[Item]:
    """Return one item per conversation with its place in the ledger; in turn mode the item is one answer of it."""
    return [
        Item(
            id=c.id if turn is None else f"{c.id}#{turn}",
            conversation_id=c.id,
            week=week.name,
            at=now(),
            draw_id=drawn.id,
            stratum=strata[c.id],
            overlap=c.id in overlap,
            target_turn=turn,
        )
        for c in found
        for turn in [target_turn(c, week.seed) if week.unit == "turn" else None]
    ]


def target_turn(conversation: Conversation, seed: str) -> int | None:
    """Return the position of the answer to review in turn mode, chosen by the key; None without any answer."""
    answers = [k for k, m in enumerate(conversation.messages) if m["role"] == "assistant" and m.get("content")]
    if not answers:
        return None
    key = hashlib.md5(f"{seed}:turn:{conversation.id}".encode(), usedforsecurity=False).hexdigest()
    return answers[int(key[:8], 16) * len(answers) >> 32]


def checked_at_turn(
    conversations: Sequence[Conversation], items: Sequence[Item], settings: CheckSettings
) -> list[Conversation]:
    """Return the conversations with the findings of the answer under review.

    The import checked the last answer; the same checks run again where an earlier one is reviewed.
    """
    earlier = [
        bool(c.checks) and i.target_turn is not None and texts_of(c).answer != f"messages.{i.target_turn}.content"
        for c, i in zip(conversations, items, strict=True)
    ]
    if not any(earlier):
        return list(conversations)
    to_run = ready(settings, [n for n in CHECKS if any(n in c.checks for c in conversations)])
    found = []
    for c, item, again in zip(conversations, items, earlier, strict=True):
        if again:
            texts = texts_of(c, turn=item.target_turn, expected=expected_in(c))
            findings = findings_of_many([texts], [one for one in to_run if one.name in c.checks])[0]
            c = replace(c, checks={name: dict(one) for name, one in findings.items()})
        found.append(c)
    return found


def verdicts_in(conversation: Conversation, item: Item, rubric: Rubric) -> list[Verdict]:
    """Return the verdicts of the log (values, or {value, score, rationale}), then that of the baseline judge.

    A verdict that the rubric cannot read has no value; its text is kept.
    """
    return [*_of_log(conversation, item.id, rubric), *_baseline(conversation, item, rubric)]


def _baseline(conversation: Conversation, item: Item, rubric: Rubric) -> list[Verdict]:
    """Return the word lists' verdict on the answer's politeness, if the rubric has that dimension with their values.

    A log with a judge of the same name keeps that judge's verdict.
    """
    name = politeness.DIMENSION
    wanted = name in rubric.names and set(politeness.VALUES) <= set(rubric[name].scale.values)
    if not wanted or politeness.JUDGE in conversation.verdicts:
        return []
    found = politeness.politeness(texts_of(conversation, turn=item.target_turn), politeness.OPTIONS)
    cell = {"value": found["value"], "rationale": found["note"]}
    return [_verdict(item.id, politeness.JUDGE, rubric[name], cell, version=politeness.VERSION)]


def _of_log(conversation: Conversation, item_id: str, rubric: Rubric) -> list[Verdict]:
    return [
        _verdict(item_id, judge, rubric[dimension], cell if isinstance(cell, dict) else {"value": cell})
        for judge, values in conversation.verdicts.items()
        for dimension, cell in (values if isinstance(values, dict) else {}).items()
        if dimension in rubric.names
    ]


def _verdict(
    item_id: str, judge: str, dimension: Dimension, cell: Mapping[str, Any], *, version: str = LOG_VERDICTS
) -> Verdict:
    raw = cell.get("value")
    value, error = None, "missing"
    try:
        value = dimension.scale.canonical(raw)
        error = "missing" if value is None else ""
    except ValueError as reason:
        error = f"unparseable: expected {reason}"
    score = cell.get("score")
    known = isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)
    return Verdict(
        id=hashlib.sha256("\x1f".join((item_id, judge, version, dimension.name)).encode()).hexdigest()[:32],
        item_id=item_id,
        judge=judge,
        version=version,
        dimension=dimension.name,
        value=None if value is None else "|".join(value) if isinstance(value, tuple) else value,
        at=now(),
        score=float(score) if known and score is not None else None,
        rationale=str(cell.get("rationale") or ""),
        raw="" if raw is None else str(raw),
        error=error,
    )
