"""What a format is: how its records are recognised and read, what documentation says about it, and a sample.

There are two shapes. In one, each record is a conversation (``Reader``). In the other, the records of one trace stand
anywhere in a file, in any order, and make a conversation together (``TraceReader``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record


@dataclass(frozen=True, kw_only=True)
class Format:
    """What both shapes have.

    ``about`` is the format in a few words, for documentation; ``sign`` is what ``recognise`` looks for, for messages.
    Fields may hold ``notes``: phrases that say what a person should know of a conversation, such as why it has no
    answer. An import counts equal ones, so they name no ids.

    ``includes`` names formats that records of this one look like where they lack its marks, such as messages without
    any tool call. It reads them alike, and a file that holds both is of this format.
    """

    about: str
    sign: str
    recognise: Callable[[Record], bool]
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reader(Format):
    """One format. ``read`` maps a raw record to the fields of a conversation, or raises Unreadable; it sees no files.

    A record that holds several conversations (a pair of answers) gives a list, each with an ``id`` of its own. One of
    them that cannot be read stands there as its error, and costs only itself.
    ``sample`` is a record in which a user asks "How many?" and the assistant answers "Seven.": the tests read the
    sample of every format.

    With ``tells``, a record tells something of a conversation that stands elsewhere, and its fields have ``late``.
    ``calls`` says of a record whether it is one call of an API. Agents send their growing history with each call, so
    calls that continue one another become one conversation (:mod:`review.sources.chaining`).
    """

    read: Callable[[Record], Fields | Sequence[Fields | Unreadable]]
    sample: Record
    calls: Callable[[Record], bool] | None = None
    tells: bool = False

    def conversations(self, record: Record) -> list[Fields | Unreadable]:
        """Return the fields of each conversation in a record, or why one cannot be read. Raises Unreadable."""
        found = self.read(record)
        return [found] if isinstance(found, dict) else list(found)


def whole(record: Record) -> Iterable[Record]:
    """The record itself: for formats whose records are not packed into larger ones."""
    return (record,)


@dataclass(frozen=True, kw_only=True)
class TraceReader(Format):
    """A format in which several records make a conversation.

    ``parts`` unpacks a raw record, such as a request with many spans; a part that cannot be read is its error, and the
    others go on. ``key`` names the trace of each part, or raises Unreadable, which costs this part alone.
    ``head`` returns fields of a record that hold for all parts after it, such as the settings of a run.
    ``assemble`` gets all parts of one trace in the order of the file, repeated ones included. It returns the fields of
    one conversation or of several, and the errors of parts that cannot be read; it raises Unreadable for a trace that
    is none. None of them sees files. ``sample`` is the same short conversation as that of a ``Reader``, as raw records
    in any order.

    Parts wait as JSON for the others of their trace. A format whose records need not be decoded for that has ``pack``:
    it yields trace and bytes of each part, and the errors of others, and returns None for records that are not such;
    ``unpack`` makes the part of its bytes, which begin with a byte of zero.
    """

    key: Callable[[Record], str]
    assemble: Callable[[Sequence[Record]], Sequence[Fields | Unreadable]]
    sample: Sequence[Record]
    parts: Callable[[Record], Iterable[Record | Unreadable]] = whole
    head: Callable[[Record], Fields | None] | None = None
    pack: Callable[[Record], Iterable[tuple[str, bytes] | Unreadable] | None] | None = None
    unpack: Callable[[bytes | memoryview], Record] | None = None
