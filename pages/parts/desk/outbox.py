"""What a desk's browser sends: one state value with everything that the server has not acknowledged yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from review.annotating.guess import Guess, read_guess
from review.annotating.submissions import Receipt
from review.basics import measured
from review.basics.errors import ReviewError
from storage.connection import StorageError, StoreAway
from storage.store import Store

ENTRIES_AT_ONCE = 500
ASSIGNMENTS_HELD = 2000
ITEMS_AT_ONCE = 25
LARGEST_SEQUENCE = 2**53 - 1
"""JavaScript counts exactly up to this number."""


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """The outbox as it was read; whatever the browser left out or sent in another form is empty.

    ``entries`` are submissions in their order, each still to be checked. ``have`` names the assignments whose items
    the browser holds, ``begun`` those with labels that were not submitted, ``back`` those it wants again. ``wants``
    is the number of open items it asks for, ``sequence`` its own number for this outbox. With a ``guess``, ``have``
    holds only what is in none of its lists.
    """

    entries: tuple[Mapping[str, object], ...] = ()
    have: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    wants: int = ITEMS_AT_ONCE
    sequence: int | None = None
    guess: Guess | None = None


class Answer(TypedDict):
    """What became of the entries: the submission ids that are safe, and pairs of submission id and sentence.

    ``trouble`` is a sentence while nothing can be written; the browser keeps its entries and sends them again.
    """

    ack: list[str]
    rejected: list[list[str]]
    trouble: str | None


NO_ANSWER: Answer = {"ack": [], "rejected": [], "trouble": None}


def unanswered(error: StorageError, answer: Answer, *, view: str | None, heard: int | None) -> dict[str, object]:
    """Return an answer without lists or items, for a browser that has them: the store does not answer now.

    What was written before is acknowledged; the browser keeps the rest and sends it again. ``view`` is the name under
    which the browser keeps what it has. Without one it has nothing yet, and the error is raised.
    """
    if view is None:
        raise error
    return {**answer, "trouble": _in_words(error), "heard": heard, "key": view}


def read_outbox(state: object, rater_id: str) -> Outbox:
    """Return the outbox in a component's state. ``state`` may be anything; entries of another rater are left out."""
    if not isinstance(state, Mapping):
        return Outbox()
    entries = state.get("entries") if state.get("rater") in (None, rater_id) else None
    known = entries[:ENTRIES_AT_ONCE] if isinstance(entries, list) else []
    return Outbox(
        entries=tuple(entry for entry in known if isinstance(entry, dict)),
        have=_names(state.get("have"), ASSIGNMENTS_HELD),
        begun=_names(state.get("begun"), ASSIGNMENTS_HELD),
        back=_names(state.get("back"), ITEMS_AT_ONCE),
        wants=_wants(state.get("wants")),
        sequence=_sequence(state.get("sequence")),
        guess=read_guess(state.get("guess"), known, ASSIGNMENTS_HELD),
    )


def _names(value: object, most: int) -> frozenset[str]:
    """Return the texts among the first ``most`` elements of a list."""
    known = value[:most] if isinstance(value, list) else []
    return frozenset(one for one in known if isinstance(one, str))


def _wants(value: object) -> int:
    """Return how many items the browser asks for, 0 to ``ITEMS_AT_ONCE``, which is also what silence means."""
    if not isinstance(value, int) or isinstance(value, bool):
        return ITEMS_AT_ONCE
    return min(max(value, 0), ITEMS_AT_ONCE)


def _sequence(value: object) -> int | None:
    """Return the browser's number for this outbox, None when it is no whole number that JavaScript can hold."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SEQUENCE
    return value if good and isinstance(value, int) else None


def deliver(
    receive: Callable[[Store, str, Sequence[object]], Receipt],
    store: Store,
    rater_id: str,
    entries: Sequence[object],
) -> Answer:
    """Hand entries to ``receive``, which writes them, and return what became of them."""
    if not entries:
        return NO_ANSWER
    try:
        with measured.timed("submit_seconds"):
            receipt = receive(store, rater_id, entries)
    except (ReviewError, StorageError) as error:
        measured.count("submissions", "not written", by=len(entries))
        return {"ack": [], "rejected": [], "trouble": _in_words(error)}
    measured.count("submissions", "acknowledged", by=len(receipt.acknowledged))
    measured.count("submissions", "refused", by=len(receipt.rejected))
    return {
        "ack": list(receipt.acknowledged),
        "rejected": [[submission, why] for submission, why in receipt.rejected],
        "trouble": None,
    }


def _in_words(error: ReviewError | StorageError) -> str:
    return StoreAway.on_a_page if isinstance(error, StoreAway) else str(error)
