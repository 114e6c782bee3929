"""One estimate for every page, report and command: a value with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """An estimate with its uncertainty.

    ``value`` is a finite float or None; when it is None, ``undefined`` gives the reason in plain words. ``ci`` is the
    95% interval (lower, upper), ``se`` the analytic standard error, ``method`` the name of the interval's method,
    ``method_se`` that of the standard error, ``n`` the number of units (usually items) behind the value. NaN and
    infinity raise ValueError, because SQLite would store them as NULL without an error.

    ``ci`` is rarely ``value`` plus or minus two ``se``: near 0 and 1 such an interval held the truth in 55% to 85% of
    simulations. What people read shows ``shown_se``, and only beside the interval.
    """

    value: float | None
    ci: tuple[float, float] | None = None
    se: float | None = None
    method: str = ""
    n: int = 0
    undefined: str | None = None
    method_se: str = ""

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

    @property
    def shown_se(self) -> float | None:
        """The standard error, where an interval stands beside it; None otherwise.

        Also None for an error of 0 beside an interval of some width: data without spread are no certainty.
        """
        if self.ci is None or (self.se == 0 and self.ci[0] < self.ci[1]):
            return None
        return self.se

    def to_json(self) -> dict[str, Any]:
        """Return value, ci, se, method, method_se, n and undefined, the form of every quantity in JSON.

        ``method_se`` is null without a standard error. It is ``method`` where one method gave both.
        """
        return {
            "value": self.value,
            "ci": list(self.ci) if self.ci is not None else None,
            "se": self.se,
            "method": self.method,
            "method_se": None if self.se is None else self.method_se or self.method,
            "n": self.n,
            "undefined": self.undefined,
        }

    def __str__(self) -> str:
        if self.value is None:
            return f"undefined ({self.undefined})"
        if self.ci is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.ci[0]:.3f}, {self.ci[1]:.3f}]"
