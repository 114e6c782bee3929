"""Reading spans by what their names mean, kept from span to span, says what asking name by name says."""

import random
from contextlib import contextmanager

from hypothesis import given
from hypothesis import strategies as st

from review.basics.record import Raw, Unreadable
from review.sources import grouping
from review.sources.assembling import traces
from review.sources.grouping import part_of
from review.sources.readers import otlp, otlp_attributes, otlp_evaluations, span_names
from review.sources.readers.otlp import READER
from review.sources.readers.otlp_attributes import NAMES
from review.sources.readers.span_names import Meaning, Names, Said, listed


def plain_list(attributes, prefix):
    """The elements of a flattened list, name by name."""
    rows = {}
    for name, value in attributes.items():
        if name.startswith(f"{prefix}."):
            index, _, rest = name[len(prefix) + 1 :].partition(".")
            if index.isdecimal():
                rows.setdefault(int(index), {})[rest] = value
    return [row[""] if set(row) == {""} else row for _, row in sorted(rows.items())]


def plain_answer(attributes, names):
    return next((attributes[name] for name in names if attributes.get(name) not in (None, "", [], {})), None)


class PlainNames(Names):
    """Looks for every name in every span, and keeps nothing."""

    def meaning(self, attributes):
        found = super()._meaning(tuple(attributes))
        assert {at: span_names.rows_of(attributes, rows) for at, rows in found.lists.items()} == {
            at: rows for at in self._lists if (rows := plain_list(attributes, at))
        }
        return Meaning((), found.lists, found.families)

    def said(self, attributes):
        found = {asked: plain_answer(attributes, names) for asked, names in self._questions.items()}
        answers = {asked: value for asked, value in found.items() if value is not None}
        return Said(attributes, answers, self.meaning(attributes).lists)


KNOWN = sorted({name for names in NAMES._questions.values() for name in names})
LISTED = [
    f"{prefix}.{index}{rest}"
    for prefix in NAMES._lists
    for index in ("0", "1", "10", "01", "x")
    for rest in ("", ".message.role", ".message.content", ".document.content", ".role", ".content", ".annotation.name")
]
OTHERS = ["langfuse.trace.metadata.tenant", "langfuse.trace.metadata.", "metadata", "gen_ai.input.messages", "topic"]
MESSAGES = '[{"role": "user", "content": "How many?"}]'
VALUES = st.sampled_from(
    ["", "Seven.", "chat", "tool", "retriever", "7", 7, 0, None, [], {}, ["a"], MESSAGES, '{"a": 1}']
)
ATTRIBUTES = st.dictionaries(st.sampled_from([*KNOWN, *LISTED, *OTHERS]), VALUES, max_size=12)


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


SPAN = st.fixed_dictionaries(
    {
        "trace": st.integers(0, 4),
        "span": st.integers(0, 5),
        "parent": st.none() | st.integers(0, 5),
        "start": st.none() | st.integers(0, 9),
        "failed": st.booleans(),
        "attributes": ATTRIBUTES,
        "events": st.lists(
            st.tuples(st.sampled_from(["gen_ai.user.message", "gen_ai.choice", "exception", ""]), ATTRIBUTES),
            max_size=1,
        ),
    }
)


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


def in_the_plain_way(requests):
    """What each trace becomes: every span in memory, every name asked for; and the bytes of the largest trace."""
    found = {}
    for request in requests:
        for part in READER.parts(request):
            found.setdefault(READER.key(part), []).append(part)
    made = {}
    for key, parts in found.items():
        try:
            [fields] = READER.assemble(parts)
            made[key] = {name: value for name, value in fields.items() if name != "notes"}
        except Unreadable as error:
            made[key] = str(error)
    return made, max(sum(len(part_of(key, 1, part).text) + 100 for part in parts) for key, parts in found.items())


@contextmanager
def replaced(value, name, *modules):
    before = [(module, getattr(module, name)) for module in modules]
    for module in modules:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, old in before:
            setattr(module, name, old)


@given(st.lists(SPAN, min_size=1, max_size=25), st.integers(0, 1000), st.booleans())
def test_grouping_on_disk_with_kept_names_gives_the_conversations_of_the_plain_way(spans, seed, small):
    waiting, rng, requests = [as_otlp(one) for one in spans], random.Random(seed), []
    while waiting:
        n = rng.randint(1, 4)
        requests.append({"resourceSpans": [{"scopeSpans": [{"spans": waiting[:n]}]}]})
        waiting = waiting[n:]
    plain = PlainNames(NAMES._questions, lists=NAMES._lists, families=NAMES._families)
    with replaced(plain, "NAMES", otlp, otlp_attributes, otlp_evaluations):
        expected, largest = in_the_plain_way(requests)
    raws = [Raw(line, request, None, line) for line, request in enumerate(requests, start=1)]
    with replaced(largest if small else grouping.MEMORY, "MEMORY", grouping):
        made = list(traces(raws, READER))
    found = {one.fields["id"]: one.fields for one in made if one.fields is not None}
    assert found == {key: fields for key, fields in expected.items() if not isinstance(fields, str)}
    refused = sorted(str(one.raw.error) for one in made if one.fields is None)
    assert refused == sorted(error for error in expected.values() if isinstance(error, str))
