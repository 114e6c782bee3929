"""What an export format is: how it is written, how its files are named, and what documentation says about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from review.golden.rows import Exported, ReleaseInfo, picked
from storage.records_golden import FrozenExample

KEPT = ("example_id", "kind", "scenario", "source", "tags", "must_pass", "labels", "as_of", "snapshot", "required")
"""The fields of an example that go into the metadata."""


@dataclass(frozen=True, kw_only=True)
class Writer:
    """One format. ``write(examples, info, target)`` writes a release to ``target`` and returns the files.

    ``about`` is the format in a few words, for documentation; ``suffix`` ends the name of the file. A format that is
    a folder names in ``marker`` a path that every export of it contains: only such a folder is ever replaced. The judge
    card joins every format by itself.
    """

    about: str
    write: Callable[[Sequence[Exported], ReleaseInfo, Path], list[Path]]
    suffix: str
    marker: str = ""


def turns_of(content: FrozenExample) -> list[dict[str, Any]]:
    """Return the turns of an example up to its question."""
    return [*map(dict, content["prior_turns"]), {"role": "user", "content": content["question"]}]


def expected_of(content: FrozenExample) -> dict[str, Any]:
    """Return what an example expects; evaluators of most tools call it the reference or expected output."""
    return {
        "answer": content["expected_answer"],
        "expected_behaviour": content["expected_behaviour"],
        "reference_sql": content["reference_sql"],
        "expected_result": content["expected_result"],
    }


def metadata_of(e: Exported) -> dict[str, Any]:
    """Return what a data set of a tool keeps beside the input and the expected output of an example."""
    return {**picked(e.content, KEPT), "reviewed_answer": e.content["answer"], **e.carried}


def id_of(e: Exported, info: ReleaseInfo) -> str:
    """Return a UUID that is made from release and example, so that a second upload finds the first."""
    return str(uuid5(NAMESPACE_URL, f"spotcheck:{info.content_hash}:{e.content['example_id']}"))
