"""The report on paper: one page in an ordinary week, legible, and nothing cut off in a longer one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from quick_stores import copy_store

from review.demo.build import EARLIER
from review.demo.generate import WEEK_SIZE
from review.report.gather import week_report
from review.report.model import WeekReport
from review.report.page import report_html
from storage.opening import open_store
from storage.records_weeks import Week

pytestmark = pytest.mark.browser

PAPER = {"A4": (718, 1062), "Letter": (740, 996)}
"""The room for text in CSS pixels: the sheet without the margins of ``@page``."""


@pytest.fixture(scope="module")
def reports(demo_of: Any, tmp_path_factory: pytest.TempPathFactory) -> list[WeekReport]:
    """The report of each week of the demonstration, as ``spotcheck demo`` builds it: in smaller weeks other things are
    undefined, and saying so takes more lines."""
    path = tmp_path_factory.mktemp("report") / "spotcheck.db"
    store = open_store(copy_store(demo_of(weeks=8, size=WEEK_SIZE, before=EARLIER), path))
    return [week_report(store, w.name, bootstrap=200) for w in store.find(Week, order_by="name")]


@pytest.fixture
def page(context: Any) -> Iterator[Any]:
    opened = context.new_page()
    yield opened
    opened.close()


def sheets(page: Any, report: WeekReport, paper: str) -> int:
    """How many pages Chromium prints."""
    page.set_content(report_html(report))
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


@pytest.mark.parametrize("paper", PAPER)
def test_every_week_of_the_demonstration_is_one_page(page: Any, reports: list[WeekReport], paper: str) -> None:
    assert len(reports) == 8
    assert {r.week.name: sheets(page, r, paper) for r in reports} == {r.week.name: 1 for r in reports}


PRINTED = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = { smallest: 99, beyond: [], cut: [] };
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || !parent.getClientRects().length) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    found.smallest = Math.min(found.smallest, parseFloat(getComputedStyle(parent).fontSize) * 0.75);
    const place = parent.closest("section, header, footer").getBoundingClientRect();
    if (box.right > place.right + 0.5 || box.left < place.left - 0.5) found.beyond.push(node.textContent);
    for (let up = parent; up; up = up.parentElement)
      if (getComputedStyle(up).overflow !== "visible" && up.tagName !== "HTML") found.cut.push(up.className);
  }
  return found;
}"""
"""The smallest letters in points, texts that stick out of their section, and what could hide a part of a text."""


WIDEST = """() => {
  const [values, sides] = [document.querySelectorAll(".figure b"), document.querySelectorAll(".figure small")];
  for (const node of values) node.textContent = "12.5% to 34.5%";
  for (const node of sides) node.textContent = "depends on open ties";
  for (const node of document.querySelectorAll(".label")) node.textContent = "impolite_or_rude_or_neither_of_these";
  return Math.min(values.length, sides.length);
}"""
"""Give every figure and every label the widest texts that a week can bring."""


def printed(page: Any, report: WeekReport, paper: str, *, widest: bool = False) -> dict[str, Any]:
    width, height = PAPER[paper]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="print")
    page.set_content(report_html(report))
    if widest:
        assert page.evaluate(WIDEST) > 9
    found: dict[str, Any] = page.evaluate(PRINTED)
    return found


@pytest.mark.parametrize("paper", PAPER)
def test_what_is_printed_can_be_read(page: Any, reports: list[WeekReport], paper: str) -> None:
    for report in reports:
        found = printed(page, report, paper)
        assert found["smallest"] >= 8
        assert found["beyond"] == found["cut"] == []


@pytest.mark.parametrize("paper", PAPER)
def test_no_figure_is_too_wide_for_its_place(page: Any, reports: list[WeekReport], paper: str) -> None:
    found = printed(page, reports[-1], paper, widest=True)
    assert found["beyond"] == found["cut"] == []


def crowded(report: WeekReport) -> WeekReport:
    """The same week with thirty judges, twelve dimensions and forty reviewers, some of them with long names."""
    judges = [replace(j, name=f"{'a-rather-long-name-of-a-judge-' * (k % 2)}{k}", positive=f"impolite_or_rude_{k}")
              for k in range(30) for j in report.judges[:2]]  # fmt: skip
    agreement = [replace(report.agreement[k % 3], title=f"Dimension number {k}") for k in range(12)]
    people = [replace(report.people[0], name=f"Wolfeschlegelsteinhausen {k}", rater_id=f"p{k}") for k in range(40)]
    return replace(report, judges=tuple(judges), agreement=tuple(agreement), people=tuple(people))


def test_a_crowded_week_takes_more_pages_and_loses_nothing(page: Any, reports: list[WeekReport]) -> None:
    report = crowded(reports[-1])
    assert 2 <= sheets(page, report, "A4") <= 8
    found = printed(page, report, "A4")
    assert found["beyond"] == found["cut"] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_on_a_screen_nothing_overflows(page: Any, reports: list[WeekReport], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for report in (reports[0], crowded(reports[-1])):
        page.set_content(report_html(report))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(WIDEST)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
