"""What was decided since the last report, and what changed in the golden dataset, as values and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from review.basics.words import counted

SHOWN = 3
"""How many questions of each kind of change are named; the others are counted."""


@dataclass(frozen=True)
class Decision:
    """One decision, or several alike: when the latest was taken (ISO 8601, UTC), by whom, and what, in words."""

    at: str
    by: str
    text: str


@dataclass(frozen=True, kw_only=True)
class GoldenChange:
    """What a release changed against the one before it, by question; ``after`` is "" where nothing was released.

    ``before`` is "" for the first release. ``waiting`` examples were approved and are in no release yet. ``hidden``
    counts the changes whose questions the reader does not see.
    """

    before: str = ""
    after: str = ""
    size: int = 0
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    hidden: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Since:
    """Everything since the last report. ``begin`` says in words from when on."""

    begin: str
    decisions: tuple[Decision, ...]
    golden: GoldenChange

    def to_json(self) -> dict[str, Any]:
        """Return the object in the JSON of the report."""
        return asdict(self)


def settlements(reasons: Mapping[str, int], n: int) -> str:
    """Return how many items were settled and why people had differed."""
    why = ", ".join(f"{reason} {k}" for reason, k in reasons.items())
    return f"{counted(n, 'item')} settled{f' ({why})' if why else ''}."


def golden_head(found: GoldenChange) -> str:
    """Return the release in one sentence, or that there is none, and what waits for one."""
    waiting = (
        f" {counted(found.waiting, 'approved example')} {'is' if found.waiting == 1 else 'are'} in no release yet."
        if found.waiting
        else ""
    )
    if not found.after:
        return f"Nothing was released.{waiting}"
    if not found.before:
        return f"First release {found.after}: {counted(found.size, 'example')}.{waiting}"
    parts = [
        counted(len(texts), word, word)
        for texts, word in ((found.added, "added"), (found.removed, "removed"), (found.changed, "changed"))
    ]
    now = counted(found.size, "example")
    return f"Release {found.after} follows {found.before}: {', '.join(parts)}; {now} now.{waiting}"


def golden_lines(found: GoldenChange) -> list[str]:
    """Return for each kind of change the first questions, and how many more there are."""
    return [
        f"{word}: {_some(texts)}"
        for texts, word in ((found.added, "Added"), (found.removed, "Removed"), (found.changed, "Changed"))
        if found.before and texts
    ]


def _some(texts: Sequence[str]) -> str:
    shown = [f"“{text}”" for text in texts[:SHOWN] if text]
    more = len(texts) - len(shown)
    return "; ".join([*shown, *([f"{more} more" if shown else counted(more, "example")] if more else [])]) + "."
