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
from review.sources.readers.fields import Record, parsed
from review.sources.readers.mapping import picked

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
    options = next((found for one in documents if (found := list(inside(one, (), DEEP)))), [])
    if records is not None:
        path = () if records in (".", "") else tuple(records.split("."))
        if path and value_at(documents[0], path) is None:
            listed = _listed(options)
            raise InputError(f"{file}: there is nothing at the path '{records}'; lists of records are at {listed}.")
        value = value_at(documents[0], path)
        chosen = Container(path, named=isinstance(value, Mapping) and _is_map(value))
        others = _others(options, chosen) if path else ()
        return Found(chosen, not_read(others), others)
    if any(recognised(document) for document in documents) or _mapped_at_the_top(documents, options, mapping):
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
    notes = (f"the file keeps its records under {place}",) if chosen != TOP else ()
    return Found(chosen, (*notes, *not_read(others)), others)


def _mapped_at_the_top(
    documents: Sequence[Record], options: Iterable[tuple[Container, list[Record]]], mapping: Mapping[str, str]
) -> bool:
    """Whether a mapping finds more fields in the documents themselves than in the lists inside."""
    options = list(options)
    lists = tuple(f"{one.words}." for one, _ in options)
    most = max((len(picked(item, mapping)) for _, items in options for item in items), default=0)
    mapping = {field: path for field, path in mapping.items() if not path.startswith(lists)}
    return max((len(picked(document, mapping)) for document in documents), default=0) > most


def _others(options: Iterable[tuple[Container, list[Record]]], chosen: Container) -> tuple[str, ...]:
    """Return the lists of records that are neither the chosen one nor inside or around it."""
    apart = [one for one, _ in options if not below(one, chosen) and not below(chosen, one)]
    return tuple(dict.fromkeys(one.words for one in apart))


def not_read(others: Sequence[str]) -> tuple[str, ...]:
    """Return what to say of lists that are not read, before they are counted."""
    return (f"not read: {', '.join(others)}",) if others else ()


def part_of(document: Record, in_parts: Callable[[Record], bool]) -> Container:
    """Return where the parts of a large record are, that a format also reads one by one; the top if nowhere."""
    return next((one for one, items in inside(document, (), 1) if all(map(in_parts, items))), TOP)


def _check_mapping(file: str, chosen: Container, mapping: Mapping[str, str]) -> None:
    begin = "".join(f"{name}." for name in chosen.path)
    for field, path in mapping.items():
        if begin and path.startswith(begin):
            rest = path.removeprefix(begin)
            head, _, after = rest.partition(".")
            rest = after if head.isdecimal() and after else rest
            raise InputError(
                f"{file}: the records are at {chosen.words}, and the path '{path}' of {field} leads into one of them. "
                f"Name the path inside a record: {rest}."
            )


def below(one: Container, other: Container) -> bool:
    """Whether a container is inside another one, or is the same."""
    return one.path[: len(other.path)] == other.path


def _listed(options: Iterable[tuple[Container, list[Record]]]) -> str:
    return ", ".join(f"'{'.'.join(one.path)}'" for one, _ in options if one.path) or "no path of this document"


def inside(value: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[Container, list[Record]]]:
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
            yield from inside(item, (*path, str(name)), depth - 1)


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


def value_at(document: Any, path: tuple[str, ...]) -> Any:
    """Return what is at a path, None for nothing; what is at it in each element of a list on the way is one list."""
    value = parsed(document)
    if path and isinstance(value, list):
        found = [one for item in value if (one := value_at(item, path)) is not None]
        return (
            [item for one in found for item in (one if isinstance(one, list) else [one])]
            if found or not value
            else None
        )
    if not path:
        return value
    return value_at(value.get(path[0]), path[1:]) if isinstance(value, Mapping) else None
