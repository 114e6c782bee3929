"""What the checks found, in words, with the evidence marked between the words around it.

Callers show it only for items that the reader no longer owes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from review.checks.catalogue import CHECKS, title_of
from review.checks.personal_data import LEFT
from review.privacy.hidden_spans import conversations, spans_by_conversation
from storage.queries.item_conversations import conversations_with_findings
from storage.records_log import Conversation
from storage.store import Store

AROUND = 32
LONGEST = 160
MOST = 3


class Excerpt(TypedDict):
    """A piece of evidence and the words around it."""

    before: str
    marked: str
    after: str


class Shown(TypedDict):
    """One finding: the check's title, whether it is flagged, what it says, and up to three excerpts."""

    check: str
    flagged: bool
    said: str
    evidence: list[Excerpt]


def shown_findings(conversation: Conversation, *, quoting: bool = True) -> list[Shown]:
    """Return the findings of a conversation, the flagged ones first. Pure.

    ``quoting`` False leaves out the evidence: when words were hidden after the check ran, its places no longer fit.
    """
    found = [
        Shown(
            check=title_of(name),
            flagged=bool(one.get("flagged")),
            said=_said(name, one),
            evidence=_evidence(conversation, one) if quoting and one.get("flagged") else [],
        )
        for name, one in conversation.checks.items()
    ]
    return sorted(found, key=lambda one: not one["flagged"])


def findings_by_item(store: Store, items: Sequence[str]) -> dict[str, list[Shown]]:
    """Return the findings of some items, without hidden words. Items without findings are left out."""
    rows = conversations_with_findings(store, items)
    ids = [conversation for _, conversation in rows]
    talks, hidden = conversations(store, ids), spans_by_conversation(store, ids)
    return {
        item: shown_findings(talks[conversation], quoting=conversation not in hidden)
        for item, conversation in rows
        if conversation in talks
    }


def _said(name: str, one: Mapping[str, Any]) -> str:
    value, note = one.get("value"), str(one.get("note") or "")
    if note:
        return note
    if name in CHECKS and CHECKS[name].unflagged:
        return CHECKS[name].unflagged.format(value=value)
    return "cannot tell" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _evidence(conversation: Conversation, one: Mapping[str, Any]) -> list[Excerpt]:
    spans = list(one.get("spans", ()))
    spans = [s for s in spans if str(s.get("kind", "")).startswith(LEFT)] or spans
    excerpts = [_excerpt(text_at(conversation, s["field"]), s["start"], s["end"]) for s in spans[:MOST]]
    return [e for e in excerpts if e["marked"]]


def _excerpt(text: str, start: int, end: int) -> Excerpt:
    marked = text[start:end] if end - start <= LONGEST else text[start : start + LONGEST] + "…"
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    before, after = "…" * (start > AROUND) + before, after + "…" * (end + AROUND < len(text))
    return {"before": before, "marked": marked, "after": after}


def text_at(conversation: Conversation, field: str) -> str:
    """Return the text of a field by its path, such as ``messages.3.content``; "" when there is none."""
    name, *path = field.split(".")
    value: Any = getattr(conversation, name, None)
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ""
    return value if isinstance(value, str) else ""
