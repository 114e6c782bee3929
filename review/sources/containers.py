"""Where the records of a JSON document stand: in a page of an API, in an object by id, in a list, in JSON as text.

A record that some format recognises is one as it is. Otherwise the lists of objects inside are looked at, and the one
whose elements a format recognises holds the records. Where that does not decide, ``--records`` names the path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.errors import InputError, NoRecords
from review.basics.json_stream import DEEP
from review.basics.record import Raw, Unreadable
from review.sources.readers.fields import Record, parsed

PAGES = (
    *("data", "results", "items", "records", "rows", "runs", "traces", "observations", "spans", "conversations"),
    *("tickets", "messages", "logs", "entries", "hits", "values", "content"),
)
"""Names that APIs give to the list of a page, for records that no format recognises."""


@dataclass(frozen=True)
class Container:
    """A path to records: a list, or with ``named`` an object whose values they are. The empty path is the top."""

    path: tuple[str, ...]
    named: bool = False

    @property
    def words(self) -> str:
        """The path as a person writes it."""
        return ".".join(self.path) or "the top of the document"


TOP = Container(())


@dataclass(frozen=True)
class Found:
    """Where the records are, what a person should know of it, and the other lists of records, which are not read."""

    container: Container
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def find(
    documents: Sequence[Record],
    recognised: Callable[[Record], bool],
    *,
    file: str,
    records: str | None,
    single: bool,
    mapping: Mapping[str, str],
) -> Found:
    """Return where the records of some documents are.

    ``records`` is a path that somebody chose. ``single`` says that the file is one document, so records that no format
    knows may lie inside it. Raises InputError when the path leads nowhere, several lists could be it, or a mapping
    reaches into one of many records; NoRecords when each document is a page without entries.
    """
    # A page without entries says nothing about where the others have theirs.
    options = next((found for one in documents if (found := list(_inside(one, (), DEEP)))), [])
    if records is not None:
        path = () if records in (".", "") else tuple(records.split("."))
        if path and _at(documents[0], path) is None:
            listed = _listed(options)
            raise InputError(f"{file}: there is nothing at the path '{records}'; lists of records are at {listed}.")
        value = _at(documents[0], path)
        chosen = Container(path, named=isinstance(value, Mapping) and _is_map(value))
        others = _others(options, chosen) if path else ()
        return Found(chosen, _not_read(others), others)
    if any(recognised(document) for document in documents):
        return Found(TOP)
    fitting = [one for one, items in options if any(recognised(item) for item in items)]
    if not fitting and single:
        pages = [one for one, _ in options if one.path and one.path[-1] in PAGES]
        fitting = pages or [one for one, _ in options]
        fitting = [one for one in fitting if len(one.path) == min(len(other.path) for other in fitting)]
    if len(fitting) > 1:
        raise InputError(
            f"{file}: the records may be at {' or '.join(one.words for one in fitting)}. Say where they are.",
            command_hint="Name the path with `--records PATH`.",
        )
    if not fitting:
        empty = [_empty(document, (), DEEP) for document in documents]
        if documents and all(empty):
            raise NoRecords(f"{file}: it holds no records: the list at '{'.'.join(empty[0])}' is empty.")
        return Found(TOP)
    chosen = fitting[0]
    _check_mapping(file, chosen, mapping)
    others = _others(options, chosen)
    place = chosen.words if chosen.path else "the values of the document, by their ids"
    notes = (f"the records are at {place}",) if chosen != TOP else ()
    return Found(chosen, (*notes, *_not_read(others)), others)


def _others(options: Iterable[tuple[Container, list[Record]]], chosen: Container) -> tuple[str, ...]:
    """Return the lists of records that are neither the chosen one nor inside or around it."""
    apart = [one for one, _ in options if not _below(one, chosen) and not _below(chosen, one)]
    return tuple(dict.fromkeys(one.words for one in apart))


def _not_read(others: Sequence[str]) -> tuple[str, ...]:
    return (f"not read: {', '.join(others)}",) if others else ()


def part_of(document: Record, in_parts: Callable[[Record], bool]) -> Container:
    """Return where the parts of a large record are, that a format also reads one by one; the top if nowhere."""
    return next((one for one, items in _inside(document, (), 1) if all(map(in_parts, items))), TOP)


def _check_mapping(file: str, chosen: Container, mapping: Mapping[str, str]) -> None:
    begin = "".join(f"{name}." for name in chosen.path)
    for field, path in mapping.items():
        if begin and path.startswith(begin):
            inside = path.removeprefix(begin)
            head, _, rest = inside.partition(".")
            inside = rest if head.isdecimal() and rest else inside
            raise InputError(
                f"{file}: the records are at {chosen.words}, and the path '{path}' of {field} leads into one of them. "
                f"Name the path inside a record: {inside}."
            )


def _below(one: Container, other: Container) -> bool:
    return one.path[: len(other.path)] == other.path


def _listed(options: Iterable[tuple[Container, list[Record]]]) -> str:
    return ", ".join(f"'{'.'.join(one.path)}'" for one, _ in options if one.path) or "no path of this document"


def _inside(value: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[Container, list[Record]]]:
    """Yield the lists of objects, and the objects of objects, of a document with their first records."""
    value = parsed(value)
    if isinstance(value, list):
        items = [item for item in map(parsed, value[:20]) if isinstance(item, Mapping)]
        if items and path:
            yield Container(path), items
    elif isinstance(value, Mapping):
        if _is_map(value):
            yield Container(path, named=True), [item for item in list(value.values())[:20] if isinstance(item, Mapping)]
        for name, item in value.items() if depth else ():
            yield from _inside(item, (*path, str(name)), depth - 1)


def _empty(value: Any, path: tuple[str, ...], depth: int) -> tuple[str, ...]:
    """Return the path of a list without entries under a name of ``PAGES``; the empty path without one."""
    if value == [] and path and path[-1] in PAGES:
        return path
    if not isinstance(value, Mapping) or not depth:
        return ()
    return next((found for name, one in value.items() if (found := _empty(one, (*path, str(name)), depth - 1))), ())


def _is_map(value: Mapping[str, Any]) -> bool:
    """Whether an object holds records by id: at least two objects with some keys in common, and nothing else."""
    items = list(value.values())[:20]
    if len(items) < 2 or not all(isinstance(item, Mapping) and item for item in items):
        return False
    return bool(set.intersection(*(set(item) for item in items)))


def _at(document: Record, path: tuple[str, ...]) -> Any:
    value: Any = document
    for name in path:
        value = parsed(value)
        value = value.get(name) if isinstance(value, Mapping) else None
    return parsed(value)


def unwrapped(raws: Iterable[Raw], container: Container) -> Iterator[Raw]:
    """Yield the records inside the documents; each keeps the line of its document."""
    for raw in raws:
        if raw.record is None or container == TOP:
            yield raw
            continue
        value = _at(raw.record, container.path)
        if isinstance(value, Mapping) and container.named:
            yield from (of_map(raw, str(key), item) for key, item in value.items())
        elif isinstance(value, list):
            yield from (_of_list(raw, container, parsed(item)) for item in value)
        elif isinstance(value, Mapping):
            yield raw._replace(record={str(key): item for key, item in value.items()})
        else:
            found = ", ".join(map(str, raw.record))[:200]
            yield raw._replace(record=None, error=Unreadable(container.words, f"the keys {found}", "a list of records"))


def _of_list(raw: Raw, container: Container, item: Any) -> Raw:
    if isinstance(item, Mapping):
        return raw._replace(record={str(key): value for key, value in item.items()})
    return raw._replace(record=None, error=Unreadable(container.words, item, "a list of JSON objects"))


def of_map(raw: Raw, key: str, item: Any) -> Raw:
    """Return a record of an object by ids; the key is the id of a record that has none."""
    item = parsed(item)
    if not isinstance(item, Mapping):
        return raw._replace(record=None, error=Unreadable(key, item, "a JSON object"))
    record = {str(name): value for name, value in item.items()}
    return raw._replace(record=record if "id" in record else {"id": key, **record})
