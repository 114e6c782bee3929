"""Which verdicts count, on which half, and what a look at the test half records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_store import AT, DEV, NAMES, TEST, WEEK, judged, says, speaks, truth, version

from review.basics.errors import NothingToDo, Refused, UnknownError
from review.current.verdicts import Reference, reference, that_count, verdicts_of, versions_with_verdicts
from review.evidence.evidence import paired_labels
from review.evidence.test_set_access import accesses, record_access, shown_half
from review.judges.workbench.workbench import report_on_test
from review.statistics.calibration.report import calibration_report
from storage.records_judges import Look
from storage.records_people import AuditEntry
from storage.records_review import Verdict
from storage.records_weeks import Item


@pytest.fixture
def week(store):
    return judged(store)


def n_of(store, judge, **how):
    data = paired_labels(store, [WEEK], judge, **how)["correctness"].data
    return calibration_report(data, positive="wrong", bootstrap=0).n


def test_a_bare_name_means_the_latest_version_and_a_version_can_be_named(week):
    speaks(week, "tone", "log")
    speaks(week, "tone", "2")
    speaks(week, "tone", "10", c00="correct")
    # An older version that runs again stays the older one.
    says(week, "tone", "2", 1, "wrong")
    assert versions_with_verdicts(week, [WEEK]) == {"tone": ("log", "2", "10")}
    assert reference(week, [WEEK], "tone") == Reference("tone", "10")
    assert verdicts_of(week, [WEEK], "tone")[NAMES[0], "correctness"].value == "correct"
    assert verdicts_of(week, [WEEK], "tone@log")[NAMES[0], "correctness"].value == "wrong"
    assert verdicts_of(week, [WEEK], "tone@2")[NAMES[1], "correctness"].value == "wrong"
    assert verdicts_of(week, [WEEK], "tone@3") == {} == verdicts_of(week, [WEEK], "nobody")


def test_a_name_may_hold_an_at(week):
    speaks(week, "gpt@eu", "log")
    speaks(week, "gpt", "eu")
    assert reference(week, [WEEK], "gpt@eu") == Reference("gpt@eu", "log")
    assert reference(week, [WEEK], "gpt@eu@log") == Reference("gpt@eu", "log")
    with pytest.raises(UnknownError, match=r"judge 'gpt@us' is not in the store .*gpt@eu, gpt@eu@log"):
        reference(week, [WEEK], "gpt@us")
    version(week, "gpt", 3)
    with pytest.raises(NothingToDo, match=r"judge 'gpt@3' has no verdicts on items of 2026-W45 .*gpt@eu, gpt@eu@log"):
        reference(week, [WEEK], "gpt@3")


def test_the_latest_verdict_counts_but_a_missing_one_takes_nothing_back(week):
    says(week, "tone", "1", 0, None)
    says(week, "tone", "1", 0, "wrong")
    says(week, "tone", "1", 0, "partly", rationale="second thoughts")
    says(week, "tone", "1", 0, None)
    says(week, "tone", "1", 1, None, error="refused")
    says(week, "tone", "1", 1, None, error="timed_out")
    found = verdicts_of(week, [WEEK], "tone")
    assert found[NAMES[0], "correctness"].rationale == "second thoughts"
    assert found[NAMES[1], "correctness"].error == "timed_out"


@given(st.lists(st.sampled_from(["wrong", "correct", None]), min_size=1, max_size=8))
def test_what_counts_is_the_last_value_there_is(values):
    rows = [
        Verdict(id=str(k), item_id="i", judge="j", version="1", dimension="d", value=value, at=AT)
        for k, value in enumerate(values)
    ]
    said = [v for v in values if v is not None]
    assert that_count(rows)["i", "d"].value == (said[-1] if said else None)


def test_the_halves_add_up(week):
    speaks(week, "tone", "log")
    assert n_of(week, "tone", split="dev") == len(DEV)
    assert n_of(week, "tone", split="test") == len(TEST)
    assert n_of(week, "tone") == n_of(week, "tone", split="all") == 40 == len(DEV) + len(TEST)


def test_a_half_stands_for_the_whole_population(week):
    speaks(week, "tone", "log")
    data = paired_labels(week, [WEEK], "tone", split="dev")["correctness"].data
    report = calibration_report(data, positive="wrong", bootstrap=0)
    # The split does not look at the item, so dev is a simple random sample of the stratum: 400 / |dev| each.
    assert list(data.population) == [400.0]
    wrong = sum(truth(NAMES.index(name)) == "wrong" for name in DEV)
    assert report.weighted["prevalence"].value == pytest.approx(wrong / len(DEV))
    assert "Only conversations of the dev half count here." in report.warnings


def test_what_can_be_tuned_here_shows_dev_and_everything_else_all(week):
    for kind in ("llm", "local", "learned", "recorded"):
        version(week, kind, 1, kind=kind)
        speaks(week, kind, "1")
    speaks(week, "logged", "log")
    assert {k: n_of(week, k) for k in ("llm", "local", "learned")} == dict.fromkeys(
        ("llm", "local", "learned"), len(DEV)
    )
    assert n_of(week, "recorded") == n_of(week, "logged") == 40
    assert shown_half(week, Reference("llm", "1")) == "dev" and shown_half(week, Reference("llm", "log")) == "all"


def test_examples_of_the_prompt_do_not_count_and_that_is_said(week):
    shown = DEV[:3]
    version(week, "tone", 1)
    version(week, "tone", 2, examples=(*shown, "not-in-this-week"))
    for number in ("1", "2"):
        speaks(week, "tone", number)
    first, second = (paired_labels(week, [WEEK], f"tone@{v}", split="all")["correctness"] for v in (1, 2))
    assert (first.examples, second.examples) == (0, 3)
    assert n_of(week, "tone@1", split="all") == 40 and n_of(week, "tone@2", split="all") == 37
    assert n_of(week, "tone@2") == len(DEV) - 3
    assert not set(shown) & (second.settled.keys() | second.verdicts.keys())
    said = "3 labelled items left out: the judge has seen the label in its own prompt."
    assert said in second.data.notes and said not in first.data.notes


def test_an_example_takes_all_items_of_its_conversation_with_it(week):
    week.add(
        Item(id=f"{DEV[0]}#1", conversation_id=DEV[0], week=WEEK, at=AT, draw_id="d1", stratum="rest", target_turn=1)
    )
    version(week, "tone", 1, examples=(DEV[0],))
    speaks(week, "tone", "1")
    week.add(
        Verdict(
            id="extra", item_id=f"{DEV[0]}#1", judge="tone", version="1", dimension="correctness", value="wrong", at=AT
        )
    )
    pair = paired_labels(week, [WEEK], "tone")["correctness"]
    assert not {DEV[0], f"{DEV[0]}#1"} & pair.verdicts.keys()


def test_what_a_viewer_owes_is_in_no_figure(week):
    speaks(week, "tone", "log")
    pair = paired_labels(week, [WEEK], "tone", viewer="ben")["correctness"]
    assert NAMES[0] not in pair.data.items and NAMES[0] not in pair.verdicts and NAMES[0] not in pair.settled
    assert n_of(week, "tone", viewer="ben") == 39


def test_a_group_that_a_half_leaves_empty_is_named(week):
    # One labelled item of the test half is all there is of this group.
    from storage.records_log import Conversation, Stratum
    from storage.records_review import Annotation
    from storage.records_weeks import Assignment

    week.add(
        Stratum(id="s2", draw_id="d1", week=WEEK, name="failing", population=5, sampled=1, probability=0.2),
        Conversation(id="t", source="production", source_id=TEST[0], created_at=AT, week=WEEK, messages=()),
        Item(id="t", conversation_id=TEST[0], week=WEEK, at=AT, draw_id="d1", stratum="failing"),
        Assignment(id="a-t", item_id="t", rater_id="ana", week=WEEK, position=99, rubric_version=1, at=AT, by="lea"),
        Annotation(
            submission_id="n-t",
            assignment_id="a-t",
            item_id="t",
            rater_id="ana",
            rubric_version=1,
            labels={"correctness": "wrong"},
            at=AT,
        ),
    )
    speaks(week, "tone", "log")
    data = paired_labels(week, [WEEK], "tone", split="dev")["correctness"].data
    report = calibration_report(data, positive="wrong", bootstrap=0)
    assert any("No item is labelled in '2026-W45 failing' (5 items)" in w for w in report.warnings)


def test_a_look_is_counted_written_down_and_needs_the_role(week):
    version(week, "tone", 1)
    version(week, "tone", 2)
    for number in ("1", "2"):
        speaks(week, "tone", number, c00="correct")
    with pytest.raises(Refused, match="needs the role adjudicator; ana has annotator"):
        report_on_test(week, [WEEK], "tone", by="ana")
    assert week.find(Look) == []
    first = report_on_test(week, [WEEK], "tone@1", by="eva", bootstrap=0)
    second = report_on_test(week, [WEEK], "tone", by="lea", bootstrap=0)
    third = report_on_test(week, [WEEK], "tone@2", by="eva", bootstrap=0)
    assert first.looked.sentence == "look 1 at the test half of version 1"
    assert second.looked.sentence == "look 1 at the test half of version 2 (2 looks at all its versions)"
    assert third.looked.sentence == "look 2 at the test half of version 2 (3 looks at all its versions)"
    assert third.reports["correctness"].n == len(TEST)
    assert [seen.record.by for seen in accesses(week, "tone", "2")] == ["lea", "eva"]
    entry = week.find(AuditEntry, action="look at test")[-1]
    assert (entry.actor, entry.subject, entry.detail["weeks"]) == ("eva", "tone@2", [WEEK])
    # What was read then stands in the look, so that it can be told without looking again.
    recall = third.reports["correctness"].weighted["recall"]
    kept = accesses(week, "tone")[-1].figures["correctness"]
    assert kept.n == len(TEST) and kept.figures["recall"].value == recall.value and kept.positive == "wrong"


def test_a_look_that_shows_nothing_is_not_counted(week):
    version(week, "tone", 1)
    for name in DEV:
        says(week, "tone", "1", NAMES.index(name), "wrong")
    with pytest.raises(NothingToDo, match="tone@1 has no verdict on a labelled item of the test half"):
        report_on_test(week, [WEEK], "tone", by="eva")
    assert accesses(week, "tone") == []


def test_there_is_nothing_to_look_at_behind_what_is_shown_anyway(week):
    speaks(week, "tone", "log")
    with pytest.raises(Refused, match="tone@log does not run in Spotcheck"):
        report_on_test(week, [WEEK], "tone", by="eva")


def test_a_look_is_refused_to_who_lost_the_role_meanwhile(week):
    from review.people.people import add_person

    add_person(week, "eva", role="annotator", by="lea")
    with pytest.raises(Refused):
        record_access(week, Reference("tone", "1"), [WEEK], by="eva", figures={})
    assert week.find(Look) == []
