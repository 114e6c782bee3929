"""The quality of production in the form that the command, the pages and the report share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from review.statistics.quality.judged import Ppi, difference, judge_alone, labels_saved, ppi
from review.statistics.quality.parts import with_verdict
from review.statistics.quality.people import people
from review.statistics.quality.rogan_gladen import Calibration, rogan_gladen
from review.statistics.quality.strata import StratumCounts
from review.statistics.quantity import Quantity

SAME_TRAFFIC = (
    "the labels are a sample of this traffic, so the difference estimator applies; Rogan-Gladen is for labels "
    "that come from elsewhere"
)
ELSEWHERE = "the labels come from elsewhere (a separate calibration set), so they are not a sample of this traffic"


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """All estimates of the share of positive conversations.

    ``population`` is None when unknown. ``unlabelled`` counts the known conversations without a label (in the whole
    population where that is given); ``no_verdict`` those without a readable verdict. ``response_rate`` is labelled over
    drawn, None when the number of drawn conversations is unknown.
    """

    strata: tuple[StratumCounts, ...]
    population: int | None
    labelled: int
    unlabelled: int
    no_verdict: int
    response_rate: float | None
    people: Quantity
    judge_alone: float | None
    difference: Quantity
    ppi: Ppi
    rogan_gladen: Quantity
    labels_saved: int | None
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``quality --json`` prints."""
        return {
            "population": self.population,
            "labelled": self.labelled,
            "unlabelled": self.unlabelled,
            "no_verdict": self.no_verdict,
            "response_rate": self.response_rate,
            "people": self.people.to_json(),
            "judge_alone": self.judge_alone,
            "difference": self.difference.to_json(),
            "ppi": {
                **self.ppi.quantity.to_json(),
                "lambda": self.ppi.tuning,
                "lambda_by_stratum": self.ppi.tuning_by_stratum,
            },
            "rogan_gladen": self.rogan_gladen.to_json(),
            "labels_saved": self.labels_saved,
            "strata": [_stratum_json(s) for s in self.strata],
            "notes": list(self.notes),
        }


def quality_report(
    strata: Sequence[StratumCounts], *, level: float = 0.95, calibration: Calibration | None = None
) -> QualityReport:
    """Compute all estimates for one dimension and one positive value.

    With a ``calibration`` set from elsewhere, the strata are traffic without labels of its own: Rogan-Gladen is the
    estimate and the others are undefined. Without one, the labels in the strata are a sample of the traffic and
    Rogan-Gladen is undefined.
    """
    known = [s.population for s in strata if s.population is not None]
    population = sum(known) if len(known) == len(strata) else None
    labelled = sum(s.labelled.n for s in strata)
    rows = sum(s.rows for s in strata)
    if calibration is None:
        corrected = Quantity.missing(SAME_TRAFFIC, n=labelled, method="Rogan-Gladen")
        alone, joint, powered = people(strata, level=level), difference(strata, level=level), ppi(strata, level=level)
    else:
        labelled = calibration.positives + calibration.negatives
        positive = sum(s.verdicts.positive for s in strata)
        corrected = rogan_gladen(positive, sum(with_verdict(s) for s in strata), calibration, level=level)
        alone = Quantity.missing(ELSEWHERE, n=labelled, method="people")
        joint = Quantity.missing(ELSEWHERE, n=labelled, method="difference estimator")
        powered = Ppi(Quantity.missing(ELSEWHERE, n=labelled, method="power-tuned PPI"), None, {})
    own = 0 if calibration else labelled
    return QualityReport(
        strata=tuple(strata),
        population=population,
        labelled=labelled,
        unlabelled=(rows if population is None else population) - own,
        no_verdict=sum(s.verdicts.missing for s in strata),
        response_rate=_response(strata, labelled),
        people=alone,
        judge_alone=judge_alone(strata),
        difference=joint,
        ppi=powered,
        rogan_gladen=corrected,
        labels_saved=labels_saved(strata) if calibration is None else None,
        notes=_notes(strata, population, separate=calibration is not None),
    )


def _response(strata: Sequence[StratumCounts], labelled: int) -> float | None:
    drawn = [s.drawn for s in strata if s.drawn is not None]
    total = sum(drawn)
    return labelled / total if len(drawn) == len(strata) and total else None


def _notes(strata: Sequence[StratumCounts], population: int | None, *, separate: bool) -> tuple[str, ...]:
    notes = []
    if population is None and not separate:
        notes.append(
            "no population is given, so the rows are taken as a simple random sample of an endless stream, without "
            "finite-population correction"
        )
    rows = sum(s.rows for s in strata)
    if population is not None and rows < population and any(with_verdict(s) for s in strata):
        notes.append(
            f"verdicts are known for {rows:,} of {population:,} conversations, taken as a random part of each stratum"
        )
    missing = sum(s.verdicts.missing for s in strata)
    if 0 < missing < rows:
        notes.append(
            f"{missing:,} conversations have no verdict: they count neither as positive nor as negative for the judge "
            "and are estimated from people's labels alone"
        )
    short = [s.name for s in strata if 0 < s.labelled.n < 10 and not s.census]
    if short and not separate:
        notes.append(f"fewer than 10 labels in stratum {', '.join(repr(n) for n in short)}")
    return tuple(notes)


def _stratum_json(s: StratumCounts) -> dict[str, Any]:
    return {
        "name": s.name,
        "population": s.population,
        "drawn": s.drawn,
        "labelled": s.labelled.n,
        "positive": s.labelled.positive,
        "verdicts": dict(s.verdicts._asdict()),
    }
