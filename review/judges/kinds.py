"""All kinds of judge at a glance, behind the small protocol of ``protocol.py``."""

from __future__ import annotations

from typing import Any

from review.basics.errors import InputError
from review.judges.learned import kind as learned
from review.judges.llm import kind as llm
from review.judges.local import kind as local
from review.judges.protocol.protocol import Kind
from review.judges.recorded import kind as recorded

JUDGES: dict[str, Kind[Any]] = {
    "llm": llm.KIND,
    "local": local.KIND,
    "learned": learned.KIND,
    "recorded": recorded.KIND,
}
"""Every kind of judge by name. A new kind is a file with a ``KIND`` and a line here."""


def kind_named(name: str) -> Kind[Any]:
    """Return one kind of judge. Raises InputError that lists all kinds."""
    if name not in JUDGES:
        raise InputError(f"kind: found {name!r}, expected one of {', '.join(JUDGES)}.")
    return JUDGES[name]
