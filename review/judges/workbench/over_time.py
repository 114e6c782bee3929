"""Judges from week to week: whether a judge has changed, and how far judges agree with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.errors import NothingToDo, UnknownError
from review.basics.labels import Label, ratings_of
from review.current.assignments import owed_items
from review.current.known import items_of
from review.current.rubric_in_use import used_version, weeks_under
from review.current.verdicts import Reference, judges, reference, verdicts_of, versions_with_verdicts
from review.evidence.chosen_weeks import weeks_between
from review.evidence.evidence import Paired, clusters_of, latest_used_rubric, paired_labels
from review.evidence.test_set_access import Half, shown_half
from review.statistics.agreement.report import AgreementReport, agreement_report
from review.statistics.calibration.drift import Drift, drift
from storage.queries.weeks import weeks_in_use
from storage.store import Store

RECENT = 12


@dataclass(frozen=True)
class OverTime:
    """One version of a judge over some weeks, by dimension, on the ``half`` of the conversations that may be shown."""

    judge: Reference
    half: Half
    dimensions: Mapping[str, Drift]

    @property
    def alarms(self) -> list[str]:
        """The dimensions in which a figure left its band in the newest week."""
        return [name for name, found in self.dimensions.items() if found.alarms]

    def to_json(self) -> dict[str, Any]:
        """Return the judge's object in ``judge over-time``."""
        return {
            "judge": str(self.judge),
            "split": self.half,
            "alarms": self.alarms,
            "dimensions": {name: found.to_json() for name, found in self.dimensions.items()},
        }


def weeks_over_time(store: Store, wanted: str | None = None) -> tuple[str, ...]:
    """Return the weeks to follow: those ``wanted``, else the last twelve under the newest week's rubric version.

    Labels under another version mean something else, so a new rubric begins a new history.
    """
    if wanted is not None:
        return weeks_between(store, wanted)
    recent = weeks_in_use(store)[-RECENT:]
    if not recent:
        raise NothingToDo("no week is open in this store yet.", command_hint="`spotcheck sample` opens one.")
    return tuple(weeks_under(store, recent, used_version(store, recent[-1])))


def over_time(
    store: Store,
    weeks: Sequence[str],
    judge: str,
    *,
    dimension: str | None = None,
    viewer: str | None = None,
    seed: int = 0,
) -> OverTime:
    """Return precision and recall of a judge (``name`` or ``name@version``) by week, with the newest week's alarms.

    All weeks are of one version: another version is another judge, and a difference between them is no drift. For a
    judge that can be tuned here only the ``dev`` half counts. Raises NothingToDo when it has no verdict in these weeks,
    UnknownError for a dimension in which it has none.
    """
    pairs = paired_labels(store, weeks, judge, viewer=viewer)
    if dimension is not None and dimension not in pairs:
        raise UnknownError(
            f"judge '{judge}' has no verdict in '{dimension}' to follow, only in {', '.join(pairs) or 'no dimension'}."
        )
    chosen = pairs if dimension is None else {dimension: pairs[dimension]}
    return _followed(
        store, weeks, judge=reference(store, weeks, judge), pairs=chosen, week_of=_week_of(store, weeks), seed=seed
    )


def all_over_time(
    store: Store, weeks: Sequence[str], *, dimension: str | None = None, viewer: str | None = None, seed: int = 0
) -> list[OverTime]:
    """Return every judge with verdicts on items of these weeks, in its latest version.

    With ``dimension`` only judges with verdicts in it are returned. Raises NothingToDo when there is none.
    """
    found, week_of = [], _week_of(store, weeks)
    for name, versions in versions_with_verdicts(store, weeks).items():
        judge = Reference(name, versions[-1])
        pairs = paired_labels(store, weeks, name, viewer=viewer)
        chosen = {d: pair for d, pair in pairs.items() if dimension in (None, d)}
        if chosen or dimension is None:
            found.append(_followed(store, weeks, judge=judge, pairs=chosen, week_of=week_of, seed=seed))
    if not found:
        what = f" in '{dimension}' to follow" if dimension else ""
        raise NothingToDo(
            f"no judge has verdicts{what} on items of {', '.join(weeks)}.",
            command_hint="`spotcheck judge run` makes some.",
        )
    return found


def _week_of(store: Store, weeks: Sequence[str]) -> dict[str, str]:
    return {i.id: i.week for week in weeks for i in items_of(store, week)}


def _followed(
    store: Store,
    weeks: Sequence[str],
    *,
    judge: Reference,
    pairs: Mapping[str, Paired],
    week_of: Mapping[str, str],
    seed: int,
) -> OverTime:
    found = {
        name: drift(
            pair.data,
            [week_of[item] for item in pair.data.items],
            weeks=weeks,
            positive=pair.dimension.positive,
            seed=seed,
        )
        for name, pair in pairs.items()
    }
    return OverTime(judge, shown_half(store, judge), found)


def judge_agreement(
    store: Store,
    weeks: Sequence[str],
    *,
    names: Sequence[str] = (),
    viewer: str | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, AgreementReport]:
    """Return how far judges agree with each other, by dimension, in their verdicts on items of these weeks.

    Judges are the raters, and a missing verdict is no rating. No person's label is used, so both halves count. Without
    ``names`` it is every judge with verdicts, each in its latest version. A dimension in which fewer than two judges
    have verdicts is left out. Raises NothingToDo for a judge without verdicts.
    """
    owed = owed_items(store, viewer) if viewer else set()
    rubric, clusters = latest_used_rubric(store, weeks), clusters_of(store, weeks)
    refs = dict.fromkeys(reference(store, weeks, name) for name in names or judges(store, weeks))
    given: dict[str, list[Label]] = {}
    for ref in refs:
        for (item, dimension), verdict in verdicts_of(store, weeks, str(ref)).items():
            if verdict.value is not None and item not in owed:
                given.setdefault(dimension, []).append(Label(item, str(ref), dimension, verdict.value))
    found = {}
    for d in rubric.dimensions:
        labels = [x for x in given.get(d.name, []) if d.scale.numeric or x.value in d.scale.values]
        if d.scale.kind != "set" and len({label.rater for label in labels}) > 1:
            ratings = ratings_of(labels, d.scale, clusters=clusters)
            found[d.name] = agreement_report(ratings, bootstrap=bootstrap, seed=seed)
    return found
