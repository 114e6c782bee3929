"""Read golden examples from the store: their JSON is checked against its types before anybody uses it.

Values are returned as they were stored, unknown keys included, so hashes over them stay the same.
"""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any, NamedTuple

from review.basics.errors import InputError
from review.privacy.hidden_spans import MARK
from storage.records_base import StoredLabels
from storage.records_golden import FrozenExample, GoldenContent, GoldenExample, GoldenVote, ReleaseExample
from storage.store import Store

NAMES: dict[Any, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
"""How a type is named in a message."""


def examples_found(store: Store, *, order_by: str = "rowid", **where: Any) -> list[GoldenExample]:
    """Return the versions of examples whose columns equal ``where``, oldest first.

    Raises InputError that names the example and the field when a stored value does not have its type.
    """
    found = store.find(GoldenExample, order_by=order_by, **where)
    for e in found:
        parts = (("content", e.content, GoldenContent), ("labels", e.labels, StoredLabels))
        for name, value, hint in (*parts, ("votes", list(e.votes), list[GoldenVote])):
            _check(value, hint, f"golden example '{e.example_id}', {name}")
    return found


def check_frozen(row: ReleaseExample) -> ReleaseExample:
    """Return the frozen example. Raises InputError as ``examples_found`` does."""
    _check(row.content, FrozenExample, f"release '{row.release}', example '{row.example_id}', content")
    return row


class Misfit(NamedTuple):
    """A value that does not have its type: the path of its field, what was found, what was expected."""

    path: str
    found: str
    expected: str


def _check(value: Any, hint: Any, where: str) -> None:
    wrong = misfit(value, hint)
    if wrong is not None:
        raise InputError(
            f"{where}{wrong.path}: found {wrong.found}, expected {wrong.expected}. "
            "The store was changed from outside; restore a backup."
        )


def misfit(value: Any, hint: Any, path: str = "") -> Misfit | None:
    """Return the first part of ``value`` that does not fit the type ``hint``, None when all of it fits. Pure.

    Knows TypedDicts, lists, dicts with text keys, unions and the types of JSON.
    """
    if hint is Any or type(value) is hint:
        return None
    if typing.is_typeddict(hint):
        return _fields_misfit(value, hint, path)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        fits = any(misfit(value, a) is None for a in arguments)
        return None if fits else Misfit(path, _shown(value), " or ".join(_name(a) for a in arguments))
    if origin is list and isinstance(value, list):
        return _first(misfit(v, arguments[0], f"{path}[{k}]") for k, v in enumerate(value))
    if origin is dict and isinstance(value, dict):
        return _first(misfit(v, arguments[1], f"{path}.{k}") for k, v in value.items())
    return None if _is(value, hint) else Misfit(path, _shown(value), _name(hint))


def _fields_misfit(value: Any, typed_dict: Any, path: str) -> Misfit | None:
    hints = _hints(typed_dict)
    if not isinstance(value, dict):
        return Misfit(path, _shown(value), "an object")
    missing = next((name for name in hints if name not in value and name in typed_dict.__required_keys__), None)
    if missing is not None:
        return Misfit(f"{path}.{missing}", "nothing", _name(hints[missing]))
    return _first(misfit(value[name], hint, f"{path}.{name}") for name, hint in hints.items() if name in value)


def _first(found: typing.Iterable[Misfit | None]) -> Misfit | None:
    return next((m for m in found if m is not None), None)


@cache
def _hints(typed_dict: Any) -> dict[str, Any]:
    return typing.get_type_hints(typed_dict)


def _is(value: Any, hint: Any) -> bool:
    """Return whether a value has a simple type. A hidden number was replaced by its token."""
    if hint in (int, float):
        hidden = isinstance(value, str) and value.startswith(MARK)
        return hidden or (isinstance(value, int if hint is int else int | float) and not isinstance(value, bool))
    return value is None if hint is type(None) else isinstance(hint, type) and isinstance(value, hint)


def _name(hint: Any) -> str:
    if hint is type(None):
        return "null"
    origin = typing.get_origin(hint)
    return NAMES.get(hint) or ("a list" if origin is list else "an object")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
