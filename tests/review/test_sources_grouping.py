"""Records of one trace come together wherever they stand, in bounded memory, and a refused one keeps its line."""

import random
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.record import Raw, Unreadable
from review.privacy.recognisers import recognisers
from review.sources import assembling, grouping
from review.sources.assembling import traces
from review.sources.conversations import RecordRules, masked_conversations
from review.sources.grouping import Grouping
from review.sources.normalise import Origin
from review.sources.readers import catalogue
from review.sources.readers.reader import TraceReader
from review.sources.trace_frames import part_of


def grouped(parts, *, scratch=None, memory=None):
    with Grouping(scratch, memory) as grouping:
        for part in parts:
            grouping.add(part)
        yield from grouping.groups()


def assemble(records):
    if any(record.get("bad") for record in records):
        raise Unreadable("bad", True, "a good trace")
    turns = sorted({record["n"]: record["text"] for record in records}.items())
    messages = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in turns]
    notes = [] if len(turns) > 1 else ["no answer: the trace has one record"]
    return [{"id": records[0]["trace"], "messages": messages, "notes": notes}]


def key(record):
    if "trace" not in record:
        raise Unreadable("trace", None, "the name of the trace")
    return record["trace"]


TOY = TraceReader(
    about="toy traces",
    sign="trace and n",
    recognise=lambda record: {"trace", "n"} <= set(record),
    key=key,
    assemble=assemble,
    sample=({"trace": "a", "n": 1, "text": "Seven."}, {"trace": "a", "n": 0, "text": "How many?"}),
    parts=lambda record: record.get("many") or [record],
)


def raws(*records):
    return [Raw(line, record, None, line) for line, record in enumerate(records, start=1)]


def test_traces_go_the_way_of_all_records_and_errors_keep_their_lines(monkeypatch):
    monkeypatch.setitem(catalogue.READERS, "toy", TOY)
    origin = Origin(source="production", key=b"key", zone=ZoneInfo("UTC"), week="2026-W47")
    given_records = raws(
        {"trace": "b", "n": 0, "text": "Where?"},
        {"trace": "a", "n": 1, "text": "Seven."},
        {"n": 5},
        {"trace": "c", "n": 0, "text": "x", "bad": True},
        {"many": [{"trace": "a", "n": 0, "text": "How many?"}, {"trace": "d", "n": 0, "text": "Why?"}]},
    )
    given_records.append(Raw(6, None, Unreadable("line", "{", "one JSON object"), 6))
    rules = RecordRules(format="toy", origin=origin, recognisers=recognisers())
    found = list(masked_conversations(given_records, rules))
    entries = {one.entry.conversation.id: one for one in found if one.entry}
    assert sorted(entries) == ["a", "b", "d"]
    assert (entries["a"].entry.conversation.question, entries["a"].entry.conversation.answer) == ("How many?", "Seven.")
    assert entries["a"].raw.line == 2 and entries["a"].raw.mended == (("part", 2),)
    assert entries["d"].raw.mended == (("part", 1), ("no answer: the trace has one record", 1))
    refused = sorted((one.raw.line, one.error.field) for one in found if one.error)
    assert refused == [(3, "trace"), (4, "bad"), (6, "line")]


def test_a_mapping_reaches_into_the_records_of_a_trace(monkeypatch):
    monkeypatch.setitem(catalogue.READERS, "toy", TOY)
    origin = Origin(source="production", key=b"key", zone=ZoneInfo("UTC"), week="2026-W47")
    rules = RecordRules(format="toy", origin=origin, recognisers=recognisers(), mapping={"model": "of.model"})
    records = raws({"trace": "a", "n": 0, "text": "Hi"}, {"trace": "a", "n": 1, "text": "Ho", "of": {"model": "m"}})
    [read] = masked_conversations(records, rules)
    assert read.entry.conversation.model == "m"


def shuffled(traces: int, spans: int, size: int, seed: int = 1):
    records = [{"trace": f"t{t}", "n": n, "text": "x" * size} for t in range(traces) for n in range(spans)]
    random.Random(seed).shuffle(records)
    return [part_of(record["trace"], line, record) for line, record in enumerate(records, start=1)]


