"""One estimate as every page, report and command shows it: a value with its interval, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """An estimate with its uncertainty.

    ``value`` is a finite float or None; when it is None, ``undefined`` says why in plain words.
    ``ci`` is the 95 % interval (lower, upper); ``se`` the analytic standard error; ``method`` names how the
    interval was made; ``n`` is the number of units (usually items) behind the value.
    NaN and infinity are refused: SQLite would turn them into NULL without a word.
    """

    value: float | None
    ci: tuple[float, float] | None = None
    se: float | None = None
    method: str = ""
    n: int = 0
    undefined: str | None = None

    def __post_init__(self) -> None:
        numbers = [self.value, self.se, *(self.ci or ())]
        if any(x is not None and not math.isfinite(x) for x in numbers):
            raise ValueError(f"a quantity must be finite or undefined, got {numbers}")
        if (self.value is None) != (self.undefined is not None):
            raise ValueError("a quantity has either a value or a reason why it has none")

    @classmethod
    def missing(cls, reason: str, *, n: int = 0, method: str = "") -> Quantity:
        """A quantity that cannot be computed, with the reason."""
        return cls(value=None, method=method, n=n, undefined=reason)

    def to_json(self) -> dict[str, Any]:
        """The form that CLI.md fixes: value, ci, se, method, n, undefined."""
        return {
            "value": self.value,
            "ci": list(self.ci) if self.ci is not None else None,
            "se": self.se,
            "method": self.method,
            "n": self.n,
            "undefined": self.undefined,
        }

    def __str__(self) -> str:
        if self.value is None:
            return f"undefined ({self.undefined})"
        if self.ci is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.ci[0]:.3f}, {self.ci[1]:.3f}]"
