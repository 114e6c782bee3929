"""One answer of a result file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """One answer: ``names`` are the ids that it may mean, ``fields`` those of the protocol, not checked yet.

    ``line`` is its line or ordinal number in the file; ``repeat`` is None where the file does not say.
    """

    names: tuple[str, ...]
    line: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    repeat: int | None = None


@dataclass(frozen=True, kw_only=True)
class ResultFormat:
    """A kind of result file: ``fits`` looks at the ending and the first bytes, ``read`` yields its rows.

    ``read`` raises InputError. ``sample`` is a small file of this kind about the case ``c-1``, which was
    answered with 42 or passed, and ``suffix`` its ending, for the tests.
    """

    about: str
    fits: Callable[[Path, bytes], bool]
    read: Callable[[Path], Iterator[ResultRow]]
    sample: str
    suffix: str = ".json"
