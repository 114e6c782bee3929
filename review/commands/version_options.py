"""The parameters of a version on the command line: the same for ``prompt register`` and a run without a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from review.basics import setting

F = TypeVar("F", bound=Callable[..., Any])


def parameters_option(function: F) -> F:
    """Add ``--parameters``, which :func:`parameters_in` reads."""
    told = 'Its parameters, such as {"temperature": 0}.'
    return click.option("--parameters", default="{}", metavar="JSON", help=told)(function)


def parameters_in(text: str) -> dict[str, Any]:
    """Return the parameters that a JSON object gives. Raises InputError for anything else."""
    return setting.json_table("--parameters", text)
