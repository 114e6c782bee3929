"""Few-shot examples come from the dev half alone, are spread over the values, and are the same every time."""

import pytest
from golden_store import BAD, GOOD, add_item, new_store, open_test_week, vote

from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.examples import current_examples
from review.golden.retire import retire
from review.judges.examples import few_shot, spread
from review.judges.versions import add_judge
from review.judges.workbench.drafts import drafted
from review.privacy.hidden_spans import hide_span
from review.settings.project import project_of
from review.statistics.calibration.split import split_of
from storage.records_judges import Judge


@pytest.fixture
def golden(tmp_path):
    store = new_store(tmp_path)
    open_test_week(store)
    for k in range(12):
        name = f"g{k}"
        add_item(store, name)
        labels = BAD if k % 4 == 0 else {**GOOD, "politeness": ("neutral", "friendly")[k % 2]}
        vote(store, name, "ana", labels)
        vote(store, name, "ben", labels)
        approve(store, name, Wish(expected_answer="Right."), by="eva")
    return store


def dev_names():
    return {f"g{k}" for k in range(12) if split_of(f"g{k}") == "dev"}


def test_examples_come_from_the_dev_half_alone(golden):
    found = few_shot(golden, ["politeness"], count=99)
    assert {e["conversation_id"] for e in found} == dev_names()
    one = found[0]
    assert set(one) == {"example_id", "conversation_id", "question", "answer", "labels"}
    assert one["answer"] == f"Order {one['conversation_id']} arrives on Friday."
    assert set(one["labels"]) == {"politeness"}


def test_they_are_spread_over_the_values_and_the_same_every_time(golden):
    found = few_shot(golden, ["correctness", "politeness"], count=3)
    assert few_shot(golden, ["politeness", "correctness"], count=3)[0]["example_id"] == found[0]["example_id"]
    seen = {(e["labels"]["correctness"], e["labels"]["politeness"]) for e in found}
    there = {(e.labels["correctness"], e.labels["politeness"]) for e in current_examples(golden) if e.split == "dev"}
    # Three examples show as many different pairs of values as there are, up to three.
    assert len(seen) == min(3, len(there))


def test_a_label_that_the_rubric_does_not_ask_for_is_not_lacking(golden, add):
    found = few_shot(golden, ["correctness", "reasons"], count=99)
    assert {e["conversation_id"] for e in found} == dev_names()
    right = {"correctness": "correct"}
    assert {str(e["labels"]) for e in found} == {str(right), str({"correctness": "wrong", "reasons": ["wrong_fact"]})}
    one = next(e for e in found if e["labels"] == right)
    assert add({"example_id": one["example_id"]}, dimensions=("correctness", "reasons")) == [one]
    # Of reasons alone a correct answer shows nothing.
    assert {str(e["labels"]) for e in few_shot(golden, ["reasons"], count=99)} == {str({"reasons": ["wrong_fact"]})}
    with pytest.raises(Refused, match="no label in reasons, so a prompt cannot show it"):
        few_shot(golden, ["reasons"], ids=[one["example_id"]])


def test_every_value_is_shown_before_one_is_shown_twice(golden):
    dev = [e for e in current_examples(golden) if e.split == "dev"]
    values = {e.labels["politeness"] for e in dev}
    first = spread(dev, ["politeness"], len(values))
    assert {e.labels["politeness"] for e in first} == values


def test_named_examples_keep_their_order(golden):
    dev = sorted(e.example_id for e in current_examples(golden) if e.split == "dev")
    wanted = [dev[1], dev[0], dev[1]]
    assert [e["example_id"] for e in few_shot(golden, ["politeness"], ids=wanted)] == [dev[1], dev[0]]


