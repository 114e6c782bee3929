"""The exit codes of the gate: a decision has its own, and a gate that could not work has another."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from review.basics.errors import InputError, ReviewError, UnknownError
from storage.connection import StorageError

EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}
OPERATIONAL = 4
"""The gate could not decide for another reason than its cases, such as a run that is missing."""
F = TypeVar("F", bound=Callable[..., Any])


def apart_from_decisions(function: F) -> F:
    """Exit with 4 when the gate itself fails, so that no failure looks like a decision. Wrong usage stays 2."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (click.exceptions.Exit, click.ClickException, click.Abort, InputError, UnknownError):
            raise
        except ReviewError as error:
            text = error.with_hint
        except StorageError as error:
            text = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not exit with 1 as a decision does
            text = f"the gate could not finish ({type(error).__name__}: {error})"
        click.echo(f"error: {text}", err=True)
        raise click.exceptions.Exit(OPERATIONAL)

    return guarded  # type: ignore[return-value]
