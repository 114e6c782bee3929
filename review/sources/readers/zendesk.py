"""Tickets of Zendesk with their comments. The requester is the user; everybody else answers.

Internal comments are no turns. The satisfaction rating is the feedback: good is up, bad is down; an offer is none. A
list of tickets alone holds no answers, so a ticket without comments is refused.

Facts: the Zendesk developer documentation (tickets, ticket comments, satisfaction ratings).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, list_of, parsed, text_of
from review.sources.readers.html_text import html_text
from review.sources.readers.parts import Text, Transcript
from review.sources.readers.reader import Reader

FEEDBACK = {"good": "up", "bad": "down"}
KEPT = ("subject", "status", "priority", "type")


def recognise(record: Record) -> bool:
    """Whether there is a requester with comments, or with the first comment as description."""
    return "requester_id" in record and bool({"comments", "description"} & set(record))


def read(record: Record) -> Fields:
    """Read the public comments, the requester, tags, rating, time; the ticket's own status stays in the metadata."""
    if not record.get("comments"):
        expected = "the comments of the ticket; export them as well (the API has them under /tickets/ID/comments)"
        raise Unreadable("comments", record.get("comments"), expected)
    found = Transcript()
    for i, comment in enumerate(list_of("comments", record["comments"], "a list of comments")):
        if not isinstance(comment, Mapping):
            raise Unreadable(f"comments.{i}", comment, "an object with author_id and body")
        if comment.get("public") is False:
            continue
        role = "user" if comment.get("author_id") == record.get("requester_id") else "assistant"
        found.add(role, [Text(_body(comment, f"comments.{i}"))], at=f"comments.{i}")
    rating = parsed(record.get("satisfaction_rating"))
    rating = rating if isinstance(rating, Mapping) else {}
    said = {"feedback_comment": rating["comment"]} if rating.get("comment") else {}
    kept = {f"ticket_{name}": record[name] for name in KEPT if record.get(name) not in (None, "")}
    return {
        "id": record.get("id"),
        "created_at": record.get("created_at"),
        "user_id": record.get("requester_id"),
        "feedback": FEEDBACK.get(str(rating.get("score"))),
        "tags": record.get("tags"),
        "messages": found.messages,
        "metadata": {**kept, **said},
    }


def _body(comment: Mapping[str, Any], at: str) -> str:
    plain = text_of(f"{at}.plain_body", comment.get("plain_body")) or text_of(f"{at}.body", comment.get("body"))
    return plain or html_text(text_of(f"{at}.html_body", comment.get("html_body")) or "")


READER = Reader(
    about="tickets of Zendesk with their comments",
    sign="requester_id and comments",
    recognise=recognise,
    read=read,
    sample={
        "id": 1,
        "requester_id": 2,
        "comments": [{"author_id": 2, "body": "How many?"}, {"author_id": 3, "body": "Seven."}],
    },
)
