"""What is read week by week, in columns and by counts gives the figures of the plain way, to the last bit."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import many_weeks
import pytest
from fewer_replicates import fewer_replicates

from review.annotating.anchoring import Revealed, anchoring, changes_among, rate_of
from review.basics.labels import Label, Ratings, ratings_of, set_members
from review.current.counting import versions
from review.current.progress import progress
from review.current.rubric_in_use import annotations_by_version, left_out, other_versions_sentence, used_version
from review.current.settled import (
    Settled,
    adjudications_that_count,
    annotations_of,
    labels_of,
    settle,
    settled_labels,
)
from review.current.verdicts import that_count, verdicts_of
from review.evidence.evidence import (
    clusters_of,
    latest_used_rubric,
    paired_labels,
    ratings_by_dimension,
    said_under_one_rubric,
)
from review.rubric.rubric import rubric_version, save_rubric
from review.settling.adjudication import cases
from review.statistics.calibration.ceiling import human_ceiling
from review.statistics.calibration.report import METRICS, calibration_report, weighted_figures
from storage.queries.annotations import current_annotations
from storage.queries.assignments import counts_per_rater
from storage.queries.verdicts import verdicts_on
from storage.records_review import Adjudication, Annotation, Skip, Verdict, Withdrawal
from storage.records_weeks import Assignment, Item, Reassignment, Week
from storage.store import Store

SIZE = many_weeks.Size(3, 24)
WEEKS = tuple(many_weeks.week_names(4))
LATE, EARLY = "2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


@pytest.fixture(scope="module", params=range(4))
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store in which people changed their minds, skipped, undid, and answered under two rubric versions."""
    made = many_weeks.build(tmp_path_factory.mktemp("same") / "s.db", SIZE, seed=request.param)
    first = rubric_version(made, 1)
    other = replace(first.dimensions[0], title="Is it right?")
    save_rubric(made, replace(first, dimensions=(other, *first.dimensions[1:])), by=many_weeks.LEAD, note="clearer")
    _mix(made, random.Random(request.param))
    return made


def _mix(store: Store, rng: random.Random) -> None:
    assignments, annotations = store.find(Assignment), store.find(Annotation)
    with store.transaction():
        for k, a in enumerate(rng.sample(assignments, 60)):
            version = rng.choice((1, 1, 2))
            given = {"correctness": rng.choice(("wrong", "partly", "correct")), "reasons": ["incomplete"][: k % 2]}
            store.add(
                Annotation(
                    submission_id=f"new-{k}",
                    assignment_id=a.id,
                    item_id=a.item_id,
                    rater_id=a.rater_id,
                    rubric_version=version,
                    labels=given,
                    at=rng.choice((EARLY, LATE)),
                    seconds=rng.choice((None, 12.0)),
                    revealed=rng.random() < 0.6,
                    late=rng.random() < 0.2,
                )
            )
        for k, n in enumerate(rng.sample(annotations, 12)):
            store.add(Withdrawal(f"undo-{k}", n.submission_id, n.rater_id, LATE))
        for k, a in enumerate(rng.sample(assignments, 12)):
            sent = {"assignment_id": a.id, "item_id": a.item_id, "rater_id": a.rater_id, "reason": "unclear"}
            store.add(Skip(submission_id=f"skip-{k}", at=rng.choice((EARLY, LATE)), **sent))
        for k, a in enumerate(rng.sample(assignments, 6)):
            taken = {"to_id": None, "at": EARLY, "by": many_weeks.LEAD, "reason": "ill"}
            store.add(Reassignment(id=f"taken-{k}", assignment_id=a.id, **taken))
        for k, item in enumerate(rng.sample(store.find(Item), 50)):
            dimension, value = rng.choice(("correctness", "politeness")), rng.choice((None, "wrong", "neutral"))
            said = {"item_id": item.id, "judge": "judge", "version": "log", "dimension": dimension, "value": value}
            store.add(Verdict(id=f"later-{k}", at=LATE, **said))
        for k, item in enumerate(rng.sample(store.find(Item), 10)):
            final = {"item_id": item.id, "rubric_version": rng.choice((1, 2)), "labels": {"correctness": "wrong"}}
            store.add(Adjudication(id=f"final-{k}", rationale="", adjudicator="ada", at=LATE, **final))


