"""The rubric page: what everybody sees, how a lead changes it, and asking a week again."""

from __future__ import annotations

import pytest
from app_pages import ROUTER, TIMEOUT
from streamlit.testing.v1 import AppTest

from review.annotating.submissions import receive
from review.rubric.as_toml import rubric_from_toml, rubric_toml
from review.rubric.change import change_rubric
from review.rubric.rubric import current_rubric
from review.week.requeue import requeue
from storage.records_people import AuditEntry, RubricVersion
from storage.records_weeks import Assignment, Week
from storage.store import Store


def run(store: Store, monkeypatch: pytest.MonkeyPatch, page: str = "rubric", rater: str = "visitor") -> AppTest:
    monkeypatch.setenv("SPOTCHECK_STORE", str(store.path))
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT)
    at.query_params["rater"] = rater
    at.run()
    at.switch_page(f"{page}.py").run()
    assert not at.exception, [e.value for e in at.exception]
    return at


def texts(at: AppTest) -> str:
    kinds = (at.markdown, at.caption, at.info, at.warning, at.error, at.subheader, at.get("html"))
    return "\n".join(str(getattr(e, "value", None) or getattr(e.proto, "body", "")) for kind in kinds for e in kind)


def view(at: AppTest, name: str) -> AppTest:
    at.segmented_control("rubric_view").set_value(name)
    at.run()
    assert not at.exception, [e.value for e in at.exception]
    return at


def as_text(at: AppTest) -> AppTest:
    """Open the text of the editor, for those who like it."""
    at = view(at, "change")
    at.segmented_control("rubric_way").set_value("text").run()
    return at


def changed(store: Store, *replacements: tuple[str, str]) -> str:
    text = rubric_toml(current_rubric(store))
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after)
    return text


NEW_VALUE = ('"partly", "correct"]', '"partly", "correct", "not_answerable"]')


def second_version(store: Store) -> None:
    change_rubric(store, rubric_from_toml(changed(store, NEW_VALUE)), by="visitor", note="a value was missing")


def last_week(store: Store) -> str:
    return store.find(Week, order_by="name")[-1].name


def test_everybody_sees_the_rubric_and_only_a_lead_may_change_it(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, rater="ana")
    assert at.segmented_control("rubric_view").options == ["In force", "Open questions", "Versions"]
    said = texts(at)
    assert "one value, in order · figures count &#x27;wrong&#x27;" in said
    assert "Version **1**" in said and "<kbd>1</kbd>wrong" in said and "Would the user, acting on this answer" in said
    lead = run(demo, monkeypatch)
    assert lead.segmented_control("rubric_view").options == [
        "In force",
        "Open questions",
        "Versions",
        "Change",
        "Ask again",
    ]


