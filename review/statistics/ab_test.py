"""Two groups of users compared on business figures: the difference for each user, and when it may be believed.

A user counts with the sum of the values of a metric. Users without any value count as zero, also those of a group that
does not have the product: leaving them out would compare people who chose to use it with everybody. Users are
independent, so the interval is Welch's (1947), Biometrika 34, 28-35.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scipy.special import chdtrc, stdtr, stdtrit

from review.basics.words import counted, signed, spoken
from review.statistics.quantity import Quantity

LEVEL = 0.95
BROKEN = 0.001
"""A split as uneven as this or more, by chance alone, is broken: Fabijan et al. (2019), KDD, use 0.0005 to 0.01."""
LEAST_DAYS = 14
"""Two whole weeks: people behave otherwise on weekends, and what is new attracts at first."""
LEAST_USERS = 30
"""Users of a group below which Welch's interval is not trusted."""
NOT_ENOUGH = "Not enough yet"
ROUNDING = 1e-12
"""Relative to the values: adding up in binary makes equal values differ by less than this."""
NO_SPREAD = "no spread"
"""The method of a difference between groups in which all users have the same value: it has no interval."""


class Sums(NamedTuple):
    """Over the users of one group who have values: their sum, their squared distances from their mean, how many.

    Squares of the values themselves would hide a small spread of large values.
    """

    total: float = 0.0
    squares: float = 0.0
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Groups:
    """What is compared: ``users`` and ``exposed`` users by variant, and the sums by metric and variant.

    ``crossed`` users were in both groups and count in neither. ``days`` is how long it ran, None where that is unknown.
    """

    control: str
    treated: str
    users: Mapping[str, int]
    exposed: Mapping[str, int]
    sums: Mapping[str, Mapping[str, Sums]]
    crossed: int = 0
    days: float | None = None
    warnings: Sequence[str] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One metric in both groups, for each user; ``sentence`` says what may be concluded."""

    control: Quantity
    treated: Quantity
    difference: Quantity
    p: float | None
    shown: bool
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return the three quantities, p, whether a difference is shown, and the sentence."""
        quantities = {n: getattr(self, n).to_json() for n in ("control", "treated", "difference")}
        return {**quantities, "p": self.p, "shown": self.shown, "sentence": self.sentence}


