"""What a system is to which labels go, and what is sent of one label."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from review.sources.pulling.web import Web


@dataclass(frozen=True, kw_only=True)
class ScoreToPush:
    """One settled label. ``id`` is the same each time this label is sent, a UUID.

    ``trace`` is the id of the conversation in its source. ``value`` is the label as text, several values of a set with
    commas between. ``number`` is 1.0 for the value that the rubric calls positive, 0.0 for the others, None where it
    names none. ``rule`` says how the label was settled, and ``link`` where, or "".
    """

    id: str
    trace: str
    item: str
    dimension: str
    value: str
    number: float | None
    rule: str
    votes: int
    rubric: int
    week: str
    link: str = ""

    @property
    def words(self) -> str:
        """Return where the label comes from, for a comment."""
        by = "an adjudicator" if self.rule == "adjudicated" else f"{self.votes} vote{'' if self.votes == 1 else 's'}"
        return f"Spotcheck {self.week}: settled by {by}, rubric version {self.rubric}. {self.link}".strip()

    @property
    def details(self) -> dict[str, str | int]:
        """Return the same as fields."""
        found: dict[str, str | int] = {"spotcheck_item": self.item, "week": self.week, "rule": self.rule}
        return {
            **found,
            "votes": self.votes,
            "rubric_version": self.rubric,
            **({"link": self.link} if self.link else {}),
        }


@dataclass(frozen=True, kw_only=True)
class System:
    """One kind of system.

    ``address`` is where it usually is, "" where only the settings know. ``keys`` are settings that name a variable
    with a key, each with the variable that is usual; ``optional`` keys may be missing. ``connect`` returns a session
    from the address and the values of the keys. ``fits`` returns why the system cannot have a score, "" if it can.
    ``send`` sends one, ``again`` when the system has an earlier value of it.
    """

    about: str
    address: str
    keys: Mapping[str, str]
    optional: tuple[str, ...] = ()
    connect: Callable[[str, Mapping[str, str]], Web]
    fits: Callable[[ScoreToPush], str]
    send: Callable[[Web, ScoreToPush, bool], None]