def slow_settled(store: Store, weeks: Sequence[str], rubric: int | None) -> dict[tuple[str, str], Settled]:
    annotations = annotations_of(store, weeks)
    items = [i.id for w in weeks for i in store.find(Item, week=w)]
    latest = {a.item_id: a for a in store.find(Adjudication, item_id=items)}
    finals = adjudications_that_count(latest, annotations).items()
    rows = [n for n in annotations if rubric in (None, n.rubric_version)]
    return settle(labels_of(rows), {i: a.labels for i, a in finals if rubric in (None, a.rubric_version)})


@pytest.mark.parametrize("rubric", [None, 1, 2])
def test_settled_labels(store: Store, rubric: int | None) -> None:
    assert settled_labels(store, WEEKS, rubric=rubric) == slow_settled(store, WEEKS, rubric)
    for week in WEEKS:
        found, wanted = settled_labels(store, [week], rubric=rubric), slow_settled(store, [week], rubric)
        assert found == wanted and list(found) == list(wanted)


def arrays(ratings: Ratings) -> list[Any]:
    """Return a rating table as plain values, to compare."""
    columns = [None if c is None else c.tolist() for c in (ratings.item, ratings.rater, ratings.value, ratings.cluster)]
    return [ratings.items, ratings.raters, ratings.scale, *columns]


def slow_ratings(store: Store, rows: Iterable[Annotation], version: int) -> dict[str, Ratings]:
    clusters, by_dimension, found = clusters_of(store, WEEKS), dict[str, list[Label]](), dict[str, Ratings]()
    for label in labels_of(n for n in rows if n.rubric_version == version):
        by_dimension.setdefault(label.dimension, []).append(label)
    for d in rubric_version(store, 1).dimensions:
        given = by_dimension.get(d.name, [])
        if d.scale.kind == "set":
            members = set_members(given, d.scale)
            found |= {f"{d.name}: {v}": ratings_of(ls, s, clusters=clusters) for v, (ls, s) in members.items()}
        else:
            found[d.name] = ratings_of(given, d.scale, clusters=clusters)
    return found


def test_ratings(store: Store) -> None:
    found = ratings_by_dimension(store, WEEKS)
    version = latest_used_rubric(store, WEEKS).version
    wanted = slow_ratings(store, annotations_of(store, WEEKS), version)
    assert list(found) == list(wanted)
    assert [arrays(r) for r in found.values()] == [arrays(r) for r in wanted.values()]
    rows = [n for n in annotations_of(store, WEEKS) if n.rubric_version == version]
    assert labels_of(said_under_one_rubric(store, WEEKS)) == labels_of(rows)


def test_verdicts_count_in_order_of_arrival(store: Store) -> None:
    items = [i.id for w in WEEKS for i in store.find(Item, week=w)]
    found, wanted = verdicts_of(store, WEEKS[::-1], "judge"), that_count(verdicts_on(store, items))
    assert found == wanted and list(found) == list(wanted)


def test_the_rubric_in_use(store: Store) -> None:
    for week in WEEKS:
        opened = store.get(Week, week)
        assert opened is not None
        assert used_version(store, opened) == (versions(store, week).most or opened.rubric_version)
    last = store.get(Week, WEEKS[-1])
    assert last is not None
    counts = annotations_by_version(store, WEEKS)
    assert left_out(store, WEEKS) == other_versions_sentence(counts, used_version(store, last))
    for week in WEEKS:
        rows = current_annotations(store, week)
        assert sum(versions(store, week).annotations.values()) == len(rows)


