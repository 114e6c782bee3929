"""The judge workbench through the router: each section for each role, what it says, and what it leaves in the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from app_pages import run
from judged_store import AT, DEV, NAMES, TEST, WEEK, golden, judged, says, speaks, truth, version
from sql_week import WEEK as SQL_WEEK
from sql_week import said, sql_week
from streamlit.testing.v1 import AppTest

from review.evidence.test_set_access import accesses
from review.judges.llm.spec import DEFAULTS
from review.judges.runs.sql_execution import execute_week
from review.judges.versions import add_judge, judge_named, versions_of
from storage.opening import open_store
from storage.records_people import AuditEntry
from storage.records_weeks import Assignment, Week
from storage.store import Store

SECTIONS = ("trust", "read", "compare", "time")
FOR_ADJUDICATORS = ("improve", "runs")


def texts(at: AppTest) -> str:
    kinds = (at.markdown, at.title, at.subheader, at.caption, at.info, at.warning, at.error, at.success)
    html = [str(e.proto.body) for e in at.get("html")]
    return "\n".join([str(e.value) for kind in kinds for e in kind] + html)


def labels(at: AppTest) -> list[str]:
    return [str(b.label) for b in at.button]


@pytest.fixture
def week(store: Store) -> Store:
    """Two versions of a judge that was made here, and one from the log that is too kind."""
    judged(store)
    (store.path.parent / "spotcheck.toml").write_text('[judges]\nhosts = ["127.0.0.1:9"]\n', encoding="utf-8")
    spec = {**DEFAULTS, "endpoint": "http://127.0.0.1:9/v1", "model": "small"}
    for note in ("first", "second"):
        add_judge(store, "tone", kind="llm", dimensions=["correctness"], spec={**spec, "system": note}, by="eva")
    speaks(store, "tone", "1", **dict.fromkeys(DEV[:6], "partly"))
    speaks(store, "tone", "2", **dict.fromkeys(DEV[:2], "partly"), **{DEV[2]: None})
    kind = {name: "correct" for name in NAMES if truth(NAMES.index(name)) == "wrong"}
    speaks(store, "flatterer", "log", **kind)
    return store


def opened(store: Store, monkeypatch: pytest.MonkeyPatch, rater: str = "eva", **query: str) -> AppTest:
    return run(store, monkeypatch, "judges", rater, **query)


@pytest.mark.parametrize("rater", ["lea", "eva", "ana"])
@pytest.mark.parametrize("view", [*SECTIONS, *FOR_ADJUDICATORS])
def test_every_section_has_its_address_and_opens_for_who_may(
    week: Store, monkeypatch: pytest.MonkeyPatch, view: str, rater: str
) -> None:
    at = opened(week, monkeypatch, rater, view=view, judge="tone@2")
    known = at.segmented_control("workbench_view").options
    assert len(known) == (6 if rater != "ana" else 4)
    reached = view in SECTIONS or rater != "ana"
    assert at.session_state["workbench_view"] == (view if reached else "trust")
    assert not at.error


def test_the_cards_say_what_each_judge_is_and_a_click_chooses(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch)
    said = texts(at)
    assert "from the log" in said and ":gray-badge[2 versions]" in said and "never ran here" in said
    assert "1 of 40 verdicts missing" in said
    at.button("workbench_pick_tone").click().run()
    assert at.query_params["judge"] == "tone@2" and "dev half" in texts(at)
    at.selectbox("workbench_version").set_value("1").run()
    assert at.query_params["judge"] == "tone@1"


def test_a_judge_made_here_shows_dev_and_one_from_the_log_everything(
    week: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(week, monkeypatch, judge="tone@2")
    assert f"{len(DEV) - 1} items have both a label" in texts(at) and "The test half" in texts(at)
    at = opened(week, monkeypatch, judge="flatterer")
    assert "40 items have both a label" in texts(at) and "The test half" not in texts(at)
    # It never says wrong.
    assert "It finds 0%" in texts(at) and "of all 'wrong' items" in texts(at)


def test_a_look_at_test_is_asked_for_counted_and_remembered(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch, judge="tone@2")
    assert "look 1 at the test half" not in texts(at)
    at.button("workbench_report").click().run()
    at.button("workbench_look").click().run()
    assert not at.exception and not at.error, texts(at)
    assert "look 1 at the test half of version 2" in texts(at)
    assert f"{len(TEST)} items have both a label" in texts(at)
    at.button("workbench_report").click().run()
    at.button("workbench_look").click().run()
    assert "look 2 at the test half of version 2" in texts(at)
    assert [seen.record.by for seen in accesses(week, "tone")] == ["eva", "eva"]
    assert [e.subject for e in week.find(AuditEntry, action="look at test")] == ["tone@2"] * 2
    # Somebody else reads what was seen then, but no new figure of the test half.
    other = texts(opened(week, monkeypatch, "ana", judge="tone@2"))
    assert "Look 2, " in other and "by eva" in other and f"n = {len(TEST)}" in other
    assert f"{len(TEST)} items have both a label" not in other


@pytest.mark.parametrize("view", ["trust", "read", "time"])
def test_a_judge_whose_labels_are_sets_is_said_to_have_no_figures(
    week: Store, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    for k in range(4):
        says(week, "why", "log", k, "wrong_fact", dimension="reasons")
    said = texts(opened(week, monkeypatch, judge="why", view=view))
    assert "Figures need verdicts in a dimension that has one value" in said
    assert "has no verdict on items" not in said


def test_who_only_annotates_cannot_look(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch, "ana", judge="tone@2")
    assert not {"workbench_report", "workbench_look"} & {b.key for b in at.button}


def test_disagreements_are_read_in_turn_and_the_place_is_kept(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch, judge="flatterer", view="read")
    # Ten items are wrong, and it calls each of them correct.
    assert "**1** of 10" in texts(at) and "answer 0 of c00" in texts(at) and "because of 0" in texts(at)
    assert at.button("workbench_previous").disabled
    at.button("workbench_next").click().run()
    assert "**2** of 10" in texts(at) and "answer 4 of c04" in texts(at)
    at.segmented_control("workbench_direction_flatterer@log_correctness").set_value("kind").run()
    assert "**2** of 10" in texts(at)
    at.segmented_control("workbench_view").set_value("trust").run()
    at.segmented_control("workbench_view").set_value("read").run()
    assert "**2** of 10" in texts(at) and "answer 4 of c04" in texts(at)


def test_single_votes_and_comments_are_for_adjudicators(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for rater, seen in (("eva", True), ("ana", False)):
        said = texts(opened(week, monkeypatch, rater, judge="flatterer", view="read"))
        assert "answer 0 of c00" in said and ("votes: wrong 1" in said) is seen and ("because of 0" in said) is seen


def test_disagreements_can_be_narrowed(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch, judge="tone@2", view="read")
    # c-dev 0 to 2: the judge says partly where people say otherwise, and nothing of the third.
    wanted = [n for n in DEV[:2] if truth(NAMES.index(n)) != "partly"]
    assert f"of {len(wanted) + 1}" in texts(at)
    at.segmented_control("workbench_direction_tone@2_correctness").set_value("none").run()
    assert "**1** of 1" in texts(at) and "no reply in time" in texts(at)


def test_only_dev_is_read_of_a_judge_that_can_be_tuned(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch, judge="tone@1", view="read")
    wrong = [n for n in DEV[:6] if truth(NAMES.index(n)) != "partly"]
    assert f"**1** of {len(wrong)}" in texts(at)


def test_an_example_is_set_aside_only_when_it_is_golden_and_dev(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [n for n in DEV[:6] if truth(NAMES.index(n)) != "partly"]
    golden(week, wrong[0])
    at = opened(week, monkeypatch, judge="tone@1", view="read")
    assert not at.button("workbench_set_aside").disabled
    at.button("workbench_set_aside").click().run()
    assert "Improve with 1 set aside" in labels(at)
    at.button("workbench_next").click().run()
    assert at.button("workbench_set_aside").disabled and "not golden yet: approve it first" in texts(at)
    at.button("workbench_improve").click().run()
    chosen = next(m for m in at.multiselect if m.label == "Examples in the prompt")
    assert chosen.value == [f"g-{wrong[0]}"]
    # Saved, it stands in the prompt, and its conversation counts no more.
    at.button("workbench_save").click().run()
    assert not at.exception and not at.error, texts(at)
    made = versions_of(week, "tone")[-1]
    assert made.version == "3" and [e["conversation_id"] for e in made.spec["examples"]] == [wrong[0]]


def test_an_example_that_the_viewer_still_owes_stays_in_the_prompt_unseen(
    week: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = DEV[0], DEV[1]
    shown = [
        {"example_id": f"g-{c}", "conversation_id": c, "question": f"{mark} of {c}", "answer": "a",
         "labels": {"correctness": "wrong"}}
        for c, mark in ((mine, "SECRET-EXAMPLE"), (other, "OTHER-EXAMPLE"))
    ]  # fmt: skip
    spec = {**judge_named(week, "tone@2").spec, "prompt": "{examples}\n{material}\n{values}", "examples": shown}
    week.add(replace(judge_named(week, "tone@2"), id="tone@3", version="3", spec=spec, content_hash="tone3"))
    week.add(
        Assignment(
            id="owed-by-eva", item_id=mine, rater_id="eva", week=WEEK, position=99, rubric_version=1, at=AT, by="lea"
        )
    )
    at = opened(week, monkeypatch, judge="tone@3", view="improve")
    chosen = next(m for m in at.multiselect if m.label == "Examples in the prompt")
    assert chosen.value == [f"g-{other}"]
    said = texts(at) + repr([str(e) for e in at.main])
    assert "OTHER-EXAMPLE" in said and "SECRET-EXAMPLE" not in said
    assert "1 example of items that you have not reviewed yet" in said
    # It stays where it stood: nothing has changed, and what is saved still holds it.
    assert "this is version 3 as it is" in said
    next(a for a in at.text_area if a.label == "Prompt").set_value("Well? {examples}\n{material}\n{values}").run()
    at.button("workbench_save").click().run()
    assert not at.exception and not at.error, texts(at)
    assert [e["conversation_id"] for e in versions_of(week, "tone")[-1].spec["examples"]] == [mine, other]


def test_an_edited_prompt_is_seen_filled_in_and_saved_as_the_next_version(
    week: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(week, monkeypatch, judge="tone@2", view="improve")
    assert "this is version 2 as it is" in texts(at)
    area = next(a for a in at.text_area if a.label == "Prompt")
    area.set_value("Is this right? {material}\n{values}").run()
    said = texts(at)
    assert "Is this right?" in said and "- wrong" in said and "this is version 2 as it is" not in said
    assert "[BEGIN answer under review" in said or "under review" in said
    at.text_input("workbench_note_tone@3").set_value("shorter")
    at.button("workbench_save").click().run()
    assert not at.exception and not at.error, texts(at)
    made = versions_of(week, "tone")[-1]
    assert (made.version, made.note, made.by) == ("3", "shorter", "eva")
    assert made.spec["prompt"] == "Is this right? {material}\n{values}"
    assert at.query_params["judge"] == "tone@3" and "Version 3 is saved" in texts(at)
    at.button("workbench_to_runs").click().run()
    assert "Start a run" in [str(e.label) for e in at.expander]


def test_what_was_typed_stays_until_it_is_saved_or_let_go(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch, judge="tone@2", view="improve")
    before = next(a for a in at.text_area if a.label == "Prompt").value
    next(a for a in at.text_area if a.label == "Prompt").set_value("Better: {material}").run()
    next(t for t in at.text_input if t.label == "Model").set_value("large").run()
    at.segmented_control("workbench_view").set_value("read").run()
    at.segmented_control("workbench_view").set_value("improve").run()
    assert next(a for a in at.text_area if a.label == "Prompt").value == "Better: {material}"
    assert "model: small → large" in texts(at)
    at.button("workbench_again").click().run()
    assert next(a for a in at.text_area if a.label == "Prompt").value == before
    assert "this is version 2 as it is" in texts(at)


def test_a_wrong_field_or_parameter_is_told_and_nothing_can_be_saved(
    week: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(week, monkeypatch, judge="tone@2", view="improve")
    next(a for a in at.text_area if a.label == "Prompt").set_value("{materiel}").run()
    assert "expected one of the fields" in texts(at) and "workbench_save" not in [b.key for b in at.button]
    next(a for a in at.text_area if a.label == "Prompt").set_value("{material}").run()
    next(a for a in at.text_area if a.label == "Parameters (JSON)").set_value("{temperature}").run()
    assert "not readable as JSON" in texts(at)
    assert len(versions_of(week, "tone")) == 2


def test_the_preview_holds_no_item_that_the_viewer_owes(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from review.people.people import add_person
    from storage.records_weeks import Assignment

    week.add(
        Assignment(
            id=f"e-{DEV[0]}",
            item_id=DEV[0],
            rater_id="eva",
            week=WEEK,
            position=0,
            rubric_version=1,
            at="2026-11-20",
            by="lea",
        )
    )
    add_person(week, "eva", role="adjudicator", by="lea")
    at = opened(week, monkeypatch, judge="tone@2", view="improve")
    offered = next(s for s in at.selectbox if s.label == "Filled in for")
    mine = NAMES.index(DEV[0])
    assert len(offered.options) == len(DEV) - 1 and f"question {mine}" not in offered.options


def test_a_new_judge_is_made_on_the_page(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch)
    at.button("workbench_new").click().run()
    assert "Name a dimension, the endpoint and the model" in texts(at) and not at.error
    at.text_input("workbench_name").set_value("helpful")
    next(t for t in at.text_input if t.label == "Endpoint").set_value("http://127.0.0.1:9/v1")
    next(t for t in at.text_input if t.label == "Model").set_value("small").run()
    at.button("workbench_save").click().run()
    assert not at.exception and not at.error, texts(at)
    assert versions_of(week, "helpful")[0].dimensions == ("correctness",)
    assert "helpful@1 has no verdict" in texts(opened(week, monkeypatch, judge="helpful@1")).replace("\\_", "_")


def test_versions_and_judges_stand_side_by_side(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    speaks(week, "parrot", "log", **dict.fromkeys(NAMES, "wrong"))
    at = opened(week, monkeypatch, judge="tone@2", view="compare")
    said = texts(at)
    assert f"{len(DEV)} settled items" in said and "No difference is proven" in said
    assert "**tone@2** is right more often than parrot@log" in said
    sides = ["flatterer@log", "parrot@log", "tone@1", "tone@2"]
    assert list(at.pills(f"workbench_sides_{'_'.join(sides)}").value) == sides
    table = next(d.value for d in at.dataframe if "per 1,000" in d.value.columns)
    assert list(table["judge"]) == sides


def test_a_version_without_verdicts_says_what_to_do_next(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    version(week, "tone", 3)
    for view in ("trust", "read"):
        at = opened(week, monkeypatch, judge="tone@3", view=view)
        assert "Run it on the dev half" in texts(at) and "Run it" in labels(at)
    at.button("workbench_run").click().run()
    assert at.session_state["workbench_view"] == "runs"


def test_a_judge_from_the_log_cannot_be_edited(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(week, monkeypatch, judge="flatterer", view="improve")
    assert "Its verdicts came with the log" in texts(at)


def test_without_any_judge_the_page_says_where_verdicts_come_from(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(store)
    assert "Verdicts come with the log" in texts(opened(store, monkeypatch, "ana"))
    at = opened(store, monkeypatch)
    assert "A new judge" in texts(at) and not at.exception


def test_what_a_run_says_shows_before_it_has_ended(week: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run writes audit entries at its start and end alone; the figures follow its rows all the same."""
    at = opened(week, monkeypatch, judge="tone@2")
    assert "1 of 40 verdicts missing" in texts(at)
    from judged_store import says

    says(open_store(week.path), "tone", "2", NAMES.index(DEV[2]), truth(NAMES.index(DEV[2])))
    at.run()
    assert "0 of 40 verdicts missing" in texts(at) and f"{len(DEV)} items have both a label" in texts(at)


