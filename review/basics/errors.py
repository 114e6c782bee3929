"""All errors that a person can put right, as one small tree.

ReviewError        the base of the others
|-- InputError     a file, row or option that cannot be read; exit code 2
|-- UnknownError   a name that the store does not have (week, rater, release, ...); exit code 2
|-- Refused        a correct request that is not allowed (role, assignment, sealed week); exit code 1
|-- NoSpace        the disk is full and nothing was written; exit code 1
`-- NothingToDo    a correct, allowed request with nothing to work on; exit code 1

A message says what happened, where, what was found, what is expected and, if known, what to do.
Not enough evidence is no error: statistics return a ``Quantity`` that gives the reason in ``undefined``.
"""

from __future__ import annotations

import errno


class ReviewError(Exception):
    """The base of all errors whose message tells a person what to do."""

    exit_code = 1


class InputError(ReviewError):
    """A file, row, column or option that cannot be read."""

    exit_code = 2

    @classmethod
    def at(
        cls, file: str, line: int | None, column: str | None, found: object, expected: str, remedy: str = ""
    ) -> InputError:
        """Return the error for one place in a file: where, what was found, what is expected, what to do."""
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
    """A name that the store does not have."""

    exit_code = 2


class Refused(ReviewError):
    """A correct request that is not allowed here and now."""


class NoSpace(ReviewError):
    """The disk is full. The write was rolled back."""

    @classmethod
    def from_error(cls, error: BaseException, where: object) -> NoSpace | None:
        """Return an error that means a full disk as NoSpace, any other as None. Databases report it only in words."""
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in str(error)
        return cls(f"{where}: the disk is full; nothing was added. Free some space and try again.") if full else None


class NothingToDo(ReviewError):
    """A correct, allowed request with nothing to work on."""
