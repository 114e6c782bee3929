"""A rubric edited step by step: what belongs to a name follows it, and form and text say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from examples import examples
from golden_store import BAD, GOOD, WEEK, reviewed_store
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError, ReviewError, UnknownError
from review.closing.closing import close_week
from review.current.labels_of_open_weeks import labels_of_open_weeks
from review.rubric import edit
from review.rubric.as_toml import rubric_from_toml, rubric_toml
from review.rubric.comparable import comparability
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import Rubric, rubric_from
from review.settling.adjudication import adjudicate
from review.settling.guidance_examples import settled_examples

DEFAULT = rubric_from(DEFAULT_RUBRIC)


def rename_value(rubric: Rubric, name: str, value: str, new: str) -> Rubric:
    """Rename a value as the table of the form does."""
    rows = edit.value_rows(rubric[name])
    return edit.with_values(rubric, name, [{**row, "value": new} if row["value"] == value else row for row in rows])


NAMES = st.sampled_from([*DEFAULT.names, "tone", "new", " ", "wrong"])
VALUES = st.sampled_from(["wrong", "partly", "correct", "rude", "yes", "no", "3", "", "a|b"])
SCALES = st.sampled_from(["nominal", "ordinal", "interval", "ratio", "set"])
ALL_STEPS = (
    st.builds(lambda n, s: lambda r: edit.add_dimension(r, n, scale=s), NAMES, SCALES),
    st.builds(lambda n: lambda r: edit.remove_dimension(r, n), NAMES),
    st.builds(lambda n, k: lambda r: edit.move_dimension(r, n, k), NAMES, st.integers(-3, 3)),
    st.builds(lambda n, m: lambda r: edit.rename_dimension(r, n, m), NAMES, NAMES),
    st.builds(lambda n, s: lambda r: edit.with_scale(r, n, s), NAMES, SCALES),
    st.builds(lambda n, v, w: lambda r: rename_value(r, n, v, w), NAMES, VALUES, VALUES),
    st.builds(lambda n, v, k: lambda r: edit.move_value(r, n, v, k), NAMES, VALUES, st.integers(-2, 2)),
    st.builds(lambda n, o, v: lambda r: edit.with_condition(r, n, o, v), NAMES, NAMES, st.lists(VALUES, max_size=2)),
    st.builds(lambda n, v, t: lambda r: edit.with_example(r, n, v, t), NAMES, VALUES, st.text(max_size=20)),
    st.builds(lambda n, v: lambda r: edit.with_settings(r, n, positive=v), NAMES, st.none() | VALUES),
    st.builds(lambda n, t: lambda r: edit.with_settings(r, n, guidance=t, required=not t), NAMES, st.text(max_size=9)),
)  # fmt: skip
STEPS = st.sampled_from(ALL_STEPS).flatmap(lambda one: one)


@examples(75)
@given(st.lists(STEPS, max_size=8))
def test_any_steps_make_a_rubric_whose_text_reads_back_the_same(steps: list[object]) -> None:
    rubric = DEFAULT
    for step in steps:
        try:
            rubric = step(rubric)  # type: ignore[operator]
        except ReviewError as error:
            assert str(error)
    assert rubric_from_toml(rubric_toml(rubric)) == rubric
    for dimension in rubric.dimensions:
        rows = edit.value_rows(dimension)
        assert not rows or edit.with_values(rubric, dimension.name, rows) == rubric, "the table alone changes nothing"


def test_dimensions_are_added_moved_renamed_and_removed() -> None:
    more = edit.add_dimension(DEFAULT, " tone ", scale="ordinal")
    assert more.names[-1] == "tone" and more["tone"].scale.values == edit.NEW_VALUES and more["tone"].title == "Tone"
    first = edit.move_dimension(more, "tone", -99)
    assert first.names[0] == "tone" and edit.move_dimension(first, "tone", 99) == more
    with pytest.raises(InputError, match="expected an earlier dimension"):
        edit.move_dimension(DEFAULT, "correctness", 1)
    renamed = edit.rename_dimension(DEFAULT, "correctness", "truth")
    assert renamed["reasons"].shown_when.keys() == {"truth"} and renamed.names[0] == "truth"
    assert "correctness" not in edit.remove_dimension(DEFAULT, "correctness").names
    assert edit.remove_dimension(DEFAULT, "correctness")["reasons"].shown_when == {}
    with pytest.raises(UnknownError, match="dimension 'mood'"):
        edit.move_dimension(DEFAULT, "mood", 1)
    with pytest.raises(InputError, match="twice"):
        edit.add_dimension(DEFAULT, "intent")


def test_what_belongs_to_a_value_follows_it() -> None:
    found = rename_value(DEFAULT, "correctness", "wrong", "false")
    assert found["correctness"].scale.values[0] == "false" and found["correctness"].positive == "false"
    assert "false" in found["reasons"].shown_when["correctness"] and "false" in found["correctness"].value_guidance
    moved = edit.move_value(DEFAULT, "correctness", "wrong", 9)["correctness"]
    assert moved.scale.values[-1] == "wrong" and moved.keys == ("1", "2", "3"), "the digits stay in order"
    with pytest.raises(InputError, match="expected one of"):
        edit.move_value(DEFAULT, "correctness", "none", 1)
    number = edit.with_scale(DEFAULT, "correctness", "interval")
    assert number["correctness"].scale.values == () and number["correctness"].positive is None
    assert number["reasons"].shown_when == {}
    assert edit.with_scale(DEFAULT, "correctness", "set")["reasons"].shown_when == {}


def test_an_example_is_added_to_the_guidance_of_its_value_once() -> None:
    said = edit.with_example(DEFAULT, "correctness", "partly", "“Monday,\n I think”")
    text = said["correctness"].value_guidance["partly"]
    assert text.endswith("For example: “Monday, I think”") and text != "For example: “Monday, I think”"
    assert edit.with_example(said, "correctness", "partly", "“Monday, I think”") == said
    with pytest.raises(InputError, match="expected one of"):
        edit.with_example(DEFAULT, "correctness", "none", "x")


COUNTS = {"correctness": {"wrong": 2, "partly": 3, "correct": 5}, "intent": {"other": 4}, "reasons": {"slow": 1}}


def row(after: Rubric, dimension: str) -> tuple[str, str, int, int]:
    (found,) = [r for r in comparability(DEFAULT, after, COUNTS) if r.dimension == dimension]
    return found[1:]


def test_labels_stay_comparable_where_the_same_was_asked() -> None:
    assert {r.verdict for r in comparability(DEFAULT, DEFAULT, COUNTS)} == {"same"}
    keys = edit.with_settings(DEFAULT, "correctness", title="Right?", positive="partly")
    assert row(keys, "correctness") == ("same", "", 10, 0), "a title and the positive value change no label"
    told = edit.with_settings(DEFAULT, "correctness", guidance="Other words.")
    assert row(told, "correctness") == ("care", "people are told something else", 10, 0)
    rows = edit.value_rows(DEFAULT["correctness"])
    fewer = edit.with_values(DEFAULT, "correctness", [r for r in rows if r["value"] != "partly"])
    assert row(fewer, "correctness") == ("care", "without partly", 7, 3)
    assert row(fewer, "reasons")[:2] == ("care", "the condition for asking it changed")
    more = edit.with_values(DEFAULT, "correctness", [*rows, {"value": "unclear", "guidance": "?"}])
    assert row(more, "correctness") == ("care", "unclear could not be chosen before", 10, 0)
    turned = edit.move_value(DEFAULT, "correctness", "wrong", 9)
    assert row(turned, "correctness") == ("care", "the values stand in another order", 10, 0)
    assert row(edit.move_value(DEFAULT, "intent", DEFAULT["intent"].scale.values[0], 1), "intent")[0] == "same"


def test_labels_are_lost_with_their_value_scale_or_dimension() -> None:
    assert row(edit.with_scale(DEFAULT, "correctness", "nominal"), "correctness") == (
        "lost", "the scale was ordinal and becomes nominal", 0, 10,
    )  # fmt: skip
    assert row(edit.remove_dimension(DEFAULT, "intent"), "intent") == ("lost", "the dimension is removed", 0, 4)
    renamed = edit.rename_dimension(DEFAULT, "intent", "wish")
    assert row(renamed, "intent")[0] == "lost" and row(renamed, "wish") == ("new", "", 0, 0)
    rows = [r for r in edit.value_rows(DEFAULT["intent"]) if r["value"] != "other"]
    assert row(edit.with_values(DEFAULT, "intent", rows), "intent") == ("lost", "without other", 0, 4)


def test_the_labels_of_open_weeks_are_counted(tmp_path: Path) -> None:
    store = reviewed_store(tmp_path)
    weeks, counts = labels_of_open_weeks(store)
    assert weeks == [WEEK] and sum(counts["correctness"].values()) == 9
    assert counts["correctness"] == {GOOD["correctness"]: 6, BAD["correctness"]: 3}
    assert set(counts["reasons"]) == set(BAD["reasons"]), "each reason counts"
    close_week(store, WEEK, by="lea", reason="holidays")
    assert labels_of_open_weeks(store) == ([], {})


def test_settled_items_are_examples_but_single_votes_and_owed_ones_are_not(tmp_path: Path) -> None:
    store = reviewed_store(tmp_path)
    adjudicate(store, "d1", by="eva", labels=GOOD, reason="slip")
    found = settled_examples(store, "correctness", GOOD["correctness"], viewer="eva")
    assert found[0].item_id == "d1" and {one.item_id for one in found} == {"d1", "u1", "h1"}
    assert found[0].question == "Where is my order d1?" and found[0].rule == "adjudicated"
    assert [one.item_id for one in settled_examples(store, "reasons", BAD["reasons"][0], viewer="eva")] == ["u2"]
    assert settled_examples(store, "correctness", "none", viewer="eva") == []