@dataclass(frozen=True, kw_only=True)
class AbReport:
    """The comparison of two groups. ``ratio_p`` is the p value of their sizes under the split that was planned."""

    groups: Groups
    share: float
    least_days: float
    ratio_p: float | None
    metrics: Mapping[str, Compared]
    reasons: Sequence[str]

    @property
    def ratio_ok(self) -> bool:
        """Whether the groups are as large as the split should make them."""
        return self.ratio_p is not None and self.ratio_p >= BROKEN

    @property
    def broken(self) -> bool:
        """Whether the sizes of the groups cannot come from the planned split."""
        return self.ratio_p is not None and not self.ratio_ok

    @property
    def enough(self) -> bool:
        """Whether it ran long enough, with enough users."""
        return not self.reasons and not self.broken

    @property
    def sentence(self) -> str:
        """Return the answer first: a broken split, not enough yet and why, or what is shown."""
        if self.broken:
            crossed = self.groups.crossed
            why = f"{counted(crossed, 'user')} came to be in both groups" if crossed else "users are missing"
            return f"The split is broken: {_sizes(self.groups)}. Nothing is compared; find out why {why}."
        if self.reasons:
            return f"{NOT_ENOUGH}: {'; '.join(self.reasons)}."
        shown = [name for name, one in self.metrics.items() if one.shown]
        flat = [spoken(name) for name, one in self.metrics.items() if one.difference.method == NO_SPREAD]
        if not shown and len(flat) == len(self.metrics):
            return (
                f"No spread: all users of a group have the same value of {', '.join(flat)}, so nothing can be tested."
            )
        if not shown:
            return f"{NOT_ENOUGH} to tell the groups apart in any metric."
        return f"The groups differ in {', '.join(shown)}."

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``spotcheck ab --json`` prints."""
        groups = self.groups
        sides = {"control": groups.control, "treated": groups.treated}
        return {
            "sentence": self.sentence,
            "enough": self.enough,
            **sides,
            "users": {side: groups.users.get(name, 0) for side, name in sides.items()},
            "exposed": {side: groups.exposed.get(name, 0) for side, name in sides.items()},
            "crossed": groups.crossed,
            "days": groups.days,
            "least_days": self.least_days,
            "metrics": {name: one.to_json() for name, one in self.metrics.items()},
            "sample_ratio": {"p": self.ratio_p, "ok": self.ratio_ok, "expected": self.share},
            "warnings": list(groups.warnings),
        }


def compare_groups(groups: Groups, *, share: float = 0.5, least_days: float = LEAST_DAYS) -> AbReport:
    """Return the comparison; ``share`` is the planned share of users in the treated group.

    With a broken split every difference is undefined: users who are missing from a group are missing for a reason.
    """
    n0, n1 = (groups.users.get(name, 0) for name in (groups.control, groups.treated))
    p = _ratio_p(n0, n1, share)
    broken = p is not None and p < BROKEN
    reasons = _reasons(groups, n0, n1, least_days)
    metrics = {}
    for name, by_variant in groups.sums.items():
        sides = [(n, by_variant.get(v, Sums())) for n, v in ((n0, groups.control), (n1, groups.treated))]
        metrics[name] = _compared(
            name, *sides, group=groups.treated, broken=broken, enough=not reasons, tests=len(groups.sums)
        )
    return AbReport(
        groups=groups, share=share, least_days=least_days, ratio_p=p, metrics=metrics, reasons=() if broken else reasons
    )


def _ratio_p(n0: int, n1: int, share: float) -> float | None:
    n = n0 + n1
    if not n:
        return None
    expected = (n * (1 - share), n * share)
    return float(chdtrc(1, sum((k - e) ** 2 / e for k, e in zip((n0, n1), expected, strict=True))))


def _reasons(groups: Groups, n0: int, n1: int, least_days: float) -> list[str]:
    found = []
    if groups.days is None:
        found.append("it is not known how long this ran, because no row says when a user was exposed")
    elif groups.days < least_days:
        # Rounded down: 13.98 days are not 14.
        found.append(f"it ran for {math.floor(10 * groups.days) / 10:g} of {least_days:g} days")
    for name, n in ((groups.control, n0), (groups.treated, n1)):
        if n < LEAST_USERS:
            found.append(f"{name} has {counted(n, 'user')} of {LEAST_USERS}")
    if not groups.sums:
        found.append("no user has a value of any metric")
    return found


def _compared(
    name: str,
    first: tuple[int, Sums],
    second: tuple[int, Sums],
    *,
    group: str,
    broken: bool,
    enough: bool,
    tests: int,
) -> Compared:
    control, treated = _mean(*first), _mean(*second)
    if broken:
        difference = Quantity.missing("the split of the groups is broken", method="welch")
        return Compared(
            control=control, treated=treated, difference=difference, p=None, shown=False,
            sentence="The split is broken, so the groups are not compared.",
        )  # fmt: skip
    difference, p = _difference(first, second)
    # Each metric is one more chance to be wrong, so all of them together err in 5% of the cases (Bonferroni).
    shown = enough and p is not None and p < (1 - LEVEL) / tests
    return Compared(
        control=control, treated=treated, difference=difference, p=p, shown=shown,
        sentence=_sentence(
            spoken(name), (control, treated, difference), group=spoken(group), shown=shown, tests=tests if enough else 0
        ),
    )  # fmt: skip


def _variance(n: int, sums: Sums) -> float:
    """Return the variance over all ``n`` users, of whom those without a value count as zero.

    Chan, Golub and LeVeque (1983), The American Statistician 37, 242-247, for two parts.
    """
    zeros, mean = n - sums.n, sums.total / sums.n if sums.n else 0.0
    between = mean**2 * sums.n * zeros / n
    within = sums.squares if sums.squares > sums.n * (ROUNDING * mean) ** 2 else 0.0
    return (within + between) / (n - 1)


def _mean(n: int, sums: Sums) -> Quantity:
    if n == 0:
        return Quantity.missing("the group has no users", method="t")
    value = sums.total / n
    if n < 2 or not (variance := _variance(n, sums)):
        return Quantity(value=value, method="one value", n=n)
    se = math.sqrt(variance / n)
    reach = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * se
    return Quantity(value=value, ci=(value - reach, value + reach), se=se, method="t", method_se="sample variance", n=n)


def _difference(first: tuple[int, Sums], second: tuple[int, Sums]) -> tuple[Quantity, float | None]:
    """Return treated less control with Welch's interval, and its p value; without any spread there is neither."""
    (n0, sums0), (n1, sums1) = first, second
    if n0 < 2 or n1 < 2:
        return Quantity.missing("a group has fewer than two users", n=n0 + n1, method="welch"), None
    parts = _variance(n0, sums0) / n0, _variance(n1, sums1) / n1
    means = sums0.total / n0, sums1.total / n1
    value, se = means[1] - means[0], math.sqrt(sum(parts))
    if not se:
        value = 0.0 if math.isclose(*means, rel_tol=ROUNDING) else value
        return Quantity(value=value, method=NO_SPREAD, n=n0 + n1), None
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (n0 - 1) + parts[1] ** 2 / (n1 - 1))
    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * se
    p = float(2 * stdtr(freedom, -abs(value) / se))
    return Quantity(
        value=value, ci=(value - reach, value + reach), se=se, method="welch", method_se="sample variances", n=n0 + n1
    ), p


def _sentence(name: str, sides: tuple[Quantity, Quantity, Quantity], *, group: str, shown: bool, tests: int) -> str:
    """Return what a metric says; ``tests`` metrics are compared, 0 where too few users or days were seen."""
    control, treated, difference = sides
    if difference.method == NO_SPREAD:
        if not difference.value:
            return f"{name}: {control.value:.3g} for every user of both groups, so there is nothing to compare."
        return (
            f"{name}: {control.value:.3g} for every user of one group, {treated.value:.3g} for every user of the "
            "other. Without any spread nothing says what chance could do: check how the values were written."
        )
    if difference.value is None or difference.ci is None:
        return f"{NOT_ENOUGH}: {difference.undefined}."
    low, high = (signed(x, ".3g") for x in difference.ci)
    if shown:
        verb = "more" if difference.value > 0 else "less"
        return f"{name}: {abs(difference.value):.3g} {verb} for each user of {group} ({low} to {high})."
    if tests and not difference.ci[0] <= 0 <= difference.ci[1]:
        return (
            f"{NOT_ENOUGH}: alone {name} would differ ({low} to {high}), but chance may do that to one of "
            f"{tests} metrics (Bonferroni)."
        )
    return f"{NOT_ENOUGH}: the difference in {name} may lie anywhere from {low} to {high}."


def _sizes(groups: Groups) -> str:
    return " and ".join(f"{name} has {counted(groups.users.get(name, 0), 'user')}" for name in sorted(groups.users))
