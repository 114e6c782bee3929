"""Plug-ins: objects that a catalogue names by their place, so that a new one is one file and one line."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def loaded(kind: type[T], places: Mapping[str, str]) -> dict[str, T]:
    """Return the objects at some places by name, in the same order. A place is ``package.module:NAME``.

    Raises TypeError when an object is no ``kind``, ImportError or AttributeError when there is none.
    """
    return {name: object_at(kind, place) for name, place in places.items()}


def object_at(kind: type[T], place: str) -> T:
    """Import a module and return its object of that name. Raises like :func:`loaded`."""
    module, _, name = place.partition(":")
    value = getattr(importlib.import_module(module), name)
    if not isinstance(value, kind):
        raise TypeError(f"{place}: found {type(value).__name__}, expected {kind.__name__}.")
    return value


def docstring_at(place: str) -> str:
    """Return the docstring of the function at a place, read from its source without importing the module.

    Raises LookupError when the module has no such function or the function has no docstring.
    """
    module, _, name = place.partition(":")
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise LookupError(f"{place}: there is no module {module}.")
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            words = ast.get_docstring(node)
            if words:
                return words
    raise LookupError(f"{place}: found no function with a docstring.")
