"""All agreement coefficients in one dict, and which of them a scale admits. Names are those of the output."""

from __future__ import annotations

from review.basics.labels import Scale
from review.basics.plug_ins import loaded
from review.statistics.agreement.coefficient import Coefficient, in_order

COEFFICIENTS = loaded(
    Coefficient,
    {
        "percent_agreement": "review.statistics.agreement.percent:PERCENT_AGREEMENT",
        "krippendorff_alpha.nominal": "review.statistics.agreement.krippendorff:NOMINAL",
        "krippendorff_alpha.ordinal": "review.statistics.agreement.krippendorff:ORDINAL",
        "krippendorff_alpha.interval": "review.statistics.agreement.krippendorff:INTERVAL",
        "krippendorff_alpha.ratio": "review.statistics.agreement.krippendorff:RATIO",
        "fleiss_kappa": "review.statistics.agreement.fleiss:FLEISS_KAPPA",
        "fleiss_kappa_gwet": "review.statistics.agreement.fleiss_gwet:PLAIN",
        "fleiss_kappa_gwet.linear": "review.statistics.agreement.fleiss_gwet:LINEAR",
        "fleiss_kappa_gwet.quadratic": "review.statistics.agreement.fleiss_gwet:QUADRATIC",
        "gwet_ac1": "review.statistics.agreement.gwet:AC1",
        "gwet_ac2.linear": "review.statistics.agreement.gwet:AC2_LINEAR",
        "gwet_ac2.quadratic": "review.statistics.agreement.gwet:AC2_QUADRATIC",
        "brennan_prediger": "review.statistics.agreement.brennan_prediger:PLAIN",
        "brennan_prediger.linear": "review.statistics.agreement.brennan_prediger:LINEAR",
        "brennan_prediger.quadratic": "review.statistics.agreement.brennan_prediger:QUADRATIC",
        "cohen_kappa": "review.statistics.agreement.cohen:PLAIN",
        "cohen_kappa.linear": "review.statistics.agreement.cohen:LINEAR",
        "cohen_kappa.quadratic": "review.statistics.agreement.cohen:QUADRATIC",
        "scott_pi": "review.statistics.agreement.scott:SCOTT_PI",
    },
)
"""Every coefficient by name. A new one is a file with a ``Coefficient`` and a line here.

A dot separates the difference or the weights from the name of the formula.
"""


def coefficients_for(scale: Scale) -> dict[str, Coefficient]:
    """Return the coefficients that the declared scale allows, in the order of ``COEFFICIENTS``."""
    return {name: c for name, c in COEFFICIENTS.items() if c.applies(scale)}


def headline(scale: Scale) -> tuple[str, str, str]:
    """Return the three names to read together: alpha at the declared scale, percent agreement, AC1 or AC2."""
    ac = "gwet_ac2.quadratic" if in_order(scale) else "gwet_ac1"
    return f"krippendorff_alpha.{scale.kind}", "percent_agreement", ac
