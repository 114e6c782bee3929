"""Walk a JSON document of any size: its beginning in brief, and the records of one list or object one by one.

Each record is cut out as text by the decoder of the standard library, which accepts what other programs write (NaN,
half characters), and decoded alone. So memory holds one record, and a bad one does not cost the others.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from typing import Any

from review.basics.errors import InputError
from review.basics.input_file import ByteLines, InputFile
from review.basics.record import MAX_LINE

CHUNK = 1 << 20
FEW = 20
"""The elements of a list that its beginning shows."""
HEAD = 16 * 1024 * 1024
"""The characters after which the beginning of a document ends."""
DEEP = 3
"""How deep lists of records may lie."""

_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


AFTER = "text after the end of the document"


class Malformed(Exception):
    """The text is no JSON at some place."""


class Cursor:
    """A place in the text of a document, which is read piece by piece."""

    def __init__(self, content: ByteLines) -> None:
        self._content = content
        # A byte that is not UTF-8 stays recognisable, so that it costs its record alone.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text, self._at, self._ended = "", 0, False
        self.done = 0

    def _more(self, size: int = CHUNK) -> bool:
        """Read more text; False at the end."""
        if self._ended:
            return False
        data = self._content.read(size)
        self._ended = not data
        self._text = self._text[self._at :] + self._decoder.decode(data, self._ended)
        self.done += self._at
        self._at = 0
        return not self._ended

    def next(self) -> str:
        """Return the next character that is no space, without taking it; nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE and (self._text[self._at] != "\ufeff" or self.done + self._at):
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, wanted: str) -> None:
        """Take the next character. Raises Malformed when it is another one."""
        found = self.next()
        if found != wanted:
            raise Malformed(f"found {found!r}, expected {wanted!r}" if found else f"the text ends before {wanted!r}")
        self._at += 1

    def value(self) -> tuple[Any, str]:
        """Take one value and return it with its text. Raises Malformed when there is none."""
        self.next()
        size = CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._at > MAX_LINE:
                    raise Malformed(f"no value of at most {MAX_LINE // 2**20} MB ({error})") from None
                if not self._more(size):
                    raise Malformed(str(error)) from None
                size *= 2
                continue
            # A number may go on in the next piece.
            if end == len(self._text) and self._more():
                continue
            text = self._text[self._at : end]
            self._at = end
            return value, text

    def members(self) -> Iterator[str]:
        """Take an object key by key; the value of each is to be taken before the next key."""
        self.take("{")
        while self.next() != "}":
            key, _ = self.value()
            if not isinstance(key, str):
                raise Malformed(f"found {key!r}, expected a name in quotes")
            self.take(":")
            yield key
            if self.next() != "}":
                self.take(",")
        self.take("}")

    def elements(self) -> Iterator[int]:
        """Take a list element by element, as :meth:`members` does."""
        self.take("[")
        number = 0
        while self.next() != "]":
            number += 1
            yield number
            if self.next() != "]":
                self.take(",")
        self.take("]")

    @property
    def place(self) -> int:
        """The characters before this place."""
        return self.done + self._at


class _Enough(Exception):
    """The beginning is long enough."""


def head_of(given: InputFile) -> tuple[Any, bool]:
    """Return the beginning of a document, with lists cut short, and whether that is all of it.

    Objects one after another, as some programs write them, are a list. Raises InputError when it is no JSON.
    """
    file, content = given.open()
    with file:
        cursor, whole = Cursor(content), [True]
        found: list[Any] = []
        try:
            _brief(cursor, 0, found.append, whole)
            while cursor.next() == "{" and isinstance(found[0], dict) and len(found) < FEW:
                _brief(cursor, 0, found.append, whole)
            if cursor.next() and len(found) == 1:
                raise Malformed(AFTER)
        except _Enough:
            whole[0] = False
        except Malformed as error:
            raise malformed(given, cursor, error) from None
    return (found, False) if len(found) > 1 else (found[0], whole[0])


def _brief(cursor: Cursor, depth: int, put: Any, whole: list[bool]) -> None:
    """Put the value at the cursor, with lists cut short."""
    start = cursor.next()
    if start == "{" and depth < DEEP:
        made: dict[str, Any] = {}
        put(made)
        for key in cursor.members():
            _brief(cursor, depth + 1, lambda value, key=key: made.__setitem__(key, value), whole)
            if cursor.place > HEAD:
                raise _Enough
    elif start == "[":
        listed: list[Any] = []
        put(listed)
        for number in cursor.elements():
            value, _ = cursor.value()
            if number <= FEW:
                listed.append(value)
            else:
                whole[0] = False
            if cursor.place > HEAD:
                raise _Enough
    else:
        put(cursor.value()[0])


Beside = Callable[[tuple[str, ...], Any], None]


def _nothing(path: tuple[str, ...], value: Any) -> None:
    """Do nothing."""


def records_at(
    given: InputFile, path: tuple[str, ...], *, named: bool, beside: Beside = _nothing
) -> Iterator[tuple[int, str | None, str, int]]:
    """Yield number, key, text and place of the records under a path: the elements of a list, or of an object by key.

    ``named`` takes the values of an object as the records. ``beside`` gets the values beside the path. Raises
    InputError when the document breaks off or the path leads nowhere.
    """
    file, content = given.open()
    with file:
        cursor = Cursor(content)
        try:
            number, objects = 0, cursor.next() == "{"
            while True:
                for key, text in _walk(cursor, path, named, beside):
                    number += 1
                    yield number, key, text, cursor.place
                if not cursor.next():
                    return
                # Objects one after another are records like the elements of a list.
                if path or named or not objects or cursor.next() != "{":
                    raise Malformed(AFTER)
        except Malformed as error:
            raise malformed(given, cursor, error) from None


def _walk(
    cursor: Cursor, path: tuple[str, ...], named: bool, beside: Beside, at: tuple[str, ...] = ()
) -> Iterator[tuple[str | None, str]]:
    """Yield key and text of the records under a path; a list on the way is gone through."""
    if path and cursor.next() == "[":
        for _ in cursor.elements():
            yield from _walk(cursor, path, named, beside, at)
    elif path and cursor.next() == "{":
        for key in cursor.members():
            if key == path[0]:
                yield from _walk(cursor, path[1:], named, beside, (*at, key))
            else:
                beside((*at, key), cursor.value()[0])
    elif path:
        beside(at, cursor.value()[0])
    elif cursor.next() == "[":
        for _ in cursor.elements():
            yield None, cursor.value()[1]
    elif named and cursor.next() == "{":
        for key in cursor.members():
            yield key, cursor.value()[1]
    else:
        yield None, cursor.value()[1]


def malformed(given: InputFile, cursor: Cursor, error: Malformed) -> InputError:
    """Return the error for a document that is not readable from some place on."""
    return InputError(f"{given.name}, character {cursor.place:,}: not readable as JSON ({error}). Nothing was added.")
