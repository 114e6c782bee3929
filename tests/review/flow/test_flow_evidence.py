"""From the store to the statistics: the ledger's weights, one rubric version, and what a viewer still owes."""

import pytest
from flow_store import BAD, BEFORE, GOOD, REQUEST, WEEK, open_the_week, vote

from review.basics.errors import NothingToDo, UnknownError
from review.basics.labels import Label
from review.current.verdicts import judges
from review.evidence import evidence
from review.evidence.chosen_weeks import weeks_between
from review.evidence.production import production_quality
from review.evidence.production_data import judges_of_frame
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import current_rubric, rubric_from, save_rubric
from review.settling.adjudication import adjudicate
from review.statistics.contested import contested
from storage.records_log import Conversation, Draw, Stratum
from storage.records_review import Annotation, Verdict
from storage.records_weeks import Assignment, Item, Week

AT = "2026-11-20T10:00:00.000+00:00"


def add_week(store, name, *, rubric=1):
    store.add(
        Week(
            name=name,
            opened_at=AT,
            opened_by="lea",
            due="2026-11-27",
            seed=name,
            unit="session",
            overlap=0.2,
            overlap_raters=0,
            raters=("ana",),
            rubric_version=rubric,
        )
    )


@pytest.fixture
def year(store):
    """Weeks 42 to 47, of which the last three are under the second rubric version."""
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    mine = {"name": "correctness", "scale": "nominal", "values": ["bad", "good"], "positive": "bad"}
    save_rubric(store, rubric_from({"dimensions": [mine]}), by="lea")
    for week in (47, 42, 43, 44, 46, 45):
        add_week(store, f"2026-W{week}", rubric=2 if week >= 45 else 1)
    return store


def test_the_default_window_ends_where_the_rubric_changed(year):
    assert weeks_between(year, None) == ("2026-W45", "2026-W46", "2026-W47")


def test_the_default_window_is_four_weeks(store):
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    for week in range(40, 48):
        add_week(store, f"2026-W{week}")
    assert weeks_between(store, None) == tuple(f"2026-W{w}" for w in range(44, 48))


@pytest.mark.parametrize(
    ("asked", "weeks"),
    [
        ("2026-W44", (44,)),
        ("W44", (44,)),
        ("W44..W46", (44, 45, 46)),
        ("2026-W44..2026-W46", (44, 45, 46)),
        (" W44 .. W45 ", (44, 45)),
        ("W47,W42", (42, 47)),
        # A week that is named twice counts once.
        ("W44,2026-W44", (44,)),
        ("W01..W43", (42, 43)),
    ],
)
def test_weeks_are_written_in_several_ways(year, asked, weeks):
    assert weeks_between(year, asked) == tuple(f"2026-W{w}" for w in weeks)


@pytest.mark.parametrize("asked", ["", "W48", "W44,", "w44", "2025-W44", "W47..W44", "..", "44"])
def test_an_unknown_week_lists_those_there_are(year, asked):
    with pytest.raises(UnknownError, match=r"is not in the store; it has 2026-W42, 2026-W43"):
        weeks_between(year, asked)


def test_without_weeks_there_is_nothing_to_do(store):
    with pytest.raises(NothingToDo, match="no week is open"):
        weeks_between(store, None)


def test_ratings_leave_out_what_the_viewer_owes(opened, items):
    shared = next(i for i in items if i.overlap).id
    vote(opened, shared, "ana", GOOD)
    vote(opened, shared, "ben", BAD)
    everybody = evidence.ratings_by_dimension(opened, [WEEK])
    assert len(everybody["correctness"]) == 2 and everybody["correctness"].raters == ("ana", "ben")
    assert len(evidence.ratings_by_dimension(opened, [WEEK], viewer="eva")["correctness"]) == 0
    assert len(evidence.ratings_by_dimension(opened, [WEEK], viewer="ana")["correctness"]) == 2


def test_a_set_becomes_a_yes_or_no_for_each_value(opened, items):
    vote(opened, items[0].id, "ana", {**BAD, "reasons": ["unsafe", "wrong_sql"]})
    found = evidence.ratings_by_dimension(opened, [WEEK], dimension="reasons")
    assert len(found) == 6 and "reasons" not in found
    said = {name: r.scale.values[r.value[0]] for name, r in found.items()}
    assert {n for n, v in said.items() if v == "yes"} == {"reasons: unsafe", "reasons: wrong_sql"}


