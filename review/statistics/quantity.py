"""One estimate for every page, report and command: a value with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """An estimate with its uncertainty.

    ``value`` is a finite float or None; when it is None, ``undefined`` gives the reason in plain words. ``ci`` is the
    95% interval (lower, upper), ``se`` the analytic standard error, ``method`` the name of the interval's method, ``n``
    the number of units (usually items) behind the value. NaN and infinity raise ValueError, because SQLite would store
    them as NULL without an error.
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
        """Return a quantity that cannot be computed, with the reason."""
        return cls(value=None, method=method, n=n, undefined=reason)

    def to_json(self) -> dict[str, Any]:
        """Return value, ci, se, method, n and undefined, the form of every quantity in JSON."""
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
