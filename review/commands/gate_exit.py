"""The exit codes of the gate: a decision has its own, and a gate that could not work has another."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from review.basics.errors import InputError, ReviewError, UnknownError
from storage.connection import StorageError

EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}
OPERATIONAL = 4
"""The gate could not decide for another reason than its cases, such as a run that is missing."""
P = ParamSpec("P")
T = TypeVar("T")


def apart_from_decisions(function: Callable[P, T]) -> Callable[P, T]:
    """Exit with 4 when the gate itself fails, so that no failure looks like a decision. Wrong usage stays 2."""

    @functools.wraps(function)
    def guarded(*args: P.args, **options: P.kwargs) -> T:
        try:
            return function(*args, **options)
        except (click.exceptions.Exit, click.ClickException, click.Abort, InputError, UnknownError):
            raise
        except Exception as error:
            # Whatever it is: an error that nobody expected would end with 1, as a failed gate does.
            click.echo(f"error: {_words(error)}", err=True)
            raise click.exceptions.Exit(OPERATIONAL) from error

    return guarded


def _words(error: Exception) -> str:
    if isinstance(error, ReviewError):
        return error.with_hint
    if isinstance(error, StorageError):
        return str(error)
    return f"the gate could not finish ({type(error).__name__}: {error})"
