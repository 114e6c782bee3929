"""Which version came from which: the tree of versions in order, and what changed from one to the other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.basics.canonical import canonical
from review.basics.word_diff import Piece, word_diff
from storage.records_experiments import PromptVersion


@dataclass(frozen=True)
class LineagePlace:
    """Where a version stands in the picture: ``generation`` counts from the first ancestor, ``lane`` its branch."""

    version: str
    parent: str | None
    generation: int
    lane: int


def lineage(registered: Sequence[PromptVersion]) -> list[LineagePlace]:
    """Return the place of each version, children below their parents; a first child stays in its parent's lane."""
    children: dict[str | None, list[PromptVersion]] = {}
    known = {v.id for v in registered}
    for version in registered:
        children.setdefault(version.parent if version.parent in known else None, []).append(version)
    found: list[LineagePlace] = []
    lanes = 0
    waiting: list[tuple[PromptVersion, int, int | None]] = [
        (root, 0, None) for root in reversed(children.get(None, []))
    ]
    while waiting:
        version, generation, inherited = waiting.pop()
        lane = lanes if inherited is None else inherited
        lanes = max(lanes, lane + 1)
        found.append(LineagePlace(version.id, version.parent if version.parent in known else None, generation, lane))
        own = children.get(version.id, [])
        waiting += [(child, generation + 1, None) for child in reversed(own[1:])]
        waiting += [(child, generation + 1, lane) for child in own[:1]]
    return found


@dataclass(frozen=True)
class VersionDiff:
    """What differs between two versions.

    ``prompt`` are the pieces of the text, None where a text was not kept; ``same_prompt`` compares the hashes. ``rest``
    maps each other field that differs to both values.
    """

    same_prompt: bool
    prompt: tuple[Piece, ...] | None
    rest: dict[str, tuple[str, str]]


def diff(a: PromptVersion, b: PromptVersion) -> VersionDiff:
    """Compare two versions."""
    rest = {name: (getattr(a, name), getattr(b, name)) for name in ("model", "commit", "path", "description")}
    rest["parameters"] = (canonical(a.parameters).decode(), canonical(b.parameters).decode())
    kept = all(v.prompt or not v.prompt_hash for v in (a, b))
    return VersionDiff(
        same_prompt=a.prompt_hash == b.prompt_hash,
        prompt=tuple(word_diff(a.prompt, b.prompt)) if kept else None,
        rest={name: pair for name, pair in rest.items() if pair[0] != pair[1]},
    )
