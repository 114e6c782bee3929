"""The judge card of a release: how far each judge agrees with its settled labels, with what that was measured on.

The figures describe the examples of the release, each counted once. A release is no sample of production: how a judge
does there is what ``calibrate`` estimates, with the weights of the draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.current.verdicts import Reference, that_count
from review.evidence.prompt_examples import example_conversations
from review.evidence.test_set_access import Half, shown_half
from review.rubric.rubric import Dimension, rubric_version
from review.statistics.calibration.data import CalibrationRow, calibration_data
from review.statistics.calibration.report import CalibrationReport, calibration_report
from storage.queries.verdicts import verdicts_on
from storage.records_golden import FrozenExample
from storage.records_judges import Judge
from storage.records_review import Verdict
from storage.store import Store

FIGURES = ("precision", "recall", "f1")


@dataclass(frozen=True, kw_only=True)
class JudgeCard:
    """One version of a judge against the labels of a release, in one dimension under one version of the rubric.

    ``half`` is the part of the examples that counts: ``dev`` for a judge that can be tuned here, so that the test half
    stays unseen. ``left_out`` counts examples that stand in the judge's own prompt. ``report`` has the figures of the
    positive value, where the rubric declares one, and of every value.
    """

    judge: str
    version: str
    dimension: str
    rubric_version: int
    half: Half
    left_out: int
    report: CalibrationReport

    def to_json(self) -> dict[str, Any]:
        """Return the card as plain data; precision, recall and F1 are quantities with interval and n."""
        found = self.report.to_json()
        return {
            "judge": self.judge,
            "judge_version": self.version,
            "dimension": self.dimension,
            "rubric_version": self.rubric_version,
            "positive": self.report.positive,
            "n": self.report.n,
            "no_verdict": self.report.no_verdict,
            "half": self.half,
            "left_out": self.left_out,
            **{name: found["unweighted"][name] for name in FIGURES},
            "classes": found["classes"],
        }


def judge_cards(store: Store, contents: Sequence[FrozenExample]) -> list[JudgeCard]:
    """Return a card for each judge, version, dimension and rubric version with a verdict on a labelled example."""
    by_item = {content["item_id"]: content for content in contents if content["item_id"]}
    verdicts: dict[Reference, list[Verdict]] = {}
    for v in verdicts_on(store, by_item):
        verdicts.setdefault(Reference(v.judge, v.version), []).append(v)
    cards = []
    for who in sorted(verdicts):
        made, half = store.get(Judge, str(who)), shown_half(store, who)
        prompted = example_conversations(made) if made else frozenset()
        in_half = {i: c for i, c in by_item.items() if half in ("all", c["split"])}
        counting = {i: c for i, c in in_half.items() if c["conversation_id"] not in prompted}
        counts = that_count(verdicts[who])
        for version in sorted({c["rubric_version"] for c in counting.values()}):
            rated = {i: c for i, c in counting.items() if c["rubric_version"] == version}
            for d in rubric_version(store, version).dimensions:
                report = _report(d, rated, {i: v for (i, name), v in counts.items() if name == d.name})
                if report is not None:
                    cards.append(
                        JudgeCard(
                            judge=who.judge,
                            version=who.version,
                            dimension=d.name,
                            rubric_version=version,
                            half=half,
                            left_out=len(in_half) - len(counting),
                            report=report,
                        )
                    )
    return cards


def _report(
    d: Dimension, examples: Mapping[str, FrozenExample], verdicts: Mapping[str, Verdict]
) -> CalibrationReport | None:
    """Return the figures of one dimension; None where nothing can be compared, and for sets and open scales."""
    if d.scale.kind == "set" or not d.scale.values:
        return None
    rows = list(_rows(d, examples, verdicts))
    if not any(row.verdict in d.scale.values for row in rows):
        return None
    return calibration_report(calibration_data(rows, values=d.scale.values), positive=d.positive)


def _rows(
    d: Dimension, examples: Mapping[str, FrozenExample], verdicts: Mapping[str, Verdict]
) -> Iterable[CalibrationRow]:
    for item, content in sorted(examples.items()):
        label = content["labels"].get(d.name)
        if label is not None and item in verdicts:
            yield CalibrationRow(item=item, truth=str(label), verdict=verdicts[item].value, file="the release")
