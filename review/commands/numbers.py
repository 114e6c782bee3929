"""Numbers that people give to commands: read in one place, so that none of them is ever "nan" or infinite."""

from __future__ import annotations

import math
from typing import Any

import click


def read_number(text: str) -> float | None:
    """Return the finite number that a text says, None for anything else: words, nan, inf, 1e999."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


class Number(click.FloatRange):
    """The type of an option that takes a finite number, within limits where it has some."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; fails with what was found and what was expected."""
        found = read_number(str(value))
        if found is None:
            within = "" if self.min is None and self.max is None else f" in the range {self._describe_range()}"
            self.fail(f"found {str(value)[:40]!r}, expected a number{within}.", param, ctx)
        return float(super().convert(found, param, ctx))


SHARE = Number(0, 1)
"""A share, its ends included."""
INNER_SHARE = Number(0, 1, min_open=True, max_open=True)
"""A share that is neither nothing nor everything."""
