"""The headline of production quality: what it must give on counts whose answer is known, and what always holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from review.statistics.intervals import jeffreys
from review.statistics.quality.bounds import proven
from review.statistics.quality.change import Pairs, change, change_over_weeks, is_real, paired_change
from review.statistics.quality.change_words import change_words, over_weeks_words
from review.statistics.quality.headline import Rates, headline
from review.statistics.quality.judged import difference, ppi
from review.statistics.quality.missed import Planted, missed_errors
from review.statistics.quality.people import people
from review.statistics.quality.report import Unsettled, quality_report
from review.statistics.quality.saved import labels_saved
from review.statistics.quality.strata import Cell, QualityRow, StratumCounts, Verdicts, stratify
from review.statistics.quality.ties import RandomTies, headline_with_ties
from review.statistics.quality.words import compared, plain_words, table
from review.statistics.quantity import Quantity
from review.statistics.tango import tango


def stratum(
    name: str, verdicts: tuple[int, int, int], said_positive=(0, 0), said_other=(0, 0), said_nothing=(0, 0), **more
) -> StratumCounts:
    """A stratum whose population is all of its verdicts."""
    return StratumCounts(
        name=name,
        population=sum(verdicts),
        verdicts=Verdicts(*verdicts),
        said_positive=Cell(*said_positive),
        said_other=Cell(*said_other),
        said_nothing=Cell(*said_nothing),
        **more,
    )


def test_labels_that_never_contradict_the_judge_do_not_make_the_estimate_zero() -> None:
    # 10,000 conversations, 100 labelled, 200 called wrong; the drawn ones hold two of these, both wrong.
    found = headline([stratum("all", (200, 9800, 0), (2, 2), (98, 0))]).quantity
    assert found.value == pytest.approx(0.02, abs=0.002)
    assert found.ci is not None and found.ci[0] > 0


def test_known_positives_bound_the_estimate_from_below() -> None:
    found = headline([stratum("all", (0, 10_000, 0), said_other=(1000, 40))]).quantity
    assert found.value == pytest.approx(0.04) and found.ci is not None and found.ci[0] >= 40 / 10_000


def test_cells_large_enough_are_estimated_by_themselves() -> None:
    found = headline([stratum("all", (1000, 9000, 0), (20, 15), (180, 9))])
    assert found.quantity.value == pytest.approx((1000 * 15 / 20 + 9000 * 9 / 180) / 10_000)
    assert found.rules == {"all": "cells"} and found.basis == "post-stratified by verdict"


def test_the_rule_looks_at_expected_counts_and_not_at_the_sample() -> None:
    # 1% of traffic is flagged: 100 labels expect one flagged one, however many the draw happened to hold.
    lucky = headline([stratum("all", (100, 9900, 0), (9, 9), (91, 0))])
    assert lucky.rules == {"all": "difference"} and lucky.weights == {"all": 0.0}
    assert lucky.quantity.value == pytest.approx(people([stratum("all", (100, 9900, 0), (9, 9), (91, 0))]).value)


def test_the_weight_of_the_judge_comes_from_earlier_weeks_or_half_the_other_strata() -> None:
    rest = stratum("rest", (100, 9900, 0), (1, 1), (99, 0))
    failing = stratum("failing", (150, 50, 0), (100, 90), (40, 4))
    joined = headline([failing, rest])
    ppv, missed = 90.5 / 101, 4.5 / 41
    assert joined.weights["rest"] == pytest.approx((ppv - missed) / 2)
    past = headline([failing, rest], history={"rest": Rates(Cell(10, 9), Cell(300, 3))})
    r = (9 + 0.5) / 11, (3 + 0.5) / 301
    assert past.weights["rest"] == pytest.approx((9 + 2 * r[0]) / 12 - (3 + 2 * r[1]) / 302)


def test_a_stratum_labelled_in_full_has_no_width() -> None:
    found = headline([stratum("all", (30, 70, 0), (30, 20), (70, 10))])
    assert found.quantity.value == pytest.approx(0.3) and found.quantity.ci == pytest.approx((0.3, 0.3))
    assert found.basis == "every conversation is labelled"


def test_turning_the_question_round_turns_the_answer_round() -> None:
    one = headline([stratum("all", (700, 300, 0), (70, 60), (30, 6))])
    other = headline([stratum("all", (300, 700, 0), (30, 24), (70, 10))])
    assert one.quantity.value == pytest.approx(1 - other.quantity.value)
    assert one.quantity.ci == pytest.approx((1 - other.quantity.ci[1], 1 - other.quantity.ci[0]))


def test_without_labels_or_with_a_silent_stratum_there_is_no_headline() -> None:
    assert headline([stratum("all", (10, 90, 0))]).quantity.undefined == "no conversation is labelled"
    silent = [stratum("a", (0, 50, 0), said_other=(20, 1)), stratum("b", (0, 50, 0))]
    assert "'b' is labelled" in (headline(silent).quantity.undefined or "")


def test_weeks_drawn_at_one_rate_share_their_limits() -> None:
    weeks = [stratum(f"w{k} rest", (100, 9900, 0), (1, 1), (99, 1), pool="rest") for k in range(4)]
    apart = [replace(s, pool=None) for s in weeks]
    joined, alone = headline(weeks).quantity, headline(apart).quantity
    assert joined.value == pytest.approx(alone.value)
    assert joined.ci[1] - joined.ci[0] < 0.95 * (alone.ci[1] - alone.ci[0])


@st.composite
def strata(draw: st.DrawFn) -> list[StratumCounts]:
    found = []
    for k in range(draw(st.integers(1, 3))):
        cells, verdicts = [], []
        for _ in range(3):
            n = draw(st.integers(0, 30))
            verdicts.append(n + draw(st.integers(0, 300)))
            cells.append((n, draw(st.integers(0, n))))
        found.append(stratum(f"s{k}", tuple(verdicts), *cells, pool=draw(st.sampled_from([None, "same"]))))
    return [s for s in found if s.size] or [stratum("s", (1, 1, 1))]


@given(strata())
def test_no_estimate_and_no_limit_contradicts_the_labels(found: list[StratumCounts]) -> None:
    quantity = headline(found).quantity
    if quantity.value is None:
        assert quantity.undefined
        return
    low, high = proven(found)
    assert quantity.ci is not None
    assert low - 1e-9 <= quantity.ci[0] <= quantity.value <= quantity.ci[1] <= high + 1e-9


@given(strata())
def test_every_estimator_by_name_keeps_to_the_labels_too(found: list[StratumCounts]) -> None:
    report = quality_report(found)
    low, high = report.proven
    assert 0 <= low <= high <= 1
    for name, quantity in {"headline": report.headline, **report.by_name}.items():
        if quantity.value is not None:
            assert quantity.ci is not None, name
            assert low - 1e-9 <= quantity.ci[0] <= quantity.value <= quantity.ci[1] <= high + 1e-9, name


@given(strata(), st.booleans())
@example(found=[stratum("one has no verdict", (0, 1, 1), said_other=(1, 0))], endless=False)
def test_only_complete_labels_leave_no_interval(found: list[StratumCounts], endless: bool) -> None:
    if endless:
        found = [replace(found[0], population=None)]
    report = quality_report(found)
    known = all(s.labelled.n == s.population for s in found)
    for name, quantity in {"headline": report.headline, **report.by_name}.items():
        if quantity.ci is not None:
            assert (quantity.ci[0] == quantity.ci[1]) == known, name


@given(
    st.lists(
        st.tuples(st.sampled_from(["wrong", "correct", None]), st.sampled_from(["wrong", "correct", None])), min_size=1
    )
)
def test_of_a_stream_the_estimate_keeps_to_the_known_rows(rows: list[tuple[str | None, str | None]]) -> None:
    report = quality_report(stratify([QualityRow(*row) for row in rows], "wrong"))
    low, high = report.proven
    for quantity in (report.headline, *report.by_name.values()):
        assert quantity.value is None or low - 1e-9 <= quantity.value <= high + 1e-9


def test_the_difference_never_says_zero_against_forty_positives() -> None:
    # 40 of 1,000 labelled are positive, all unflagged; many flagged ones are not: the plain difference falls below 0.
    found = stratum("all", (500, 9500, 0), (500, 0), (500, 40))
    for quantity in (difference([found]), ppi([found]).quantity, people([found])):
        assert quantity.value is not None and quantity.ci is not None
        assert quantity.value >= 0.004 and quantity.ci[0] >= 0.004


def test_ties_adjudicated_out_of_order_are_counted_and_never_extrapolated() -> None:
    # 12 ties: 4 in random order, 1 of them positive; 2 out of order, both positive. 8 are left: a quarter of these 8 is
    # 2, which are known already, so no open tie counts as positive.
    ties = RandomTies(12, 4, 1, 2, 2)
    assert ties.share_of_open(0.25) == 0.0
    assert ties.share_of_open(0.5) == pytest.approx(2 / 6)
    tied = [stratum("all", (0, 0, 4000), said_nothing=(34, 5), open_ties=(0, 0, 6))]
    assert headline_with_ties(tied, ties=ties).headline.quantity.value == pytest.approx(5 / 40)


def test_ties_that_cannot_be_positive_are_not_left_out() -> None:
    found = [stratum("all", (0, 0, 1000), said_nothing=(80, 10), other_ties=(0, 0, 20))]
    answer = headline_with_ties(found)
    assert answer.bounds is None and answer.headline.quantity.value == pytest.approx(0.1)
    assert answer.headline.quantity.n == 80


@pytest.mark.parametrize(
    ("share", "positives", "adjudicated", "why"),
    [
        (0.06, 20, True, "adjudicators"),
        (0.06, 4, False, "fewer than 5"),
        (0.02, 20, False, "false alarms"),
        (0.9, 90, False, "the usual one"),
    ],
)
def test_what_missed_errors_mean_is_withheld_where_it_would_mislead(share, positives, adjudicated, why) -> None:
    found = Quantity(value=share, ci=(share / 2, min(1.0, share * 1.5)), n=100)
    said = missed_errors(found, positives=positives, all_adjudicated=adjudicated)
    assert said.value is None and why in (said.withheld or "")


def test_missed_errors_stretch_the_share_and_its_limits() -> None:
    found = Quantity(value=0.35, ci=(0.18, 0.9), n=100)
    said = missed_errors(found, positives=35)
    assert said.value == pytest.approx((0.35 / 0.9, 0.5)) and said.ci == pytest.approx((0.2, 1.0))
    measured = missed_errors(found, positives=35, planted=Planted(20, 16))
    low, high = jeffreys(16, 20)
    assert measured.value == pytest.approx((0.35 / high, 0.35 / low))


def test_a_range_asks_to_settle_the_ties_and_says_that_quality_did_not_change() -> None:
    found = [stratum("all", (0, 0, 400), said_nothing=(32, 2), open_ties=(0, 0, 8))]
    report = quality_report(found, unsettled=Unsettled(causes={"ties": 8, "skipped": 1, "not_answered": 0}))
    words = " ".join(plain_words(report, "wrong"))
    assert report.range == pytest.approx((0.05, 0.25)) and report.headline.value is None
    assert words.startswith(
        "Settle the ties first: the votes on 8 items are tied, so there is no single share of 'wrong'"
    )
    assert "To get it, settle 3 of them: the Adjudicate page offers them first" in words
    assert "5.0% if none of them is 'wrong' and 25.0% if all are" in words
    assert "decisions are missing, not that quality fell" in words
    assert "The other estimates leave out 8 items with tied votes, also people alone" in words
    assert "people alone, without 8 ties" in [line.name for line in table(report)]
    assert "positive" not in words
    assert "Without a label: 8 ties, 1 skipped. Skipped and unanswered ones are taken to be like" in words


def test_other_estimates_are_explained_only_where_they_differ() -> None:
    agreeing = quality_report([stratum("all", (1000, 9000, 0), (20, 15), (180, 9))])
    assert not [line for line in compared(agreeing) if "people alone" in line]
    lucky = quality_report([stratum("all", (1000, 9000, 0), (8, 8), (92, 1))])
    assert "people alone say 9.0%, because fewer" in compared(lucky)[0]


@given(strata(), st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)))
def test_open_ties_widen_and_never_narrow(found: list[StratumCounts], ties: tuple[int, int, int]) -> None:
    room = [v - c.n for v, c in zip(found[0].verdicts, found[0].cells, strict=True)]
    open_ties = tuple(int(min(t, r)) for t, r in zip(ties, room, strict=True))
    tied = [replace(found[0], open_ties=open_ties), *found[1:]]
    answer = headline_with_ties(tied)
    if not sum(open_ties) or answer.bounds is None:
        return
    low, high = answer.bounds
    assert low <= high
    ci = answer.headline.quantity.ci
    assert ci is not None and ci[0] <= low + 1e-9 and ci[1] >= high - 1e-9


def test_open_ties_make_a_range_until_a_random_third_is_adjudicated() -> None:
    tied = [stratum("all", (0, 0, 40), said_nothing=(32, 2), open_ties=(0, 0, 8))]
    answer = headline_with_ties(tied)
    assert answer.bounds == pytest.approx((2 / 40, 10 / 40)) and answer.headline.quantity.value is None
    assert "settle 3 of them, chosen at random" in (answer.headline.quantity.undefined or "")
    adjudicated = [stratum("all", (0, 0, 4000), said_nothing=(35, 3), open_ties=(0, 0, 5))]
    settled = headline_with_ties(adjudicated, ties=RandomTies(8, 3, 1)).headline.quantity
    assert settled.value == pytest.approx((3 + 5 / 3) / 40)


def test_a_narrow_range_is_one_number() -> None:
    answer = headline_with_ties([stratum("all", (0, 0, 1000), said_nothing=(400, 20), open_ties=(0, 0, 2))])
    assert answer.bounds is not None and answer.headline.quantity.value == pytest.approx(sum(answer.bounds) / 2)


@pytest.mark.parametrize(
    ("ties", "enough", "needed"),
    [((9, 3, 1), True, 0), ((9, 2, 1), False, 1), ((2, 2, 0), True, 0), ((30, 9, 3), False, 1), ((0, 0, 0), False, 0)],
)
def test_a_random_third_and_at_least_three_stand_for_the_others(ties, enough, needed) -> None:
    assert RandomTies(*ties).stand_for_all is enough
    assert RandomTies(*ties).still_needed == needed


def test_labels_saved_need_ten_positives_and_have_one_digit() -> None:
    few = [stratum("all", (200, 9800, 0), (8, 7), (92, 1))]
    assert labels_saved(few, headline(few)) is None
    many = [stratum("all", (1000, 9000, 0), (30, 27), (270, 3))]
    saved = labels_saved(many, headline(many))
    assert (
        saved is not None
        and saved > 100
        and saved == int(f"{saved:.0e}".replace("e+0", "e").split("e")[0]) * 10 ** (len(str(saved)) - 1)
    )
    coin = [stratum("all", (5000, 5000, 0), (150, 15), (150, 15))]
    assert labels_saved(coin, headline(coin)) == 0


def test_a_change_inside_its_interval_is_not_a_change() -> None:
    now, before = (Quantity(value=v, ci=(v - 0.02, v + 0.03), n=100) for v in (0.06, 0.05))
    found = change(now, before)
    assert found.value == pytest.approx(0.01) and not is_real(found)
    assert is_real(change(Quantity(value=0.2, ci=(0.17, 0.23), n=100), before))
    assert change(now, Quantity.missing("no conversation is labelled")).value is None


def week_of(value: float) -> Quantity:
    return Quantity(value=value, ci=(value - 0.03, value + 0.04), n=100)


def test_the_same_conversations_in_both_weeks_are_compared_in_pairs() -> None:
    # 100 of 10,000: 1 became wrong and 9 stopped being wrong; effective number 100/.99
    found = paired_change([Pairs(10_000, 100, 1, 9)])
    low, high = tango(1 / 0.99, 9 / 0.99, 100 / 0.99)
    assert found.value == pytest.approx(-0.08) and found.ci == pytest.approx((low, high))
    assert is_real(found) and "100 conversations labelled in both weeks" in change_words(found, "2026-W46", "wrong")
    independent = change(Quantity(value=0.1, ci=(0.056, 0.174), n=100), Quantity(value=0.18, ci=(0.12, 0.26), n=100))
    assert not is_real(independent)
    census = paired_change([Pairs(10, 10, 1, 3), Pairs(30, 30, 0, 0)])
    assert census.ci == pytest.approx((-0.05, -0.05))
    assert paired_change([Pairs(10, 0, 0, 0)]).value is None and paired_change([]).value is None


def test_the_change_over_weeks_is_the_later_half_against_the_earlier_half() -> None:
    found = change_over_weeks([week_of(v) for v in (0.1, 0.1, 0.1, 0.1, 0.16, 0.16, 0.16, 0.16)])
    assert found.value == pytest.approx(0.06)
    # MOVER of eight equal intervals: .06 - sqrt(4 (.03/4)^2 + 4 (.04/4)^2) = .06 - .025
    assert found.ci == pytest.approx((0.035, 0.085)) and found.n == 800
    said = over_weeks_words(found, [f"2026-W{n}" for n in range(40, 48)], "wrong")
    assert said.startswith("Over 8 weeks: 6.0 points more 'wrong' (+3.5 to +8.5, later half against earlier).")
    odd = [*map(week_of, (0.1, 0.1, 0.9, 0.2)), Quantity.missing("ties"), week_of(0.2)]
    assert change_over_weeks(odd).value == pytest.approx(0.1)
    few = change_over_weeks([week_of(0.1)] * 3)
    assert few.value is None and "3 of the weeks have a figure, and it takes 4" in (few.undefined or "")
    assert over_weeks_words(few, ["2026-W46"], "wrong") == ""


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20), st.integers(0, 20), st.integers(0, 90)), min_size=1))
def test_paired_limits_hold_the_change_and_have_width(groups: list[tuple[int, int, int, int]]) -> None:
    pairs = [
        Pairs(same + gained + lost + more, same + gained + lost, gained, lost) for same, gained, lost, more in groups
    ]
    found = paired_change(pairs)
    assert found.value is not None and found.ci is not None
    assert -1 <= found.ci[0] <= found.value <= found.ci[1] <= 1
    assert (found.ci[0] == found.ci[1]) == all(g.n == g.population for g in pairs)


def test_a_judge_without_weight_is_not_named_in_the_basis() -> None:
    found = [stratum("all", (200, 9_800, 0), said_other=(100, 0))]
    assert "people alone" in headline(found).basis
