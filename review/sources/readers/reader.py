"""What a format is: how its records are recognised and read, what documentation says about it, and a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from review.sources.readers.fields import Fields, Record


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One format. ``read`` maps a raw record to the fields of a conversation, or raises Unreadable; it sees no files.

    A record that holds several conversations (a pair of answers) gives a list, each with an ``id`` of its own.

    ``about`` is the format in a few words, for documentation; ``sign`` is what ``recognise`` looks for, for messages.
    ``sample`` is a record in which a user asks "How many?" and the assistant answers "Seven.": the tests read the
    sample of every format.

    ``includes`` names formats that records of this one look like where they lack its marks, such as messages without
    any tool call. ``read`` reads them alike, and a file that holds both is of this format.
    """

    about: str
    sign: str
    recognise: Callable[[Record], bool]
    read: Callable[[Record], Fields | list[Fields]]
    sample: Record
    includes: tuple[str, ...] = ()

    def conversations(self, record: Record) -> list[Fields]:
        """Return the fields of each conversation in a record. Raises Unreadable."""
        found = self.read(record)
        return found if isinstance(found, list) else [found]
