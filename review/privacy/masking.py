"""Find and mask personal data in text: ``[EMAIL_1]``, ``[PHONE_2]``, always the same token for the same thing.

Pure functions. The recognisers search a text one after the other. The text between two tokens is then searched on its
own, so that masking a masked text changes nothing, also with patterns of the team's own.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from review.basics.leaves import leaves
from review.privacy.identifiers import Hit
from review.privacy.recognisers import Recognisers
from storage.records_log import Conversation

FIELDS = (
    *("messages", "context", "steps", "sql", "result", "error_message", "metadata"),
    *("tags", "scenario", "feedback", "error_type", "language", "verdicts"),
)
"""The fields that are searched, in the order in which tokens are numbered."""

_TOKEN = re.compile(r"\[[A-Z][A-Z0-9_]*_[0-9]+\]")
_IDENTIFYING = operator.attrgetter(*FIELDS)
_CARD_FROM = 10**13


class MaskedSpan(NamedTuple):
    """A place in the unmasked text (``field`` is a dotted path) and its token; never the text itself."""

    field: str
    start: int
    end: int
    kind: str
    token: str


class Masked(NamedTuple):
    """The masked conversation, and one span for each place that was masked."""

    conversation: Conversation
    spans: tuple[MaskedSpan, ...]


class _Numbering:
    """The tokens of one conversation, numbered by first appearance, above those that it already holds."""

    def __init__(self) -> None:
        self.tokens: dict[tuple[str, str], str] = {}
        self.counts: dict[str, int] = {}

    def reserve(self, text: str) -> None:
        for token in _TOKEN.findall(text):
            kind, _, number = token[1:-1].rpartition("_")
            self.counts[kind] = max(self.counts.get(kind, 0), int(number[:9]))

    def token(self, kind: str, key: str) -> str:
        if (kind, key) not in self.tokens:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.tokens[kind, key] = f"[{kind}_{self.counts[kind]}]"
        return self.tokens[kind, key]


class _Found(NamedTuple):
    start: int
    end: int
    kind: str
    key: str


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The pieces of text outside tokens, with their offsets."""
    at = 0
    for token in _TOKEN.finditer(text):
        yield at, text[at : token.start()]
        at = token.end()
    yield at, text[at:]


def _search(whole: str, offset: int, wanted: Recognisers) -> list[_Found]:
    """Everything to mask in a text without tokens, from left to right. The caller knows that it is not clean."""
    found: list[_Found] = []
    pieces = [(offset, whole)]
    while pieces:
        offset, text = pieces.pop()
        if text is not whole and wanted.clean(text):
            continue
        for kind, find in wanted.kinds.items():
            hits = _apart(find(text, wanted.regions))
            if hits:
                found += [_Found(offset + hit.start, offset + hit.end, kind, hit.key) for hit in hits]
                ends, starts = [0, *(hit.end for hit in hits)], [*(hit.start for hit in hits), len(text)]
                pieces += [(offset + a, text[a:b]) for a, b in zip(ends, starts, strict=True) if a < b]
                break
    return sorted(found)


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that do not overlap: of two, the one that begins first, then the longer one."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


class _Mask:
    """One pass over one conversation."""

    def __init__(self, wanted: Recognisers) -> None:
        self.wanted = wanted
        self.numbering = _Numbering()
        self.spans: list[MaskedSpan] = []

    def text(self, text: str, field: str) -> str:
        if self.wanted.clean(text):
            return text
        pieces = _pieces(text) if "[" in text else ((0, text),)
        found = [f for offset, piece in pieces for f in _search(piece, offset, self.wanted)]
        if not found:
            return text
        out, at = [], 0
        for start, end, kind, key in found:
            token = self.numbering.token(kind, key)
            out += [text[at:start], token]
            at = end
            self.spans.append(MaskedSpan(field, start, end, kind, token))
        return "".join([*out, text[at:]])

    def value(self, value: Any, field: str) -> Any:
        """Return the value with its texts masked, the same object where nothing was found."""
        if isinstance(value, str):
            return self.text(value, field)
        if isinstance(value, Mapping):
            return self.mapping(value, field)
        if isinstance(value, (list, tuple)):
            items = [self.value(item, f"{field}.{i}") for i, item in enumerate(value)]
            changed = any(a is not b for a, b in zip(items, value, strict=True))
            return type(value)(items) if changed else value
        if isinstance(value, int) and abs(value) >= _CARD_FROM:
            masked = self.text(str(value), field)
            return masked if masked != str(value) else value
        return value

    def mapping(self, value: Mapping[str, Any], field: str) -> Mapping[str, Any]:
        """Mask keys as well; two keys that become the same token stay two."""
        new: dict[str, Any] = {}
        changed = False
        for key, item in value.items():
            name, masked = self.text(str(key), field), self.value(item, f"{field}.{key}")
            changed = changed or name != key or masked is not item
            while name in new:
                name += "'"
            new[name] = masked
        return new if changed else value


def mask(conversation: Conversation, wanted: Recognisers) -> Masked:
    """Mask the ``FIELDS`` of a conversation; ``redacted`` counts the places. The ids stay as they are.

    Returns the same object where nothing was found.
    """
    found = _masked(FIELDS, _IDENTIFYING(conversation), wanted)
    if found is None:
        return Masked(conversation, ())
    masked, spans = found
    return Masked(replace(conversation, **masked, redacted=conversation.redacted + len(spans)), spans)


def mask_values(values: Mapping[str, Any], wanted: Recognisers) -> tuple[Mapping[str, Any], tuple[MaskedSpan, ...]]:
    """Mask named values with one numbering of tokens; return them with the spans.

    Returns the same values where nothing was found.
    """
    return _masked(tuple(values), tuple(values.values()), wanted) or (values, ())


def _masked(
    names: tuple[str, ...], values: tuple[Any, ...], wanted: Recognisers
) -> tuple[dict[str, Any], tuple[MaskedSpan, ...]] | None:
    """The masked values by name with the spans, None where nothing was found."""
    together = _as_json(values)
    if together is not None and wanted.clean(together):
        return None
    one = _Mask(wanted)
    if together is None or _TOKEN.search(together):
        for text in leaves(values):
            one.numbering.reserve(text)
    masked = {name: one.value(value, name) if value else value for name, value in zip(names, values, strict=True)}
    return (masked, tuple(one.spans)) if one.spans else None


def _as_json(values: tuple[Any, ...]) -> str | None:
    """All values as one JSON text, to test at once; None where JSON cannot encode them."""
    try:
        return orjson.dumps(values, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
    except orjson.JSONEncodeError:
        return None


def mask_text(text: str, wanted: Recognisers) -> tuple[str, tuple[MaskedSpan, ...]]:
    """Mask one text; return it with its spans (their field is empty)."""
    one = _Mask(wanted)
    one.numbering.reserve(text)
    return one.text(text, ""), tuple(one.spans)
