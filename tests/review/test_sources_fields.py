"""From raw values to a conversation: times, weeks, numbers, results, identity."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.basics.record import Unreadable
from review.basics.times import read_time, utc_text
from review.basics.weeks import monday_of, week_of
from review.sources.cells import NUMBERS
from review.sources.normalise import Origin, conversation_of, keyed_hash
from review.sources.readers.mapping import parse_mapping, parse_values, picked, renamed, translated
from review.sources.readers.plain import read

ORIGIN = Origin(source="production", key=b"key", zone=ZoneInfo("UTC"), week="2026-W47")


def conversation(origin=ORIGIN, **fields):
    record = {"id": "1", "question": "q", **fields}
    return conversation_of(read(record), record, origin)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-11-21T09:30:00Z", "2026-11-21T09:30:00.000+00:00"),
        ("2026-11-21T09:30:00.123456789+02:00", "2026-11-21T07:30:00.123+00:00"),
        ("2026-11-21 09:30", "2026-11-21T09:30:00.000+00:00"),
        ("2026-11-21 09:30:00 UTC", "2026-11-21T09:30:00.000+00:00"),
        ("2026-11-21t09:30:00z", "2026-11-21T09:30:00.000+00:00"),
        ("2026-11-21", "2026-11-21T00:00:00.000+00:00"),
        ("20261121T093000Z", "2026-11-21T09:30:00.000+00:00"),
        (1763683200, "2025-11-21T00:00:00.000+00:00"),
        (1763683200.5, "2025-11-21T00:00:00.500+00:00"),
        (1763683200123, "2025-11-21T00:00:00.123+00:00"),
        ("1763683200123", "2025-11-21T00:00:00.123+00:00"),
        (1763683200123456, "2025-11-21T00:00:00.123+00:00"),
        (datetime(2026, 11, 21, 9, 30), "2026-11-21T09:30:00.000+00:00"),
    ],
)
def test_times_are_read_to_utc_with_milliseconds(value, text):
    assert utc_text(read_time(value)) == text


@pytest.mark.parametrize(
    "value",
    ["yesterday", "2026-W47", "20261121", 20261121, 0, True, "2026-13-01", "21.11.2026", "2026-11-21T24:00Z", "nan"],
)
def test_a_text_that_is_not_a_time_is_refused_and_not_guessed(value):
    with pytest.raises(Unreadable, match=r"created_at.*ISO 8601"):
        conversation(created_at=value)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
def test_a_time_with_offset_keeps_its_moment(moment):
    known = moment.astimezone(UTC)
    assert abs((read_time(moment.isoformat()) - known).total_seconds()) < 1e-3


def test_a_week_is_an_iso_week_in_the_project_s_time_zone():
    # Sunday 23:30 in UTC is Monday 00:30 in Berlin; 1 January 2027 is a Friday of the last week of 2026.
    sunday = read_time("2026-11-22T23:30:00Z")
    assert week_of(sunday, ZoneInfo("UTC")) == "2026-W47"
    assert week_of(sunday, ZoneInfo("Europe/Berlin")) == "2026-W48"
    assert week_of(read_time("2027-01-01"), ZoneInfo("UTC")) == "2026-W53"


@pytest.mark.parametrize("text", ["2026-47", "2026-W54", "2025-W53", "2026-W00", "W47", "2026-W47 "])
def test_a_week_that_does_not_exist_is_refused(text):
    with pytest.raises(InputError, match=r"expected an ISO week|has no week"):
        monday_of(text)


def test_an_undated_record_belongs_to_the_week_of_the_import():
    assert (conversation().week, conversation().created_at) == ("2026-W47", None)


def test_identity_is_the_source_and_its_id():
    assert conversation().id == "1"
    assert conversation(Origin(source="shop", key=b"key", zone=ZoneInfo("UTC"), week="2026-W47")).id == "shop/1"
    assert conversation(id=17).source_id == "17"


def test_a_record_without_id_gets_a_keyed_hash_of_its_canonical_form():
    one = conversation_of(read({"question": "q", "answer": "a"}), {"question": "q", "answer": "a"}, ORIGIN)
    other = conversation_of(read({"answer": "a", "question": "q"}), {"answer": "a", "question": "q"}, ORIGIN)
    assert one.id == other.id == keyed_hash(b"key", b'{"answer":"a","question":"q"}')
    assert len(one.id) == 16


def test_people_are_keyed_hashes():
    read_ = conversation(user_id="anna", session_id=42)
    assert (read_.user_id, read_.session_id) == (keyed_hash(b"key", b"anna"), keyed_hash(b"key", b"42"))


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("question", {"a": 1}, "text"),
        ("confidence", 1.2, "from 0 to 1"),
        ("confidence", "nan", "from 0 to 1"),
        ("latency_ms", -1, "zero or more"),
        ("tokens_in", 1.5, "whole number"),
        ("tokens_in", True, "whole number"),
        ("repaired", "maybe", "true or false"),
        ("status", "failed", "ok or error"),
        ("model", ["m"], "text"),
        ("tags", 5, "list of texts"),
        ("verdicts", {"judge": "good"}, "dimension"),
        ("verdicts", {"judge": {"tone": [1]}}, "one value"),
        ("metadata", "x", "JSON object"),
        ("messages", "hello", "list of messages"),
        ("messages", [{"role": "narrator", "content": "x"}], "one of system"),
        ("messages", [{"content": "x"}], "role and content"),
        ("messages", [{"role": "user", "content": {"x": 1}}], "list of parts"),
        ("result", {"columns": ["a"], "rows": [[1, 2]]}, "1 cells"),
        ("id", "x" * 513, "at most 512"),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_what_was_expected(field, value, expected):
    with pytest.raises(Unreadable, match=expected) as error:
        conversation(**{field: value})
    assert error.value.field.startswith(field)


def test_a_record_without_a_message_is_refused():
    with pytest.raises(Unreadable, match="question"):
        conversation(question="")
    with pytest.raises(Unreadable, match="at least one message"):
        conversation(question=None, messages=[{"role": "user", "content": ""}])


def test_text_cells_of_a_csv_become_numbers_flags_and_objects():
    read_ = conversation(
        tokens_in="12", cost="0.5", repaired="true", low_confidence="0", tags="a, b", verdicts='{"j": {"d": "x"}}',
        context='["p1", {"text": "p2"}]', result='{"columns": ["n"], "index": [0], "data": [[1]]}', feedback=None,
    )  # fmt: skip
    assert (read_.tokens_in, read_.cost, read_.repaired, read_.low_confidence) == (12, 0.5, True, False)
    assert (read_.tags, read_.verdicts, read_.context) == (("a", "b"), {"j": {"d": "x"}}, ("p1", "p2"))
    assert read_.result == {"columns": ["n"], "rows": [[1]], "total": 1}


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ([{"a": 1}, {"b": 2}], {"columns": ["a", "b"], "rows": [[1, None], [None, 2]], "total": 2}),
        ({"columns": ["a"], "rows": [[1]], "total": 50}, {"columns": ["a"], "rows": [[1]], "total": 50}),
        ({"columns": ["a"], "rows": [[1]], "total": ""}, {"columns": ["a"], "rows": [[1]], "total": 1}),
        ({"columns": ["a"], "index": [0, 1], "data": [[1], [2]]}, {"columns": ["a"], "rows": [[1], [2]], "total": 2}),
        ('[{"a": 1}]', {"columns": ["a"], "rows": [[1]], "total": 1}),
        ("country\tn\nDE\t3", {"text": "country\tn\nDE\t3"}),
        ({"text": "x"}, {"text": "x"}),
        (7, {"text": "7"}),
        (None, None),
    ],
)
def test_results_come_in_several_shapes(value, result):
    assert conversation(result=value).result == result


def test_status_follows_from_an_error_when_it_is_not_given():
    assert conversation().status == "ok"
    assert conversation(error_message="no such column").status == "error"
    assert conversation(status="OK", error_type="x").status == "ok"


def test_feedback_of_several_kinds_is_one_text():
    assert conversation(feedback=True).feedback == "up"
    assert conversation(feedback={"thumb": "down", "copied": True, "edited": False}).feedback == "down,copied"


def test_unknown_columns_are_kept_as_metadata():
    assert conversation(category="card_arrival", empty=None).metadata == {"category": "card_arrival"}


def test_question_and_answer_follow_messages_that_do_not_end_with_them():
    before = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    assert len(conversation(messages=before, question="q", answer="a").messages) == 4
    assert len(conversation(messages=before, question="hi", answer="hello").messages) == 2


def test_dotted_paths_reach_into_objects_lists_json_text_and_dotted_names():
    record = {"input": {"text": "q"}, "choices": [{"m": 1}], "cell": '{"a": {"b": 2}}', "x.y": 3, "x": {"y": 4}}
    paths = ("input.text", "choices.0.m", "cell.a.b", "x.y", "input.none", "choices.9")
    assert picked(record, {p: p for p in paths}) == dict(zip(paths, ["q", 1, 2, 3], strict=False))


def test_a_renamed_column_loses_its_old_name():
    assert renamed({"text": "q", "n": 1}, {"question": "text"}) == {"question": "q", "n": 1}
    assert renamed({"in": {"text": "q"}}, {"question": "in.text"}) == {"in": {"text": "q"}, "question": "q"}


def test_values_in_a_table_are_translated_and_others_stay():
    tables = parse_values(["feedback:good=up", "feedback:1=up", "low_confidence:true=yes"])
    assert translated({"feedback": "good"}, tables) == {"feedback": "up"}
    assert translated({"feedback": 1, "low_confidence": True}, tables) == {"feedback": "up", "low_confidence": "yes"}
    assert translated({"feedback": "odd"}, tables) == {"feedback": "odd"}


@pytest.mark.parametrize(
    ("parse", "option"),
    [
        (parse_mapping, "question"),
        (parse_mapping, "question="),
        (parse_mapping, "querstion=x"),
        (parse_values, "feedback=x"),
        (parse_values, "nothing:a=b"),
    ],
)
def test_an_unusable_option_is_refused(parse, option):
    with pytest.raises(InputError, match=r"--(map|value): "):
        parse([option])


@pytest.mark.parametrize(("text", "number"), [("0,02", 0.02), ("184,5", 184.5), ("12,3456", 12.3456)])
def test_a_decimal_comma_is_read_where_it_cannot_separate_thousands(text, number):
    assert NUMBERS["cost"]("cost", text) == pytest.approx(number)
    with pytest.raises(Unreadable):
        NUMBERS["cost"]("cost", "1,234")
