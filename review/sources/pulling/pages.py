"""From the pages of an interface to files that can be imported: bounded, and never half a trace."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.sources.pulling.puller import Fetched, Fetching, Page, Visit
from storage.records_base import Json

FILE_AT_MOST = 5_000
"""Records of one file. Each file is imported before the next is fetched, so a long first pull keeps what it has."""
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
    """Return a ``fetch`` that writes pages of whole records to files of at most ``FILE_AT_MOST`` records."""

    def fetch(visit: Visit) -> Fetching:
        writer = _Writer(visit, format)
        for page in checked(visit, pages(visit)):
            writer.add(page)
            if writer.count >= FILE_AT_MOST:
                yield writer.done()
                writer = _Writer(visit, format)
        yield writer.done()

    return fetch


def as_traces(
    pages: Callable[[Visit], Iterator[Page]],
    format: str,
    *,
    trace_of: Callable[[Json], str],
    is_root: Callable[[Json], bool],
) -> Callable[[Visit], Fetching]:
    """Return a ``fetch`` for pages of spans, in any order: one file with the traces whose root was read.

    A trace whose root lies before the window was read by an earlier pull; half of it must not come in as a whole one.
    """

    def fetch(visit: Visit) -> Fetching:
        part, roots, cursor = visit.folder / "spans.part", set[str](), visit.cursor
        with _private(part) as raw:
            for page in checked(visit, pages(visit)):
                cursor = page.cursor
                for record in page.records:
                    raw.write(_line(record))
                    if is_root(record):
                        roots.add(trace_of(record))
        writer, others = _Writer(visit, format), set[str]()
        with part.open("rb") as lines:
            for line in lines:
                record = json.loads(line)
                if trace_of(record) in roots:
                    writer.add(Page([record], cursor, {}))
                else:
                    others.add(trace_of(record))
        part.unlink()
        writer.add(
            Page([], cursor, {"traces that began before this window, or have not ended": len(others)} if others else {})
        )
        yield writer.done()

    return fetch


def checked(visit: Visit, pages: Iterator[Page]) -> Iterator[Page]:
    """Pass pages on. Raises InputError for an interface that gives the same page again, never ends, or looks odd."""
    seen: set[bytes] = set()
    for number, page in enumerate(_readable(visit, pages), start=1):
        if number > PAGES_AT_MOST:
            raise InputError(f"found over {PAGES_AT_MOST:,} pages. Set a later `since`.")
        if page.records:
            digest = hashlib.blake2b(_line(page.records), digest_size=16).digest()
            if digest in seen:
                raise InputError(
                    f"page {number} has the same records as a page before it, expected new ones. "
                    "The system gives its pages without end; nothing of this step was imported."
                )
            seen.add(digest)
        yield page


def _line(value: Any) -> bytes:
    """Return a value as one line of JSON; half characters and large numbers stay for the import to judge."""
    return json.dumps(value).encode() + b"\n"


def _readable(visit: Visit, pages: Iterator[Page]) -> Iterator[Page]:
    """Pass pages on. An answer in which something has another type than its documentation says is one InputError."""
    try:
        yield from pages
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(
            f"found an answer of another shape than {visit.source.kind} documents "
            f"({type(error).__name__}: {error}). Is `address` right, and is its version supported?"
        ) from error


def window(visit: Visit, *, again: timedelta = AGAIN) -> tuple[datetime, datetime]:
    """Return from and until when to read: from ``again`` before the last visit's end until a little before now."""
    until = visit.now - LATE
    read = visit.cursor.get("until")
    if isinstance(read, str):
        return datetime.fromisoformat(read) - again, until
    return since(visit), until


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


class _Writer:
    """Writes records into a private file of the visit's folder."""

    def __init__(self, visit: Visit, format: str) -> None:
        self._visit, self._format, self.count = visit, format, 0
        self._path = visit.folder / f"{len(list(visit.folder.iterdir()))}.jsonl"
        self._file = _private(self._path)
        self._cursor, self._left_out = visit.cursor, Counter[str]()

    def add(self, page: Page) -> None:
        for record in page.records:
            self._file.write(_line(record))
        self.count += len(page.records)
        self._cursor = page.cursor
        self._left_out.update(page.left_out)

    def done(self) -> Fetched:
        self._file.close()
        return Fetched(
            files=self._path,
            name=self._visit.source.name,
            format=self._format,
            cursor=self._cursor,
            left_out=dict(self._left_out),
        )


def _private(path: Path) -> Any:
    """Open a new file that only this user may read: its records are not masked yet."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
