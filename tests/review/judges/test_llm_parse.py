"""Replies read into opinions: JSON as requested, JSON as models write it, lines, bare labels; and never a guess."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_desk import CORRECTNESS, POLITENESS, REASONS

from review.basics.labels import Scale
from review.judges.llm.labels import label_of
from review.judges.llm.parse import opinions_in
from review.judges.llm.reply import LONGEST_REPLY
from review.judges.protocol.protocol import CAUSES
from review.rubric.rubric import Dimension

ERRORS = {*CAUSES, ""}


def read(text, *dimensions, finish="stop", refusal=""):
    wanted = dimensions or (CORRECTNESS,)
    return opinions_in({"text": text, "finish_reason": finish, "refusal": refusal}, "s", wanted)


def said(text, *dimensions, **reply):
    """The value or the cause, of one dimension or of each."""
    found = [h.error or h.value for h in read(text, *dimensions, **reply).values()]
    return found[0] if len(found) == 1 else tuple(found)


@pytest.mark.parametrize(
    "text",
    [
        '{"correctness": {"rationale": "x", "label": "wrong"}}',
        '{"correctness": "wrong"}',
        '{"Correctness": {"Label": "WRONG"}}',
        '{"CORRECTNESS": {"verdict": " wrong. "}}',
        '{"label": "wrong", "rationale": "x"}',
        '{"correctness": {"label": ["wrong"]}}',
        '{"result": {"correctness": {"label": "wrong"}}}',
        '{"verdict": {"correctness": {"label": "wrong"}}}',
        '{"answer": {"Correctness": "wrong"}}',
        '{"answer": [{"dimension": "Correctness", "label": "wrong"}]}',
        '{"verdicts": [{"dimension": "Correctness", "label": "wrong"}]}',
        '```json\n{"correctness": {"label": "wrong"}}\n```',
        'Sure! Here it is:\n{"correctness": {"label": "wrong"}}\nI hope that helps.',
        'Here {is} it: {"label": "wrong"}',
        "{'correctness': {'label': 'wrong',},}",
        "{correctness: {label: wrong}}",
        '{"correctness": {"label": "wrong"}',
        '{"correctness": {"label": "wrong" // obviously\n}}',
        '{"correctness": {"rationale": "it said "no" to me", "label": "wrong"}}',
        "{“correctness”: {“label”: “wrong”}}",
        '{"label": "wrong"} To repeat: {"label": "wrong"}',
        '<think>{"label": "correct"}? No.</think>\n{"label": "wrong"}',
        "wrong",
        "Wrong.",
        "**Wrong**",
        '"wrong"',
        "label: wrong",
        "Correctness = wrong",
        "**Correctness:** wrong",
        "- Verdict: `wrong`",
        "The parcel was lost, yet the answer says otherwise.\n\nwrong",
        "wrong\n\nBecause the parcel was lost.",
    ],
)
def test_every_way_of_writing_one_label_is_read(text):
    assert said(text) == "wrong"


@pytest.mark.parametrize(
    "text",
    [
        '{"label": "wrong"} or rather {"label": "correct"}',
        '{"label": "wrong", "label": "correct"}',
        "{'label': 'wrong', 'label': 'correct',}",
        '{"correctness": {"label": "wrong"}, "Correctness": {"label": "correct"}}',
        '{"correctness": {"label": ["wrong", "correct"]}}',
        '{"correctness": {"label": "wrong or partly"}}',
        '{"correctness": {"label": "wrong | partly | correct"}}',
        '{"correctness": {"label": {"value": "wrong"}}}',
        '{"verdict": {"correctness": "wrong"}, "answer": {"correctness": "correct"}}',
        '{"verdict": "correct", "result": {"correctness": "wrong"}}',
        '{"verdict": ["correct", {"correctness": "wrong"}]}',
        '{"verdict": [{"correctness": "wrong"}, {"label": "correct"}]}',
        '{"verdict": {"correctness": "wrong", "label": "correct"}}',
        "wrong\ncorrect",
        "- wrong\n- partly\n- correct",
        "Correctness: wrong\nCorrectness: correct",
        "The answer is correct.",
        "not correct",
        "I would not say that it is wrong",
        "It is hard to tell.",
        '{"correctness": {"label": "wro',
        '{"correctness": {"rationale": "cut her',
        '{"correctness": {"rationale": "the label: "wrong"',
        "{" * 5_000,
        "{" * 30_000 + "}" * 30_000,
        '{"a":' * 3_000 + "1" + "}" * 3_000,
        "[" * 20_000,
        '"' * 30_000,
        '{"label": ' + "9" * 5_000 + "}",
        "<think>it might be wrong",
        "null",
        "[]",
        "true",
    ],
)
def test_nothing_is_guessed(text):
    assert said(text) in ("unparseable", "off_scale")


@pytest.mark.parametrize("label", ["terrible", "not correct", "mostly correct", "incorrect", "4", "true", "wrongg"])
def test_a_label_that_the_scale_does_not_have_is_off_the_scale(label):
    assert said(json.dumps({"correctness": {"label": label}})) == "off_scale"
    assert said(f"Correctness: {label}") == "off_scale"


def test_no_label_is_missing():
    assert said('{"correctness": {"label": null}}') == "missing"
    assert said('{"correctness": {"label": ""}}') == "missing"
    assert said('{"correctness": {"rationale": "hm"}}') == "missing"
    assert said('{"answer": []}') == "missing"


def test_refused_filtered_empty_and_cut_off_replies_are_told_apart():
    assert said("", refusal="I cannot.") == "refused"
    assert read("", refusal="I cannot.")["correctness"].rationale == "I cannot."
    assert said('{"label": "wrong"}', finish="content_filter") == "refused"
    assert said(" \n") == "empty"
    assert said("<think>hm</think>") == "empty"
    assert said("", finish="length") == "truncated"
    assert said('{"correctness": {"label": "wro', finish="length") == "truncated"
    assert said("<think>it might be", finish="length") == "truncated"
    assert said('{"correctness": {"rationale": "x", "label": "wrong"}}', finish="length") == "wrong"


def test_dimensions_fail_one_by_one():
    both = (CORRECTNESS, POLITENESS)
    assert said('{"correctness": {"label": "wrong"}, "politeness": {"label": "blunt"}}', *both) == (
        "wrong",
        "off_scale",
    )
    assert said('{"correctness": {"label": "wrong"}}', *both) == ("wrong", "missing")
    assert said('{"correctness": {"label": "wrong"}}', *both, finish="length") == ("wrong", "truncated")
    assert said("Correctness: wrong\nPoliteness: Friendly", *both) == ("wrong", "friendly")
    assert said('{"correctness": {"label": "wrong"}, "politeness": {"label": "rude"', *both) == ("wrong", "rude")
    assert said("wrong", *both) == ("unparseable", "unparseable"), "a bare label might be of either"
    assert said('{"label": "wrong"}', *both) == ("unparseable", "unparseable")


def test_a_dimension_may_be_called_by_its_title_in_any_language():
    german = Dimension(
        name="correctness", scale=Scale("nominal", ("falsch", "richtig")), title="Richtigkeit der Antwort"
    )
    assert said('{"Richtigkeit der Antwort": {"label": "FALSCH"}}', german) == "falsch"
    assert said("Richtigkeit der Antwort: richtig", german) == "richtig"


def test_spelling_is_forgiven_but_not_where_two_values_differ_by_it():
    scale = Dimension(name="d", scale=Scale("nominal", ("wrong_fact", "Straße", "A", "a")))
    assert label_of(scale, "Wrong fact").value == "wrong_fact"
    assert label_of(scale, "wrong-fact").value == "wrong_fact"
    assert label_of(scale, "STRASSE").value == "Straße"
    assert label_of(scale, "a").value == "a" and label_of(scale, "A").value == "A"
    assert label_of(scale, "“a.”").error == "off_scale"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"reasons": {"label": ["unsafe", "Wrong fact"]}}', "wrong_fact|unsafe"),
        ('{"reasons": ["unsafe"]}', "unsafe"),
        ('{"reasons": {"label": "unsafe, incomplete"}}', "incomplete|unsafe"),
        ("reasons: unsafe; incomplete", "incomplete|unsafe"),
        ("unsafe|incomplete", "incomplete|unsafe"),
        ('{"reasons": {"label": []}}', ""),
        ('{"reasons": {"label": "none"}}', ""),
        ('{"reasons": {"label": ["unsafe", "ugly"]}}', "off_scale"),
        ('{"reasons": {"label": [["unsafe"]]}}', "unparseable"),
        ('{"reasons": {"label": null}}', "missing"),
    ],
)
def test_sets_are_read_in_declared_order_and_may_be_empty(text, value):
    assert said(text, REASONS) == value


def test_numbers_have_their_canonical_text():
    number = Dimension(name="stars", scale=Scale("interval", ("1", "2", "3")))
    assert said('{"stars": {"label": 2.0}}', number) == "2"
    assert said('{"stars": 3}', number) == "3"
    assert said('{"stars": {"label": 4}}', number) == "off_scale"
    assert said('{"q": {"label": -1}}', Dimension(name="q", scale=Scale("ratio"))) == "off_scale"
    assert said('{"q": {"label": NaN}}', Dimension(name="q", scale=Scale("ratio"))) == "missing"


@pytest.mark.parametrize(
    ("confidence", "share"),
    [(0.8, 0.8), (80, 0.8), ("80 %", 0.8), ("0.8", 0.8), ("1%", 0.01), (1, 1.0), (0, 0.0)]
    + [(c, None) for c in (-1, 250, "high", True, None, [1])],
)
def test_a_confidence_is_a_share_or_nothing(confidence, share):
    reply = json.dumps({"correctness": {"label": "wrong", "confidence": confidence}})
    # "wrong" is the positive value, so its score is the confidence.
    assert read(reply)["correctness"].score == share


def test_the_reason_is_kept_and_can_be_stored():
    assert read('{"correctness": {"reasoning": "late", "label": "wrong"}}')["correctness"].rationale == "late"
    assert read('{"label": "wrong", "rationale": "half \\ud800"}')["correctness"].rationale == "half ?"
    assert read("It was late.\nLabel: wrong")["correctness"].rationale == "It was late.\nLabel: wrong"


FRAGMENTS = st.lists(
    st.sampled_from(
        [*'{}[]:,"\n \'', "correctness", "label", "rationale", "wrong", "correct", "partly", "null", "\\u", "```"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(text=st.one_of(FRAGMENTS, st.text(max_size=200)), finish=st.sampled_from(["stop", "length", ""]))
def test_whatever_a_model_writes_is_a_value_of_the_scale_or_a_named_cause(text, finish):
    for dimension in (CORRECTNESS, REASONS):
        h = read(text, dimension, finish=finish)[dimension.name]
        assert h.error in ERRORS and (h.value is None) == bool(h.error)
        if h.value:
            assert set(h.value.split("|")) <= set(dimension.scale.values)


@given(
    label=st.sampled_from(CORRECTNESS.scale.values),
    rationale=st.text(max_size=80),
    fence=st.booleans(),
    before=st.text(alphabet=st.characters(exclude_characters="{}"), max_size=40).filter(lambda t: "<" not in t),
)
def test_a_well_formed_reply_is_read_whatever_its_reason_says(label, rationale, fence, before):
    reply = json.dumps({"correctness": {"rationale": rationale, "label": label}})
    assert said(f"{before}\n```json\n{reply}\n```" if fence else before + reply) == label


@pytest.mark.parametrize("before", ["", '{"label": ', "{'label': '"])
@pytest.mark.parametrize(
    "piece", ["{", '{"a":', '"', "'", "x{", '"b ', "/*", "```", "\\", '{"label":', "label:\n", "(", "["]
)
def test_no_reply_takes_long_to_read(piece, before):
    start = time.process_time()
    for size in (LONGEST_REPLY, 7_990):
        read(before + (piece * size)[: size - len(before) - 1] + "}")
    assert time.process_time() - start < 4
