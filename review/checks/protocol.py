"""What a check is: a function from the texts of a conversation and the check's options to a finding.

A check knows neither store nor log nor pages and uses no network; the same texts always give the same finding. It reads
masked text, and its evidence is positions in that text: a finding never repeats a word of the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from storage.records_log import Conversation, ResultTable, final_answer

Options = Mapping[str, Any]


class Span(TypedDict, total=False):
    """Evidence: characters ``start`` to ``end`` of the text of ``field``, a kind, and a score where there is one."""

    field: str
    start: int
    end: int
    kind: str
    score: float


class Finding(TypedDict):
    """The result of a check: whether it flags, a label or number (None: it cannot tell), the evidence, and a note."""

    flagged: bool
    value: str | float | int | None
    spans: list[Span]
    note: str


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The masked texts of a conversation by the path of their field, such as ``messages.3.content``.

    ``question`` and ``answer`` are paths, "" where there is none. ``expected`` is the text of the expected answer, ""
    where none is known. Fields without text are left out. ``database`` is the database that the query is about and
    ``asked_on`` the time of the conversation, both "" where they are not known or there is no query. ``answers`` are
    the paths of all that the product said, in order. ``result`` is what the query gave back, None where the log does
    not hold it.

    The other attributes are computed once for all checks, because imports hold up to a million conversations.
    ``asked`` and ``answered`` are the texts of question and answer. ``lower`` is the answer in lower case with straight
    apostrophes; its length may differ from the answer's, so it gives no positions. ``words`` is ``lower`` split at
    white space, and ``asked_words`` the same for the question.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    answer: str = ""
    expected: str = ""
    database: str = ""
    asked_on: str = ""
    answers: tuple[str, ...] = ()
    result: ResultTable | None = None
    asked: str = field(init=False, repr=False, compare=False)
    answered: str = field(init=False, repr=False, compare=False)
    lower: str = field(init=False, repr=False, compare=False)
    words: list[str] = field(init=False, repr=False, compare=False)
    asked_words: list[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        asked, answered = self.fields.get(self.question, ""), self.fields.get(self.answer, "")
        lower = answered.lower().replace("\u2019", "'")
        # The class is frozen, and this takes a third of the time of object.__setattr__ for each.
        self.__dict__.update(
            asked=asked, answered=answered, lower=lower, words=lower.split(), asked_words=asked.lower().split()
        )


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check. ``find`` gives the finding of one conversation under the check's options.

    ``title`` is its name for people, ``about`` says in one sentence what it flags, for documentation. ``options`` are
    its options with their defaults. ``find_many`` is set where many conversations at once are faster; it gives the same
    findings in the same order. ``cheap`` checks run on import unless the project says otherwise: they need no model, no
    expected answer and little time. ``needs_model`` tells that nothing runs until the option ``model`` names one.
    ``unflagged`` is what people read where a finding flags nothing and has no note; ``{value}`` stands for its value.
    ``counts_notes`` tells that a summary counts the notes too, because they say how a value was computed.
    """

    title: str
    about: str
    find: Callable[[Texts, Options], Finding]
    options: Options = field(default_factory=dict)
    find_many: Callable[[Sequence[Texts], Options], list[Finding]] | None = None
    cheap: bool = False
    needs_model: bool = False
    unflagged: str = ""
    counts_notes: bool = False


def finding(
    *, flagged: bool = False, value: str | float | int | None = None, spans: Iterable[Span] = (), note: str = ""
) -> Finding:
    """Return a finding; without arguments, one that flags nothing and cannot tell a value."""
    return {"flagged": flagged, "value": value, "spans": list(spans), "note": note}


def pair(question: str, answer: str, *, expected: str = "") -> Texts:
    """Return the texts of one question and its answer."""
    fields = {"messages.0.content": question, "messages.1.content": answer}
    return Texts(fields=fields, question="messages.0.content", answer="messages.1.content", expected=expected)


def texts_of(conversation: Conversation, *, turn: int | None = None, expected: str = "") -> Texts:
    """Return the texts of a conversation. ``turn`` is the message under review, None for the last answer.

    The question is the user's last message before that answer. Later messages are left out. Passages, SQL and error
    belong to the last answer, so an earlier one comes without them.
    """
    messages, whole = conversation.messages, True
    final = final_answer(messages, conversation.status)
    if turn is not None:
        whole = final is not None and turn >= final
        messages = messages if whole else messages[: turn + 1]
    fields: dict[str, str] = {}
    answers: list[str] = []
    asked = question = answer = ""
    for k, message in enumerate(messages):
        text, role = message.get("content"), message.get("role")
        if text and isinstance(text, str):
            path = f"messages.{k}.content"
            fields[path] = text
            if role == "user":
                asked = path
            elif role == "assistant":
                question, answer = asked, path
                answers.append(path)
    if turn is None and final is None:
        answer = ""
    if whole and (conversation.context or conversation.sql or conversation.error_message):
        fields |= {f"context.{k}": text for k, text in enumerate(conversation.context)}
        fields |= {"sql": conversation.sql} if conversation.sql else {}
        fields |= {"error_message": conversation.error_message} if conversation.error_message else {}
    found = Texts(
        fields=fields, question=question if answer else asked, answer=answer, expected=expected, answers=tuple(answers)
    )
    if "sql" not in fields:
        return found
    return replace(
        found,
        database=database_in(conversation),
        asked_on=conversation.created_at or "",
        result=conversation.result,
    )


def database_in(conversation: Conversation) -> str:
    """Return the name of the database that a conversation's query is about, "" where the log does not say it."""
    named = conversation.metadata.get("db", "") if conversation.metadata else ""
    return named if isinstance(named, str) else ""


def expected_in(conversation: Conversation) -> str:
    """Return the expected answer in a conversation's metadata, "" without one."""
    expected = conversation.metadata.get("expected_answer", "") if conversation.metadata else ""
    return expected if isinstance(expected, str) else ""
