"""What a warehouse must do to have results published there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from review.basics.errors import InputError
from review.report.publishing.schema import Row


class Writing(Protocol):
    """A connection to a warehouse. What was written counts when the connection closes without an error."""

    def digests(self, table: str, store: str) -> dict[str, tuple[str, str]]:
        """Return (week, digest) of each row of a store by its key; makes the table where it is missing."""

    def replace(self, table: str, gone: Sequence[str], rows: Sequence[Row]) -> None:
        """Remove the rows with the keys ``gone``, and write ``rows``."""


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """One kind of warehouse: what it is, an example of its address, and how it is opened.

    ``opened`` gets the address and the environment. ``local`` tells that an address is a path, which [publish] counts
    from the folder of spotcheck.toml.
    """

    about: str
    example: str
    opened: Callable[[str, Mapping[str, str]], AbstractContextManager[Writing]]
    local: bool = False


def check_columns(name: str, found: Sequence[str], expected: Sequence[str]) -> None:
    """Raise InputError when a table of the warehouse lacks columns: it was changed, or another program made it."""
    missing = [column for column in expected if column not in found]
    if missing:
        raise InputError(
            f"the table {name} of the warehouse has no column '{missing[0]}', expected {', '.join(expected)}. Nothing "
            "was written. Add the column, or rename the table: the next run makes it anew."
        )
