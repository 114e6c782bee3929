"""All kinds of judge in one dict."""

from __future__ import annotations

from typing import Any

from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.judges.protocol.protocol import Kind

JUDGES: dict[str, Kind[Any]] = loaded(
    Kind,
    {
        "llm": "review.judges.llm.kind:KIND",
        "local": "review.judges.local.kind:KIND",
        "learned": "review.judges.learned.kind:KIND",
        "recorded": "review.judges.recorded.kind:KIND",
        "execution": "review.judges.execution.kind:KIND",
    },
)
"""Every kind of judge by name. A new one is a file with a ``Kind`` and a line here."""


def kind_named(name: str) -> Kind[Any]:
    """Return one kind of judge. Raises InputError that lists all kinds for an unknown name."""
    if name not in JUDGES:
        raise InputError(f"kind: found {name!r}, expected one of {', '.join(JUDGES)}.")
    return JUDGES[name]
