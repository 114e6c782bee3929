"""The quality of production in the form that the command, the pages and the report share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from review.basics.words import counted
from review.statistics.quality.bounds import proven
from review.statistics.quality.headline import Rates
from review.statistics.quality.judged import Ppi, difference, judge_alone, ppi
from review.statistics.quality.missed import MissedErrors, missed_errors
from review.statistics.quality.parts import with_verdict
from review.statistics.quality.people import people
from review.statistics.quality.rogan_gladen import Calibration, rogan_gladen
from review.statistics.quality.saved import labels_saved
from review.statistics.quality.strata import StratumCounts
from review.statistics.quality.ties import RandomTies, headline_with_ties
from review.statistics.quantity import Quantity

SAME_TRAFFIC = (
    "the labels are a sample of this traffic, so the difference estimator applies; Rogan-Gladen is for labels "
    "that come from elsewhere"
)
CAUSES = ("ties", "open_disagreements", "skipped", "not_answered")
"""Why a drawn item has no decision. An open disagreement with a majority counts by its majority until it is settled."""
ELSEWHERE = "the labels come from elsewhere (a separate calibration set), so they are not a sample of this traffic"


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """All estimates of the share of positive conversations; ``headline`` is the one to use, ``basis`` how it was made.

    ``population`` is None when unknown. ``unlabelled`` counts the known conversations without a label (in the whole
    population where that is given); ``no_verdict`` those without a readable verdict. ``response_rate`` is labelled over
    drawn, None when the number of drawn conversations is unknown. ``proven`` is what the labels prove by themselves.
    ``unsettled`` counts drawn items by cause (CAUSES); ``range`` is the estimate with all open ties negative and
    positive, None without open ties; ``ties_needed`` is how many of them to settle for one number. ``uses_history``
    tells whether labels of earlier weeks could make the headline more precise.
    """

    strata: tuple[StratumCounts, ...]
    population: int | None
    labelled: int
    unlabelled: int
    no_verdict: int
    response_rate: float | None
    headline: Quantity
    basis: str
    proven: tuple[float, float]
    unsettled: Mapping[str, int]
    range: tuple[float, float] | None
    ties_needed: int
    uses_history: bool
    people: Quantity
    judge_alone: float | None
    difference: Quantity
    ppi: Ppi
    rogan_gladen: Quantity
    labels_saved: int | None
    missed_errors: MissedErrors
    notes: tuple[str, ...]

    @property
    def open_ties(self) -> int:
        """The items without a decision whose votes tie between positive and another value."""
        return sum(sum(s.open_ties) for s in self.strata)

    @property
    def undecided(self) -> int:
        """The items with tied votes and no decision, whatever the values they tie on."""
        return sum(sum(s.open_ties) + sum(s.other_ties) for s in self.strata)

    @property
    def by_name(self) -> dict[str, Quantity]:
        """The estimates that stay available beside the headline. They leave open ties out."""
        return {
            f"people alone, without {counted(self.undecided, 'tie')}"
            if self.undecided
            else "people alone": self.people,
            "people and judge, difference": self.difference,
            "people and judge, PPI": self.ppi.quantity,
        }

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``quality --json`` prints."""
        return {
            "headline": {**self.headline.to_json(), "basis": self.basis},
            "proven": list(self.proven),
            "unsettled": dict(self.unsettled),
            "range": None if self.range is None else list(self.range),
            "ties_needed": self.ties_needed,
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
            "missed_errors": self.missed_errors.to_json(),
            "strata": [s.to_json() for s in self.strata],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """What is known of the drawn items without a decision: how many by cause, and the ties adjudicated at random.

    ``all_adjudicated`` tells whether an adjudicator decided every label, so that no missed error is left to warn of.
    """

    causes: Mapping[str, int] = field(default_factory=dict)
    ties: RandomTies | None = None
    all_adjudicated: bool = False


def quality_report(
    strata: Sequence[StratumCounts],
    *,
    unsettled: Unsettled | None = None,
    history: Mapping[str, Rates] | None = None,
    level: float = 0.95,
) -> QualityReport:
    """Compute all estimates for one dimension and one positive value, from labels that are a sample of the traffic.

    ``history`` holds, by stratum name, the labels of the four weeks before under the same judge and rubric version.
    """
    known = unsettled or Unsettled()
    tied = headline_with_ties(strata, ties=known.ties, history=history, level=level)
    found, labelled = tied.headline, sum(s.labelled.n for s in strata)
    open_ties = sum(sum(s.open_ties) for s in strata)
    positives = sum(s.labelled.positive for s in strata)
    missed = missed_errors(found.quantity, positives=positives, all_adjudicated=known.all_adjudicated)
    return QualityReport(
        headline=found.quantity,
        basis=found.basis if found.rules else "undefined",
        proven=proven(strata),
        range=tied.bounds,
        ties_needed=(known.ties or RandomTies(open_ties)).still_needed if open_ties else 0,
        uses_history=history is None and "difference" in found.rules.values(),
        people=people(strata, level=level),
        difference=difference(strata, level=level),
        ppi=ppi(strata, level=level),
        rogan_gladen=Quantity.missing(SAME_TRAFFIC, n=labelled, method="Rogan-Gladen"),
        labels_saved=labels_saved(strata, found),
        missed_errors=missed,
        **_counts(strata, labelled, known.causes, separate=False),
    )


def corrected_report(
    strata: Sequence[StratumCounts], calibration: Calibration, *, level: float = 0.95
) -> QualityReport:
    """Correct the judge's share of traffic without labels by its error rates on a calibration set from elsewhere.

    Rogan-Gladen is the headline then, and the estimates that need labels of the traffic are undefined.
    """
    labelled = round(calibration.positives + calibration.negatives)
    positive = sum(s.verdicts.positive for s in strata)
    corrected = rogan_gladen(positive, sum(with_verdict(s) for s in strata), calibration, level=level)
    powered = Quantity.missing(ELSEWHERE, n=labelled, method="power-tuned PPI")
    return QualityReport(
        headline=corrected,
        basis="the judge's share, corrected by its error rates elsewhere",
        proven=(0.0, 1.0),
        range=None,
        ties_needed=0,
        uses_history=False,
        people=Quantity.missing(ELSEWHERE, n=labelled, method="people"),
        difference=Quantity.missing(ELSEWHERE, n=labelled, method="difference estimator"),
        ppi=Ppi(powered, None, {}),
        rogan_gladen=corrected,
        labels_saved=None,
        missed_errors=MissedErrors(withheld="the labels come from elsewhere"),
        **_counts(strata, labelled, {}, separate=True),
    )


class _Counts(TypedDict):
    strata: tuple[StratumCounts, ...]
    population: int | None
    labelled: int
    unlabelled: int
    no_verdict: int
    response_rate: float | None
    unsettled: Mapping[str, int]
    judge_alone: float | None
    notes: tuple[str, ...]


def _counts(strata: Sequence[StratumCounts], labelled: int, causes: Mapping[str, int], *, separate: bool) -> _Counts:
    sizes = [s.population for s in strata if s.population is not None]
    population = sum(sizes) if len(sizes) == len(strata) else None
    whole = sum(s.rows for s in strata) if population is None else population
    return {
        "strata": tuple(strata),
        "population": population,
        "labelled": labelled,
        "unlabelled": whole - (0 if separate else labelled),
        "no_verdict": sum(s.verdicts.missing for s in strata),
        "response_rate": _response(strata, labelled),
        "unsettled": causes,
        "judge_alone": judge_alone(strata),
        "notes": _notes(strata, population, separate=separate),
    }


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
            f"verdicts are known for {rows:,} of {population:,} conversations, taken as a random part of each group"
        )
    missing = sum(s.verdicts.missing for s in strata)
    if 0 < missing < rows:
        notes.append(
            f"{missing:,} conversations have no verdict: they count neither as positive nor as negative for the judge "
            "and are estimated from people's labels alone"
        )
    short = [s.name for s in strata if 0 < s.labelled.n < 10 and not s.census]
    if short and not separate:
        groups = "the group" if len(short) == 1 else "the groups"
        notes.append(f"fewer than 10 labels in {groups} {', '.join(repr(n) for n in short)}")
    return tuple(notes)
