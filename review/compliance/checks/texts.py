"""The texts of a conversation that daily checks search, and what the recognisers of masking still find in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from review.checks.protocol import Span
from review.compliance.checks.check import place
from review.privacy.masking import mask_text
from review.privacy.recognisers import Recognisers, recognisers
from review.settings.project import Project
from storage.records_log import Conversation

TOKEN = re.compile(r"\[([A-Z][A-Z0-9_]*)_[0-9]+\]")
"""What masking writes in place of personal data; the group is the kind."""
LEFT = "not masked"
"""Ends the kind of what stands in the log as it was written."""


def recognisers_of(project: Project) -> Recognisers:
    """Return what the project masks. Raises InputError for patterns or models that cannot be used."""
    p = project.privacy
    return recognisers(
        p.patterns,
        phone_region=p.phone_region,
        countries=p.countries,
        library=p.library,
        names=p.names,
        street_addresses=p.addresses,
    )


def unmasked(field: str, text: str, wanted: Recognisers) -> Iterator[Span]:
    """Yield what the recognisers find in a text outside its tokens."""
    for span in mask_text(text, wanted)[1]:
        yield place(field, span.start, span.end, f"{span.kind} {LEFT}")


TEXTS = ("messages", "steps", "context", "sql", "error_message")
"""The fields of a conversation in which :func:`every_text` finds texts."""


def every_text(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """Yield every text of a conversation with its field: messages, calls of tools, steps, passages, query and error.

    A step or a call of tools is one text, its JSON: a path of keys could hold what somebody wrote.
    """
    for k, message in enumerate(conversation.messages):
        yield f"messages.{k}.content", _text(message.get("content"))
        yield f"messages.{k}.tool_calls", _text(message.get("tool_calls"))
    yield from steps(conversation)
    yield from ((f"context.{k}", text) for k, text in enumerate(conversation.context))
    yield "sql", conversation.sql or ""
    yield "error_message", conversation.error_message or ""


def steps(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """Yield each step of a conversation as a text, with its field."""
    yield from ((f"steps.{k}", _text(step)) for k, step in enumerate(conversation.steps))


def _text(value: Any) -> str:
    if not value or isinstance(value, str):
        return value or ""
    return orjson.dumps(value, default=str).decode()
