"""Everything that Spotcheck refuses, as one small tree.

ReviewError                 anything a person can put right
|-- InputError              a file, row or option that cannot be read; exit code 2
|-- UnknownError            a name that the store does not hold (week, rater, release, ...); exit code 2
|-- Refused                 the request is well formed but not allowed (role, assignment, sealed week); exit code 1
|-- NoSpace               the disk is full; nothing was written; exit code 1
`-- NothingToDo             well formed, allowed, and there is nothing to work on; exit code 1

A message names the thing, what was found, what was expected and, where it is known, what to do.
Not enough evidence is not an error: statistics return a ``Quantity`` with its ``undefined`` reason.
"""

from __future__ import annotations

import errno


class ReviewError(Exception):
    """Base of all errors that a message to a person can put right."""

    exit_code = 1


class InputError(ReviewError):
    """A file, row, column or option that cannot be read as what it should be."""

    exit_code = 2

    @classmethod
    def at(
        cls, file: str, line: int | None, column: str | None, found: object, expected: str, remedy: str = ""
    ) -> InputError:
        """Build the sentence for one place in a file: where, what was found, what was expected, what to do."""
        place = str(file)
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column '{column}'"
        shown = repr(found)
        if len(shown) > 120:
            shown = shown[:117] + "..."
        text = f"{place}: found {shown}, expected {expected}."
        return cls(f"{text} {remedy}".strip())


class UnknownError(ReviewError):
    """A name that the store does not hold."""

    exit_code = 2


class Refused(ReviewError):
    """A well-formed request that is not allowed here and now."""


class NoSpace(ReviewError):
    """The disk is full. Whatever was begun has been taken back."""

    @classmethod
    def from_error(cls, error: BaseException, where: object) -> NoSpace | None:
        """The error as this one if it says that the disk is full, else None; databases say so in their own words."""
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in str(error)
        return cls(f"{where}: the disk is full; nothing was added. Free some space and try again.") if full else None


class NothingToDo(ReviewError):
    """A well-formed, allowed request that finds nothing to work on."""
