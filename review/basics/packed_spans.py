"""Spans in protobuf that stay the bytes they came as until their trace is whole.

A million spans may wait for the others of their trace. As bytes they need little room, and each is decoded once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from review.basics.otlp_records import resource_record, scope_records, span_record

MARK = 0
"""The first byte of a packed span, with which no JSON begins."""
_HEAD = struct.Struct("<BII")


class PackedSpan(NamedTuple):
    """One span: its message, and what it shares with the others of its scope in bytes."""

    message: Any
    shared: bytes


class PackedSpans(Mapping[str, Any]):
    """The spans of one resource: a record as OTLP/JSON has it, made only when somebody looks into it."""

    def __init__(self, resource: Any) -> None:
        """Keep a ``ResourceSpans``."""
        self._resource = resource

    @cached_property
    def _record(self) -> dict[str, Any]:
        return {**resource_record(self._resource), "scopeSpans": scope_records(self._resource.scope_spans)}

    def __getitem__(self, name: str) -> Any:
        return self._record[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return 2  # as many as the fields of a record, which need not be made for that

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as bytes."""
        return _unpacked, (type(self._resource), self._resource.SerializeToString())

    def spans(self) -> Iterator[PackedSpan]:
        """Yield the spans. The bytes of both parts, one after the other, are what :func:`divided` takes apart."""
        resource = self._resource.resource.SerializeToString()
        for scope in self._resource.scope_spans:
            name = scope.scope.name.encode()
            shared = b"".join((_HEAD.pack(MARK, len(resource), len(name)), resource, name))
            for message in scope.spans:
                yield PackedSpan(message, shared)

    def record_of(self, span: PackedSpan) -> dict[str, Any]:
        """Return one of the spans as a record of its own."""
        scope = {"scope": {"name": shared_in(span.shared)[1]}, "spans": [span_record(span.message)]}
        return {**resource_record(self._resource), "scopeSpans": [scope]}


def _unpacked(kind: Any, data: bytes) -> PackedSpans:
    return PackedSpans(kind.FromString(data))


def divided(data: bytes | memoryview) -> tuple[bytes, bytes | memoryview]:
    """Return what a packed span shares with others, and the bytes of its own message."""
    _, resource, name = _HEAD.unpack_from(data)
    end = _HEAD.size + resource + name
    return bytes(data[:end]), data[end:]


def shared_in(data: bytes) -> tuple[bytes, str]:
    """Return the message of the resource, and the name of the scope, of the bytes that spans share."""
    _, resource, _ = _HEAD.unpack_from(data)
    return data[_HEAD.size : _HEAD.size + resource], data[_HEAD.size + resource :].decode()
