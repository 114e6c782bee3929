"""What a judge sees of an item: the masked conversation up to the answer under review, and no person's label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from review.annotating.payload import ROWS_SHOWN, conversation_payload
from review.golden.content import asked
from review.golden.item_references import references_of
from review.judges.protocol.protocol import Subject
from review.privacy.hidden_spans import conversations
from review.privacy.masking import mask, mask_values
from review.privacy.recognisers import Recognisers
from review.settings.project import Project
from review.sources.conversations import recognisers_of
from storage.records_log import Conversation, ResultTable
from storage.records_weeks import Item
from storage.store import Store

TEXTS = (
    *("messages", "question", "answer", "context", "steps", "sql", "expected_answer", "reference_sql", "scenario"),
    "language",
)
"""The fields of a subject that are masked again before anything is sent. A result is left out: its cells are masked
while it is a table, and in one text neighbouring numbers would look like a longer number."""


def sought(project: Project) -> Recognisers:
    """Return what to mask before anything is sent, by the current spotcheck.toml."""
    return recognisers_of(project.privacy)


def masked(subject: Subject, wanted: Recognisers) -> Subject:
    """Return a subject without personal data, wherever it comes from. Pure.

    Conversations are masked on import. This masks what people wrote since then (an expected answer, a query that runs
    unchanged), what older stores hold, and what a pattern added later finds.
    """
    found, spans = mask_values({name: getattr(subject, name) for name in TEXTS}, wanted)
    return replace(subject, **found) if spans else subject


def subjects_of_items(store: Store, items: Iterable[Item], wanted: Recognisers | None = None) -> list[Subject]:
    """Return the subjects of some items in order, without items whose conversation is gone.

    With ``wanted`` each conversation is masked again, including the cells of its result.
    """
    listed = list(items)
    found = conversations(store, [i.conversation_id for i in listed])
    if wanted is not None:
        found = {name: mask(one, wanted).conversation for name, one in found.items()}
    return [subject_of(i, found[i.conversation_id]) for i in listed if i.conversation_id in found]


def with_references(store: Store, subjects: Sequence[Subject]) -> list[Subject]:
    """Return the subjects of items with the reference of their query, where there is one."""
    found = references_of(store, store.find(Item, id=[s.id for s in subjects]))
    return [
        replace(s, reference_sql=found[s.id].sql, reference_from=found[s.id].source) if s.id in found else s
        for s in subjects
    ]


def subject_of(item: Item, conversation: Conversation) -> Subject:
    """Return one item as a judge sees it. Pure; ``conversation`` must have its hidden spans hidden."""
    part, shown = asked(conversation, item), conversation_payload(item, conversation)
    return Subject(
        id=item.id,
        conversation_id=conversation.id,
        group=conversation.session_id or conversation.user_id or conversation.id,
        question=part.question,
        answer=part.answer,
        messages=tuple(shown["messages"]),
        context=tuple(shown["context"]),
        steps=tuple(shown["steps"]),
        sql=part.sql or "",
        result=result_text(shown["result"]),
        scenario=conversation.scenario or "",
        language=conversation.language or "",
    )


def result_text(result: ResultTable | None) -> str:
    """Return a result as text: its own text, or the first rows as lines of tab-separated cells with the total."""
    if not result:
        return ""
    if "rows" not in result:
        return str(result.get("text") or orjson.dumps(result).decode())
    rows = result["rows"][:ROWS_SHOWN]
    lines = ["\t".join(map(str, line)) for line in ([result["columns"]] if result.get("columns") else []) + list(rows)]
    total = result.get("total", len(result["rows"]))
    return "\n".join([*lines, *([f"({len(rows)} of {total} rows)"] if total > len(rows) else [])])
