"""Where a judge and people disagree: in which direction, what there is to read, and which items fit into a prompt."""

from __future__ import annotations

import pytest
from judged_store import DEV, NAMES, TEST, WEEK, golden, judged, speaks

from review.basics.errors import UnknownError
from review.basics.labels import Scale
from review.evidence.evidence import paired_labels
from review.judges.workbench.disagreements import direction, disagreements, reading, unfit
from review.privacy.hidden_spans import hide_span
from review.rubric.rubric import Dimension, current_rubric
from review.settling.adjudication import adjudicate
from storage.records_review import Verdict
from storage.records_weeks import Item


@pytest.fixture
def week(store):
    return judged(store)


def dimension(kind, values, positive):
    return Dimension(name="d", scale=Scale(kind, values), positive=positive)


FINAL = {"correctness": "wrong", "reasons": ["wrong_fact"], "intent": "order_status", "politeness": "neutral"}
ORDERED = dimension("ordinal", ("wrong", "partly", "correct"), "wrong")
TURNED = dimension("ordinal", ("fine", "odd", "toxic"), "toxic")
NAMED = dimension("nominal", ("ok", "spam", "other"), "spam")


@pytest.mark.parametrize(
    ("scale", "truth", "verdict", "found"),
    [
        (ORDERED, "wrong", "partly", "kind"),
        (ORDERED, "partly", "correct", "kind"),
        (ORDERED, "correct", "wrong", "strict"),
        (TURNED, "toxic", "odd", "kind"),
        (TURNED, "fine", "odd", "strict"),
        (NAMED, "spam", "other", "kind"),
        (NAMED, "other", "spam", "strict"),
        (NAMED, "other", "ok", "other"),
        (dimension("nominal", ("a", "b"), None), "a", "b", "other"),
        (ORDERED, "wrong", "terrible", "other"),
        (ORDERED, "wrong", None, "none"),
    ],
)
def test_a_wrong_verdict_is_too_kind_or_too_strict_by_the_bad_end_of_the_scale(scale, truth, verdict, found):
    assert direction(scale, truth, verdict) == found


def test_adjudicated_items_come_first_and_those_without_a_verdict_last(week):
    # Items 0 and 4 are wrong, 2 is correct, and the judge is silent on 1.
    adjudicate(week, NAMES[4], by="eva", labels=FINAL, reason="slip", rationale="the date is off")
    speaks(week, "tone", "log", c00="correct", c01=None, c02="partly", c04="correct")
    found = disagreements(paired_labels(week, [WEEK], "tone")["correctness"])
    assert [(d.item, d.direction) for d in found] == [
        ("c04", "kind"), ("c00", "kind"), ("c02", "strict"), ("c01", "none"),
    ]  # fmt: skip


def test_what_people_and_judge_said_is_read_together_without_names(week):
    adjudicate(week, NAMES[4], by="eva", labels=FINAL, reason="slip", rationale="the date is off")
    speaks(week, "tone", "log", c04="correct")
    (found,) = disagreements(paired_labels(week, [WEEK], "tone")["correctness"])
    read = reading(week, found, ["correctness"], viewer="lea")
    assert (read.rationale, read.comments) == ("the date is off", ("because of 4",))
    assert read.conversation.answer == "answer 4 of c04" and "ana" not in repr(read.comments)


def test_a_hidden_span_is_hidden_in_the_judges_words_too(week):
    hide_span(week, NAMES[0], "answer 0 of c00", by="eva")
    with week.transaction():
        week.add(
            Verdict(
                id="v",
                item_id=NAMES[0],
                judge="tone",
                version="log",
                dimension="correctness",
                value="correct",
                at="",
                rationale="it says answer 0 of c00",
            )
        )
    (found,) = disagreements(paired_labels(week, [WEEK], "tone")["correctness"])
    read = reading(week, found, ["correctness"], viewer="lea")
    assert read.said.rationale == "it says [HIDDEN_1]" and read.conversation.answer == "[HIDDEN_1]"


def test_what_the_viewer_owes_cannot_be_read(week):
    speaks(week, "tone", "log", c00="correct")
    (found,) = disagreements(paired_labels(week, [WEEK], "tone")["correctness"])
    with pytest.raises(UnknownError, match="or you still have to review it"):
        reading(week, found, ["correctness"], viewer="ben")


def test_only_golden_examples_of_dev_may_stand_in_a_prompt(week):
    def item(name):
        return week.get(Item, name)

    def why_not(name, example, *dimensions):
        return unfit(item(name), example, dimensions, current_rubric(week))

    fit = golden(week, DEV[0])
    assert why_not(DEV[0], fit, "correctness") == ""
    assert "no label in politeness" in why_not(DEV[0], fit, "correctness", "politeness")
    assert "not golden yet" in why_not(DEV[1], None, "correctness")
    assert "belongs to the test half" in why_not(DEV[2], golden(week, DEV[2], split="test"), "correctness")
    assert "belongs to the test half" in why_not(TEST[0], golden(week, TEST[0]), "correctness")
    # A wrong answer has to show its reasons, a correct one has none.
    assert "no label in reasons" in why_not(DEV[0], fit, "correctness", "reasons")
    assert why_not(DEV[3], golden(week, DEV[3], correctness="correct"), "correctness", "reasons") == ""