def test_what_may_not_stand_in_a_prompt_is_refused(golden):
    test = next(e.example_id for e in current_examples(golden) if e.split == "test")
    dev = next(e for e in current_examples(golden) if e.split == "dev")
    with pytest.raises(Refused, match="belongs to the test half"):
        few_shot(golden, ["politeness"], ids=[test])
    with pytest.raises(Refused, match="no label in tone"):
        few_shot(golden, ["tone"], ids=[dev.example_id])
    with pytest.raises(UnknownError, match="'ex-none' is not current"):
        few_shot(golden, ["politeness"], ids=["ex-none"])
    with pytest.raises(NothingToDo, match="no golden example of the dev half is labelled in tone"):
        few_shot(golden, ["tone"], count=2)
    for wrong in ({}, {"count": 1, "ids": [dev.example_id]}):
        with pytest.raises(InputError, match="either a number of examples or their ids"):
            few_shot(golden, ["politeness"], **wrong)
    with pytest.raises(InputError, match="found 0, expected 1 or more"):
        few_shot(golden, ["politeness"], count=0)
    retire(golden, dev.example_id, by="eva", note="old")
    with pytest.raises(UnknownError, match="is not current"):
        few_shot(golden, ["politeness"], ids=[dev.example_id])


@pytest.fixture
def add(golden):
    """Add a version of an llm judge that asks for these examples; what stands in its prompt then."""
    golden.path.with_name("spotcheck.toml").write_text('[judges]\nhosts = ["localhost"]\n', encoding="utf-8")

    def call(*examples, dimensions=("politeness",)):
        spec = {"endpoint": "http://localhost:1/v1", "model": "m", "examples": list(examples)}
        drafted(golden, "tone", "llm", dimensions, spec, project=project_of(golden.path))
        return add_judge(golden, "tone", kind="llm", dimensions=dimensions, spec=spec, by="eva").spec["examples"]

    return call


def of_half(store, half):
    return sorted(e.example_id for e in current_examples(store) if e.split == half)


def test_a_spec_may_name_examples_and_gets_them_as_they_were_settled(golden, add):
    wanted = of_half(golden, "dev")[:2]
    written = {"question": "q", "answer": "mine", "labels": {"politeness": "rude"}, "conversation_id": "", "more": 1}
    assert add(*({**written, "example_id": i} for i in wanted)) == few_shot(golden, ["politeness"], ids=wanted)
    assert add({"example_id": wanted[0]}) == few_shot(golden, ["politeness"], ids=wanted[:1])


def test_a_spec_cannot_bring_examples_that_option_examples_would_refuse(golden, add):
    (dev, *_), (test, *_) = of_half(golden, "dev"), of_half(golden, "test")
    written = {"question": "q", "answer": "a", "labels": {"politeness": "rude"}, "conversation_id": "g0"}
    for wrong, error, said in (
        ({**written, "example_id": test}, Refused, f"'{test}' belongs to the test half.*Remove it"),
        ({**written, "example_id": "ex-none"}, UnknownError, "'ex-none' is not current"),
        (written, InputError, "examples, number 2: found no example_id, expected that of a golden example"),
        ({"question": "q"}, InputError, "examples, number 2: found no example_id"),
    ):
        with pytest.raises(error, match=said):
            add({"example_id": dev}, wrong)
    with pytest.raises(InputError, match="examples, number 1: expected a question"):
        add(5)
    assert golden.find(Judge) == []


def test_examples_of_the_version_before_stay_as_they_stood(golden, add):
    dev = of_half(golden, "dev")[0]
    (both,) = add({"example_id": dev}, dimensions=("correctness", "politeness"))
    retire(golden, dev, by="eva", note="old")
    assert add(both, dimensions=("correctness", "politeness")) == [both]
    (one,) = add(both)
    assert one == {**both, "labels": {"politeness": both["labels"]["politeness"]}}
    another = "rude" if one["labels"]["politeness"] != "rude" else "friendly"
    for changed in ({"answer": "better"}, {"labels": {"politeness": another}}, {"conversation_id": ""}):
        with pytest.raises(UnknownError, match=f"'{dev}' is not current"):
            add({**one, **changed})
    assert add() == []
    with pytest.raises(UnknownError, match=f"'{dev}' is not current"):
        add(one)


def test_a_hidden_span_is_hidden_in_examples_too(golden):
    name = sorted(dev_names())[0]
    hide_span(golden, name, "on Friday", by="ana")
    found = next(e for e in few_shot(golden, ["politeness"], count=99) if e["conversation_id"] == name)
    assert found["answer"] == f"Order {name} arrives [HIDDEN_1]."
