"""From the pages of an interface to files that can be imported, each bounded and with its own cursor."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from review.basics.errors import InputError, ReviewError
from review.sources.pulling.puller import Fetched, Fetching, Page, Visit
from review.sources.pulling.web import GONE, LeftOut
from storage.records_base import Json

T = TypeVar("T")
FILE_AT_MOST = 5_000
"""Records of one file. Each file is imported before the next is fetched, so a long first pull keeps what it has."""
BYTES_AT_MOST = 128 * 1024 * 1024
"""Bytes of one file, or a little more: it is closed after the page that passes them."""
SEVERAL = 10
NAMED, NAMED_LONG = 50, 80
"""Records that cannot be had of which a note gives the ids, and how much of each id."""
PAGES_AT_MOST = 100_000
FIRST_DAYS = 30
"""How far back the first pull goes, in days, where the settings do not say."""
LATE = timedelta(minutes=10)
"""What is younger is left for the next pull: its spans or its answer may still be on the way."""
AGAIN = timedelta(hours=2)
"""So far back from its last end a pull reads again, for what arrived late. The log leaves out what it has."""
LONGEST = timedelta(days=1)
"""A trace that has not ended after so long is not waited for any more."""


def as_files(pages: Callable[[Visit], Iterator[Page]], format: str) -> Callable[[Visit], Fetching]:
    """Return a ``fetch`` that writes pages of whole records to files, each bounded and with its own cursor.

    An error ends the visit after the pages that came before it, so that the next one goes on behind them.
    """

    def fetch(visit: Visit) -> Fetching:
        reading = checked(visit, pages(visit))
        writer = Writer(visit, format)
        while True:
            try:
                page = next(reading, None)
            except ReviewError:
                if writer.pages:
                    yield from writer.done()
                raise
            if page is None:
                yield from writer.done()
                return
            writer.add(page)
            if writer.is_full:
                yield from writer.done()
                writer = Writer(visit, format)

    return fetch


def each(
    found: Sequence[dict[str, Any]], whole: Callable[[dict[str, Any]], dict[str, Any]], *, name: str
) -> tuple[list[dict[str, Any]], Counter[str], tuple[str, ...]]:
    """Return what ``whole`` gives for each record, how many of them, called ``name``, cannot be had, and which.

    A page of which nothing can be had is passed over as well, or each later pull would end at it.
    """
    came: list[dict[str, Any]] = []
    lost: dict[str, list[str]] = {}
    for one in found:
        try:
            came.append(whole(one))
        except LeftOut as error:
            lost.setdefault(f"{name} {error.reason}", []).append(str(one.get("id", ""))[:NAMED_LONG])
    notes = [_lost(what, ids) for what, ids in lost.items()]
    if lost and not came and len(found) >= SEVERAL:
        notes.append(
            f"Of a page of {len(found)} {name} not one could be had. If they are still there, look whether `address` "
            "is right and whether the key may read each of them."
        )
    return came, Counter({what: len(ids) for what, ids in lost.items()}), tuple(notes)


def _lost(what: str, ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else "")
    return f"{len(ids):,} {what} were left out: {shown}."


def fitting(ask: Callable[..., Any], limit: int) -> Any:
    """Return the answer with a page of at most ``limit`` records, fewer where that answer is too large."""
    while True:
        try:
            return ask(limit=limit)
        except LeftOut as error:
            if error.reason == GONE or limit == 1:
                raise
            limit = max(limit // 10, 1)


def checked(visit: Visit, pages: Iterator[Page]) -> Iterator[Page]:
    """Pass pages on. Raises InputError for an interface that gives the same page again, never ends, or looks odd."""
    seen: set[bytes] = set()
    for number, page in enumerate(readable(visit, pages), start=1):
        if number > PAGES_AT_MOST:
            raise InputError(f"found over {PAGES_AT_MOST:,} pages. Set a later `since`.")
        if page.records:
            digest = hashlib.blake2b(line_of(page.records), digest_size=16).digest()
            if digest in seen:
                raise InputError(
                    f"page {number} has the same records as a page before it, expected new ones. "
                    "The system gives its pages without end."
                )
            seen.add(digest)
        yield page


def line_of(value: Any) -> bytes:
    """Return a value as one line of JSON; half characters and large numbers stay for the import to judge."""
    return json.dumps(value).encode() + b"\n"


def readable(visit: Visit, found: Iterator[T]) -> Iterator[T]:
    """Pass on what is found. An answer in which something has another type than documented is one InputError."""
    try:
        yield from found
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(
            f"found an answer of another shape than {visit.source.kind} documents "
            f"({type(error).__name__}: {error}). Is `address` right, and is its version supported?"
        ) from error


def window(visit: Visit, *, again: timedelta = AGAIN) -> tuple[datetime, datetime]:
    """Return from and until when to read: from ``again`` before the last visit's end until a little before now.

    A visit that did not come to its end says where the next one goes on.
    """
    until = visit.now - LATE
    begins, read = visit.cursor.get("from"), visit.cursor.get("until")
    if isinstance(begins, str):
        return datetime.fromisoformat(begins), until
    if isinstance(read, str):
        return datetime.fromisoformat(read) - again, until
    return since(visit), until


def halfway(reached: datetime, end: datetime, *, again: timedelta = AGAIN) -> Json:
    """Return the cursor of a visit that has read up to ``reached`` and not yet to its ``end``.

    The next visit does not read again what lies before, or a busy system would never be read to its end. Only the last
    ``again`` before the end is read again, for what arrives late.
    """
    return {"until": stamp(reached), "from": stamp(min(reached, end - again))}


def since(visit: Visit) -> datetime:
    """Return the start of a first visit. Raises InputError for what is no date."""
    given = visit.source.options.get("since")
    if given is None:
        return visit.now - timedelta(days=FIRST_DAYS)
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise InputError(f"since: found {given!r}, expected a date such as 2026-11-01.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """Return an instant as these interfaces want it: ISO 8601, UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def secret(visit: Visit, setting: str) -> str:
    """Return the key that the variable named by a setting holds. Raises InputError when it is not set."""
    name = visit.source.options[setting]
    found = visit.environment.get(name, "")
    if not found:
        raise InputError(
            f"the environment variable {name} is not set; expected the key of the source. Set it "
            "for the program that pulls."
        )
    return found


