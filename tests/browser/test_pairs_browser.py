"""Pairs at the reviewer's desk: two answers beside each other, four keys, undo, and no name of a model anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from annotate_app import THREE, Server, build_store, serving
from annotate_desk import KEYS, ROOT, SHOWN, all_saved, at_item, checked, here, opened, press, rows
from axe import grave, needs_axe
from pair_store import with_pairs

from storage.queries.pairs import PREFERENCE
from storage.records_weeks import Assignment

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One plain item, then three pairs, for each of two reviewers."""
    store = build_store(tmp_path_factory.mktemp("pairs") / "s.db", items=1, raters=("ana", "ben"), rubric=THREE)
    with_pairs(store, 3)
    with serving(store) as running:
        yield running


def at_next(page: Any, before: str) -> str:
    page.wait_for_selector(f"{ROOT}:not([data-assignment='{before}'])")
    return here(page)


def sides(page: Any) -> list[dict[str, float]]:
    return [page.locator(f"{SHOWN} [data-side={side}]").bounding_box() for side in ("left", "right")]


def test_pairs_are_compared_by_keys_undone_and_stored_by_answer(server: Server, context: Any) -> None:
    page = opened(context, server, "ana")
    assert page.locator("[data-field='pair:preference']").count() == 0
    press(page, *KEYS)
    first = at_next(page, "ana-0000")
    left, right = sides(page)
    assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"], "beside each other"
    assert page.locator("[data-field=correctness]").is_hidden()
    sent = page.content()
    assert "model-x" not in sent and "arena" not in sent and "[EMAIL_1]" in sent and "jane.doe" not in sent
    press(page, "2")
    assert checked(page, PREFERENCE) == ["right"]
    press(page, "u")
    assert checked(page, PREFERENCE) == [] and here(page) == first
    press(page, "2", "Enter")
    second = at_next(page, first)
    press(page, "3", "Enter")
    third = at_next(page, second)
    page.locator(f"[data-dimension='{PREFERENCE}'][data-value=both_bad]").click()
    press(page, "Enter")
    page.wait_for_selector(".sc-empty:not([hidden])")
    all_saved(page)
    order = {a.id: a.sides or "" for a in server.store.find(Assignment, rater_id="ana")}
    said = {name: labels[PREFERENCE] for name, labels in rows(server, "ana").items() if order[name]}
    assert said == {first: order[first][1], second: "tie", third: "both_bad"}
    press(page, "k", "u")
    at_item(page, third)
    all_saved(page)
    assert third not in rows(server, "ana")
    page.reload()
    at_item(page, third)
    press(page, "k")
    at_item(page, second)
    assert checked(page, PREFERENCE) == ["tie"]


@needs_axe
def test_answers_stand_below_each_other_on_a_phone(server: Server, new_context: Callable[..., Any]) -> None:
    page = opened(new_context(fresh=True, viewport={"width": 390, "height": 844}), server, "ben")
    press(page, *KEYS)
    at_next(page, "ben-0000")
    top, below = sides(page)
    assert top["x"] == below["x"] and top["y"] + top["height"] < below["y"] and top["width"] > 300
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    press(page, "1")
    assert [one for one in grave(page, ROOT) if one["ours"]] == []