def test_an_unknown_dimension_names_those_there_are(opened):
    with pytest.raises(UnknownError, match="dimension 'mood' is not in the rubric"):
        evidence.ratings_by_dimension(opened, [WEEK], dimension="mood")


def test_contested_items_are_ordered_by_the_share_of_pairs_that_differ():
    said = {"a": "xxy", "b": "xy", "c": "xx", "d": "x", "e": "xyz"}
    labels = [Label(item, f"r{k}", "d", v) for item, values in said.items() for k, v in enumerate(values)]
    # b: 1 of 1 pairs, e: 3 of 3, a: 2 of 3.
    assert contested(labels) == [("b", "d", 1.0), ("e", "d", 1.0), ("a", "d", pytest.approx(2 / 3))]


def test_a_conversation_is_named_by_its_item(opened, items):
    assert evidence.conversation_of(opened, items[0].id).id == items[0].conversation_id
    with pytest.raises(UnknownError, match="item 'nothing'"):
        evidence.conversation_of(opened, "nothing")


def test_calibration_gets_truth_verdict_group_and_population(opened, items):
    by_group = {s: [i for i in items if i.stratum == s] for s in ("failing", "low_confidence", "rest")}
    for found in by_group.values():
        vote(opened, found[0].id, "ana", GOOD)
    opened.add(Item(id="picked", conversation_id=items[0].conversation_id, week=WEEK, at=AT, purposive=True))
    vote(opened, "picked", "ana", BAD)
    paired = evidence.paired_labels(opened, [WEEK], "JUDGE-MARK")
    data = paired["correctness"].data
    assert len(data.items) == len(items) + 1 and "reasons" not in paired
    assert dict(zip(data.strata, data.population, strict=True)) == {
        f"{WEEK} failing": 10.0,
        f"{WEEK} low_confidence": 16.0,
        f"{WEEK} rest": 374.0,
    }
    place = data.items.index("picked")
    assert data.stratum[place] == -1
    assert sum(t >= 0 for t in data.truth) == 4
    with pytest.raises(UnknownError, match=r"judge 'nobody' is not in the store.*JUDGE-MARK"):
        evidence.paired_labels(opened, [WEEK], "nobody")
    # The baseline judge says something of drawn items alone.
    assert judges(opened, [WEEK]) == ["JUDGE-MARK", "politeness-heuristic"]
    assert judges_of_frame(opened, [WEEK]) == ["JUDGE-MARK"]


def test_a_new_rubric_version_is_not_mixed_into_calibration(imported):
    # W44 under version 1 says wrong, partly or correct; W45 under version 2 bad or good.
    open_the_week(imported, REQUEST.__class__(week=BEFORE, rate=1.0, raters=("ana",)))
    old = imported.find(Item)[0].id
    vote(imported, old, "ana", BAD)
    mine = {"name": "correctness", "scale": "nominal", "values": ["bad", "good"], "positive": "bad"}
    save_rubric(imported, rubric_from({"dimensions": [mine]}), by="lea")
    open_the_week(imported, REQUEST.__class__(week=WEEK, rate=0.05, raters=("ana",)))
    new = imported.find(Item, week=WEEK)[0].id
    vote(imported, new, "ana", {"correctness": "good"}, rubric=2)
    imported.add(Verdict(id="v1", item_id=new, judge="j", version="1", dimension="correctness", value="good", at=AT))
    paired = evidence.paired_labels(imported, [BEFORE, WEEK], "j")["correctness"]
    assert set(paired.settled) == {new} and paired.data.values == ("bad", "good")