@pytest.mark.parametrize("view", [*SECTIONS, *FOR_ADJUDICATORS])
def test_the_demonstration_tells_nothing_of_what_the_viewer_owes(
    demo: Store, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    from review.current.assignments import owed_items

    for rater in ("visitor", "ana"):
        owed = owed_items(demo, rater)
        at = run(demo, monkeypatch, "judges", rater, view=view)
        sent = repr([str(e) for e in at.main])
        assert demo.find(Week) and not [i for i in owed if i in sent]


def test_execution_and_people_that_disagree_ask_what_is_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, project = sql_week(tmp_path)
    execute_week(store, project, SQL_WEEK, by="lea")
    # People call the answer right whose result differs, and the one wrong whose result is that of its reference.
    rows = [("wrong", "yes"), ("also", "no"), ("right", "yes")]
    store.add(*(said(item, value, rater=who) for item, value in rows for who in ("ana", "ben")))
    at = opened(store, monkeypatch, judge="sql-execution", view="read")
    [chosen] = [c for c in at.segmented_control if str(c.key).startswith("workbench_direction")]
    assert {str(o) for o in chosen.options} == {"All · 2", "Wrong reference? · 1", "Equal by accident? · 1"}
    told = {}
    for which in ("strict", "kind"):
        [chosen] = [c for c in at.segmented_control if str(c.key).startswith("workbench_direction")]
        chosen.set_value(which).run()
        told[which] = texts(at)
    assert "is the reference wrong, or does it ask for more?" in told["strict"] and "sc-differs" in told["strict"]
    assert "are they equal only on this data?" in told["kind"] and "How many orders?" in told["kind"]
