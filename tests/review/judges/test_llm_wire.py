"""HTTP responses read into one shape: whole replies, errors, tokens, and how long an endpoint asks to wait."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from review.judges.llm.reply import LONGEST_MESSAGE, LONGEST_PAUSE, LONGEST_RAW, LONGEST_REPLY, pause_of, read_reply
from review.judges.llm.rubric import Ladder, is_about_form, response_format

KEY = "sk-planted-0123456789"


def answer(body, status=200, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_reply(status, headers, raw, KEY)


def completion(content="ok", finish="stop", **more):
    return {"choices": [{"message": {"content": content}, "finish_reason": finish}], **more}


def test_a_whole_reply_has_its_text_and_its_tokens():
    found = answer(completion(usage={"prompt_tokens": 7, "completion_tokens": 3}))
    assert (found.error, found.content) == ("", {"text": "ok", "finish_reason": "stop", "refusal": ""})
    assert (found.tokens_in, found.tokens_out) == (7, 3)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "7"}, {"prompt_tokens": True}, {"prompt_tokens": -1}, 5])
def test_tokens_that_are_not_told_are_none(usage):
    found = answer(completion(usage=usage))
    assert (found.tokens_in, found.tokens_out) == (None, None)


def test_a_message_in_parts_is_one_text():
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}, "c"]
    assert answer(completion(parts)).content["text"] == "ab"


@pytest.mark.parametrize(
    "body",
    [
        {"choices": []},
        completion(""),
        completion(" \n"),
        completion(None),
        {"choices": [{}]},
        {"choices": [5]},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {"content": 5}}]},
    ],
)
def test_nothing_said_is_empty_and_not_asked_again(body):
    found = answer(body)
    assert (found.error, found.again) == ("empty", False) and found.raw


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_no_text_but_a_reason_for_it_is_a_whole_reply(finish):
    assert answer(completion("", finish)).error == ""


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"5", b'{"object": "list"}', b'{"choices": {}}', b"\xff\xfe"])
def test_what_is_no_completion_is_unparseable_and_asked_again(body):
    found = answer(body)
    assert (found.error, found.again) == ("unparseable", True)


@pytest.mark.parametrize(
    ("status", "again"),
    [(s, False) for s in (400, 401, 403, 404, 422)] + [(s, True) for s in (408, 429, 500, 502, 503, 529)],
)
def test_another_attempt_is_made_where_it_may_help(status, again):
    found = answer({"error": {"message": "no"}}, status)
    assert (found.error, found.again, found.message) == ("http_error", again, "no")


def test_an_account_without_credit_is_not_asked_again():
    assert not answer({"error": {"message": "no", "code": "insufficient_quota"}}, 429).again


def test_a_content_filter_may_come_as_an_error():
    assert answer({"error": {"message": "no", "code": "content_filter"}}, 400).error == "refused"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "a\n b"}}, "a b"),
        ({"error": "model not found"}, "model not found"),
        ({"message": "m"}, "m"),
        ({"detail": [{"loc": "x"}]}, '[{"loc":"x"}]'),
        (b"Bad gateway", "Bad gateway"),
    ],
)
def test_an_error_is_told_in_the_endpoints_own_words(body, said):
    assert answer(body, 500).message == said


def test_the_key_is_blotted_out_of_whatever_came_back_even_at_the_cut():
    for filler in range(LONGEST_RAW - len(KEY) - 40, LONGEST_RAW):
        found = answer(b"x" * filler + KEY.encode(), 500)
        assert "sk-planted" not in found.raw + found.message
    assert KEY not in str(answer(completion(f"your key is {KEY}")))
    assert KEY not in str(answer({"error": {"message": f"Bearer {KEY} is wrong"}}, 401))


@pytest.mark.parametrize("edge", [LONGEST_MESSAGE, LONGEST_RAW, 4 * LONGEST_RAW])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_part_of_the_key_is_left_where_a_body_that_is_not_json_is_cut(edge, status):
    for filler in range(edge - len(KEY), edge):
        found = answer(b"x" * filler + KEY.encode(), status)
        assert KEY[:2] not in found.raw + found.message


def test_a_body_full_of_keys_keeps_no_part_of_one():
    found = answer(KEY.encode() * 2_000, 400)
    assert KEY[:2] not in found.raw + found.message


SLASHED = 'sk-plan/ted+"0<9'
FORMS = {
    "as it is": SLASHED,
    "as JSON": json.dumps(SLASHED)[1:-1],
    "slashes too": json.dumps(SLASHED)[1:-1].replace("/", r"\/"),
    "JSON in JSON": json.dumps(json.dumps(SLASHED))[3:-3],
    "all escaped": "".join(f"\\u{ord(c):04X}" for c in SLASHED),
    "some escaped, in JSON": SLASHED.replace("/", r"\\u002F").replace('"', r"\\\"").replace("<", r"\\u003c"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_key_is_blotted_out_however_json_writes_it(form):
    for body, status in ((f'["{form}"', 500), (f'{{"choices": 5, "said": "{form}"}}', 200)):
        found = read_reply(status, {}, body.encode(), SLASHED)
        assert "[key]" in found.raw and "sk-plan" not in found.raw + found.message
    found = read_reply(200, {}, json.dumps(completion(f'{{"rationale": "{form}"}}', form)).encode(), SLASHED)
    assert found.content["text"] == '{"rationale": "[key]"}' and found.content["finish_reason"] == "[key]"


def test_many_backslashes_are_no_work():
    start = time.process_time()
    assert len(read_reply(500, {}, b"\\" * 2_000_000, SLASHED).raw) == LONGEST_RAW
    assert time.process_time() - start < 5


def test_long_texts_are_cut():
    assert len(answer(completion("x" * 100_000)).content["text"]) == LONGEST_REPLY
    assert len(answer(b"x" * 100_000, 500).raw) == LONGEST_RAW


NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("-5", 0.0),
        (format_datetime(NOW + timedelta(seconds=7), usegmt=True), 7.0),
        (format_datetime(NOW - timedelta(seconds=7), usegmt=True), 0.0),
        ("86400", LONGEST_PAUSE),
        ("soon", None),
        ("nan", None),
        ("", None),
        ("Fri, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_may_be_seconds_or_a_date_by_the_endpoints_own_clock(said, seconds):
    assert pause_of({"Retry-After": said, "Date": format_datetime(NOW, usegmt=True)}) == seconds


def test_a_date_without_the_endpoints_clock_is_held_against_ours():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 < pause_of({"Retry-After": later}) <= 60


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "'response_format.type' must be 'json_schema' or 'text'"),
        (500, 'response_format type must be one of "text" or "json_object", but got: json_schema'),
        (422, "json_schema is not supported by this model"),
        (400, "Structured outputs are not available"),
        (400, 'invalid format: expected "json" or a JSON schema'),
    ],
)
def test_an_endpoint_that_does_not_know_a_form_says_so_in_many_ways(status, said):
    assert is_about_form(status, said)
    assert not is_about_form(status, "the prompt is too long") and not is_about_form(200, said)


def test_the_ladder_goes_down_once_for_each_refusal():
    ladder = Ladder("auto")
    assert ladder.form == "json_schema" and ladder.refused("json_schema") and ladder.form == "json_object"
    assert ladder.refused("json_schema"), "another thread has gone down already; ask in the new form"
    assert ladder.form == "json_object" and ladder.refused("json_object") and ladder.form == "none"
    assert not ladder.refused("none")
    assert not Ladder("json_schema").refused("json_schema")
    assert response_format("none", {}) == {} and response_format("json_object", {}) == {
        "response_format": {"type": "json_object"}
    }
