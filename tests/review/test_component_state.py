"""States of browser components that are refused before anything reads them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.serving.component_state import DEPTH, is_sound

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=10,
)


@given(plain)
def test_every_json_document_is_sound(document):
    assert is_sound(json.dumps(document)) and is_sound(json.dumps(document, ensure_ascii=False))


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "nothing", "{'a': 1}", '{"a": NaN}', '{"a": Infinity}', '"\\ud800"', '{"a": 1} x', "[" * 3000),
        *('{"a":' * 3000 + "1" + "}" * 3000, "[" * 3000 + "]" * 3000, "[" * (DEPTH + 1) + "]" * (DEPTH + 1)),
        '{"a": "\\"["' + "[" * 3000,
    ],
)
def test_anything_else_is_not(text):
    assert not is_sound(text)


def test_brackets_in_texts_are_no_levels():
    assert is_sound(json.dumps({"a": "[" * 3000 + '"{' * 3000})) and is_sound("[" * DEPTH + "]" * DEPTH)
