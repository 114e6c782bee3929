"""The search on every page but Annotate, and the addresses to which its results lead."""

from __future__ import annotations

import pytest
from app_pages import run

from storage.records_judges import Judge
from storage.records_log import Conversation
from storage.store import Store


def test_a_search_shows_links_by_kind(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "settings")
    at.button("search_open").click().run()
    assert "Type at least two characters." in str([c.value for c in at.caption])
    judge = demo.find(Judge)[0].name
    at = run(demo, monkeypatch, "settings", search=judge)
    assert at.text_input("search_text").value == judge
    assert not at.exception and "**Judges**" in [m.value for m in at.markdown]
    links = [(link.proto.page, link.proto.query_string) for link in at.get("page_link")]
    assert any(page == "judges" and "judge=" in query for page, query in links), links


def test_annotate_carries_no_search(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "annotate", "ana")
    assert "search_open" not in [b.key for b in at.button]


def test_a_link_searches_the_log(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = demo.find(Conversation)[0]
    at = run(demo, monkeypatch, "conversations", view="browse", id=talk.id)
    assert at.text_input("browse_id").value == talk.id and "**1 conversation** found." in [m.value for m in at.markdown]
    at.text_input("browse_id").set_value("").run()
    assert at.text_input("browse_id").value == "", "the address gives it once"


def test_the_language_of_the_desks_is_chosen_before_they_are_opened(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = run(demo, monkeypatch, "week", "ana")
    at.segmented_control("desk_language").set_value("de").run()
    assert at.query_params["lang"] in ("de", ["de"])
    at.switch_page("annotate.py").run()
    assert at.segmented_control("desk_language").value == "de"
    assert any("Absenden" in str(desk.proto) for desk in at.get("bidi_component")), "the desk is German"