@given(
    st.lists(st.tuples(st.text(max_size=3), st.integers(0, 60)), max_size=60),
    st.sampled_from([200, 1_000, 1 << 20]),
)
def test_every_record_comes_back_once_in_order_for_any_memory(records, memory):
    parts = [part_of(key, line, {"v": "y" * size}) for line, (key, size) in enumerate(records, start=1)]
    found = {}
    for group in grouped(parts, memory=memory):
        assert group.key not in found
        found[group.key] = group
    expected = {}
    for part in parts:
        expected.setdefault(part.key, []).append(part)
    assert set(found) == set(expected)
    for name, group in found.items():
        texts = [part.text for part in expected[name]]
        assert group.parts == len(texts) and group.line == expected[name][0].line
        if group.error is None:
            assert [bytes(text) for text in group.texts] == texts
        else:
            assert sum(map(len, texts)) + 100 * len(texts) > memory


def test_buckets_too_large_for_memory_are_split_again_and_leave_no_file(tmp_path, monkeypatch):
    levels = set()
    made = grouping._Buckets.__init__

    def watched(self, folder, memory, *, level, alone):
        levels.add(level)
        made(self, folder, memory, level=level, alone=alone)

    monkeypatch.setattr(grouping._Buckets, "__init__", watched)
    groups = list(grouped(shuffled(2_000, 3, 100), scratch=tmp_path, memory=2_000))
    assert len(groups) == 2_000 and {group.parts for group in groups} == {3}
    assert all(orjson.loads(text)["trace"] == group.key for group in groups for text in group.texts)
    assert levels >= {0, 1}
    assert not list(tmp_path.iterdir())


def test_a_trace_larger_than_the_memory_is_refused_and_the_others_go_on(tmp_path):
    parts = [*shuffled(20, 2, 10), *(part_of("huge", 100 + i, {"text": "z" * 900}) for i in range(5))]
    groups = {group.key: group for group in grouped(parts, scratch=tmp_path, memory=3_000)}
    assert len(groups) == 21
    refused = groups["huge"]
    assert refused.line == 100 and refused.parts == 5
    assert "(huge)" in refused.error.found and refused.error.expected == "at most 0.0 MB in one trace"


def test_records_of_a_group_larger_than_the_memory_come_alone_where_that_is_asked(tmp_path):
    with Grouping(tmp_path, 3_000, alone=True) as grouping:
        for part in [*shuffled(20, 2, 10), *(part_of("huge", 100 + i, {"text": "z" * 900}) for i in range(5))]:
            grouping.add(part)
        groups = list(grouping.groups())
    alone = [group for group in groups if group.key == "huge"]
    assert [group.line for group in alone] == [100, 101, 102, 103, 104] and len(groups) == 25
    assert all(group.error is not None and group.records() == ({"text": "z" * 900},) for group in alone)


def test_small_files_keep_their_order_and_touch_no_disk(monkeypatch):
    monkeypatch.setattr(grouping.tempfile, "TemporaryFile", None)
    groups = list(grouped(shuffled(50, 4, 10)))
    assert [group.line for group in groups] == sorted(group.line for group in groups)


def test_nothing_stays_on_the_disk_when_reading_fails(tmp_path):
    def failing():
        yield from shuffled(200, 3, 100)
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        list(grouped(failing(), scratch=tmp_path, memory=1_000))
    assert not list(tmp_path.iterdir())


def test_json_too_deep_costs_its_record():
    deep: dict = {"trace": "a", "n": 0, "text": "x"}
    for _ in range(300):
        deep = {"trace": "a", "in": deep}
    found = list(traces(raws(deep, {"trace": "b", "n": 0, "text": "Hi"}), TOY))
    assert [(one.raw.line, one.raw.error and one.raw.error.field) for one in found] == [(1, "record"), (2, None)]
    assert assembling.refusal(RecursionError()).expected == "JSON at most 200 levels deep"


def test_refused_records_are_passed_on_at_once_and_wait_nowhere():
    def endless():
        line = 0
        while True:
            line += 1
            yield Raw(line, {"no": "trace"}, None, line)

    found = traces(endless(), TOY)
    assert [next(found).raw.line for _ in range(5)] == [1, 2, 3, 4, 5]


def test_the_place_in_the_file_grows_while_traces_are_put_together():
    records = [{"trace": f"t{n}", "n": 0, "text": "Hi"} for n in range(10)]
    done = [one.raw.done for one in traces(raws(*records), TOY)]
    assert done == list(range(1, 11))
