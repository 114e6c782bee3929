"""What a target is: something that answers one question at a time, from several threads at once.

A target never raises for one question: whatever goes wrong there is a ``Attempt`` with its cause. It raises ReviewError
when it is opened and cannot be asked at all (no such command, a host that is not allowed, a key that is not set).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from storage.records_base import Json

CAUSES = {
    "timed_out": "no answer in time",
    "ended": "the process ended without an answer",
    "half_line": "the process ended in the middle of its answer",
    "too_long": "the answer is longer than 10 MB",
    "not_json": "the answer is not one JSON object",
    "wrong_id": "the answer has no id, or that of another case",
    "bad_field": "a field of the answer has the wrong type",
    "no_answer": "there is neither an answer nor SQL",
    "error": "the target reported an error",
    "unreachable": "no connection",
    "limited": "the endpoint asked to be left alone (429)",
    "http_error": "the endpoint answered with an HTTP error",
    "not_in_file": "the file has no answer to the case",
}
"""Why an answer is missing."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question to the product: ``wire`` is what is sent, masked; its ``id`` is the case."""

    case: str
    repeat: int
    wire: Json


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What came of one attempt: the fields of an answer, or ``cause`` (one of ``CAUSES``) with ``why`` in words.

    Beside a cause the fields hold what the attempt took (cost, tokens), where the target says it.

    ``again`` means that another attempt may succeed, ``pause`` is how many seconds the endpoint asks everybody to wait.
    """

    fields: Json = field(default_factory=dict)
    cause: str = ""
    why: str = ""
    again: bool = False
    pause: float | None = None


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything a target needs: its options as stored, and the surroundings.

    ``version`` is {id, prompt, model, parameters}. ``timeout`` is in seconds for one question. ``hosts`` are the places
    that may receive masked text. ``environment`` holds keys. ``cases`` maps every name of a case (its
    id, that of its source, its question) to its id; a name that two cases have is none.
    """

    options: Mapping[str, Any]
    version: Json
    timeout: float = 60.0
    repeats: int = 1
    hosts: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)


class Asker(Protocol):
    """An open target."""

    def ask(self, question: Question) -> Attempt:
        """Ask once, within the time-out of the setup. Safe from several threads."""
        ...

    def close_thread(self) -> None:
        """Let go of what this thread holds: a connection, a process."""
        ...

    def close(self) -> None:
        """End everything that is left."""
        ...

    @property
    def notes(self) -> list[str]:
        """Sentences for the person who reads the run."""
        ...


def _nowhere(options: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A kind of target.

    ``title`` is its name for people, ``about`` describes it in a few words, ``metavar`` what its option takes; that
    goes into the option ``main``. ``options`` are the others with their defaults. ``open`` starts it. ``host`` is the
    place that receives masked text, "" where it stays on this machine. ``identity`` are the options that change
    answers; the rest does not matter to the cache. ``sample`` are options with which it answers every question with 42,
    for the tests; {} for a kind that needs a file or server, which the tests make.
    """

    title: str
    about: str
    metavar: str
    main: str
    open: Callable[[Setup], Asker]
    options: Mapping[str, Any] = field(default_factory=dict)
    host: Callable[[Mapping[str, Any]], str] = _nowhere
    identity: tuple[str, ...] = ()
    sample: Mapping[str, Any] = field(default_factory=dict)
