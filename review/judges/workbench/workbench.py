"""What the workbench shows: which judges there are, what they cost, and their figures on the test half."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from review.basics.errors import NothingToDo, Refused
from review.checks.near import Near, near_examples
from review.current.assignments import owed_items
from review.current.known import items_of
from review.current.verdicts import LOG_VERDICTS, Reference, reference, verdicts_of, versions_with_verdicts
from review.evidence.evidence import paired_labels
from review.evidence.prompt_examples import example_conversations
from review.evidence.test_set_access import (
    TUNABLE,
    CountedAccess,
    ReadFigures,
    record_access,
    tunable,
)
from review.judges.llm.spec import LlmSpec
from review.judges.protocol.subjects import subjects_of_items
from review.judges.versions import spec_of
from review.people.people import require
from review.statistics.calibration.report import CalibrationReport, calibration_report
from review.statistics.calibration.split import split_of
from storage.queries.judge_runs import cost_and_time_of_subjects
from storage.records_judges import Judge, JudgeRun
from storage.records_review import Verdict
from storage.records_weeks import Item
from storage.store import Store

FROM_LOG, FROM_FILE = LOG_VERDICTS, "file"


@dataclass(frozen=True)
class Listed:
    """One judge to choose: its ``versions``, the latest last, and those that ``spoke`` (have verdicts) in some weeks.

    ``kind`` is that of its latest version, or ``log`` or ``file`` for a judge whose verdicts came from elsewhere.
    """

    name: str
    kind: str
    dimensions: tuple[str, ...]
    versions: tuple[str, ...]
    spoke: tuple[str, ...]

    @property
    def latest(self) -> Reference:
        """The version to begin with: the latest with verdicts, else the latest."""
        return Reference(self.name, (self.spoke or self.versions)[-1])

    @property
    def tunable(self) -> bool:
        """Whether its versions are made here."""
        return self.kind in TUNABLE


def listed(store: Store, weeks: Sequence[str]) -> list[Listed]:
    """Return every judge with verdicts on items of these weeks or with a version in the store, by name."""
    spoke = versions_with_verdicts(store, weeks)
    made: dict[str, list[Judge]] = {}
    for judge in store.find(Judge):
        made.setdefault(judge.name, []).append(judge)
    found = []
    for name in sorted(spoke.keys() | made.keys()):
        rows, given = made.get(name, []), spoke.get(name, ())
        own = [j.version for j in rows]
        versions = (*(v for v in given if v not in own), *own)
        kind = rows[-1].kind if rows else FROM_LOG if given[-1] == FROM_LOG else FROM_FILE
        dimensions = rows[-1].dimensions if rows else _dimensions_given(store, weeks, Reference(name, given[-1]))
        found.append(Listed(name, kind, dimensions, versions, given))
    return found


def _dimensions_given(store: Store, weeks: Sequence[str], judge: Reference) -> tuple[str, ...]:
    return tuple(dict.fromkeys(dimension for _, dimension in verdicts_of(store, weeks, str(judge))))


@dataclass(frozen=True, kw_only=True)
class Economy:
    """What one version of a judge costs: its ``verdicts`` on items of some weeks, and the ``missing`` ones by cause.

    ``cost_per_1000`` is for 1,000 conversations in all its dimensions, in the currency of its prices. Latencies are
    milliseconds per conversation. Both come from requests that were really made, not from remembered replies; None
    where nothing is known. ``last_run`` is when its last run here was started, "" if it never ran here.
    """

    verdicts: int
    missing: Mapping[str, int]
    cost_per_1000: float | None
    latency_p50: float | None
    latency_p95: float | None
    last_run: str

    @property
    def missing_total(self) -> int:
        """How many verdicts are missing, for whatever cause."""
        return sum(self.missing.values())


def economy(store: Store, weeks: Sequence[str], judge: Reference) -> Economy:
    """Return verdicts, cost and time of one version of a judge; without a run here, those that its verdicts state."""
    counts = verdicts_of(store, weeks, str(judge)).values()
    runs = store.find(JudgeRun, judge=judge.judge, version=judge.version)
    asked = cost_and_time_of_subjects(store, *judge) if runs else _stated(counts)
    costs = [cost for cost, _ in asked if cost is not None]
    times = [ms for _, ms in asked if ms is not None]
    p50, p95 = (float(x) for x in np.percentile(times, [50, 95])) if times else (None, None)
    return Economy(
        verdicts=sum(v.value is not None for v in counts),
        missing=dict(Counter(v.error.partition(":")[0] or "missing" for v in counts if v.value is None).most_common()),
        cost_per_1000=1000 * sum(costs) / len(costs) if costs else None,
        latency_p50=p50,
        latency_p95=p95,
        last_run=runs[-1].at if runs else "",
    )


def _stated(verdicts: Any) -> list[tuple[float | None, float | None]]:
    """Return cost and time of each item as its verdicts state them: costs add up, dimensions were asked together."""
    by_item: dict[str, list[Verdict]] = {}
    for v in verdicts:
        by_item.setdefault(v.item_id, []).append(v)
    found: list[tuple[float | None, float | None]] = []
    for rows in by_item.values():
        costs = [v.cost for v in rows if v.cost is not None]
        times = [v.latency_ms for v in rows if v.latency_ms is not None]
        found.append((sum(costs) if costs else None, max(times, default=None)))
    return found


@dataclass(frozen=True)
class Reported:
    """What a look at the test half showed, by dimension."""

    looked: CountedAccess
    reports: Mapping[str, CalibrationReport]


def report_on_test(
    store: Store, weeks: Sequence[str], judge: str, *, by: str, viewer: str | None = None, bootstrap: int = 1000
) -> Reported:
    """Look at a judge's figures on the test half of some weeks; the look is recorded and counted first.

    Raises Refused without the role adjudicator, or for a judge whose figures need no look; NothingToDo, without a
    look, when no labelled item of that half has a verdict.
    """
    require(store, by, "adjudicator")
    who = reference(store, weeks, judge)
    if not tunable(store, who):
        raise Refused(f"{who} does not run in Spotcheck. All its items are shown, so it has no test half to report on.")
    pairs = paired_labels(store, weeks, str(who), viewer=viewer, split="test")
    reports = {
        name: calibration_report(p.data, positive=p.dimension.positive, bootstrap=bootstrap)
        for name, p in pairs.items()
    }
    return Reported(written_look(store, who, weeks, reports, by=by), reports)


def verdicts_on_test(store: Store, weeks: Sequence[str], judge: Reference) -> int:
    """Count the items of the test half on which this version has a verdict; without any there is nothing to report."""
    items = {item for (item, _), v in verdicts_of(store, weeks, str(judge)).items() if v.value is not None}
    return sum(split_of(i.conversation_id) == "test" for i in store.find(Item, id=sorted(items)))


def written_look(
    store: Store, judge: Reference, weeks: Sequence[str], reports: Mapping[str, CalibrationReport], *, by: str
) -> CountedAccess:
    """Record that somebody is about to read these figures, which include items of the test half.

    Raises NothingToDo, without a look, when the figures are empty; Refused without the role adjudicator.
    """
    if not any(r.n for r in reports.values()):
        raise NothingToDo(
            f"{judge} has no verdict on a labelled item of the test half of {', '.join(weeks)}. Run it there first. "
            "This did not count as a look."
        )
    figures = {name: ReadFigures.of(report) for name, report in reports.items()}
    return record_access(store, judge, weeks, by=by, figures=figures)


def written_looks(
    store: Store, weeks: Sequence[str], reports: Mapping[Reference, Mapping[str, CalibrationReport]], *, by: str
) -> list[CountedAccess]:
    """Record a look at each of several judges, or at none of them when one has no figures.

    The figures are shown together, so nobody reads those of the others either. Raises as :func:`written_look` does.
    """
    with store.transaction():
        return [written_look(store, judge, weeks, figures, by=by) for judge, figures in reports.items()]


def near_duplicates(store: Store, weeks: Sequence[str], judge: Judge, *, viewer: str) -> list[Near]:
    """Return items of some weeks that are nearly the same as an example in a judge's prompt, the most similar first.

    Items of an example's own conversation never count and are left out, and so are those the viewer still has to
    review.
    """
    spec = spec_of(judge)
    if not isinstance(spec, LlmSpec):
        return []
    examples = {str(e.get("example_id")): f"{e.get('question')}\n{e.get('answer')}" for e in spec.examples}
    own, owed = example_conversations(judge), owed_items(store, viewer)
    items = [i for w in weeks for i in items_of(store, w) if i.id not in owed and i.conversation_id not in own]
    return near_examples({s.id: f"{s.question}\n{s.answer}" for s in subjects_of_items(store, items)}, examples)
