"""The errors that Spotcheck raises for a person to read.

ReviewError                 anything a person can fix
|-- InputError              a file, row or option that cannot be read; exit code 2
|-- UnknownError            a name that the store does not hold (week, rater, release, ...); exit code 2
|-- Refused                 a well-formed request that is not allowed (role, assignment, sealed week); exit code 1
|-- NoSpace                 the disk is full and nothing was written; exit code 1
`-- NothingToDo             a well-formed, allowed request that finds nothing to work on; exit code 1

A message says what happened, where, what was found, what is expected and what to do. It is read on pages and on the
command line alike, so it quotes no command; a command that helps goes into ``command_hint``.
Not enough evidence is not an error: statistics return a ``Quantity`` with its ``undefined`` reason.
"""

from __future__ import annotations

import errno


class ReviewError(Exception):
    """Base of all errors that a person can fix after reading the message.

    ``command_hint`` is a sentence that quotes a command, such as "`spotcheck init` adds the default one.". Only the
    command line prints it, after the message; pages show the message alone.
    """

    exit_code = 1

    def __init__(self, message: str = "", *, command_hint: str = "") -> None:
        super().__init__(message)
        self.command_hint = command_hint

    @property
    def with_hint(self) -> str:
        """The message and the hint, as the command line prints them."""
        return f"{self} {self.command_hint}".strip()


class InputError(ReviewError):
    """A file, row, column or option that does not hold what it should."""

    exit_code = 2

    @classmethod
    def at(
        cls, file: str, line: int | None, *, column: str | None, found: object, expected: str, remedy: str = ""
    ) -> InputError:
        """Build the message for one place in a file: where, what was found, what is expected, what to do."""
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


class NoRecords(InputError):
    """A file that can be read and holds no record, such as the last page of an API."""


class UnknownError(ReviewError):
    """A name that the store does not have."""

    exit_code = 2


class Refused(ReviewError):
    """A correct request that is not allowed here and now."""


NOTHING_ADDED = "nothing was added. Free some space and try again."


class NoSpace(ReviewError):
    """The disk is full. What had been started is rolled back."""

    @classmethod
    def from_error(cls, error: BaseException, where: object, words: str = NOTHING_ADDED) -> NoSpace | None:
        """Return this error if ``error`` says that the disk is full, else None. Databases word it in their own way.

        ``words`` say what did not happen, and what to do.
        """
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in str(error)
        return cls(f"{where}: the disk is full; {words}") if full else None


class NothingToDo(ReviewError):
    """A correct, allowed request with nothing to work on."""