@pytest.fixture
def counted(store):
    """Failing: 4 of 4 drawn; rest: 6 of 96. The judge's verdicts on all traffic are in the frame."""
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    from review.people.people import add_person

    for name in ("ana", "ben", "lea"):
        add_person(store, name, role="lead", by="x")
    add_week(store, WEEK)
    said = {
        "failing": {"j": {"correctness": {"wrong": 3, "correct": 1}}},
        "rest": {"j": {"correctness": {"wrong": 6, "correct": 88}}},
    }
    store.add(
        Draw(
            id="d1",
            week=WEEK,
            at=AT,
            by="lea",
            source="log",
            seed=WEEK,
            key_rule="key",
            rate=0.01,
            frame={},
            digest="0",
        ),
        Stratum(id="s0", draw_id="d1", week=WEEK, name="rest", population=96, sampled=1, probability=1 / 96),
        # A later draw of the week: its lines and its frame count.
        Draw(
            id="d2",
            week=WEEK,
            at=AT,
            by="lea",
            source="log",
            seed=WEEK,
            key_rule="key",
            rate=0.0625,
            frame={"verdicts": said},
            digest="1",
        ),
        Stratum(id="s1", draw_id="d2", week=WEEK, name="failing", population=4, sampled=4, probability=1.0),
        Stratum(id="s2", draw_id="d2", week=WEEK, name="rest", population=96, sampled=6, probability=0.0625),
    )
    truths = {"failing": ["wrong", "wrong", "wrong", "correct"], "rest": ["wrong", *["correct"] * 4, None]}
    for group, values in truths.items():
        for k, truth in enumerate(values):
            name = f"{group}{k}"
            store.add(
                Conversation(
                    id=name,
                    source="production",
                    source_id=name,
                    created_at=AT,
                    week=WEEK,
                    messages=({"role": "user", "content": "q"},),
                ),
                Item(id=name, conversation_id=name, week=WEEK, at=AT, draw_id="d1", stratum=group),
                Assignment(
                    id=f"a-{name}",
                    item_id=name,
                    rater_id="ana",
                    week=WEEK,
                    position=k,
                    rubric_version=1,
                    at=AT,
                    by="lea",
                ),
                Verdict(
                    id=f"v-{name}",
                    item_id=name,
                    judge="j",
                    version="1",
                    dimension="correctness",
                    value=truth or "correct",
                    at=AT,
                ),
            )
            if truth:
                labels = {"correctness": truth}
                store.add(
                    Annotation(
                        submission_id=f"n-{name}",
                        assignment_id=f"a-{name}",
                        item_id=name,
                        rater_id="ana",
                        rubric_version=1,
                        labels=labels,
                        at=AT,
                    )
                )
    store.add(
        Conversation(id="extra", source="production", source_id="extra", created_at=AT, week=WEEK, messages=()),
        Item(id="extra", conversation_id="extra", week=WEEK, at=AT, purposive=True),
        Assignment(
            id="a-extra", item_id="extra", rater_id="ana", week=WEEK, position=99, rubric_version=1, at=AT, by="lea"
        ),
        Annotation(
            submission_id="n-extra",
            assignment_id="a-extra",
            item_id="extra",
            rater_id="ana",
            rubric_version=1,
            labels={"correctness": "wrong"},
            at=AT,
        ),
    )
    return store


def test_the_latest_draw_is_the_ledger(counted):
    lines = evidence.ledger(counted, [WEEK])
    assert {n: (x.population, x.sampled, x.probability) for (_, n), x in lines.items()} == {
        "failing": (4, 4, 1.0),
        "rest": (96, 6, 0.0625),
    }


def test_production_quality_weighs_settled_items_by_their_group(counted):
    correctness = current_rubric(counted)["correctness"]
    report = production_quality(counted, [WEEK], correctness, positive="wrong")
    # failing: 3 of 4 wrong, all of them labelled; rest: 1 of 5 settled (the sixth has no label, the hand-picked one
    # weighs nothing): (4 * .75 + 96 * .2) / 100 = (3 + 19.2) / 100 = .222. Unweighted it would be 4/9 = .444.
    assert report.people.value == pytest.approx(0.222)
    assert report.people.n == 9 and report.people.ci[0] < 0.222 < report.people.ci[1]


def test_a_judge_on_all_traffic_sharpens_the_estimate(counted):
    correctness = current_rubric(counted)["correctness"]
    report = production_quality(counted, [WEEK], correctness, positive="wrong", judge="j")
    # The judge agrees with every label, so the estimate is its own share where it spoke: failing 3 of 4; rest 6 of the
    # 94 with a verdict, and 2 without any, of which nothing is labelled: about 9 of 98 to 11 of 100.
    assert 0.08 < report.difference.value < 0.12
    width = report.difference.ci[1] - report.difference.ci[0]
    assert width < report.people.ci[1] - report.people.ci[0]


def drawn_again(store, verdicts):
    """A later draw with the same lines, whose frame counts these verdicts."""
    store.add(
        Draw(
            id="d3",
            week=WEEK,
            at=AT,
            by="lea",
            source="log",
            seed=WEEK,
            key_rule="key",
            rate=0.0625,
            frame={"verdicts": verdicts},
            digest="2",
        ),
        Stratum(id="s3", draw_id="d3", week=WEEK, name="failing", population=4, sampled=4, probability=1.0),
        Stratum(id="s4", draw_id="d3", week=WEEK, name="rest", population=96, sampled=6, probability=0.0625),
    )


