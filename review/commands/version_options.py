"""The parameters of a version on the command line: the same for ``prompt register`` and a run without a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
import orjson

from review.basics.errors import InputError

F = TypeVar("F", bound=Callable[..., Any])


def parameters_option(function: F) -> F:
    """Add ``--parameters``, which :func:`parameters_in` reads."""
    told = 'Its parameters, such as {"temperature": 0}.'
    return click.option("--parameters", default="{}", metavar="JSON", help=told)(function)


def parameters_in(text: str) -> dict[str, Any]:
    """Return the parameters that a JSON object gives. Raises InputError for anything else."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"--parameters: found no JSON ({error}), expected an object.") from None
    if not isinstance(found, dict):
        raise InputError(f'--parameters: found {text[:80]!r}, expected an object such as {{"temperature": 0}}.')
    return found
