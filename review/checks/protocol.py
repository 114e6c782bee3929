"""What a check is: a plain function from the texts of a conversation, and its own options, to a finding.

It knows neither store nor log nor pages, goes to no network, and says the same of the same texts always. It reads
masked text, so its evidence is spans of masked text: a finding repeats no word of the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from storage.records_log import Conversation

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


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The masked texts of a conversation by the path of their field, such as ``messages.3.content``.

    ``question`` and ``answer`` are paths, "" where there is none; ``expected`` is the expected answer itself, "" where
    none is known. Fields that hold no text are not there.

    What several checks need is made once, because a million conversations are imported at a time: ``asked`` and
    ``answered`` are the texts of both; ``lower`` is the answer in lower case with the apostrophe of a typewriter (not
    for offsets: lengths may differ), ``words`` what stands between spaces in it, ``asked_words`` that of the question.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    answer: str = ""
    expected: str = ""
    asked: str = field(init=False, repr=False, compare=False)
    answered: str = field(init=False, repr=False, compare=False)
    lower: str = field(init=False, repr=False, compare=False)
    words: list[str] = field(init=False, repr=False, compare=False)
    asked_words: list[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep = object.__setattr__
        asked, answered = self.fields.get(self.question, ""), self.fields.get(self.answer, "")
        lower = answered.lower().replace("\u2019", "'")
        keep(self, "asked", asked)
        keep(self, "answered", answered)
        keep(self, "lower", lower)
        keep(self, "words", lower.split())
        keep(self, "asked_words", asked.lower().split())


Check = Callable[[Texts, Options], Finding]


def finding(
    *, flagged: bool = False, value: str | float | int | None = None, spans: Iterable[Span] = (), note: str = ""
) -> Finding:
    """A finding; without arguments one that says nothing."""
    return {"flagged": flagged, "value": value, "spans": list(spans), "note": note}


def pair(question: str, answer: str, *, expected: str = "") -> Texts:
    """The texts of one question and its answer."""
    said = {"messages.0.content": question, "messages.1.content": answer}
    return Texts(fields=said, question="messages.0.content", answer="messages.1.content", expected=expected)


def texts_of(conversation: Conversation, *, turn: int | None = None, expected: str = "") -> Texts:
    """The texts of a conversation; ``turn`` is the answer under review, None the last one.

    The question is the last thing the user said before it; what was said after it is left out, and with an earlier
    answer the passages, SQL and error, which belong to the last one.
    """
    messages, whole = conversation.messages, True
    if turn is not None:
        whole = not any(m.get("role") == "assistant" and m.get("content") for m in messages[turn + 1 :])
        messages = messages if whole else messages[: turn + 1]
    said: dict[str, str] = {}
    asked = question = answer = ""
    for k, message in enumerate(messages):
        text, role = message.get("content"), message.get("role")
        if text and isinstance(text, str):
            path = f"messages.{k}.content"
            said[path] = text
            if role == "user":
                asked = path
            elif role == "assistant":
                question, answer = asked, path
    if whole and (conversation.context or conversation.sql or conversation.error_message):
        said |= {f"context.{k}": text for k, text in enumerate(conversation.context)}
        said |= {"sql": conversation.sql} if conversation.sql else {}
        said |= {"error_message": conversation.error_message} if conversation.error_message else {}
    return Texts(fields=said, question=question if answer else asked, answer=answer, expected=expected)


def expected_in(conversation: Conversation) -> str:
    """The expected answer that a log brings along in its metadata, "" without one."""
    expected = conversation.metadata.get("expected_answer", "") if conversation.metadata else ""
    return expected if isinstance(expected, str) else ""