def test_a_text_outside_the_rubric_is_no_verdict_over_all_traffic_either(counted):
    correctness = current_rubric(counted)["correctness"]
    said = {
        "failing": {"k": {"correctness": {"pass": 4}}},
        "rest": {"k": {"correctness": {"wrong ": 3, "wrong": 3, "WRONG": 50, "correct": 40}}},
    }
    drawn_again(counted, said)
    # "pass" and "WRONG" came to nothing when the items were drawn, "wrong " to the value that it spells.
    for k, value in enumerate([None, "wrong", "correct", "correct", None, None]):
        counted.add(
            Verdict(
                id=f"k{k}",
                item_id=f"rest{k}",
                judge="k",
                version="log",
                dimension="correctness",
                value=value,
                at=AT,
                error="" if value else "no",
            )
        )
    for k in range(4):
        counted.add(
            Verdict(
                id=f"f{k}",
                item_id=f"failing{k}",
                judge="k",
                version="log",
                dimension="correctness",
                value=None,
                at=AT,
                raw="pass",
                error="no",
            )
        )
    report = production_quality(counted, [WEEK], correctness, positive="wrong", judge="k")
    assert [s.verdicts for s in report.strata] == [(0, 0, 4), (6, 40, 50)]
    assert report.people.value == pytest.approx(0.222)


def test_what_the_drawn_items_say_holds_where_the_counts_contradict_it(counted):
    correctness = current_rubric(counted)["correctness"]
    # As if the rubric had learned the values after the draw: counted over all traffic, no verdict on the drawn ones.
    drawn_again(counted, {"failing": {"k": {"correctness": {"wrong": 3, "correct": 1}}}, "rest": {}})
    for k in range(4):
        counted.add(
            Verdict(
                id=f"f{k}",
                item_id=f"failing{k}",
                judge="k",
                version="log",
                dimension="correctness",
                value=None,
                at=AT,
                error="no",
            )
        )
    report = production_quality(counted, [WEEK], correctness, positive="wrong", judge="k")
    assert report.strata[0].verdicts == (0, 0, 4)
    assert report.people.value == pytest.approx(0.222)


def test_an_unknown_judge_adds_nothing(counted):
    correctness = current_rubric(counted)["correctness"]
    report = production_quality(counted, [WEEK], correctness, positive="wrong", judge="nobody")
    assert report.people.value == pytest.approx(0.222)
    assert report.difference.value is None or report.difference.value == pytest.approx(0.222)


def test_without_labels_quality_is_undefined_and_says_why(opened):
    report = production_quality(opened, [WEEK], current_rubric(opened)["correctness"], positive="wrong")
    assert report.people.value is None and report.people.undefined == "no conversation is labelled"


def test_an_adjudicated_item_counts_with_its_settled_label(counted):
    counted.add(
        Assignment(
            id="b-rest0", item_id="rest0", rater_id="ben", week=WEEK, position=1, rubric_version=1, at=AT, by="lea"
        ),
        Annotation(
            submission_id="m-rest0",
            assignment_id="b-rest0",
            item_id="rest0",
            rater_id="ben",
            rubric_version=1,
            labels={"correctness": "correct"},
            at=AT,
        ),
    )
    correctness = current_rubric(counted)["correctness"]
    # A tie is no label: rest is 0 of 4, hence 3/100.
    assert production_quality(counted, [WEEK], correctness, positive="wrong").people.value == pytest.approx(0.03)
    adjudicate(counted, "rest0", by="lea", labels=BAD, reason="slip")
    assert production_quality(counted, [WEEK], correctness, positive="wrong").people.value == pytest.approx(0.222)


def test_judges_of_the_frame_are_those_known_in_every_week(counted):
    assert judges_of_frame(counted, [WEEK]) == ["j"]
    add_week(counted, "2026-W46")
    counted.add(
        Draw(
            id="d3",
            week="2026-W46",
            at=AT,
            by="lea",
            source="log",
            seed="s",
            key_rule="key",
            rate=0.01,
            frame={},
            digest="2",
        )
    )
    assert judges_of_frame(counted, [WEEK, "2026-W46"]) == []
