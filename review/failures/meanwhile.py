"""What others did while a person looked at a group of failures: a decision about what they did not see is refused."""

from __future__ import annotations

from review.basics.errors import Refused
from review.failures.modes import ModeList
from review.people.people import find_person
from storage.records_failures import FailureTriage
from storage.store import Store


def check_after(store: Store, decided: FailureTriage, after: str | None) -> None:
    """Refuse a decision that would replace another one that the person has not seen."""
    before = store.find(FailureTriage, week=decided.week, mode=decided.mode, version=decided.version)
    if after is None or not before or before[-1].id == after:
        return
    other = find_person(store, before[-1].by)
    who = other.name if other else "Somebody"
    raise Refused(
        f"{who} has decided about this group while you looked at it. Look at that decision first; yours replaces it "
        "when you send it again."
    )


def check_seen(modes: ModeList, group: str, seen: int | None) -> None:
    """Refuse a decision about a mode that somebody merged while the person was looking at it."""
    gone = next((m for m in modes.all if m.id == group and m.into), None)
    into = modes.of(gone.into) if gone else None
    if gone is not None and into is not None and seen is not None and seen < modes.version:
        raise Refused(
            f"'{gone.name}' was merged into '{into.name}' while you decided about it. Look at '{into.name}' instead; "
            "nothing was written."
        )
