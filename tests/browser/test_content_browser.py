"""What conversations really hold, on the screen: other scripts, code, endless words, large results, many turns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from annotate_app import THREE, Server, build_store, serving
from annotate_desk import KEYS, SHOWN, all_saved, at_item, here, opened, press, rows, shown
from content_cases import CASES, ENDLESS, NUMBER

pytestmark = pytest.mark.browser
RATERS = ("ana", "wide", "small")
SIZES = {"wide": (1280, 800), "small": (390, 844)}

LINES = """(node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return [...range.getClientRects()].map(({ left, right, top, height }) => ({ left, right, top, height }));
}"""
"""The boxes of the lines of a text, in several pieces where its direction changes."""

BEYOND = f"""() => [...document.querySelectorAll("{SHOWN}, {SHOWN} *")].filter((node) => {{
  const pane = document.querySelector(".sc-pane").getBoundingClientRect();
  const scroller = node.closest(".sc-table");
  const box = (scroller ?? node).getBoundingClientRect();
  return box.width && (box.left < pane.left - 1 || box.right > pane.right + 1);
}}).map((node) => `${{node.tagName}} ${{node.textContent.slice(0, 40)}}`)"""
"""Nodes of the item that stick out of its pane."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    special = dict(enumerate(CASES.values()))
    store = build_store(
        tmp_path_factory.mktemp("content") / "s.db", items=len(CASES), raters=RATERS, rubric=THREE, special=special
    )
    with serving(store) as running:
        yield running


