"""Reading spans by what their names mean, kept from span to span, says what asking name by name says."""

import random

from hypothesis import given
from hypothesis import strategies as st
from plain_spans import ATTRIBUTES, SPAN, PlainNames, compared, in_the_plain_way, plain_list, plain_names, replaced

from review.basics.record import Raw
from review.sources import grouping
from review.sources.assembling import traces
from review.sources.readers import span_names
from review.sources.readers.otlp import READER
from review.sources.readers.otlp_attributes import NAMES
from review.sources.readers.span_names import Names, listed


@given(st.lists(ATTRIBUTES, max_size=4))
def test_what_names_mean_is_what_each_name_says(several):
    plain = PlainNames(NAMES._questions, lists=NAMES._lists, families=NAMES._families)
    for attributes in (*several, *several):
        said, expected = NAMES.said(attributes), plain.said(attributes)
        assert said.answers == expected.answers
        for prefix in NAMES._lists:
            rows = plain_list(attributes, prefix)
            assert said.rows(prefix) == rows == listed(attributes, prefix)


def test_only_so_many_kinds_of_spans_are_kept_and_none_with_long_names(monkeypatch):
    monkeypatch.setattr(span_names, "KINDS_KEPT", 3)
    names = Names({"model": ("m",)}, lists=("x",))
    for n in range(10):
        assert names.said({f"n{n}": 1, "m": n + 1}).answers == {"model": n + 1}
        assert len(names._kept) <= 3
    before = dict(names._kept)
    assert names.said({"y" * 5_000: 1, "m": 1}).answers == {"model": 1}
    assert names._kept == before


def typed(value):
    """A value as OTLP/JSON writes it."""
    if isinstance(value, list):
        return {"arrayValue": {"values": [typed(one) for one in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": name, "value": typed(one)} for name, one in value.items()]}}
    if value is None:
        return {}
    return {"stringValue": value} if isinstance(value, str) else {"intValue": str(value)}


def pairs(attributes):
    return [{"key": name, "value": typed(value)} for name, value in attributes.items()]


def as_otlp(given):
    start = None if given["start"] is None else 1763717400_000000000 + given["start"] * 10**9
    return {
        "traceId": f"{given['trace'] + 1:032x}",
        "spanId": f"{given['span'] + 1:016x}",
        **({} if given["parent"] is None else {"parentSpanId": f"{given['parent'] + 1:016x}"}),
        **({} if start is None else {"startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 10**9)}),
        "name": "step",
        "attributes": pairs(given["attributes"]),
        "events": [{"name": name, "attributes": pairs(attributes)} for name, attributes in given["events"]],
        "status": {"code": 2} if given["failed"] else {},
    }


@given(st.lists(SPAN, min_size=1, max_size=25), st.integers(0, 1000), st.booleans())
def test_grouping_on_disk_with_kept_names_gives_the_conversations_of_the_plain_way(spans, seed, small):
    waiting, rng, requests = [as_otlp(one) for one in spans], random.Random(seed), []
    while waiting:
        n = rng.randint(1, 4)
        requests.append({"resourceSpans": [{"scopeSpans": [{"spans": waiting[:n]}]}]})
        waiting = waiting[n:]
    with plain_names():
        expected, largest = in_the_plain_way(requests)
    raws = [Raw(line, request, None, line) for line, request in enumerate(requests, start=1)]
    with replaced(largest if small else grouping.MEMORY, "MEMORY", grouping):
        compared(list(traces(raws, READER)), expected)
