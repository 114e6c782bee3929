"""The rules behind the words of the answers: certainty, the verdict on a judge, values read differently, next steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from review.basics.errors import InputError
from review.basics.labels import Label, Scale, ratings_of
from review.report.answers import differing
from review.report.model import Agreement
from review.report.trend import trend
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from
from review.settings.project import project_of
from review.statistics.agreement.report import agreement_report
from review.statistics.answers.answer import HARDLY, ROUGHLY, WELL, Line, certainty
from review.statistics.answers.judge_verdict import CARE, NEVER, UNKNOWN, USE_IT, Evidence, judge_verdict, passed_words
from review.statistics.answers.judges import judges
from review.statistics.answers.next_steps import Doing, FailedStep, More, Rise, next_steps
from review.statistics.answers.readings import Reading, read_differently, readings
from review.statistics.answers.thresholds import Thresholds
from review.statistics.calibration.alt_test import AltTest
from review.statistics.quantity import Quantity

RULE = Thresholds()


def between(low: float, high: float) -> Quantity:
    return Quantity(value=(low + high) / 2, ci=(low, high), n=100)


def the_test(passed: bool | None) -> AltTest:
    missing = AltTest.missing("j", "the test needs three people", epsilon=0.2)
    if passed is None:
        return missing
    return replace(missing, passed=passed, winning_rate=0.75 if passed else 0.25, undefined=None)


GOOD = Evidence(
    name="j", judge="j@1", label="j", title="Correctness", dimension="correctness", positive="wrong", n=200,
    positives=40, said=True, precision=between(0.7, 0.9), recall=between(0.65, 0.85), people=4,
    alternative=the_test(True), ceiling={},
)  # fmt: skip
LOW = Quantity(value=0.025, ci=(0.02, 0.53), n=100)
"""A judge that hardly finds anything, with an interval that reaches far up because few items weigh much."""
FEW_POSITIVES = Quantity(value=0.28, ci=(0.08, 0.62), n=12)
PEOPLE = {"precision": Quantity(value=0.75, n=40), "recall": Quantity(value=0.75, n=40)}
FEW = {"precision": Quantity(value=1.0, n=3), "recall": Quantity(value=1.0, n=3)}
TWO_PEOPLE = replace(
    GOOD, people=2, alternative=the_test(None),
    ceiling={"precision": Quantity(value=0.75), "recall": Quantity(value=0.75)},
)  # fmt: skip


@pytest.mark.parametrize(
    ("found", "use", "why"),
    [
        (GOOD, USE_IT, "finds at least 65% of the 'wrong' items and is right at least 70%"),
        (replace(GOOD, recall=between(0.6, 0.8)), USE_IT, "at least 60%"),
        (replace(GOOD, recall=between(0.59, 0.8)), CARE, "but perhaps only 59%; 60% is needed"),
        (
            replace(GOOD, precision=between(0.3, 0.7)),
            CARE,
            "50% of its 'wrong' verdicts are right, but perhaps only 30%",
        ),
        (replace(GOOD, recall=between(0.1, 0.49)), NEVER, "It finds only 30% of the 'wrong' items, 49% at best."),
        (replace(GOOD, recall=between(0.1, 0.5)), NEVER, "It finds only 30% of the 'wrong' items; at least 50%"),
        (replace(GOOD, recall=between(0.2, 0.7)), UNKNOWN, "finds 45% of the 'wrong' items, but it could be anything"),
        (
            replace(GOOD, recall=LOW),
            UNKNOWN,
            "finds 2.5% of the 'wrong' items, but it could be anything from 2.0% to 53%",
        ),
        (replace(GOOD, recall=LOW, ceiling=PEOPLE), UNKNOWN, "could be anything"),
        (replace(GOOD, recall=FEW_POSITIVES), UNKNOWN, "finds 28% of the 'wrong' items, but it could be anything"),
        (replace(GOOD, recall=replace(FEW_POSITIVES, value=0.42), ceiling=PEOPLE), UNKNOWN, "could be anything"),
        (replace(GOOD, recall=replace(LOW, ci=(0.15, 0.53))), NEVER, "only 2.5% of the 'wrong' items; at least 50%"),
        (replace(GOOD, recall=FEW_POSITIVES, precision=between(0.25, 0.6)), NEVER, "Only 42% of its 'wrong' verdicts"),
        (replace(GOOD, recall=between(0.2, 0.56), ceiling=PEOPLE), NEVER, "at least 50% is needed"),
        (replace(GOOD, recall=between(0.4, 0.6), ceiling=PEOPLE), CARE, "but perhaps only 40%"),
        (replace(GOOD, recall=between(0.25, 0.7), ceiling=FEW), UNKNOWN, "Label more 'wrong' items"),
        (replace(GOOD, precision=between(0.1, 0.4)), NEVER, "Only 25% of its 'wrong' verdicts are right, 40% at best."),
        (replace(GOOD, said=False), NEVER, "It never said 'wrong'."),
        (replace(GOOD, positives=9), UNKNOWN, "9 'wrong' items labelled so far; 10 are needed."),
        (replace(GOOD, positives=9, said=False), UNKNOWN, "9 'wrong' items"),
        (replace(GOOD, positives=10), USE_IT, ""),
        (replace(GOOD, alternative=the_test(False)), CARE, "could replace only 25% of the people; half are needed"),
        (replace(GOOD, alternative=the_test(None)), CARE, "cannot be compared with people yet: the test needs three"),
        (TWO_PEOPLE, USE_IT, "two people reach 75% with each other"),
        (replace(TWO_PEOPLE, recall=between(0.64, 0.9)), CARE, "but perhaps only 64%; people reach 75%"),
        (replace(GOOD, people=1, alternative=the_test(None)), CARE, "cannot be compared with people yet"),
        (replace(GOOD, precision=Quantity.missing("no weight")), UNKNOWN, "There is no figure: no weight."),
    ],
)
def test_the_verdict_follows_the_rule_and_names_the_figure_that_decides(found: Evidence, use: str, why: str) -> None:
    verdict = judge_verdict(found, RULE)
    assert (verdict.use, why in verdict.reason) == (use, True), verdict.reason


@pytest.mark.parametrize("found", [GOOD, replace(GOOD, recall=between(0.1, 0.3)), replace(GOOD, positives=3)])
def test_the_answer_about_judges_speaks_a_value_as_people_read_it(found: Evidence) -> None:
    several = [
        replace(found, positive="not_fine"),
        replace(found, name="k", judge="k@1", label="k", positive="not_fine"),
    ]
    answer = judges([judge_verdict(one, RULE) for one in several])
    assert "'not fine'" in answer.sentence and "not_fine" not in answer.sentence + answer.reason


def test_the_numbers_of_the_rule_are_settings() -> None:
    strict = replace(RULE, judge_good=0.75, judge_bad=0.7, judge_positives=50)
    assert judge_verdict(GOOD, strict).use == UNKNOWN
    assert judge_verdict(GOOD, replace(strict, judge_positives=10)).use == CARE
    assert judge_verdict(replace(GOOD, recall=between(0.5, 0.69)), replace(strict, judge_positives=10)).use == NEVER
    weak = replace(GOOD, recall=between(0.1, 0.5), ceiling=PEOPLE)
    assert judge_verdict(weak, replace(RULE, judge_point=0.2, judge_of_people=0.3)).use == CARE


def test_the_reason_names_the_limit_that_decided() -> None:
    near = replace(GOOD, recall=between(0.4, 0.7), ceiling=PEOPLE)
    assert judge_verdict(near, RULE).use == CARE
    verdict = judge_verdict(near, replace(RULE, judge_of_people=0.8))
    assert verdict.use == NEVER
    assert verdict.reason.endswith(
        "55% of the 'wrong' items; people reach 75% with each other, and at least 60% is needed."
    )


def test_a_passed_test_is_no_good_sign_beside_a_judge_that_is_not_to_be_used() -> None:
    never = replace(GOOD, recall=between(0.0, 0.3))
    assert "does not show that the judge finds 'wrong'" in passed_words(never, judge_verdict(never, RULE))
    assert passed_words(GOOD, judge_verdict(GOOD, RULE)) == "The alternative annotator test is passed."
    for passed, words in ((False, "is not passed"), (None, "is undefined: the test needs three people")):
        found = replace(GOOD, alternative=the_test(passed))
        assert words in passed_words(found, judge_verdict(found, RULE))


@pytest.mark.parametrize(
    ("ci", "words"),
    [((0.1, 0.15), WELL), ((0.1, 0.16), ROUGHLY), ((0.1, 0.25), ROUGHLY), ((0.1, 0.26), HARDLY), (None, HARDLY)],
)
def test_certainty_goes_by_the_width_of_the_interval(ci: tuple[float, float] | None, words: str) -> None:
    assert certainty(ci, well=RULE.well_known, roughly=RULE.roughly_known) == words


def test_settings_change_the_thresholds_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "spotcheck.toml"
    file.write_text("[answers]\nwell_known = 0.02\njudge_positives = 20\n")
    assert project_of(tmp_path / "x.db").answers == replace(RULE, well_known=0.02, judge_positives=20)
    for text, said in (
        ("judge_good = 3", "answers.judge_good"),
        ("judge_positives = 2.5", "answers.judge_positives"),
        ("judge_point = 0.7", "expected no more than judge_good, which is 0.6"),
        ("well_known = 0.3", "expected no more than roughly_known, which is 0.15"),
        ("well = 0.3", "well"),
    ):
        file.write_text(f"[answers]\n{text}\n")
        with pytest.raises(InputError, match=said.replace(".", r"\.")):
            project_of(tmp_path / "x.db")


SCALE = Scale("ordinal", ("wrong", "partly", "correct"))


def rated(*pairs: tuple[str, str]) -> list[Label]:
    return [
        Label(f"i{k}", rater, "c", value)
        for k, pair in enumerate(pairs)
        for rater, value in zip("ab", pair, strict=True)
    ]


def test_a_value_is_read_differently_when_one_gives_it_and_the_other_does_not() -> None:
    agree = [("correct", "correct")] * 20 + [("wrong", "wrong")] * 10 + [("partly", "partly")] * 2
    differ = [("partly", "correct")] * 4 + [("partly", "wrong")]
    found = ratings_of(rated(*agree, *differ), SCALE)
    # Of the pairs with 'partly', 2 agree (counted twice) and 5 differ: 4 / 9.
    assert readings(found)[0] == Reading("partly", "correct", 5, 7, pytest.approx(4 / 9))
    assert read_differently(found, same=0.5, items=5) is not None
    assert read_differently(found, same=0.5, items=6) is None and read_differently(found, same=0.4, items=5) is None
    assert readings(ratings_of(rated(*agree), SCALE)) == []


BUSY = Doing(
    week="2026-W47", closed=False, lead=True, adjudicator=True, due="Friday 27 November", own=3, own_minutes=2.4,
    left=12, late=9, nobodys=4, to_settle=2, ties=1, more=More(12, "wrong", 0.012),
    readings=(("correctness", Reading("partly", "wrong", 9, 14, 0.3)),),
    failed=(FailedStep("pull", "helpdesk did not answer"),),
)  # fmt: skip


def steps(found: Doing) -> list[str]:
    return [line.name for line in next_steps(found).lines]


def test_at_most_three_things_are_next_and_a_failed_night_comes_first() -> None:
    answer = next_steps(BUSY)
    assert [line.name for line in answer.lines] == ["night_pull", "review", "deal"]
    assert answer.lines[0].reason == "helpdesk did not answer" and answer.lines[0].link is not None
    assert answer.lines[0].link.page == "conversations"


def test_each_action_does_what_it_says_and_is_for_those_who_may() -> None:
    calm = replace(BUSY, failed=(), own=0, nobodys=0)
    late, settle, rubric = next_steps(calm).lines
    assert (late.sentence, settle.sentence) == ("Deal 9 late items to somebody else.", "Settle 2 disagreements.")
    assert "1 tie among them decides what the share is" in settle.reason
    assert rubric.sentence == "Fix the rubric text of 'partly'." and "differently on 9 of 14 items" in rubric.reason
    done = replace(calm, left=0, late=0, to_settle=0)
    label = next_steps(done).lines[0]
    assert label.sentence == "Draw and label 12 more conversations." and label.link is not None
    assert label.link.page == "sampling" and label.link.query == {"week": "2026-W47", "rate": "0.012"}
    assert steps(replace(calm, lead=False)) == ["settle"]
    assert steps(replace(calm, lead=False, adjudicator=False)) == []
    assert steps(replace(calm, closed=True)) == ["rubric_correctness"]


def test_a_text_that_was_mended_since_is_no_step_until_it_is_read_anew() -> None:
    used = rubric_from(DEFAULT_RUBRIC, version=1)
    ratings = ratings_of([Label("i", "a", "c", "partly"), Label("i", "b", "c", "wrong")], used["correctness"].scale)
    reading = Reading("partly", "wrong", 9, 14, 0.4)
    found = [Agreement("Correctness", agreement_report(ratings, bootstrap=10), "correctness", reading)]
    assert differing(found, used=used, current=used) == (("correctness", reading),)
    (asked,) = (d for d in used.dimensions if d.name == "correctness")
    others = tuple(d for d in used.dimensions if d is not asked)
    for mended in (
        replace(asked, value_guidance={**asked.value_guidance, "partly": "The first half is right."}),
        replace(asked, value_guidance={**asked.value_guidance, "wrong": "Nothing is right."}),
        replace(asked, guidance="Compare it with the handbook."),
    ):
        current = replace(used, dimensions=(mended, *others), version=2)
        assert differing(found, used=used, current=current) == ()
        assert differing(found, used=current, current=current) == (("correctness", reading),)
    elsewhere = replace(asked, value_guidance={**asked.value_guidance, "correct": "All of it is right."})
    assert differing(found, used=used, current=replace(used, dimensions=(elsewhere, *others)))
    assert differing(found, used=used, current=replace(used, dimensions=others)) == ()


def test_a_proven_rise_is_the_first_thing_for_the_lead_while_the_week_is_open() -> None:
    risen = replace(BUSY, failed=(), rises=(Rise("wrong", "'wrong': +5.0 to +16.7 points against 2026-W46."),))
    first = next_steps(risen).lines[0]
    assert first.sentence == "See why more conversations are 'wrong'." and "+5.0 to +16.7 points" in first.reason
    assert first.link is not None and first.link.query == {"week": "2026-W47", "view": "report"}
    assert steps(replace(risen, failed=BUSY.failed))[:2] == ["night_pull", "rise"]
    assert "rise" not in steps(replace(risen, lead=False)) + steps(replace(risen, closed=True))


def test_where_nothing_is_next_the_reason_says_what_is_awaited() -> None:
    idle = Doing(week="2026-W47", closed=False, lead=False, adjudicator=False, due="Friday 27 November")
    waiting = next_steps(replace(idle, left=12, to_settle=2))
    assert waiting.sentence == "Nothing for you now."
    assert (
        waiting.reason == "12 items are with reviewers and 2 disagreements with adjudicators, due Friday 27 November."
    )
    assert next_steps(idle).reason == "A lead can close the week."
    assert steps(replace(idle, lead=True)) == ["close"]
    assert steps(replace(idle, lead=True, to_triage=2)) == [], "failures that nobody has triaged keep the week open"
    assert steps(replace(idle, lead=True, adjudicator=True, to_triage=2)) == ["triage"]


def test_items_that_nobody_reviews_keep_the_week_open() -> None:
    lead = Doing(week="2026-W47", closed=False, lead=True, adjudicator=True, due="Friday 27 November", skipped=1)
    answer = next_steps(lead)
    assert steps(lead) == ["hand_over_skipped"] and answer.sentence == "Hand over 1 skipped item."
    assert answer.reason == "Everybody who has it skipped it, and nobody has reviewed it."
    other = next_steps(replace(lead, lead=False, adjudicator=False, skipped=1, nobodys=1))
    assert other.reason == "A lead has to give 2 items that nobody reviews to somebody."


def test_a_trend_shows_each_week_and_leaves_a_gap_without_a_figure() -> None:
    weeks = ("2026-W45", "2026-W46", "2026-W47")
    line = Line(
        name="wrong",
        sentence="",
        weeks=weeks,
        trend=(between(0, 0.1), Quantity.missing("no labels"), between(0.05, 0.15)),
    )
    found = trend(line, identity="t")
    assert found is not None and [bar.dot is None for bar in found.bars] == [False, True, False]
    assert (found.high, found.first, found.last) == ("20%", "W45", "W47")
    assert found.text == "2026-W45 5.0% (0% to 10%); 2026-W46 no figure; 2026-W47 10% (5.0% to 15%)"
    assert trend(replace(line, trend=line.trend[:2], weeks=weeks[:2]), identity="t") is None
