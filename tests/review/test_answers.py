"""The four answers of a week, on weeks whose truth is known: what they say, and that they say it everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from planted_weeks import nothing_to_do, real_fall, rise_within_noise, unusable_judge
from unsettled_store import THIS, add_split_week, people_only

from review.report.gather import week_report
from review.report.markdown import report_markdown
from review.report.model import WeekReport
from review.report.page import report_html
from review.statistics.answers.answer import Answer
from storage.store import Store

PLANTED: tuple[Callable[[Path], Store], ...] = (unusable_judge, nothing_to_do, rise_within_noise, real_fall)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, WeekReport]:
    folder = tmp_path_factory.mktemp("planted")
    return {make.__name__: week_report(make(folder / f"{make.__name__}.db"), THIS, bootstrap=200) for make in PLANTED}


def told(report: WeekReport) -> dict[str, Answer]:
    return {answer.name: answer for answer in report.answers}


def test_a_judge_that_misses_nearly_all_is_not_to_be_used_and_the_good_one_is(reports: dict[str, WeekReport]) -> None:
    found = told(reports["unusable_judge"])
    assert found["production"].sentence.startswith("About 25% of conversations are 'wrong'")
    assert "no earlier week to compare" in found["production"].sentence
    assert found["agreement"].sentence.startswith("Yes")
    assert (found["judges"].sentence, found["judges"].certainty) == (
        "For 'wrong' use sharp; do not use blind.",
        "well known",
    )
    lines = {line.sentence: line.reason for line in found["judges"].lines}
    assert "It finds only 5.0% of the 'wrong' items" in lines["blind for 'wrong': do not use for this."]
    assert "as close to people as they are to each other" in lines["sharp for 'wrong': use it."]
    assert "blind for 'wrong': it finds only 5.0%" in found["judges"].reason
    steps = [line.sentence for line in found["next"].lines]
    assert steps == ["Draw and label 18 more conversations.", "Close the week."]
    assert found["production"].certainty == "hardly known yet" and "roughly known" in found["next"].reason


def test_a_closed_week_with_nothing_open_leaves_nothing_to_do(reports: dict[str, WeekReport]) -> None:
    found = told(reports["nothing_to_do"])
    assert found["production"].sentence.startswith("About 25% of conversations are 'wrong'")
    assert found["agreement"].sentence.startswith("Yes")
    assert found["judges"].sentence == "No judge has given verdicts in these weeks."
    assert (found["next"].sentence, found["next"].lines) == ("Nothing: the week is closed.", ())


def test_a_rise_that_chance_alone_gives_is_no_change(reports: dict[str, WeekReport]) -> None:
    found = told(reports["rise_within_noise"])
    assert found["production"].sentence == "About 11% of conversations are 'wrong'; no change is proven."
    assert re.search(r"Change against 2026-W46 −[\d.]+ to \+[\d.]+ points\.", found["production"].reason)
    assert found["production"].lines[1].sentence == "No labelled conversation is 'rude'; no change is proven."
    assert found["agreement"].sentence.startswith("Yes") and found["judges"].lines == ()
    assert found["next"].sentence == "Close the week."


def test_a_fall_that_is_proven_is_named(reports: dict[str, WeekReport]) -> None:
    found = told(reports["real_fall"])
    assert found["production"].sentence == "About 5.0% of conversations are 'wrong', fewer than in the week before."
    assert len(found["production"].lines[0].trend) == 2
    assert found["agreement"].sentence.startswith("Yes") and found["judges"].lines == ()
    assert [line.name for line in found["next"].lines] == ["settle"]
    assert found["next"].sentence == "Settle 3 disagreements."


def test_each_form_of_the_report_says_the_same(reports: dict[str, WeekReport]) -> None:
    for report in reports.values():
        page, text, json = report_html(report), report_markdown(report), report.to_json()["answers"]
        for answer, row in zip(report.answers, json, strict=True):
            assert row["sentence"] == answer.sentence
            for form in (page.replace("&#39;", "'"), text):
                assert answer.sentence.removesuffix(".") in form and answer.question in form
        assert len(text) < 2_500 and text.startswith(f"**Week {THIS}**")


def test_markdown_shows_names_from_data_as_text(tmp_path: Path) -> None:
    from planted_weeks import ITEMS, agreed, planted, says

    store = planted(tmp_path / "spotcheck.db", {THIS: agreed(20)})
    says(store, "[x](http://evil)*", THIS, ["correct"] * ITEMS)
    text = report_markdown(week_report(store, THIS, bootstrap=50))
    assert r"\[x\](http://evil)\*" in text


def test_open_ties_give_a_range_and_come_first_in_what_is_next(tmp_path: Path) -> None:
    store = add_split_week(people_only(tmp_path / "spotcheck.db"))
    found = told(week_report(store, THIS, bootstrap=50))
    first = found["production"].lines[0]
    assert "depending on 8 open ties" in first.sentence and "not from a change in quality" in first.reason
    settle = next(line for line in found["next"].lines if line.name == "settle")
    assert (
        settle.sentence == "Settle 10 disagreements." and "3 ties among them decide what the share is" in settle.reason
    )