def test_a_lead_changes_the_rubric_with_a_preview_and_a_reason(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = as_text(run(demo, monkeypatch))
    assert "Nothing yet: the text is the same as the version in force." in texts(at)
    at.text_area("rubric_text").set_value(changed(demo, NEW_VALUE)).run()
    said = texts(at)
    assert "<td>values added</td><td></td><td>not_answerable</td>" in said
    assert "not_answerable" in str(at.get("bidi_component")[0].proto), "the preview has it"
    at.button("rubric_save").click().run()
    assert "Give a reason for the change." in texts(at) and len(demo.find(RubricVersion)) == 1
    at.text_input("rubric_note_1").set_value("a value was missing")
    at.button("rubric_save").click().run()
    assert not at.exception and not at.error, texts(at)
    made = demo.find(RubricVersion)[-1]
    assert (made.version, made.by, made.note) == (2, "visitor", "a value was missing")
    assert demo.find(AuditEntry)[-1].action == "rubric"
    # The editor starts again from the version in force.
    assert at.text_area("rubric_text").value == rubric_toml(current_rubric(demo))
    assert "Version **2**" in texts(at)


def test_a_wrong_text_is_reported_with_its_line_and_cannot_be_saved(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = as_text(run(demo, monkeypatch))
    at.text_area("rubric_text").set_value(changed(demo, ('positive = "rude"', 'positive = "cold"'))).run()
    (error,) = at.error
    assert error.value.startswith("line ") and "positive: found 'cold'" in error.value
    assert not [b for b in at.button if b.key == "rubric_save"]


def test_the_texts_of_a_rubric_are_never_markup(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = as_text(run(demo, monkeypatch))
    evil = ("The tone of the answers only.", "<script>alert(1)</script>")
    at.text_area("rubric_text").set_value(changed(demo, evil)).run()
    said = texts(at)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said and "<script>" not in said


def test_a_version_saved_by_somebody_else_is_not_overwritten(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = as_text(run(demo, monkeypatch))
    at.text_area("rubric_text").set_value(changed(demo, ('title = "Intent"', 'title = "Wish"'))).run()
    second_version(demo)
    at.run()
    assert "Somebody saved version 2 while you were writing" in texts(at)
    at.text_input("rubric_note_2").set_value("mine")
    at.button("rubric_save").click().run()
    assert "started from version 1" in texts(at) and len(demo.find(RubricVersion)) == 2
    at.button("rubric_restart").click().run()
    assert "not_answerable" in str(at.text_area("rubric_text").value)


def test_a_person_who_lost_the_role_saves_nothing(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from review.people.people import add_person

    add_person(demo, "second", role="lead", by="visitor")
    at = as_text(run(demo, monkeypatch))
    at.text_area("rubric_text").set_value(changed(demo, NEW_VALUE)).run()
    at.text_input("rubric_note_1").set_value("mine")
    add_person(demo, "visitor", role="annotator", by="second")
    at.button("rubric_save").click().run()
    assert not at.exception and len(demo.find(RubricVersion)) == 1


def test_versions_show_author_date_reason_and_changes(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = view(run(demo, monkeypatch, rater="ana"), "versions")
    assert "With a second one, this view shows what changed" in texts(at)
    second_version(demo)
    at = view(run(demo, monkeypatch, rater="ana"), "versions")
    assert "<td>correctness</td><td>values added</td><td></td><td>not_answerable</td>" in texts(at)
    assert list(at.dataframe[0].value["why"]) == ["a value was missing", ""]
    at.selectbox("rubric_before").set_value(2).run()
    assert "Nothing changed." in texts(at)


def test_a_different_rubric_in_the_file_is_reported_and_taken_over(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "differs from the one in force" not in texts(run(demo, monkeypatch))
    file = demo.path.parent / "spotcheck.toml"
    file.write_text(changed(demo, NEW_VALUE), encoding="utf-8")
    assert "differs from the one in force in 1 point." in texts(run(demo, monkeypatch))
    at = run(demo, monkeypatch, rater="mara")
    assert not [b for b in at.button if b.key == "rubric_file"], "only a lead changes the rubric"
    at = run(demo, monkeypatch)
    at.button("rubric_file").click().run()
    assert at.segmented_control("rubric_view").value == "change"
    as_text(at)
    assert "not_answerable" in str(at.text_area("rubric_text").value)
    at.text_input("rubric_note_1").set_value("from the file")
    at.button("rubric_save").click().run()
    assert not at.exception and not at.error, texts(at)
    assert "differs from the one in force" not in texts(at) and len(demo.find(RubricVersion)) == 2
    file.write_text("[[rubric.dimensions]]\nname = 'a'\nvalues = ['x']\n", encoding="utf-8")
    assert "values: found 1, expected at least two" in texts(run(demo, monkeypatch))


def test_a_sample_of_an_open_week_is_dealt_again(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = view(run(demo, monkeypatch), "again")
    assert "Nothing new" in texts(at)
    second_version(demo)
    at = view(run(demo, monkeypatch), "again")
    at.slider("rubric_share").set_value(50).run()
    week = last_week(demo)
    assert "Reviews in" in texts(at) and "under version 1" in texts(at)
    at.text_input("rubric_reason").set_value("the new value")
    at.button("rubric_again").click().run()
    assert not at.exception and not at.error, texts(at)
    new = demo.find(Assignment, rubric_version=2)
    assert new and {a.week for a in new} == {week}
    entry = demo.find(AuditEntry)[-1]
    assert (entry.action, entry.detail["reason"], entry.detail["assignments"]) == ("requeue", "the new value", len(new))
    assert "Nothing new" in texts(at)


def test_agreement_leaves_out_reviews_under_another_version_and_says_so(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_version(demo)
    requeue(demo, last_week(demo), by="visitor")
    again = next(a for a in demo.find(Assignment, rubric_version=2) if a.rater_id == "ana")
    labels = {"correctness": "not_answerable", "intent": "other", "politeness": "neutral"}
    sent = {"kind": "annotation", "submission_id": "x" * 20, "assignment": again.id, "labels": labels}
    assert not receive(demo, "ana", [sent]).rejected
    at = run(demo, monkeypatch, "agreement", "mara")
    assert "leave out the reviews under other versions: 1 under version 2" in texts(at)


def test_the_form_changes_the_same_draft_as_the_text(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = view(run(demo, monkeypatch), "change")
    assert "Nothing yet" in texts(at) and at.get("bidi_component"), "with the fields as reviewers see them"
    at.text_input("rubric_new_name").set_value("completeness")
    at.button("rubric_add").click().run()
    assert not at.exception and not at.error, texts(at)
    assert at.text_input("rubric_name_completeness").value == "completeness"
    at.text_area("rubric_guidance_completeness").set_value("Nothing is left out.").run()
    at.multiselect("rubric_when_completeness_correctness").set_value(["correct"]).run()
    at.button("rubric_move_-1").click().run()
    frame = next(d.value for d in at.dataframe if "earlier labels" in d.value)
    assert dict(zip(frame["dimension"], frame["earlier labels"], strict=True))["completeness"] == "no earlier labels"
    assert int(frame["labels kept"].sum()) > 0
    at.segmented_control("rubric_way").set_value("text").run()
    written = rubric_from_toml(str(at.text_area("rubric_text").value))
    before = current_rubric(demo).names
    assert written.names == (*before[:-1], "completeness", before[-1])
    added = written["completeness"]
    assert (added.guidance, added.shown_when) == ("Nothing is left out.", {"correctness": ("correct",)})
    at.text_input("rubric_note_1").set_value("something was missing")
    at.button("rubric_save").click().run()
    assert not at.exception and current_rubric(demo)["completeness"] == added


def test_a_step_that_is_refused_changes_nothing_and_says_why(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = view(run(demo, monkeypatch), "change")
    at.button("rubric_move_1").click().run()
    assert "Nothing was changed." in texts(at) and "expected an earlier dimension" in texts(at)
    assert "Nothing yet" in texts(at)
    at.text_input("rubric_new_name").set_value("intent")
    at.button("rubric_add").click().run()
    assert "'intent' twice" in texts(at)
    at.button("rubric_value_move_1").click().run()
    assert "order of values" in texts(at)


def test_a_settled_item_becomes_an_example_of_the_guidance(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = view(run(demo, monkeypatch), "change")
    assert at.selectbox("rubric_example_correctness").options
    at.button("rubric_example_add").click().run()
    said = texts(at)
    assert "For example: “" in said and "guidance of &#x27;wrong&#x27;" in said
