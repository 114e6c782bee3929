"""The rubric as data: what is wrong in it is named, and it comes back as it went in."""

import copy

import orjson
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError, UnknownError
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import current_rubric, rubric_document, rubric_from, rubric_version, save_rubric
from storage.records_people import RubricVersion

MOOD = {"name": "mood", "scale": "ordinal", "values": ["low", "medium", "high"]}
TYPE = {"name": "type", "scale": "nominal", "values": ["a", "b"]}


def rubric(*dimensions, **more):
    return rubric_from({"dimensions": list(dimensions), **more})


def test_the_default_rubric_is_the_decided_one():
    found = rubric_from(DEFAULT_RUBRIC)
    assert found.names == ("correctness", "reasons", "intent", "politeness")
    assert found["correctness"].scale.values == ("wrong", "partly", "correct")
    assert {d.name: d.positive for d in found.dimensions if d.positive} == {
        "correctness": "wrong",
        "politeness": "rude",
    }
    assert found["intent"].keys == tuple("1234567890")


def test_a_rubric_comes_back_as_it_went_in():
    found = rubric_from(DEFAULT_RUBRIC)
    document = orjson.loads(orjson.dumps(rubric_document(found)))
    assert rubric_from(document) == found and rubric_document(rubric_from(document)) == document


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"values": ["low", "low"]}, r"dimension 2 \('mood'\), values: .*'low' more than once"),
        ({"values": ["low", " low "]}, r"\('mood'\), values: .*more than once"),
        ({"values": ["low"]}, r"\('mood'\), values: found 1, expected at least two"),
        ({"values": "low"}, r"\('mood'\), values: found 'low', expected a list"),
        ({"values": ["low", ""]}, r"\('mood'\), values: found ''"),
        ({"scale": "likert"}, r"\('mood'\), scale: found 'likert', expected one of nominal"),
        ({"scale": "set", "values": ["a|b", "c"]}, r"\('mood'\), values: found 'a\|b', expected .*without \|"),
        ({"scale": "interval"}, r"\('mood'\), values: found 'low', expected a number"),
        (
            {"scale": "ratio", "values": [-1, 2]},
            r"\('mood'\), values: found '-1', expected a number that is not negative",
        ),
        ({"keys": ["1", "1", "2"]}, r"\('mood'\), keys: found '1', expected single keys, each once"),
        ({"keys": ["A", "a", "b"]}, r"\('mood'\), keys: found 'a'"),
        ({"keys": ["1", "2"]}, r"\('mood'\), keys: found 2, expected one for each of the 3 values"),
        ({"keys": ["1", "2", "u"]}, r"\('mood'\), keys: found 'u'"),
        ({"keys": ["1", "2", "U"]}, r"\('mood'\), keys: found 'u'"),
        ({"keys": ["1", "2", "q"]}, r"\('mood'\), keys: found 'q'"),
        ({"keys": ["1", "t", "2"]}, r"\('mood'\), keys: found 't'"),
        ({"keys": ["1", "2", " "]}, r"\('mood'\), keys: found ' '"),
        ({"keys": ["1", "2", "F1"]}, r"\('mood'\), keys: found 'f1'"),
        ({"keys": "123"}, r"\('mood'\), keys: found '123', expected a list"),
        ({"positive": "very low"}, r"\('mood'\), positive: found 'very low', expected one of low"),
        ({"shown_when": {"later": ["x"]}}, r"'mood'.shown_when: found 'later', expected an earlier dimension"),
        ({"shown_when": {"mood": ["low"]}}, r"'mood'.shown_when: found 'mood', expected an earlier dimension"),
        ({"shown_when": {"type": ["c"]}}, r"'mood'.shown_when.type: found 'c', expected one of a, b"),
        ({"shown_when": {"type": "a"}}, r"\('mood'\), shown_when, type: found 'a', expected a list"),
        ({"shown_when": ["type"]}, r"\('mood'\), shown_when: found \['type'\], expected a table"),
        ({"required": "no"}, r"\('mood'\), required: found 'no', expected true or false"),
        ({"value_guidance": "x"}, r"\('mood'\), value_guidance: found 'x', expected a table"),
        ({"postive": "low"}, r"\('mood'\): found setting 'postive', expected .*positive"),
        ({"name": ""}, r"dimension 2 has no name"),
        ({"name": "type"}, r"found dimension 'type' twice"),
    ],
)
def test_what_is_wrong_is_named_with_dimension_and_setting(change, sentence):
    later = {"name": "later", "values": ["x", "y"]}
    with pytest.raises(InputError, match=sentence):
        rubric_from({"dimensions": [TYPE, {**MOOD, **change}, later]}, origin="spotcheck.toml")


@pytest.mark.parametrize("document", [{}, {"dimensions": []}, {"dimensions": "x"}, {"dimensions": ["x"]}, [], "x", 5])
def test_a_document_without_dimensions_is_refused(document):
    with pytest.raises(InputError, match=r"has no dimension\. Give at least one"):
        rubric_from(document)


