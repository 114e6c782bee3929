"""Check one value of a settings file: every wrong one is reported in the same form, wherever it is read.

``where`` names the file and the setting, such as ``spotcheck.toml, judges.timeout``; the message of each InputError is
"WHERE: found VALUE, expected ..." and, where it helps, what to do.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, TypeVar

import orjson

from review.basics.errors import InputError

Word = TypeVar("Word", bound=str)


def wrong(where: str, found: object, expected: str, remedy: str = "", *, veiled: bool = False) -> InputError:
    """Return the error for one setting, to be raised.

    ``veiled`` names the type of what was found and does not repeat it, because it may hold a secret.
    """
    if veiled:
        return InputError(f"{where}: found {type(found).__name__}, expected {expected}. {remedy}".strip())
    return InputError.at(where, None, column=None, found=found, expected=expected, remedy=remedy)


def table(where: str, found: object, *, header: str = "", veiled: bool = False) -> dict[str, Any]:
    """Return ``found`` as a table with text keys.

    ``header`` is how the file writes it, such as ``[checks.length]``, or what it holds: "of values of the rubric".
    """
    if not isinstance(found, Mapping):
        raise wrong(where, found, f"a table {header}".strip(), veiled=veiled)
    return {str(key): value for key, value in found.items()}


def json_table(where: str, text: str) -> dict[str, Any]:
    """Return the JSON object that somebody typed. Raises InputError for anything else, an empty text too."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{where}: not readable as JSON ({error}), expected an object.") from None
    if not isinstance(found, dict):
        raise InputError(f'{where}: found {type(found).__name__}, expected an object such as {{"temperature": 0}}.')
    return found


def known_keys(where: str, found: Collection[str], allowed: Collection[str]) -> None:
    """Refuse a key that the table does not have: a misspelt setting must not silently leave the default in force."""
    unknown = sorted(set(found) - set(allowed))
    if unknown:
        expected = f"{'one of ' if len(allowed) > 1 else ''}{', '.join(allowed)}" or "none: it has no options"
        raise InputError(f"{where}: found setting {unknown[0]!r}, expected {expected}.")


def text(where: str, found: object, *, of: str = "a text", veiled: bool = False) -> str:
    """Return ``found`` if it is a text. ``of`` says what for: "the name of a model"."""
    if not isinstance(found, str):
        raise wrong(where, found, of, veiled=veiled)
    return found


def texts(where: str, found: object, *, of: str = "texts") -> tuple[str, ...]:
    """Return a list of texts as a tuple, in order. ``of`` names them for the message: "names such as ['refusal']"."""
    if not isinstance(found, list | tuple) or not all(isinstance(entry, str) for entry in found):
        raise wrong(where, found, f"a list of {of}")
    return tuple(found)


def listed(where: str, found: object, *, veiled: bool = False) -> list[Any]:
    """Return a list of anything."""
    if not isinstance(found, list | tuple):
        raise wrong(where, found, "a list", veiled=veiled)
    return list(found)


def text_table(where: str, found: object) -> dict[str, str]:
    """Return a table whose values are texts; a number or a date is taken as it is written."""
    rows = table(where, found, header=f"[{where.rpartition(', ')[2]}]")
    for key, value in rows.items():
        if isinstance(value, dict | list):
            raise wrong(f"{where}.{key}", value, "a text")
    return {key: str(value) for key, value in rows.items()}


def one_of(where: str, found: object, allowed: Collection[Word]) -> Word:
    """Return ``found`` if it is one of the allowed words."""
    for word in allowed:
        if word == found:
            return word
    raise wrong(where, found, f"one of {', '.join(allowed)}")


def some_of(where: str, found: object, allowed: Collection[str]) -> tuple[str, ...]:
    """Return a list of allowed words, at least one, as a tuple in order; the first that is not allowed is named."""
    chosen = found if isinstance(found, list | tuple) else ()
    strange = [word for word in chosen if not isinstance(word, str) or word not in allowed]
    if strange or not chosen:
        raise wrong(where, strange[0] if strange else found, f"a list of {', '.join(allowed)}")
    return tuple(chosen)


def flag(where: str, found: object) -> bool:
    """Return ``found`` if it is true or false."""
    if not isinstance(found, bool):
        raise wrong(where, found, "true or false")
    return found


def whole_number(
    where: str,
    found: object,
    *,
    least: int | None = None,
    most: int | None = None,
    unit: str = "a whole number",
    remedy: str = "",
) -> int:
    """Return a whole number from ``least`` to ``most``, each bound only where it is given. ``unit`` names it."""
    bounds = Bounds(least, most)
    if isinstance(found, bool) or not isinstance(found, int) or found not in bounds:
        raise wrong(where, found, f"{unit}{bounds}", remedy)
    return found


def number(
    where: str,
    found: object,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    unit: str = "a number",
) -> float:
    """Return a finite number from ``least`` (or ``above`` a bound) to ``most``. ``unit`` names it: "seconds"."""
    bounds = Bounds(least, most, above)
    if isinstance(found, bool) or not isinstance(found, int | float) or found not in bounds:
        raise wrong(where, found, f"{unit}{bounds}")
    return float(found)


class Bounds(NamedTuple):
    """Where a number may lie; as a text, how a message goes on after "a number"."""

    least: float | None
    most: float | None
    above: float | None = None

    def __contains__(self, found: object) -> bool:
        return (
            isinstance(found, int | float)
            and abs(found) <= sys.float_info.max
            and (self.least is None or self.least <= found)
            and (self.above is None or self.above < found)
            and (self.most is None or found <= self.most)
        )

    def __str__(self) -> str:
        if self.above is not None:
            return f" above {self.above}" + ("" if self.most is None else f", at most {self.most}")
        if self.least is None:
            return "" if self.most is None else f", at most {self.most}"
        return f", {self.least} or more" if self.most is None else f" from {self.least} to {self.most}"