@pytest.fixture(scope="module", params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """All tests of one size come before those of the other."""
    return str(request.param)


@pytest.fixture
def page(lasting_page: Any, server: Server, size: str) -> Any:
    """Ana's page in this size. These tests submit nothing, so they share it."""
    width, height = SIZES[size]
    shared = lasting_page()
    shared.set_viewport_size({"width": width, "height": height})
    if not shared.url.startswith(f"{server.url}/annotate"):
        shown(shared, server, "ana")
    shared.wait_for_function(f"innerWidth === {width}")
    return shared


def at(page: Any, name: str) -> None:
    """Go to a case by the keyboard, from the item that the test before left open."""
    rater, _, number = here(page).partition("-")
    way = 1 if int(number) < NUMBER[name] else -1
    for k in range(int(number), NUMBER[name], way):
        press(page, "j" if way > 0 else "k")
        at_item(page, f"{rater}-{k + way:04d}")


def lines(page: Any, which: int) -> list[dict[str, float]]:
    found: list[dict[str, float]] = page.locator(f"{SHOWN} .sc-text").nth(which).evaluate(LINES)
    return found


def box(page: Any, selector: str, which: int = 0) -> dict[str, float]:
    found: dict[str, float] = page.locator(selector).nth(which).bounding_box()
    return found


def fits(page: Any) -> None:
    assert page.evaluate(BEYOND) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", ["arabic", "hebrew"])
def test_right_to_left_text_begins_at_the_right(page: Any, name: str) -> None:
    at(page, name)
    fits(page)
    for which in (0, 1):
        text = page.locator(f"{SHOWN} .sc-text").nth(which)
        assert text.get_attribute("dir") == "auto"
        assert text.evaluate("(node) => getComputedStyle(node).direction") == "rtl"
        edge = box(page, f"{SHOWN} .sc-text", which)
        found = lines(page, which)
        first = [run["right"] for run in found if abs(run["top"] - found[0]["top"]) < 8]
        assert max(first) == pytest.approx(edge["x"] + edge["width"], abs=2)


def test_a_left_to_right_line_between_others_begins_at_the_left(page: Any) -> None:
    at(page, "hebrew")
    edge = box(page, f"{SHOWN} .sc-text", 1)
    starts = [line for line in lines(page, 1) if line["left"] == pytest.approx(edge["x"], abs=2)]
    assert starts, "the English line of the answer"


def test_a_reviewers_own_text_has_its_own_direction(page: Any) -> None:
    press(page, "c")
    note = page.locator("[data-note=comment]")
    page.keyboard.type("שלום")
    assert note.evaluate("(node) => getComputedStyle(node).direction") == "rtl"
    page.keyboard.press("Control+a")
    page.keyboard.type("hello")
    assert note.evaluate("(node) => getComputedStyle(node).direction") == "ltr"
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")  # the next test presses keys outside of the text


@pytest.mark.parametrize("name", ["chinese", "japanese"])
def test_text_without_blanks_between_words_breaks_into_lines(page: Any, name: str) -> None:
    at(page, name)
    fits(page)
    tops = {round(line["top"]) for line in lines(page, 1)}
    assert len(tops) > 2
    assert page.locator(f"{SHOWN} .sc-text").nth(1).text_content() == CASES[name]["messages"][1]["content"]


def test_an_endless_word_wraps(page: Any) -> None:
    at(page, "endless")
    fits(page)
    text = page.locator(f"{SHOWN} .sc-text").nth(1)
    assert text.text_content() == ENDLESS
    assert text.bounding_box()["height"] > 1000
    page.locator(SHOWN).evaluate("(slot) => slot.scrollTo(0, slot.scrollHeight)")
    edge, pane = text.bounding_box(), box(page, ".sc-pane")
    assert edge["y"] + edge["height"] <= pane["y"] + pane["height"], "its end can be reached"


def test_fenced_code_is_code_and_the_text_around_it_is_not(page: Any) -> None:
    at(page, "code")
    fits(page)
    blocks = page.locator(f"{SHOWN} .sc-turn pre.sc-code")
    assert [block.split("\n")[0] for block in blocks.all_text_contents()] == [
        'orders = shop.orders(customer=4711, state="open")',
        "SELECT id, total FROM shop.orders WHERE customer = 4711",
    ]
    assert "mono" in blocks.first.evaluate("(node) => getComputedStyle(node).fontFamily").lower()
    assert "```" not in page.locator(SHOWN).text_content()
    assert page.locator(f"{SHOWN} .sc-text").last.text_content() == "Both give the same."


def test_sql_is_coloured_by_its_kinds_of_words(page: Any) -> None:
    at(page, "sql")
    fits(page)
    colours = {}
    for kind, word in (("keyword", "WITH"), ("string", "'returned'"), ("number", "99.5"), ("comment", "/* days */")):
        found = page.locator(f"{SHOWN} .sc-sql-{kind}", has_text=word).first
        colours[kind] = found.evaluate("(node) => getComputedStyle(node).color")
    assert len(set(colours.values())) == 4, colours
    plain = page.locator(f"{SHOWN} .sc-block .sc-code").first
    assert plain.evaluate("(node) => getComputedStyle(node).color") not in colours.values()


def test_a_result_of_five_thousand_rows_shows_the_first_hundred_and_the_total(page: Any) -> None:
    at(page, "sql")
    assert page.locator(f"{SHOWN} h3 small").text_content() == "first 100 of 5,000 rows"
    region = page.get_by_role("region", name="Result, first 100 of 5,000 rows")
    page.get_by_role("button", name="Show all 100 rows").click()
    assert region.locator("tbody tr").count() == 100
    assert region.locator("tbody tr").last.text_content().startswith("99customer 99")
    fits(page)
    wide = "(node, k) => getComputedStyle(node.querySelectorAll('th')[k]).textAlign"
    assert [region.evaluate(wide, k) for k in (0, 1)] == ["end", "start"]


def test_the_turn_under_review_is_in_view_among_sixty(page: Any) -> None:
    at(page, "turns")
    fits(page)
    assert page.locator(f"{SHOWN} .sc-turn").count() == 60
    target, pane = box(page, f"{SHOWN} [data-target]"), box(page, ".sc-pane")
    assert pane["y"] <= target["y"]
    assert target["y"] + target["height"] <= pane["y"] + pane["height"]
    assert "assistant turn 29" in page.locator(f"{SHOWN} [data-target]").text_content()


def test_at_twice_the_text_size_every_case_can_be_read_and_judged(new_context: Any, server: Server, size: str) -> None:
    rater, (width, height) = size, SIZES[size]
    page = opened(new_context(viewport={"width": width, "height": height}), server, rater)
    page.add_style_tag(content="html { font-size: 200% !important; }")
    page.wait_for_function("parseFloat(getComputedStyle(document.documentElement).fontSize) === 32")
    for k, name in enumerate(CASES):
        at_item(page, f"{rater}-{k:04d}")
        fits(page)
        pane = box(page, ".sc-pane")
        assert pane["width"] >= 10 * 32 and pane["height"] >= 4 * 32, name
        submit = box(page, ".sc-submit")
        assert submit["y"] + submit["height"] <= height, name
        press(page, *KEYS)
    page.wait_for_selector("text=Nothing left for you this week")
    all_saved(page)
    assert len(rows(server, rater)) == len(CASES)
