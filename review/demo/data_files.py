"""Read the demonstration's data files: TOML tables become the dataclasses that declare them, checked field by field."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from review.basics.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
FOLDER = Path(__file__).parent / "data"


@cache
def tables(name: str) -> dict[str, Any]:
    """Return the content of ``data/NAME.toml``; do not change it, because everybody gets the same."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def record(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """Return a dataclass filled from a table.

    Raises InputError, which names ``where`` and the field, for a field that is unknown, missing or of another type.
    """
    declared = {f.name: f for f in fields(kind)}
    if unknown := table.keys() - declared.keys():
        raise InputError(f"{where}: found {', '.join(sorted(unknown))}, expected only {', '.join(declared)}.")
    required = {n for n, f in declared.items() if f.default is MISSING and f.default_factory is MISSING}
    if missing := required - table.keys():
        raise InputError(f"{where}: {', '.join(sorted(missing))} is missing.")
    hints = get_type_hints(kind)
    return kind(**{name: value_of(hints[name], value, f"{where}, {name}") for name, value in table.items()})


def value_of(hint: Any, value: Any, where: str) -> Any:
    """Return ``value`` as the type ``hint`` says: arrays as tuples, tables as mappings or dataclasses."""
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, dict):
        return record(hint, value, where)
    if origin is tuple and isinstance(value, list):
        return tuple(value_of(inner[0], one, f"{where} {number}") for number, one in enumerate(value, start=1))
    if origin is Mapping and isinstance(value, dict):
        return {key: value_of(inner[1], one, f"{where}.{key}") for key, one in value.items()}
    if hint is float and type(value) in (int, float):
        return float(value)
    if hint in (str, bool, int) and type(value) is hint:
        return value
    raise InputError(f"{where}: found {value!r}, expected {getattr(hint, '__name__', hint)}.")
