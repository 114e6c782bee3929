"""Passwords, keys and tokens anywhere in a conversation: what users pasted, what tools returned, what was answered."""

from __future__ import annotations

import orjson

from review.checks.protocol import Span
from review.compliance.checks.check import Clause, DailyCheck, Look, each, place
from review.compliance.checks.texts import LEFT, TEXTS, TOKEN, every_text
from review.privacy.keys_and_tokens import secrets
from review.privacy.looks_clean import looks_clean
from review.settings.project import Project
from storage.records_log import Conversation

KIND = "SECRET"


def look(project: Project) -> Look:
    """Return the look at conversations."""
    return each(_found)


def _found(conversation: Conversation) -> list[Span]:
    # One test of all texts together, which most conversations pass, instead of one for each of their many short texts.
    together = orjson.dumps([getattr(conversation, name) for name in TEXTS], default=str).decode()
    if "[SECRET_" not in together and looks_clean(together):
        return []
    found: list[Span] = []
    for field, text in every_text(conversation):
        if "[SECRET_" in text:
            found += [place(field, *m.span(), KIND) for m in TOKEN.finditer(text) if m[1] == KIND]
        if not looks_clean(text):
            found += [place(field, hit.start, hit.end, f"{KIND} {LEFT}") for hit in secrets(text)]
    return found


CHECK = DailyCheck(
    title="secrets",
    about="passwords, keys of services and tokens in questions, answers, steps, passages and queries, masked or not",
    clauses=(
        Clause("GDPR", "Art. 32(1)", "security of processing: a secret that was shown is changed"),
        Clause("GDPR", "Art. 5(1)(f)", "integrity and confidentiality"),
    ),
    days=1,
    traffic=look,
    method=lambda project: "patterns of known issuers, and words and tokens after names such as password",
)
