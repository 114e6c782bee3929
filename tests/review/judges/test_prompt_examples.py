"""The examples in a judge's prompt are read from the stored spec, whatever another kind or version wrote there."""

import pytest
from run_store import judge_of

from review.evidence.prompt_examples import example_conversations, example_ids, prompt_examples


@pytest.mark.parametrize("spec", [{}, {"examples": None}, {"examples": "e1"}, {"examples": {}}, {"examples": [5, "e"]}])
def test_a_spec_without_a_list_of_tables_holds_no_example(spec):
    judge = judge_of(spec)
    assert (prompt_examples(judge), example_ids(judge), example_conversations(judge)) == ([], (), frozenset())


def test_examples_are_named_in_their_order_by_what_they_have():
    one, two, three = {"example_id": "b", "conversation_id": "c"}, {"example_id": "a"}, {"conversation_id": "d"}
    judge = judge_of({"examples": [one, two, three]})
    assert prompt_examples(judge) == [one, two, three]
    assert example_ids(judge) == ("b", "a") and example_conversations(judge) == {"c", "d"}
