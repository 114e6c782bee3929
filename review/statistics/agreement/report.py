"""The agreement report of one dimension: coefficients, pairs of raters, each rater, and warnings for the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from review.basics.labels import Ratings
from review.statistics.agreement.cautions import cautions_of
from review.statistics.agreement.coefficients import coefficients_for, headline
from review.statistics.agreement.estimate import Error, estimates, prepare
from review.statistics.agreement.pairs import RaterPair, copied, pair_list, pair_matrix
from review.statistics.agreement.rare import unusual_items
from review.statistics.agreement.raters import RaterAgreement, leave_one_out
from review.statistics.quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class AgreementReport:
    """How far a team's ratings agree in one dimension.

    ``items`` have at least one rating, ``pairable_items`` at least two. ``prevalence`` is the mean share of each value
    over rated items. ``headline`` names the three coefficients to read together.
    """

    items: int
    pairable_items: int
    raters: int
    ratings: int
    scale: str
    values: tuple[str, ...]
    prevalence: dict[str, float]
    headline: tuple[str, str, str]
    coefficients: dict[str, Quantity]
    pairs: tuple[RaterPair, ...]
    per_rater: tuple[RaterAgreement, ...]
    copied: tuple[RaterPair, ...]
    degenerate_replicates: int
    bootstrap: int
    seed: int
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``agreement --json`` prints."""
        return {
            "items": self.items,
            "pairable_items": self.pairable_items,
            "raters": self.raters,
            "ratings": self.ratings,
            "scale": self.scale,
            "values": list(self.values),
            "prevalence": self.prevalence,
            "headline": list(self.headline),
            "coefficients": {name: q.to_json() for name, q in self.coefficients.items()},
            "pairs": [p.to_json() for p in self.pairs],
            "per_rater": [r.to_json() for r in self.per_rater],
            "degenerate_replicates": self.degenerate_replicates,
            "bootstrap": self.bootstrap,
            "seed": self.seed,
            "warnings": list(self.warnings),
        }


def agreement_report(ratings: Ratings, *, bootstrap: int = 1000, seed: int = 0, se: Error = "ratio") -> AgreementReport:
    """Compute every coefficient that the declared scale allows, with intervals, pairs and raters.

    ``bootstrap`` is the number of replicates over items (or clusters); 0 gives analytic intervals. ``se``
    chooses the standard error where items have a single rating. Raises InputError when a rater rated an item twice.
    """
    data = prepare(ratings)
    found = estimates(data, coefficients_for(ratings.scale), bootstrap=bootstrap, seed=seed, se=se)
    matrix = pair_matrix(ratings)
    alike = copied(matrix)
    shares = data.sample.prevalence[0] if len(ratings) else np.empty(0)
    prevalence = dict(zip(ratings.scale.values, shares.tolist(), strict=False))
    pairable = int(data.sample.pairable[0])
    names = headline(ratings.scale)
    return AgreementReport(
        items=int(data.sample.rated[0]),
        pairable_items=pairable,
        raters=len(matrix.names),
        ratings=len(ratings),
        scale=ratings.scale.kind,
        values=ratings.scale.values,
        prevalence=prevalence,
        headline=names,
        coefficients=found.quantities,
        pairs=pair_list(matrix),
        per_rater=leave_one_out(ratings),
        copied=alike,
        degenerate_replicates=found.degenerate,
        bootstrap=bootstrap,
        seed=seed,
        warnings=cautions_of(
            headline={name: found.quantities[name] for name in names},
            prevalence=prevalence,
            pairable=pairable,
            varied=unusual_items(data.patterns),
            rare=names[0] in found.by_posterior,
            degenerate=found.degenerate,
            bootstrap=bootstrap,
            alike=alike,
        ),
    )
