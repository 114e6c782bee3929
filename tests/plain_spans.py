"""Spans of every kind, and what they become in the plain way: all in memory, each name asked for by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from review.basics.record import Unreadable
from review.sources.readers import otlp, otlp_attributes, span_names
from review.sources.readers.otlp import READER
from review.sources.readers.otlp_attributes import NAMES
from review.sources.readers.span_names import Meaning, Names, Said
from review.sources.trace_frames import part_of


def plain_list(attributes: Mapping[str, Any], prefix: str) -> list[Any]:
    """The elements of a flattened list, name by name."""
    rows: dict[int, dict[str, Any]] = {}
    for name, value in attributes.items():
        if name.startswith(f"{prefix}."):
            index, _, rest = name[len(prefix) + 1 :].partition(".")
            if index.isdecimal():
                rows.setdefault(int(index), {})[rest] = value
    return [row[""] if set(row) == {""} else row for _, row in sorted(rows.items())]


def plain_answer(attributes: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((attributes[name] for name in names if attributes.get(name) not in (None, "", [], {})), None)


class PlainNames(Names):
    """Looks for every name in every span, and keeps nothing."""

    def meaning(self, attributes: Mapping[str, Any]) -> Meaning:
        found = super()._meaning(tuple(attributes))
        assert {at: span_names.rows_of(attributes, rows) for at, rows in found.lists.items()} == {
            at: rows for at in self._lists if (rows := plain_list(attributes, at))
        }
        return Meaning((), found.lists, found.families)

    def said(self, attributes: Mapping[str, Any], meaning: Meaning | None = None) -> Said:
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
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    ["", "Seven.", "chat", "tool", "retriever", "7", 7, 0, None, [], {}, ["a"], MESSAGES, '{"a": 1}']
)
ATTRIBUTES = st.dictionaries(st.sampled_from([*KNOWN, *LISTED, *OTHERS]), VALUES, max_size=12)


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


def in_the_plain_way(requests: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], int]:
    """What each trace becomes: every span in memory, every name asked for; and the bytes of the largest trace."""
    found: dict[str, list[Any]] = {}
    for request in requests:
        for part in READER.parts(request):
            assert not isinstance(part, Unreadable)
            found.setdefault(READER.key(part), []).append(part)
    made: dict[str, Any] = {}
    for key, parts in found.items():
        try:
            [fields] = READER.assemble(parts)
            assert not isinstance(fields, Unreadable)
            made[key] = {name: value for name, value in fields.items() if name != "notes"}
        except Unreadable as error:
            made[key] = str(error)
    return made, max(sum(len(part_of(key, 1, part).text) + 100 for part in parts) for key, parts in found.items())


@contextmanager
def replaced(value: object, name: str, *modules: ModuleType) -> Iterator[None]:
    before = [(module, getattr(module, name)) for module in modules]
    for module in modules:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, old in before:
            setattr(module, name, old)


def compared(made: Sequence[Any], expected: Mapping[str, Any]) -> None:
    found = {one.fields["id"]: one.fields for one in made if one.fields is not None}
    assert found == {key: fields for key, fields in expected.items() if not isinstance(fields, str)}
    refused = sorted(str(one.raw.error) for one in made if one.fields is None)
    assert refused == sorted(error for error in expected.values() if isinstance(error, str))


@contextmanager
def plain_names() -> Iterator[PlainNames]:
    """Ask for every name of every span."""
    plain = PlainNames(NAMES._questions, lists=NAMES._lists, families=NAMES._families)
    with replaced(plain, "NAMES", otlp, otlp_attributes):
        yield plain
