"""Take the records out of the documents that hold them, and count the records beside those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.basics.json_stream import DEEP
from review.basics.record import Raw, Unreadable
from review.basics.words import counted
from review.sources.containers import TOP, Container, Found, below, inside, not_read, value_at
from review.sources.readers.fields import parsed


class Beside:
    """Counts the records beside those that are read, page by page, and tells them at the end."""

    def __init__(self, found: Found, notes: list[str]) -> None:
        """Begin with what the first pages told; ``notes`` get the counts."""
        self._told, self._notes, self._counts, self._pages = found, notes, Counter[str](), Counter[str]()

    def saw(self, path: tuple[str, ...], value: Any) -> None:
        """Count the lists of records in a value, at a path of a document, that are not those that are read."""
        read = self._told.container
        for one, _ in inside(value, path, max(DEEP - len(path), 0)):
            known = not one.named or one.words in self._told.others
            if known and not below(one, read) and not below(read, one):
                self._counts[one.words] += len(value_at(value, one.path[len(path) :]))
                self._pages[one.words] += 1
        for end in range(len(path) + 1, len(read.path)) if read.path[: len(path)] == path else ():
            if isinstance(on_the_way := value_at(value, read.path[len(path) : end]), list):
                for item in on_the_way:
                    self.saw(read.path[:end], item)
                break

    def tell(self) -> None:
        """Replace the note of the first pages by the counts of all."""
        if not self._counts:
            return
        early = not_read(self._told.others)
        self._notes[:] = [note for note in self._notes if note not in early]
        self._notes += [
            f"not read: {counted(n, 'entry', 'entries')} at {words}" + (f" in {pages:,} places" if pages > 1 else "")
            for (words, n), pages in zip(self._counts.items(), self._pages.values(), strict=True)
        ]


def unwrapped(raws: Iterable[Raw], found: Found, notes: list[str]) -> Iterator[Raw]:
    """Yield the records inside the documents, each with the line of its document; count those beside them in notes."""
    container, beside = found.container, Beside(found, notes)
    for raw in raws:
        if raw.record is None or container == TOP:
            yield raw
            continue
        beside.saw((), raw.record)
        value = value_at(raw.record, container.path)
        if isinstance(value, Mapping) and container.named:
            yield from (of_map(raw, str(key), item) for key, item in value.items())
        elif isinstance(value, list):
            yield from (_of_list(raw, container, parsed(item)) for item in value)
        elif isinstance(value, Mapping):
            yield raw._replace(record={str(key): item for key, item in value.items()})
        else:
            keys = ", ".join(map(str, raw.record))[:200]
            yield raw._replace(record=None, error=Unreadable(container.words, f"the keys {keys}", "a list of records"))
    beside.tell()


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
