"""Load the code of a page that is slow to load when the server starts, so that no visitor waits for it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from storage.records_experiments import PromptVersion
from storage.store import Store

TABLES = ("pyarrow.pandas_compat", "pandas.core.methods.to_dict")
"""What pandas and pyarrow load when the first table is drawn."""


def load_ahead(store: Store) -> list[str]:
    """Load the code of Compare if a version is registered, whose runs may be compared soon; return the modules.

    Other pages load in a moment.
    """
    return _load("compare") if store.find(PromptVersion) else []


def _load(page: str) -> list[str]:
    package = f"pages.parts.{page}"
    found = [f"{package}.{one.name}" for one in iter_modules(import_module(package).__path__)]
    for name in (*found, *TABLES):
        import_module(name)
    return found
