"""Load the code of a page that is slow to load when the server starts, so that no visitor waits for it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from storage.queries.gate import runs_finished
from storage.store import Store


def load_ahead(store: Store) -> list[str]:
    """Load the code of Compare if there are runs to compare; return the modules. Other pages load in a moment."""
    return _load("compare") if runs_finished(store) else []


def _load(page: str) -> list[str]:
    package = f"pages.parts.{page}"
    found = [f"{package}.{one.name}" for one in iter_modules(import_module(package).__path__)]
    for name in found:
        import_module(name)
    return found
