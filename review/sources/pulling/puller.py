"""What a puller is: how one kind of system is asked for what is new, and which settings it needs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from review.basics.errors import ReviewError
from review.settings.pulled import PulledSource
from review.sources.file_sets import Files, FileSet
from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit to a source.

    ``cursor`` is what the last successful visit left, {} at the first. ``now`` is the time of the visit, in UTC.
    ``environment`` holds the keys. Files may be written into ``folder``; they are removed after the visit.
    """

    source: PulledSource
    cursor: Json
    now: datetime
    environment: Mapping[str, str]
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Files to import together, the format to read them with, and the cursor that holds once they are imported.

    ``name`` is what the record of the import calls them. ``left_out`` counts what was not fetched, by reason, and
    ``notes`` name it. When an
    ``independent`` file cannot be imported, the others of the visit are imported all the same. ``problem`` says why a
    file could not be fetched; then nothing of it is imported.
    """

    files: Files
    name: str
    format: str
    cursor: Json
    left_out: Mapping[str, int]
    notes: tuple[str, ...] = ()
    independent: bool = False
    problem: ReviewError | None = None

    @classmethod
    def failed(cls, name: str, problem: ReviewError) -> Fetched:
        """Return what stands for a file that could not be fetched; the visit goes on with the others."""
        return cls(files=FileSet(()), name=name, format="", cursor={}, left_out={}, independent=True, problem=problem)


Fetching = Generator[Fetched, bool | None, None]
"""What a visit gives, one after the other; it is sent back whether the last one was imported (None: it was)."""


@dataclass(frozen=True, kw_only=True)
class Puller:
    """One kind of source.

    ``about`` is the kind in a few words, for documentation. ``needs`` and ``may`` are the settings it must and may
    have, each with what it means; those in ``keys`` name the variable that holds a key, never the key. ``fetch`` visits
    the source and gives one file after the other; it raises a ReviewError when the source refuses or answers what it
    should not, and then nothing of that file is imported. ``remote`` sources are asked over HTTP alone, so a lead may
    connect one in the application; another reads files or databases that this machine can reach.
    """

    about: str
    needs: Mapping[str, str]
    may: Mapping[str, str]
    fetch: Callable[[Visit], Fetching]
    keys: tuple[str, ...] = ()
    remote: bool = True


@dataclass(frozen=True)
class Page:
    """Records of one answer, and the cursor that holds after them. ``left_out`` counts others, ``notes`` name them."""

    records: list[dict[str, Any]]
    cursor: Json
    left_out: Mapping[str, int]
    notes: Sequence[str] = ()
