"""The votes on pairs that the statistics read. An item shows two answers, "a" and "b", each with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Choice = Literal["a", "b", "tie", "both_bad"]
CHOICES: tuple[Choice, ...] = ("a", "b", "tie", "both_bad")
"""What a vote says: which answer is better, that both are equally good, or that both are bad."""
CREDIT: dict[str, float] = {"a": 1.0, "tie": 0.5, "b": 0.0}
"""What a vote gives to answer "a"; one that finds both bad compares nothing."""


@dataclass(frozen=True, kw_only=True)
class PairVote:
    """One person's vote on one pair. ``a`` and ``b`` name the answers; ``first`` stood first, "" if unknown."""

    item: str
    rater: str
    a: str
    b: str
    choice: Choice
    first: str = ""

    def credit_of(self, name: str) -> float | None:
        """Return what the vote gives to the answer of this name against the other; None when it compares nothing."""
        credit = CREDIT.get(self.choice)
        return credit if credit is None or name == self.a else 1 - credit

    @property
    def chose_first(self) -> bool | None:
        """Whether the answer that stood first was chosen; None for a vote that chose neither."""
        return self.choice == self.first if self.first and self.choice in ("a", "b") else None


def names_in(votes: Sequence[PairVote]) -> tuple[str, ...]:
    """Return the names of all answers, sorted."""
    return tuple(sorted({name for v in votes for name in (v.a, v.b)}))