def slow_anchoring(store: Store) -> Any:
    items = {i.id for w in WEEKS for i in store.find(Item, week=w)}
    closed = set(WEEKS[:-1])
    undone = {w.withdraws for w in store.find(Withdrawal)}
    said: dict[str, dict[str, set[str]]] = {}
    for v in verdicts_on(store, items):
        if v.value is not None:
            said.setdefault(v.item_id, {}).setdefault(v.dimension, set()).add(v.value)
    by_person: dict[tuple[str, str, int], list[Annotation]] = {}
    week_of = {i.id: i.week for i in store.find(Item)}
    for n in store.find(Annotation):
        after = week_of[n.item_id] in closed and n.at == LATE
        if not (n.late and after):
            by_person.setdefault((n.item_id, n.rater_id, n.rubric_version), []).append(n)
    return rate_of(
        changes_among(
            Revealed(blind[-1].labels, [n.labels for n in standing if n.revealed], said[item])
            for (item, _, _), sent in by_person.items()
            for blind in [[n for n in sent if not n.revealed]]
            for standing in [[n for n in sent if n.submission_id not in undone]]
            if blind and standing and item in said
        )
    )


def test_changes_of_mind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rubric = rubric_version(store, 1)
    assert rubric.reveal
    monkeypatch.setattr("review.annotating.anchoring.rubric_version", lambda store, version: rubric)
    found = anchoring(store, WEEKS)
    assert found == slow_anchoring(store) and found.changed > 0


def test_progress_follows_each_change(store: Store) -> None:
    week = WEEKS[-1]
    gone = {r.assignment_id for r in store.find(Reassignment)}
    for mine in [a for a in store.find(Assignment, week=week) if a.id not in gone][:2]:
        before = {p.rater_id: p.dealt for p in progress(store, week)}
        taken = {"to_id": None, "at": EARLY, "by": many_weeks.LEAD, "reason": "ill"}
        store.add(Reassignment(id=f"away-{mine.id}", assignment_id=mine.id, **taken))
        after = {p.rater_id: (p.dealt, p.done, p.skipped) for p in progress(store, week) if p.dealt}
        assert after == {r: tuple(c) for r, c in counts_per_rater(store, week).items() if c.dealt}
        assert after.get(mine.rater_id, (0,))[0] == before[mine.rater_id] - 1


def test_cases_have_the_votes_of_their_item(store: Store) -> None:
    for week in WEEKS:
        for case in cases(store, week, viewer=""):
            alone = settle(labels_of(case.annotations), {})
            assert case.votes == {dimension: s.votes for (_, dimension), s in alone.items()}
            assert list(case.votes) == [dimension for _, dimension in alone]


def test_one_figure_is_that_of_the_whole_report(store: Store, request: pytest.FixtureRequest) -> None:
    """Of the first store with as many replicates as in a report; the ways agree at any number, so few do for others."""
    with nullcontext() if request.node.callspec.params["store"] == 0 else fewer_replicates():
        compare_figures(store)


def compare_figures(store: Store) -> None:
    for pair in paired_labels(store, WEEKS, "judge").values():
        positive = pair.dimension.positive
        report = calibration_report(pair.data, positive=positive)
        for name in METRICS:
            n, found = weighted_figures(pair.data, (name,), positive=positive)
            assert (n, found) == (report.n, {name: report.weighted[name]})
        ratings = ratings_by_dimension(store, WEEKS)[pair.dimension.name]
        full = human_ceiling(pair.data, ratings, positive=positive)
        some = human_ceiling(pair.data, ratings, positive=positive, figures=("accuracy",))
        points = human_ceiling(pair.data, ratings, positive=positive, interval=False, figures=("precision", "f1"))
        for with_interval, point in zip(full, points, strict=True):
            for name in ("precision", "f1"):
                assert (point.person[name].value, point.person[name].n, point.person[name].ci) == (
                    *(with_interval.person[name].value, with_interval.person[name].n),
                    None,
                )
        for one, other in zip(full, some, strict=True):
            assert (one.n, one.ties, one.alone) == (other.n, other.ties, other.alone)
            assert (one.person["accuracy"], one.judge["accuracy"]) == (
                other.person["accuracy"],
                other.judge["accuracy"],
            )
