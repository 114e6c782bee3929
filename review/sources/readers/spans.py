"""Spans of a trace in one shape, whatever tool recorded them, and the tree that they form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.span_messages import Talk, talk_in
from review.sources.readers.span_values import ANSWER_KEYS, text_in

LLM, TOOL, RETRIEVER = "llm", "tool", "retriever"
"""Kinds of spans that are read in a way of their own; all others are steps alone."""
SILENT = frozenset((TOOL, RETRIEVER, "embedding", "reranker", "guardrail", "evaluator"))
"""Kinds whose inputs and outputs are neither a question of the user nor an answer."""


_UNREAD: Any = object()
"""Stands for messages that nobody has asked for yet."""


@dataclass(kw_only=True, slots=True)
class Span:
    """One step of a trace: a call of a model or a tool, a retrieval, or a function around others.

    ``root`` says whether the tool itself marks the span as the root, None where it does not say. ``start`` and
    ``end`` are milliseconds since 1970. ``order`` sorts spans that begin at the same time.
    """

    id: str
    parent: str | None
    name: str
    kind: str
    root: bool | None = None
    start: float | None = None
    end: float | None = None
    order: str = ""
    input: Any = None
    output: Any = None
    error: str | None = None
    error_type: str | None = None
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    documents: list[Any] = field(default_factory=list)
    prompt: str | None = None
    user: str | None = None
    session: str | None = None
    tags: list[str] = field(default_factory=list)
    _asked: Talk | None = field(default=_UNREAD, init=False, repr=False, compare=False)
    _told: Talk | None = field(default=_UNREAD, init=False, repr=False, compare=False)

    @property
    def asked(self) -> Talk | None:
        """The messages that went in, None where the input is no list of messages."""
        if self._asked is _UNREAD:
            self._asked = None if self.input is None else talk_in(self.input, role="user")
        return self._asked

    @property
    def told(self) -> Talk | None:
        """What came out as messages, a plain text as one of the assistant; None without any."""
        if self._told is _UNREAD:
            self._told = None if self.output is None else _told_by(self.output)
        return self._told

    @property
    def milliseconds(self) -> float | None:
        """How long the span took."""
        if self.start is None or self.end is None or self.end < self.start:
            return None
        return round(self.end - self.start, 3)


def _told_by(output: Any) -> Talk | None:
    told = talk_in(output, role="assistant")
    if told is None:
        text = text_in(output, ANSWER_KEYS)
        told = None if text is None else Talk([{"role": "assistant", "content": text}])
    return told


@dataclass(frozen=True)
class Tree:
    """Spans in the order in which they began, with their roots, depths and parents. ``notes`` say what is unusual."""

    spans: list[Span]
    roots: list[Span]
    depth: dict[str, int]
    parents: dict[str, str | None]
    notes: list[str]

    @property
    def root(self) -> Span:
        """The span that stands for the whole trace."""
        return self.roots[0]


def tree_of(spans: Sequence[Span]) -> Tree:
    """Return the tree of a trace; of spans with the same id the last one counts.

    The root is what the tool marks, else the span without a parent, else the earliest whose parent is not there.
    Of several roots, the earliest with an input stands first. Raises Unreadable when parents go in a circle.
    """
    by_id = {span.id: span for span in spans}
    ordered = sorted(by_id.values(), key=_moment) if len(by_id) > 1 else list(by_id.values())
    tops = [span for span in ordered if span.parent is None or span.parent not in by_id or span.parent == span.id]
    depth = _depths(ordered, by_id, {span.id for span in tops})
    marked = [span for span in ordered if span.root]
    free = [span for span in tops if span.parent is None]
    chosen, notes = marked or free or tops, []
    if not marked and not free:
        notes.append("the root of the trace is not in the file: its outermost spans stand for it")
    if len(chosen) > 1:
        notes.append("a trace with several roots: the earliest one with an input stands for it")
    first, roots = chosen[0], chosen
    if len(chosen) > 1:
        first = next((span for span in chosen if span.input not in (None, "", [], {})), first)
        roots = [first, *[span for span in chosen if span is not first]]
    lift = depth[first.id]
    if lift or len(roots) > 1 or len(tops) > 1:
        at_top = {span.id for span in roots}
        depth = {name: 0 if name in at_top else max(at - lift, 1) for name, at in depth.items()}
    return Tree(ordered, roots, depth, {span.id: span.parent for span in ordered}, notes)


def _moment(span: Span) -> tuple[bool, float, str, str]:
    return span.start is None, span.start or 0.0, span.order, span.id


def _depths(ordered: list[Span], by_id: dict[str, Span], tops: set[str]) -> dict[str, int]:
    depth: dict[str, int] = dict.fromkeys(tops, 0)
    for span in ordered:
        at = span.id
        if at not in depth and span.parent in depth:
            depth[at] = depth[span.parent] + 1
            continue
        path: dict[str, None] = {}
        while at not in depth:
            if at in path:
                names = list(path)
                circle = " -> ".join([*names[names.index(at) :], at])
                raise Unreadable("parent", f"a circle of parents: {circle[:200]}", "each span below one root")
            path[at] = None
            at = str(by_id[at].parent)
        for i, name in enumerate(reversed(path), start=1):
            depth[name] = depth[at] + i
    return depth
