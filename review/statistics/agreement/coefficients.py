"""All agreement coefficients by name: a new one is one file and one line here.

A coefficient is a formula with its weights (for alpha, its differences) and the scales it applies to. Names are those
of the output.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from review.basics.labels import Scale
from review.statistics.agreement.brennan_prediger import BRENNAN_PREDIGER
from review.statistics.agreement.cohen import COHEN
from review.statistics.agreement.fleiss import FLEISS
from review.statistics.agreement.fleiss_gwet import FLEISS_GWET
from review.statistics.agreement.gwet import GWET
from review.statistics.agreement.krippendorff import (
    ALPHA,
    ALPHA_ORDINAL,
    interval_difference,
    nominal_difference,
    ratio_difference,
)
from review.statistics.agreement.patterns import Floats
from review.statistics.agreement.percent import PERCENT
from review.statistics.agreement.sample import Formula
from review.statistics.agreement.scott import SCOTT
from review.statistics.agreement.weights import are_numbers, identity, linear, quadratic


def any_scale(scale: Scale) -> bool:
    """Accept every scale: values are the same or different."""
    return True


def in_order(scale: Scale) -> bool:
    """Accept a scale that declares an order."""
    return scale.kind in ("ordinal", "interval", "ratio")


def numbers(scale: Scale) -> bool:
    """Accept a scale of numbers in order, so that differences can be taken."""
    return in_order(scale) and are_numbers(scale.values)


def amounts(scale: Scale) -> bool:
    """Accept a scale of numbers from zero up, so that ratios can be taken."""
    return numbers(scale) and all(float(v) >= 0 for v in scale.values)


def order(positions: Floats) -> Floats:
    """Return the indices of the values from lowest to highest, all that ordinal alpha needs; shape (K,)."""
    return np.argsort(positions).astype(float)


class Coefficient(NamedTuple):
    """A formula, its weights (made from the values' positions) and the scales it applies to."""

    formula: Formula
    weights: Callable[[Floats], Floats]
    applies: Callable[[Scale], bool]


COEFFICIENTS: dict[str, Coefficient] = {
    "percent_agreement": Coefficient(PERCENT, identity, any_scale),
    "krippendorff_alpha.nominal": Coefficient(ALPHA, nominal_difference, any_scale),
    "krippendorff_alpha.ordinal": Coefficient(ALPHA_ORDINAL, order, in_order),
    "krippendorff_alpha.interval": Coefficient(ALPHA, interval_difference, numbers),
    "krippendorff_alpha.ratio": Coefficient(ALPHA, ratio_difference, amounts),
    "fleiss_kappa": Coefficient(FLEISS, identity, any_scale),
    "fleiss_kappa_gwet": Coefficient(FLEISS_GWET, identity, any_scale),
    "fleiss_kappa_gwet.linear": Coefficient(FLEISS_GWET, linear, in_order),
    "fleiss_kappa_gwet.quadratic": Coefficient(FLEISS_GWET, quadratic, in_order),
    "gwet_ac1": Coefficient(GWET, identity, any_scale),
    "gwet_ac2.linear": Coefficient(GWET, linear, in_order),
    "gwet_ac2.quadratic": Coefficient(GWET, quadratic, in_order),
    "brennan_prediger": Coefficient(BRENNAN_PREDIGER, identity, any_scale),
    "brennan_prediger.linear": Coefficient(BRENNAN_PREDIGER, linear, in_order),
    "brennan_prediger.quadratic": Coefficient(BRENNAN_PREDIGER, quadratic, in_order),
    "cohen_kappa": Coefficient(COHEN, identity, any_scale),
    "cohen_kappa.linear": Coefficient(COHEN, linear, in_order),
    "cohen_kappa.quadratic": Coefficient(COHEN, quadratic, in_order),
    "scott_pi": Coefficient(SCOTT, identity, any_scale),
}


def coefficients_for(scale: Scale) -> dict[str, Coefficient]:
    """Return the coefficients that the declared scale allows, in the order of ``COEFFICIENTS``."""
    return {name: c for name, c in COEFFICIENTS.items() if c.applies(scale)}


def headline(scale: Scale) -> tuple[str, str, str]:
    """Return the three names to read together: alpha at the declared scale, percent agreement, AC1 or AC2."""
    ac = "gwet_ac2.quadratic" if in_order(scale) else "gwet_ac1"
    return f"krippendorff_alpha.{scale.kind}", "percent_agreement", ac
