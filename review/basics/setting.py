"""Check one value of a settings file: every wrong one is reported in the same form, wherever it is read.

``where`` names the file and the setting, such as ``spotcheck.toml, judges.timeout``; the message of each InputError is
"WHERE: found VALUE, expected ..." and, where it helps, what to do.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from review.basics.errors import InputError


def wrong(where: str, found: object, expected: str, remedy: str = "") -> InputError:
    """Return the error for one setting, to be raised."""
    return InputError.at(where, None, column=None, found=found, expected=expected, remedy=remedy)


def table(where: str, found: object, *, header: str = "") -> dict[str, Any]:
    """Return ``found`` as a table with text keys. ``header`` is how the file writes it, such as ``[checks.length]``."""
    if not isinstance(found, Mapping):
        raise wrong(where, found, f"a table {header}".strip())
    return {str(key): value for key, value in found.items()}


def known_keys(where: str, found: Collection[str], allowed: Collection[str]) -> None:
    """Refuse a key that the table does not have: a misspelt setting must not silently leave the default in force."""
    unknown = sorted(set(found) - set(allowed))
    if unknown:
        expected = f"{'one of ' if len(allowed) > 1 else ''}{', '.join(allowed)}" or "none: it has no options"
        raise InputError(f"{where}: found setting {unknown[0]!r}, expected {expected}.")


def text(where: str, found: object) -> str:
    """Return ``found`` if it is a text."""
    if not isinstance(found, str):
        raise wrong(where, found, "a text")
    return found


def texts(where: str, found: object, *, of: str = "texts") -> tuple[str, ...]:
    """Return a list of texts as a tuple, in order. ``of`` names them for the message: "names such as ['refusal']"."""
    if not isinstance(found, list | tuple) or not all(isinstance(entry, str) for entry in found):
        raise wrong(where, found, f"a list of {of}")
    return tuple(found)


def listed(where: str, found: object) -> list[Any]:
    """Return a list of anything."""
    if not isinstance(found, list | tuple):
        raise wrong(where, found, "a list")
    return list(found)


def text_table(where: str, found: object) -> dict[str, str]:
    """Return a table whose values are texts; a number or a date is taken as it is written."""
    rows = table(where, found, header=f"[{where.rpartition(', ')[2]}]")
    for key, value in rows.items():
        if isinstance(value, dict | list):
            raise wrong(f"{where}.{key}", value, "a text")
    return {key: str(value) for key, value in rows.items()}


def one_of(where: str, found: object, allowed: Collection[str]) -> str:
    """Return ``found`` if it is one of the allowed words."""
    if not isinstance(found, str) or found not in allowed:
        raise wrong(where, found, f"one of {', '.join(allowed)}")
    return found


def flag(where: str, found: object) -> bool:
    """Return ``found`` if it is true or false."""
    if not isinstance(found, bool):
        raise wrong(where, found, "true or false")
    return found


def whole_number(where: str, found: object, *, least: int, most: int | None = None) -> int:
    """Return a whole number from ``least`` to ``most`` (no upper bound without it)."""
    if isinstance(found, bool) or not isinstance(found, int) or not _between(found, least, most):
        raise wrong(where, found, f"a whole number {_range(least, most)}")
    return found


def number(where: str, found: object, *, least: float, most: float | None = None, unit: str = "a number") -> float:
    """Return a finite number from ``least`` to ``most`` (no upper bound without it). ``unit`` names it: "seconds"."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not _between(found, least, most):
        raise wrong(where, found, f"{unit} {_range(least, most)}")
    return float(found)


def _between(found: float, least: float, most: float | None) -> bool:
    return math.isfinite(found) and least <= found and (most is None or found <= most)


def _range(least: float, most: float | None) -> str:
    return f"of at least {least}" if most is None else f"from {least} to {most}"
