"""The form of an answer: a sentence, how certain it is, why, and where to read more or act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from review.statistics.quantity import Quantity

WELL, ROUGHLY, HARDLY = "well known", "roughly", "hardly known yet"


@dataclass(frozen=True)
class Link:
    """A page of the application by the name of its file, what the link says, and the address's parameters."""

    page: str
    label: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One part of an answer: its sentence, its certainty in words ("" for what is no estimate), why, and a link.

    ``state`` is a mark and the answer in two or three words, for a table; ``term`` names the statistic, for a tooltip.
    ``weeks`` and ``trend`` are the figures of the last weeks,
    oldest first, where there is more than one.
    """

    name: str
    sentence: str
    certainty: str = ""
    reason: str = ""
    state: tuple[str, str] = ("", "")
    term: str = ""
    weeks: tuple[str, ...] = ()
    trend: tuple[Quantity, ...] = ()
    link: Link | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one question: ``sentence`` in short with its ``certainty`` and ``reason``, then its ``lines``."""

    name: str
    question: str
    sentence: str
    certainty: str = ""
    reason: str = ""
    lines: tuple[Line, ...] = ()
    link: Link | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the answer in the JSON of the report."""
        lines = [
            {"name": line.name, "sentence": line.sentence, "certainty": line.certainty or None, "reason": line.reason}
            for line in self.lines
        ]
        return {
            "name": self.name,
            "question": self.question,
            "sentence": self.sentence,
            "certainty": self.certainty or None,
            "reason": self.reason,
            "lines": lines,
        }


def certainty(ci: tuple[float, float] | None, *, well: float, roughly: float) -> str:
    """Return how well a figure is known, by the width of its interval; hardly known without one."""
    if ci is None:
        return HARDLY
    width = ci[1] - ci[0]
    return WELL if width <= well + 1e-9 else ROUGHLY if width <= roughly + 1e-9 else HARDLY


def listed(names: list[str], last: str = "and") -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
