"""How fast the annotate page is, held loosely, and what it sends; tests/bench/annotate_speed.py prints the figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from annotate_app import THREE, Server, build_store, serving
from annotate_timing import KEYS, LABELS, PAGE, heavy, measure, percentile, wire_of

from storage.records_review import Annotation

pytestmark = pytest.mark.browser

LONG = 500
SHORT = 16
MEASURED = 12
WARM_UP = 3
GATE_MS = 100.0
"""Far above what is measured, so that only a page that became slow fails on a busy machine."""
AT_HAND = 25
ATTEMPTS = ("ana", "ben", "cem")
"""One is enough: a neighbour that takes the processor for a second spoils a whole attempt, a slow page all of them."""


@pytest.fixture(scope="module")
def long_week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A week of 500 items, each as long as a real one, dealt to everybody."""
    path = tmp_path_factory.mktemp("long_week") / "s.db"
    special = {k: heavy(k) for k in range(LONG)}
    raters = (*ATTEMPTS, "dan", "eva")
    with serving(build_store(path, items=LONG, raters=raters, rubric=THREE, special=special)) as running:
        yield running


@pytest.fixture(scope="module")
def short_week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("short_week") / "s.db"
    special = {k: heavy(k) for k in range(SHORT)}
    with serving(build_store(path, items=SHORT, raters=ATTEMPTS, rubric=THREE, special=special)) as running:
        yield running


def labels(server: Server, rater: str) -> dict[str, Any]:
    return {a.assignment_id: a.labels for a in server.store.find(Annotation, rater_id=rater)}


def expected(rater: str, count: int) -> dict[str, Any]:
    return {f"{rater}-{k:04d}": LABELS for k in range(count)}


def painted(context: Any, server: Server, rater: str) -> dict[str, float]:
    """The 95th percentile of milliseconds from key to paint, by kind of key; every item is saved."""
    page = context.new_page()
    found = measure(page, server, rater, MEASURED)
    page.close()
    assert labels(server, rater) == expected(rater, MEASURED)
    return {kind: percentile([one["painted"] for one in presses[WARM_UP:]], 0.95) for kind, presses in found.items()}


@pytest.mark.parametrize("week", ["short_week", "long_week"])
def test_a_key_is_painted_soon_in_a_short_week_and_in_one_of_500_items(
    context: Any, request: pytest.FixtureRequest, week: str
) -> None:
    attempts = []
    for rater in ATTEMPTS:
        attempts.append(painted(context, request.getfixturevalue(week), rater))
        if max(attempts[-1].values()) < GATE_MS:
            break
    assert max(attempts[-1].values()) < GATE_MS, attempts


def test_an_answer_brings_only_items_that_the_browser_lacks(context: Any, long_week: Server) -> None:
    page = context.new_page()
    wire = wire_of(page)
    measure(page, long_week, "dan", MEASURED, pace=(20, 40))
    # 25 come at once and one more for each of the 12 that were submitted; none of the 37 comes twice.
    assert max(wire.items.values()) == 1
    assert AT_HAND <= len(wire.items) <= AT_HAND + MEASURED
    scripts = [size for size in wire.sizes if size > 80_000]
    assert len(scripts) <= 2, "the scripts and the first items; an answer carries neither again"


def test_four_keys_at_30_ms_gaps_save_ten_right_rows(context: Any, long_week: Server) -> None:
    page = context.new_page()
    page.goto(long_week.page("eva"))
    page.wait_for_selector(f"{PAGE}[data-assignment='eva-0000']")
    for _ in range(10):
        for key in KEYS:
            page.keyboard.press(key)
            page.wait_for_timeout(30)  # the reviewer's own pace, not a wait for a state
    page.wait_for_selector(f"{PAGE}[data-assignment='eva-0010']")
    page.wait_for_selector(f"{PAGE}[data-unsaved='0']")
    assert labels(long_week, "eva") == expected("eva", 10)
