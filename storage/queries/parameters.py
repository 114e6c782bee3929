"""Values as parameters of a statement."""

from __future__ import annotations

from collections.abc import Iterable

import orjson


def json_list(values: Iterable[str | int]) -> str:
    """Return the values as JSON text, for ``IN (SELECT value FROM json_each(:name))``."""
    return orjson.dumps(list(values)).decode()
