"""Addresses: what somebody looks at is in the address, and the address opens the same for somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from app_pages import run
from streamlit.testing.v1 import AppTest

from review.closing.closing import close_week
from review.settling.adjudication import cases
from storage.records_weeks import Assignment, Week
from storage.store import Store


@pytest.fixture
def demo(demo_in_place: Store) -> Store:
    """Tests here share what the pages have computed of the demonstration."""
    return demo_in_place


def address_of(at: AppTest) -> dict[str, str]:
    """What a copied link would carry, but for the reader."""
    found = {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}
    return {name: str(value) for name, value in found.items() if name != "rater"}


def choose(key: str, value: Any) -> Callable[[AppTest], object]:
    return lambda at: at.segmented_control(key).set_value(value)


TRIPS: dict[str, tuple[str, dict[str, str], Callable[[AppTest], object], dict[str, Any]]] = {
    "report": ("week", {}, choose("weekly_view", "report"), {"weekly_view": "report"}),
    "dimension": ("agreement", {}, choose("agreement_dim", "intent"), {"agreement_dim": "intent"}),
    "judge": (
        "judges",
        {"judge": "no-rude", "view": "trust"},
        choose("judges_dim", "politeness"),
        {"judges_dim": "politeness", "workbench_view": "trust"},
    ),
    "section": ("judges", {"judge": "kind-judge"}, choose("workbench_view", "time"), {"workbench_view": "time"}),
    "cases": ("adjudicate", {}, choose("settling_view", "unanimous"), {"settling_view": "unanimous"}),
    "golden": ("golden", {}, choose("golden_view", "releases"), {"golden_view": "releases"}),
    "rubric": ("rubric", {}, choose("rubric_view", "versions"), {"rubric_view": "versions"}),
}
"""By name: the page, its address, what somebody chooses there, and the state that the new address opens with."""


@pytest.mark.parametrize("trip", TRIPS)
def test_what_is_chosen_is_in_the_address_and_opens_for_others(
    demo: Store, monkeypatch: pytest.MonkeyPatch, trip: str
) -> None:
    page, start, act, state = TRIPS[trip]
    latest = max(w.name for w in demo.find(Week))
    at = run(demo, monkeypatch, page, **start)
    act(at)
    at.run()
    assert not at.exception
    address = address_of(at)
    assert address["week"] == latest, "a new week must not change what the link shows"
    again = run(demo, monkeypatch, page, "mara", **address)
    assert {key: again.session_state[key] for key in state} == state
    assert address_of(again) == address


def test_the_address_opens_weeks_tabs_and_items(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, opened = sorted(w.name for w in demo.find(Week))
    for page in ("agreement", "judges"):
        at = run(demo, monkeypatch, page, weeks=closed, week=opened)
        assert at.session_state["weeks"] == [closed]
    assert run(demo, monkeypatch, "sampling", tab="Ledger").session_state["tab"] == "Ledger"
    at = run(demo, monkeypatch, "agreement", dimension="correctness")
    shown = [str(e.proto.id) for e in at.expander if "of pairs differ" in e.label]
    item = shown[0].rpartition("agreement_item_correctness_")[2] if shown else ""
    at = run(demo, monkeypatch, "agreement", dimension="correctness", item=item)
    assert any(c.value == f"Item {item}".replace("_", "\\_") for c in at.caption)


def test_a_case_stays_in_the_address_and_opens_again(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = max(w.name for w in demo.find(Week))
    single = next(c.item.id for c in cases(demo, week, viewer="mara") if c.kind == "single")
    at = run(demo, monkeypatch, "adjudicate", "mara", item=single)
    assert at.session_state["adjudicator_open"] == (single, 1) and address_of(at)["item"] == single
    at.run()
    assert at.session_state["adjudicator_open"] == (single, 1), "once, and not with every answer"
    at.switch_page("week.py").run()
    at.query_params["item"] = single
    at.switch_page("adjudicate.py").run()
    assert at.session_state["adjudicator_open"] == (single, 2), "the same link opens it again"
    at.segmented_control("settling_view").set_value("disputed").run()
    assert "item" not in address_of(at) and address_of(at)["view"] == "disputed"


def test_a_link_to_a_closed_report_opens_for_a_reviewer(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = max(w.name for w in demo.find(Week))
    close_week(demo, week, by="visitor", reason="enough")
    at = run(demo, monkeypatch, "week", "ben", week=week, view="report")
    assert "Page as a file" in [str(b.proto.label) for b in at.get("download_button")]


def test_an_address_opens_an_item_on_annotate_in_its_week(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    latest = max(w.name for w in demo.find(Week))
    earlier = next(a for a in demo.find(Assignment, rater_id="tom") if a.week != latest)
    at = run(demo, monkeypatch, "annotate", "tom", item=earlier.item_id)
    assert address_of(at) == {"week": earlier.week, "item": earlier.item_id}
    assert f'"open": ["{earlier.id}", 1]' in str(at.get("bidi_component")[0].proto).replace("\\", "")
    others = next(a for a in demo.find(Assignment, rater_id="visitor"))
    at = run(demo, monkeypatch, "annotate", "tom", item=others.item_id, week=latest)
    held = {a.item_id for a in demo.find(Assignment, rater_id="tom")}
    assert ("item" in address_of(at)) == (others.item_id in held)
    at = run(demo, monkeypatch, "annotate", "tom", item="nothing", week=latest)
    assert "not among yours" in at.toast[0].value and "item" not in address_of(at)


def test_the_address_keeps_what_is_searched_for_in_the_log(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "conversations", view="browse", text="parcel")
    assert at.text_input("browse_text").value == "parcel" and address_of(at)["text"] == "parcel"
    at.text_input("browse_text").set_value("refund").run()
    assert address_of(at)["text"] == "refund" and "id" not in address_of(at)
    at.query_params["text"] = "invoice"
    assert at.run().text_input("browse_text").value == "invoice", "a link of the search counts again"
