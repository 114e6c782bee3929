"""What the execution of an item's query found, for people who no longer owe the item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from review.audit.store_secrets import hmac_key
from review.basics import sql_text
from review.privacy.hidden_spans import spans_by_conversation, without
from review.sql.results.side_by_side import Side
from storage.queries.executions import evidence_of
from storage.records_review import HiddenSpan
from storage.records_weeks import Item
from storage.store import Store

PLACES = ("numbers", "total", "marks", "alone")
"""The fields of a side that are numbers of rows and columns."""


class Executed(TypedDict):
    """The outcome with its reason, both results, the reference as it is read, and what the proof found."""

    outcome: str
    reason: str
    reference_sql: str
    reference_from: str
    answer: Side
    reference: Side
    findings: list[dict[str, str]]


def executed_by_item(store: Store, items: Sequence[Item], *, dialect: str = "") -> dict[str, Executed]:
    """Return what execution found about each item, by item; items without an execution are left out.

    Words that were hidden in a conversation are hidden here too.
    """
    found = evidence_of(store, [i.id for i in items])
    if not found:
        return {}
    spans = spans_by_conversation(store, [i.conversation_id for i in items if i.id in found])
    key = hmac_key(store) if spans else b""
    conversations: Mapping[str, str] = {i.id: i.conversation_id for i in items}
    return {
        item: shown(without_hidden(evidence, spans.get(conversations[item], ()), key), dialect=dialect)
        for item, evidence in found.items()
    }  # fmt: skip


def without_hidden(evidence: Mapping[str, Any], spans: Sequence[HiddenSpan], key: bytes) -> Mapping[str, Any]:
    """Return the evidence without hidden words. Numbers of rows and places of marks stay: they are no text."""
    if not spans:
        return evidence
    kept = {
        side: {name: evidence[side][name] for name in PLACES} for side in ("answer", "reference") if side in evidence
    }
    hidden: dict[str, Any] = without(dict(evidence), spans, key)
    return {**hidden, **{side: {**hidden[side], **places} for side, places in kept.items()}}


def shown(evidence: Mapping[str, Any], *, dialect: str = "") -> Executed:
    """Return the evidence of an execution as people see it. Pure."""
    return {
        "outcome": str(evidence["outcome"]),
        "reason": _reason(evidence),
        "reference_sql": sql_text.formatted(str(evidence["reference_sql"]), dialect or None),
        "reference_from": str(evidence["reference_from"]),
        "answer": _side(evidence["answer"]),
        "reference": _side(evidence["reference"]),
        "findings": _findings(evidence["findings"]),
    }


def _reason(evidence: Mapping[str, Any]) -> str:
    """Return the reason, "" where it only repeats a message that stands beside its query."""
    reason = str(evidence["reason"])
    beside = [evidence[side]["error"] for side in ("answer", "reference")]
    return "" if any(error and (error in reason or reason in error) for error in beside) else reason


def _side(side: Mapping[str, Any]) -> Side:
    return {
        "columns": side["columns"],
        "rows": side["rows"],
        "numbers": side["numbers"],
        "total": side["total"],
        "truncated": side["truncated"],
        "marks": side["marks"],
        "alone": side["alone"],
        "error": side["error"],
    }


def _findings(findings: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"severity": f["severity"], "message": f["message"]} for f in findings]