def test_reveal_is_true_or_false():
    assert rubric(MOOD, reveal=False).reveal is False
    with pytest.raises(InputError, match="reveal: found 'false', expected true or false"):
        rubric(MOOD, reveal="false")


def test_a_condition_on_several_values_could_never_hold_and_is_refused():
    many = {"name": "many", "scale": "set", "values": ["a", "b"]}
    with pytest.raises(InputError, match=r"'mood'.shown_when: found 'many'.*of one value"):
        rubric(many, {**MOOD, "shown_when": {"many": ["a"]}})


def test_values_match_however_they_are_typed():
    found = rubric({"name": "d", "values": ["Cafe\u0301", True, 1.0], "positive": True})
    assert found["d"].scale.values == ("Café", "true", "1") and found["d"].positive == "true"
    for raw, wanted in (("Café", "Café"), ("Cafe\u0301", "Café"), (True, "true"), (1, "1"), ("1.0", "1")):
        assert found.canonical({"d": raw}) == {"d": wanted}


def test_a_rubric_of_77_intents_works(store):
    names = [f"intent_{k:02d}" for k in range(77)]
    save_rubric(store, rubric({"name": "intent", "scale": "nominal", "values": names}), by="lea")
    found = current_rubric(store)["intent"]
    assert found.scale.values == tuple(names) and found.keys == ("",) * 77
    assert current_rubric(store).canonical({"intent": "intent_76"}) == {"intent": "intent_76"}
    with pytest.raises(InputError, match=r"intent_11, \.\.\. \(did you mean 'intent_7"):
        current_rubric(store).canonical({"intent": "intent_77"})


def test_up_to_ten_values_have_digits_and_declared_keys_stand():
    assert rubric({"name": "d", "values": [str(k) for k in range(10)]})["d"].keys == tuple("1234567890")
    assert rubric({"name": "d", "values": [str(k) for k in range(11)]})["d"].keys == ("",) * 11
    assert rubric({**TYPE, "keys": ["Y", "n"]})["type"].keys == ("y", "n")
    assert rubric({**TYPE, "keys": ["", "n"]})["type"].keys == ("", "n")


def test_a_dimension_is_asked_when_all_its_conditions_hold():
    three = {"name": "c", "values": ["x", "y"], "shown_when": {"type": ["a"], "mood": ["low", "high"]}}
    found = rubric(TYPE, MOOD, three)
    assert found.canonical({"type": "a", "mood": "low", "c": "x"})["c"] == "x"
    assert "c" not in found.canonical({"type": "b", "mood": "low", "c": "x"})
    assert "c" not in found.canonical({"type": "a", "mood": "medium", "c": "x"})
    with pytest.raises(InputError, match=r"c has no value\. Choose one of x, y"):
        found.canonical({"type": "a", "mood": "high"})


def test_what_is_not_required_may_be_missing():
    found = rubric({**MOOD, "required": False}, {"name": "n", "scale": "interval", "required": False})
    assert found.canonical({}) == {} and found.canonical({"n": 2.50}) == {"n": "2.5"}
    assert found.canonical({"mood": None, "n": ""}) == {}
    with pytest.raises(InputError, match="n: found 'much', expected a number"):
        found.canonical({"n": "much"})


@examples(100)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "correctness": st.sampled_from(["wrong", "partly", "correct"]),
            "reasons": st.lists(st.sampled_from(["unsafe", "incomplete", "wrong_fact"]), max_size=3),
            "intent": st.sampled_from(["return", "other"]),
            "politeness": st.sampled_from(["rude", "friendly"]),
        },
    )
)
def test_canonical_labels_stay_as_they_are(labels):
    found = rubric_from(DEFAULT_RUBRIC)
    try:
        once = found.canonical(labels)
    except InputError:
        return
    assert found.canonical(once) == once
    assert ("reasons" in once) == (once["correctness"] != "correct")


def test_a_change_makes_a_version_and_the_same_again_does_not(store):
    with pytest.raises(UnknownError, match="no rubric yet"):
        current_rubric(store)
    first = save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    assert save_rubric(store, rubric_from(copy.deepcopy(DEFAULT_RUBRIC)), by="eva").version == first.version == 1
    changed = {**DEFAULT_RUBRIC, "reveal": False}
    assert save_rubric(store, rubric_from(changed), by="lea", note="blind").version == 2
    # Back to the first one is a version of its own: nothing is overwritten.
    assert save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea").version == 3
    assert [r.by for r in store.find(RubricVersion)] == ["lea"] * 3
    assert rubric_version(store, 2).reveal is False and rubric_version(store, 1) == first
    with pytest.raises(UnknownError, match="rubric version 9"):
        rubric_version(store, 9)
