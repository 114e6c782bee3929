"""Personal data in what the product answered: places that masking replaced, and what the recognisers find beside them.

An answer that repeats what the user wrote is a kind of its own, because the product disclosed nothing new by it.
"""

from __future__ import annotations

from functools import partial

from review.checks.protocol import Span
from review.compliance.checks.check import Clause, DailyCheck, Look, answers, each, place
from review.compliance.checks.texts import TOKEN, recognisers_of, unmasked
from review.privacy.recognisers import Recognisers
from review.settings.project import Project
from storage.records_log import Conversation

OTHERS = ("SECRET",)
"""Kinds that another check looks for."""


def look(project: Project) -> Look:
    """Return the look at conversations. Raises InputError for patterns or models that cannot be used."""
    return each(partial(_found, wanted=recognisers_of(project)))


def _found(conversation: Conversation, wanted: Recognisers) -> list[Span]:
    said: set[str] = set()
    found: list[Span] = []
    for k, message in enumerate(conversation.messages):
        text = message.get("content")
        if not isinstance(text, str) or not text:
            continue
        if message["role"] != "assistant":
            said.update(token[0] for token in TOKEN.finditer(text) if message["role"] == "user")
            continue
        for token in TOKEN.finditer(text):
            kind = f"{token[1]} repeated" if token[0] in said else token[1]
            found.append(place(f"messages.{k}.content", *token.span(), kind))
    found += [span for field, text in answers(conversation) for span in unmasked(field, text, wanted)]
    return [span for span in found if span["kind"].split()[0] not in OTHERS]


def method(project: Project) -> str:
    """Return which recognisers look."""
    kinds = ", ".join(kind for kind in recognisers_of(project).kinds if kind not in OTHERS)
    return f"the recognisers of masking ({kinds}) over what the product answered"


CHECK = DailyCheck(
    title="personal data in answers",
    about="e-mail addresses, telephone numbers and other personal data in what the product answered, masked or not",
    clauses=(
        Clause("GDPR", "Art. 5(1)(c)", "data minimisation: an answer holds no more personal data than it needs"),
        Clause("GDPR", "Art. 5(1)(f)", "confidentiality: the data of one person is not shown to another"),
        Clause("GDPR", "Art. 33(1)", "a breach is reported within 72 hours, so findings are due in 3 days"),
        Clause("HIPAA", "45 CFR 164.514(b)(2)(i)", "identifiers by the table of the 18, as far as it says found"),
    ),
    days=3,
    traffic=look,
    method=method,
)
