"""Open questions about the rubric: what people called unclear, until a lead says how it was answered."""

from __future__ import annotations

from dataclasses import replace

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo
from review.basics.limits import MAX_COMMENT
from review.current.assignments import owed_items
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.queries.comments import OpenQuestion, open_questions
from storage.records_comments import QuestionAnswer
from storage.store import Store


def questions(store: Store, *, viewer: str) -> list[OpenQuestion]:
    """Return the open questions, the newest first, without those on items that the viewer still owes.

    They come from discussions, from flags and from disagreements that were settled as "rubric unclear". Hidden words
    stay hidden in them.
    """
    owed = owed_items(store, viewer)
    found = [one for one in open_questions(store) if one.item_id not in owed]
    spans = spans_by_conversation(store, sorted({one.conversation_id for one in found}))
    if not spans:
        return found
    key = hmac_key(store)
    return [replace(one, text=str(without(one.text, spans.get(one.conversation_id, []), key))) for one in found]


def answer_question(store: Store, question: str, answer: str, *, by: str) -> QuestionAnswer:
    """Close an open question with a sentence, such as what the rubric says now.

    Raises Refused without the role lead, InputError without a sentence, NothingToDo when the question is not open.
    """
    said = answer.strip()
    with store.transaction():
        require(store, by, "lead")
        if not 0 < len(said) <= MAX_COMMENT:
            raise InputError(f"answer: found {len(said):,} characters, expected 1 to {MAX_COMMENT:,}.")
        if question not in {one.id for one in open_questions(store)}:
            raise NothingToDo(f"question '{question}' is not open. Somebody may have answered it meanwhile.")
        row = QuestionAnswer(id=new_id(), question=question, answer=said, at=now(), by=by)
        store.add(row)
        chain.record(store, by, "answer question", question, answer=row.id)
    return row
