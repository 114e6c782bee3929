"""What a format is: how its records are recognised and read, what documentation says about it, and a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from review.sources.readers.fields import Fields, Record


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One format. ``read`` maps a raw record to the fields of a conversation, or raises Unreadable; it sees no files.

    ``about`` is the format in a few words, for documentation; ``sign`` is what ``recognise`` looks for, for messages.
    ``sample`` is a record in which a user asks "How many?" and the assistant answers "Seven.": the tests read the
    sample of every format.
    """

    about: str
    sign: str
    recognise: Callable[[Record], bool]
    read: Callable[[Record], Fields]
    sample: Record
