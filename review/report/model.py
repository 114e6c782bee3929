"""The contents of a week's report, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from review.annotating.anchoring import Anchoring
from review.closing.closing import Check
from review.current.progress import Progress
from review.evidence.weekly_change import WeeklyChange, changes_json
from review.report.beside import Beside
from review.report.decided import Since
from review.statistics.agreement.report import AgreementReport
from review.statistics.agreement.words import plain_words as agreement_words
from review.statistics.answers.answer import Answer
from review.statistics.answers.judge_verdict import JudgeAdvice
from review.statistics.answers.readings import Reading
from review.statistics.quality.report import QualityReport
from review.statistics.quantity import Quantity
from storage.records_weeks import Week, WeekClosing


@dataclass(frozen=True, kw_only=True)
class Quality:
    """The share of all conversations with one positive value; ``judge`` names the judge that the estimate uses.

    ``change`` is the change against the weeks before, None in the first week.
    """

    title: str
    dimension: str
    positive: str
    judge: str | None
    report: QualityReport
    change: WeeklyChange | None = None

    @property
    def best(self) -> Quantity:
        """The one estimate to read, undefined while open ties decide it."""
        return self.report.headline

    def to_json(self) -> dict[str, Any]:
        """Return the object in the JSON of the report."""
        named = {"dimension": self.dimension, "positive": self.positive, "judge": self.judge}
        return {**named, **changes_json(self.change), **self.report.to_json()}


@dataclass(frozen=True)
class Agreement:
    """The agreement of people in one dimension; ``reading`` is the value that they read differently, if any."""

    title: str
    report: AgreementReport
    dimension: str = ""
    reading: Reading | None = None

    @property
    def trio(self) -> dict[str, Quantity]:
        """The three coefficients to read together."""
        return {name: self.report.coefficients[name] for name in self.report.headline}

    @property
    def words(self) -> str:
        """The three coefficients in words."""
        return agreement_words(self.report)


@dataclass(frozen=True, kw_only=True)
class JudgeFigures:
    """One judge and one positive value: weighted precision and recall, and the ``verdict`` on using it for this value.

    ``alone`` is its own share of the traffic. ``outside`` tells whether this share is outside the interval of the
    people's estimate; None when either is unknown.
    """

    name: str
    title: str
    positive: str
    precision: Quantity
    recall: Quantity
    n: int
    alone: float | None
    outside: bool | None
    verdict: JudgeAdvice


@dataclass(frozen=True)
class SampleGroup:
    """One group of the sample; ``labelled`` items have a settled label in the rubric's first dimension.

    Hand-picked items are a group without population and probability.
    """

    name: str
    population: int | None
    sampled: int
    probability: float | None
    labelled: int


@dataclass(frozen=True)
class Quote:
    """One item as an example, masked and shortened; ``words`` is the comment of ``speaker``, "" without one."""

    item: str
    question: str
    answer: str
    words: str
    speaker: str


@dataclass(frozen=True)
class Reason:
    """A value of a set dimension: given to ``items`` of the ``of`` items to which the question applies."""

    dimension: str
    value: str
    items: int
    of: int
    quote: Quote | None


@dataclass(frozen=True)
class Settlement:
    """Disagreements: the number open, the number settled, and the settled ones by the reason for the difference."""

    open: int
    settled: int
    by_reason: Mapping[str, int]


@dataclass(frozen=True)
class Golden:
    """The current golden examples from this week's items: their number, by kind, and how many must pass."""

    approved: int
    kinds: Mapping[str, int]
    must_pass: int


@dataclass(frozen=True, kw_only=True)
class WeekReport:
    """The contents of the page.

    ``past_due`` tells that the due date had passed. ``answers`` are the four with which it opens, ``since`` what was
    decided since the last report, ``beside`` what the week held besides drawn items. ``window`` is the weeks behind
    agreement and judges. ``withheld`` counts the items whose labels are left out because the reader still has to review
    them. ``head`` is the end of the audit chain when the report was created (sequence 0 in an empty one), ``broken_at``
    the entry at which the chain is broken. All figures use ``rubric_version``; ``left_out`` describes the reviews under
    other versions, None when there are none.
    """

    week: Week
    closing: WeekClosing | None
    generated_at: str
    past_due: bool
    items: int
    overlap_items: int
    window: tuple[str, ...]
    answers: tuple[Answer, ...]
    quality: tuple[Quality, ...]
    agreement: tuple[Agreement, ...]
    judges: tuple[JudgeFigures, ...]
    people: tuple[Progress, ...]
    rubric_version: int
    left_out: str | None
    names: Mapping[str, str]
    groups: tuple[SampleGroup, ...]
    reasons: tuple[Reason, ...]
    settlement: Settlement
    golden: Golden
    since: Since
    beside: Beside
    checklist: tuple[Check, ...]
    anchoring: Anchoring
    withheld: int
    head: int
    head_hash: str
    broken_at: int | None

    @property
    def drawn(self) -> int:
        """Items drawn with a probability."""
        return sum(g.sampled for g in self.groups if g.probability is not None)

    @property
    def labelled(self) -> int:
        """The drawn items that have a settled label."""
        return sum(g.labelled for g in self.groups if g.probability is not None)

    @property
    def overlap(self) -> float:
        """The share of the items that several people review, 0 without items."""
        return self.overlap_items / self.items if self.items else 0.0

    @property
    def response_rate(self) -> float | None:
        """Labelled over drawn; None when nothing was drawn."""
        return self.labelled / self.drawn if self.drawn else None

    @property
    def late(self) -> tuple[Progress, ...]:
        """Reviewers with open items after the due date, while the week is open."""
        return tuple(p for p in self.people if p.left) if self.closing is None and self.past_due else ()

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``report --json`` prints."""
        return {
            "week": self.week.name,
            "state": "closed" if self.closing else "open",
            "closing": asdict(self.closing) if self.closing else None,
            "due": self.week.due,
            "generated_at": self.generated_at,
            "rubric_version": self.rubric_version,
            "left_out": self.left_out,
            "items": self.items,
            "overlap": self.overlap,
            "drawn": self.drawn,
            "labelled": self.labelled,
            "response_rate": self.response_rate,
            "withheld": self.withheld,
            "window": list(self.window),
            "answers": [a.to_json() for a in self.answers],
            "quality": [q.to_json() for q in self.quality],
            "agreement": [
                {"dimension": a.title, "words": a.words, **{name: q.to_json() for name, q in a.trio.items()}}
                for a in self.agreement
            ],
            "judges": [
                {
                    **asdict(j),
                    "precision": j.precision.to_json(),
                    "recall": j.recall.to_json(),
                    "verdict": {"use": j.verdict.use, "reason": j.verdict.reason, "certainty": j.verdict.certainty},
                }
                for j in self.judges
            ],
            "people": [asdict(p) for p in self.people],
            "late": [p.name for p in self.late],
            "groups": [asdict(g) for g in self.groups],
            "reasons": [asdict(r) for r in self.reasons],
            "settlement": asdict(self.settlement),
            "golden": asdict(self.golden),
            "since": self.since.to_json(),
            **self.beside.to_json(),
            "checklist": [{**asdict(c), "done": c.done} for c in self.checklist],
            "anchoring": self.anchoring.to_json(),
            "audit": {"sequence": self.head, "hash": self.head_hash, "broken_at": self.broken_at},
        }
