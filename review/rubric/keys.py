"""The keys that choose the values of a dimension on the Annotate and Adjudicate pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from review.basics.errors import InputError

COMMAND_KEYS = "usfcxjkegqt?"
"""Letters that are commands on the Annotate and Adjudicate pages. No value can have one of them as its key."""


def keys_of(declared: Sequence[Any], values: Sequence[str], where: str) -> tuple[str, ...]:
    """Return one key per value: the declared ones or the default ones. Raises InputError, which names ``where``."""
    # Keys are letters without Shift: the pages use Shift themselves.
    keys = tuple(str(k).lower() for k in declared)
    if not keys:
        return default_keys(values)
    if len(keys) != len(values):
        raise InputError(f"{where}: found {len(keys)}, expected one for each of the {len(values)} values.")
    given = [k for k in keys if k]
    wrong = next((k for k in given if len(k) != 1 or given.count(k) > 1 or k.isspace() or k in COMMAND_KEYS), None)
    if wrong is not None:
        raise InputError(
            f"{where}: found {wrong!r}, expected single keys, each once, and none of {' '.join(COMMAND_KEYS)}."
        )
    return keys


def default_keys(values: Sequence[str]) -> tuple[str, ...]:
    """Return the digits 1 to 9 and 0. More than ten values have no keys: people filter them by typing."""
    return tuple("1234567890")[: len(values)] if len(values) <= 10 else ("",) * len(values)
