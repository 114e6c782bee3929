"""The ids that the name of a test may mean."""

from __future__ import annotations

import re

_PARAMETER = re.compile(r"\[(.+)\]$")


def names_in(test: str) -> tuple[str, ...]:
    """Return the parameter in brackets, then the name after ``::`` and the whole name."""
    found = _PARAMETER.search(test)
    return tuple(dict.fromkeys([*([found[1]] if found else []), test.rpartition("::")[2], test]))