def listed(answer: Any, name: str, where: str) -> list[dict[str, Any]]:
    """Return a list of records in an answer. Raises InputError when it is not there."""
    found = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InputError(f"{where}: found an answer without a list of records in `{name}`. Has its interface changed?")
    return found


class Writer:
    """Writes records into a private file, which is removed after its import."""

    def __init__(self, visit: Visit, format: str) -> None:
        self._visit, self._format = visit, format
        self.path, self._file = private_file(visit)
        self._cursor, self._left_out = visit.cursor, Counter[str]()
        self._notes: list[str] = []
        self.pages = self._records = self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether the file has as many records or bytes as one import should have."""
        return self._records >= FILE_AT_MOST or self._bytes >= BYTES_AT_MOST

    def add(self, page: Page) -> None:
        """Write the records of a page."""
        for record in page.records:
            self._bytes += self._file.write(line_of(record))
        self.pages += 1
        self._records += len(page.records)
        self._cursor = page.cursor
        self._left_out.update(page.left_out)
        self._notes += page.notes

    def done(self) -> Fetching:
        """Yield the file to import, and remove it afterwards."""
        self._file.close()
        yield Fetched(
            files=self.path,
            name=self._visit.source.name,
            format=self._format,
            cursor=self._cursor,
            left_out=dict(self._left_out),
            notes=tuple(self._notes),
        )
        self.path.unlink()


def private_file(visit: Visit) -> tuple[Path, BinaryIO]:
    """Open a new file that only this user may read: its records are not masked yet."""
    number, path = tempfile.mkstemp(dir=visit.folder, suffix=".jsonl")
    return Path(path), os.fdopen(number, "w+b")
