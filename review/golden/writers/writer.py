"""What an export format is: how it is written, how its files are named, and what documentation says about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.golden.rows import Exported, ReleaseInfo


@dataclass(frozen=True, kw_only=True)
class Writer:
    """One format. ``write(examples, info, target)`` writes a release to ``target`` and returns the files.

    ``about`` is the format in a few words, for documentation; ``suffix`` ends the name of the file. A format that is
    a folder names in ``marker`` a path that every export of it contains: only such a folder is ever replaced.
    """

    about: str
    write: Callable[[Sequence[Exported], ReleaseInfo, Path], list[Path]]
    suffix: str
    marker: str = ""
