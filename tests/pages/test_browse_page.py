"""Browsing the log: an id that was typed as a text is found as an id."""

from __future__ import annotations

import re

import pytest
from app_pages import run

from review.basics.log_paths import log_of
from review.log.searching import LogSearch, search_log
from review.sources.scenarios import assigned_scenarios
from storage.queries.judged_conversations import conversations_of_run, runs_with_verdicts
from storage.store import Store


def test_a_text_that_is_only_in_ids_is_offered_as_an_id(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = search_log(log_of(demo.path), LogSearch(), most=1).rows[0]["id"]
    at = run(demo, monkeypatch, "conversations")
    at.segmented_control("conversations_view").set_value("browse").run()
    at.text_input("browse_text").set_value(f" {one} ").run()
    assert any(f"No message has '{one}', but" in str(info.value).replace("\\", "") for info in at.info)
    at.button("browse_as_id").click().run()
    assert at.text_input("browse_id").value == one and at.text_input("browse_text").value == ""
    assert any("found" in str(m.value) and not str(m.value).startswith("**0 ") for m in at.markdown)
    at.text_input("browse_id").set_value("").run()
    at.text_input("browse_text").set_value("no such words anywhere").run()
    assert any("Nothing fits" in str(c.value) for c in at.caption)
    assert "browse_as_id" not in [b.key for b in at.button]


def test_a_scenario_is_given_to_all_that_were_found_and_a_run_of_a_judge_finds_its_conversations(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    [run_of, *_] = runs_with_verdicts(demo)
    judged = conversations_of_run(demo, run_of.id)
    at = run(demo, monkeypatch, "conversations")
    at.segmented_control("conversations_view").set_value("browse").run()
    at.selectbox("browse_run").set_value(run_of.id).run()
    [told] = [found for m in at.markdown if (found := re.match(r"\*\*(\d+) conversations\*\* found", str(m.value)))]
    assert not at.exception and 25 < int(told[1]) <= len(judged), "what the viewer has yet to review is left out"
    chosen = at.selectbox("assign_all_scenario").options[0]
    before = sum(name == chosen for name in assigned_scenarios(demo).values())
    at.selectbox("assign_all_scenario").set_value(chosen).run()
    at.button("assign_all_go").click().run()
    assert not at.exception
    assert sum(name == chosen for name in assigned_scenarios(demo).values()) == before + int(told[1])


def test_a_link_narrows_the_search_to_one_value(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    version = search_log(log_of(demo.path), LogSearch(), most=1).rows[0]["prompt_version"]
    at = run(demo, monkeypatch, "conversations", view="browse", prompt_version=version)
    assert not at.exception and at.multiselect("browse_prompt_version").value == [version]
    at.multiselect("browse_prompt_version").set_value([]).run()
    assert at.multiselect("browse_prompt_version").value == [], "what a link narrowed down can be taken away"
