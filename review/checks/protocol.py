"""What a check is: a plain function from the texts of a conversation, and its own options, to a finding.

It knows neither store nor log nor pages, goes to no network, and says the same of the same texts always. It reads
masked text, so its evidence is spans of masked text: a finding repeats no word of the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypedDict

from storage.records import Conversation

Options = Mapping[str, Any]


class Span(TypedDict, total=False):
    """Evidence: characters ``start`` to ``end`` of the text of ``field``, what kind, and where it is known how sure."""

    field: str
    start: int
    end: int
    kind: str
    score: float


class Finding(TypedDict):
    """What a check says: whether it raises its hand, a label or number (None: it cannot tell), where, and in words."""

    flagged: bool
    value: str | float | int | None
    spans: list[Span]
    note: str


@dataclass(frozen=True)
class Texts:
    """The masked texts of a conversation by the path of their field, such as ``messages.3.content``.

    ``question`` and ``answer`` are paths, "" where there is none; ``expected`` is the expected answer itself, "" where
    none is known. Fields that hold no text are not there.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    answer: str = ""
    expected: str = ""

    @cached_property
    def asked(self) -> str:
        """The question as text."""
        return self.fields.get(self.question, "")

    @cached_property
    def answered(self) -> str:
        """The answer as text."""
        return self.fields.get(self.answer, "")

    # What several checks need is made once: a million conversations are imported at a time.
    @cached_property
    def lower(self) -> str:
        """The answer in lower case, with the apostrophe of a typewriter. Not for offsets: lengths may differ."""
        return self.answered.lower().replace("\u2019", "'")

    @cached_property
    def words(self) -> list[str]:
        """What stands between spaces in the answer, in lower case."""
        return self.lower.split()

    @cached_property
    def asked_words(self) -> list[str]:
        """The same of the question."""
        return self.asked.lower().split()


Check = Callable[[Texts, Options], Finding]


def finding(
    *, flagged: bool = False, value: str | float | int | None = None, spans: Iterable[Span] = (), note: str = ""
) -> Finding:
    """A finding; without arguments one that says nothing."""
    return {"flagged": flagged, "value": value, "spans": list(spans), "note": note}


def pair(question: str, answer: str, *, expected: str = "") -> Texts:
    """The texts of one question and its answer."""
    said = {"messages.0.content": question, "messages.1.content": answer}
    return Texts(said, "messages.0.content", "messages.1.content", expected)


def texts_of(conversation: Conversation, *, turn: int | None = None, expected: str = "") -> Texts:
    """The texts of a conversation; ``turn`` is the answer under review, None the last one.

    The question is the last thing the user said before it; what was said after it is left out, and with an earlier
    answer the passages, SQL and error, which belong to the last one.
    """
    messages = conversation.messages
    said = {f"messages.{k}.content": m["content"] for k, m in enumerate(messages) if isinstance(m.get("content"), str)}
    last = next((k for k in range(len(messages) - 1, -1, -1) if _spoken(messages[k], "assistant")), None)
    answer = last if turn is None else turn
    if answer is not None and answer != last:
        said = {
            f"messages.{k}.content": said[path] for k in range(answer + 1) if (path := f"messages.{k}.content") in said
        }
    elif conversation.context or conversation.sql or conversation.error_message:
        said |= {f"context.{k}": text for k, text in enumerate(conversation.context)}
        said |= {"sql": conversation.sql} if conversation.sql else {}
        said |= {"error_message": conversation.error_message} if conversation.error_message else {}
    before = len(messages) if answer is None else answer
    question = next((k for k in range(before - 1, -1, -1) if _spoken(messages[k], "user")), None)
    return Texts(said, _path(question), _path(answer), expected)


def _spoken(message: Mapping[str, Any], role: str) -> bool:
    content = message.get("content")
    return message.get("role") == role and isinstance(content, str) and bool(content)


def _path(message: int | None) -> str:
    return "" if message is None else f"messages.{message}.content"


def expected_in(conversation: Conversation) -> str:
    """The expected answer that a log brings along in its metadata, "" without one."""
    expected = conversation.metadata.get("expected_answer", "") if conversation.metadata else ""
    return expected if isinstance(expected, str) else ""
