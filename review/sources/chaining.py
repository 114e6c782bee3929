"""Calls of an API that continue one another are one conversation: the history of each is the beginning of the next.

Calls that name the one before them are put together as well (:mod:`review.sources.linking`).

Of such calls the longest one is kept. It begins when the first one did and has its id, and tokens, cost, time and
steps of all are added up. Calls of different users or sessions are never joined, nor is a call that failed continued.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from review.basics.record import Raw, Unreadable
from review.sources.assembling import REFUSALS, refusal
from review.sources.grouping import Group, Grouping, part_of
from review.sources.linking import Links, with_history
from review.sources.readers.fields import Fields, Record

SUMS = ("tokens_in", "tokens_out", "cost", "latency_ms", "retries")


class ReadFields(NamedTuple):
    """A raw record, the fields of the conversations in it, and the record that names one without an id."""

    raw: Raw
    fields: list[Fields | Unreadable]
    record: Record


def joined_calls(
    read: Iterable[ReadFields], is_call: Callable[[Record], bool], scratch: Path | None
) -> Iterator[ReadFields]:
    """Yield the records, with calls that continue one another as one.

    Calls with an answer come last. They wait in memory, and beyond its limit in a file in the folder ``scratch``.
    """
    end = 0
    with Grouping(scratch) as named, Grouping(scratch) as grouping:
        links = Links()
        for one in read:
            end = max(end, one.raw.done)
            try:
                waiting = _waiting(one) if len(one.fields) == 1 and is_call(one.record) else None
                if waiting is None:
                    yield one
                elif name := links.take(waiting["fields"]):
                    named.add(part_of(name, one.raw.line, waiting))
                elif key := _key(waiting["fields"]):
                    grouping.add(part_of(key, one.raw.line, waiting))
                else:
                    yield one
            except REFUSALS as reason:
                yield ReadFields(one.raw._replace(error=refusal(reason)), [], {})
        alone = 0
        for group in named.groups():
            for line, call in zip(group.lines, group.records(), strict=True):
                alone += 1
                key = links.chain_of(group.key) or _key(call["fields"]) or f"alone {alone}"
                grouping.add(part_of(key, line, call))
        for group in grouping.groups():
            yield from _of_group(group, links, int(end * grouping.share))


def _of_group(group: Group, links: Links, done: int) -> Iterator[ReadFields]:
    if group.error is not None:
        yield ReadFields(Raw(group.line, None, group.error, 0), [], {})
        return
    calls = group.records()
    fields = [call["fields"] for call in calls]
    begun: set[int] = set()
    for chain in links.paths(fields) if links.is_chain(group.key) else chains(fields):
        first = calls[chain[0]]
        mended = tuple((str(name), int(n)) for i in chain for name, n in calls[i]["mended"])
        raw = Raw(group.lines[chain[0]], None, None, done, mended)
        found = joined(with_history([fields[i] for i in chain]))
        if chain[0] in begun:
            # Two conversations begin with the same call, whose id the first of them has.
            found["id"] = fields[chain[-1]].get("id")
        begun.add(chain[0])
        yield ReadFields(raw, [found], first["record"])


def _waiting(one: ReadFields) -> Fields | None:
    """Return a call as it waits for others."""
    fields = one.fields[0]
    if isinstance(fields, Unreadable):
        return None
    record = one.record if fields.get("id") in (None, "") else {}
    return {"fields": fields, "record": record, "mended": one.raw.mended}


def _turns(fields: Fields) -> list[bytes]:
    """Return what must be equal of each message; a system text may change from call to call."""
    return [
        orjson.dumps([m["role"], m.get("content") or "", _calls(m)], default=str)
        for m in fields.get("messages") or ()
        if m["role"] != "system"
    ]


def _calls(message: Fields) -> list[Any]:
    return [
        [call.get("function", {}).get(name) for name in ("name", "arguments")]
        for call in message.get("tool_calls") or ()
    ]


def _key(fields: Fields) -> str | None:
    """Return what calls of one conversation share: user, session, and the turns up to the first answer."""
    messages = [m for m in fields.get("messages") or () if m["role"] != "system"]
    first = next((i for i, m in enumerate(messages) if m["role"] == "assistant"), None)
    if first is None or messages[-1]["role"] != "assistant":
        return None
    who = [str(fields.get(name) or "") for name in ("user_id", "session_id")]
    turns = _turns({"messages": messages[: first + 1]})
    return hashlib.blake2b(
        b"\0".join([*(w.encode("utf-8", "replace") for w in who), *turns]), digest_size=16
    ).hexdigest()


def chains(calls: Sequence[Fields]) -> list[list[int]]:
    """Return the calls as chains of their numbers, each in the order in which they continue one another.

    A call continues the longest earlier history that its own begins with; of equal ones the first that is free.
    """
    turns = [_turns(call) for call in calls]
    free: dict[bytes, deque[list[int]]] = {}
    found: list[list[int]] = []
    for number in sorted(range(len(calls)), key=lambda n: len(turns[n])):
        marks = list(_marks(turns[number]))
        # The last turn is the answer of this call itself.
        before = next((mark for mark in reversed(marks[:-1]) if free.get(mark)), None)
        chain = free[before].popleft() if before is not None else []
        if not chain:
            found.append(chain)
        chain.append(number)
        if calls[number].get("status") != "error":
            free.setdefault(marks[-1], deque()).append(chain)
    return sorted(found)


def _marks(turns: list[bytes]) -> Iterator[bytes]:
    """Yield a mark for each beginning of the turns."""
    digest = hashlib.blake2b(digest_size=16)
    for turn in turns:
        digest.update(len(turn).to_bytes(8, "big") + turn)
        yield digest.digest()


def joined(calls: Sequence[Fields]) -> Fields:
    """Return the last of some calls with the id and time of the first, and with the sums of all."""
    first, last = calls[0], dict(calls[-1])
    if len(calls) == 1:
        return last
    for name in SUMS:
        counted = [call[name] for call in calls if isinstance(call.get(name), int | float)]
        if counted:
            last[name] = round(sum(counted), 12)
    last["steps"] = [step for call in calls for step in call.get("steps") or []]
    for name in ("id", "created_at"):
        last[name] = first.get(name)
    last["metadata"] = {**(first.get("metadata") or {}), **(last.get("metadata") or {}), "calls": len(calls)}
    return last
