"""Calls of an API that continue one another are one conversation: the history of each is the beginning of the next.

Calls that name the one before them are put together as well (:mod:`review.sources.linking`).

Of such calls the longest one is kept. It begins when the first one did and has its id, and tokens, cost, time and
steps of all are added up. Calls of different users or sessions are never joined, nor is a call that failed continued.

Only marks of the turns are compared, so it does not matter how many calls begin alike, or how long their texts are.
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
from review.sources.grouping import Grouping
from review.sources.linking import CONVERSATION, PREVIOUS, RESPONSE, Links, with_history
from review.sources.readers.fields import Fields, Record
from review.sources.spool import Spool, Stretch
from review.sources.trace_frames import OPTIONS, Group, part_of

TOO_MANY = "calls with the same first question and answer, too many to look for those that continue one another"
"""The note on calls that were not joined because there are too many."""
TOGETHER = "calls that continue one another, put together to conversations"
CUT_OFF = "conversations that continue a call which is not in this import: what was said before is missing in them"
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
    with Grouping(scratch, alone=True) as named, Grouping(scratch, alone=True) as grouping, Spool(scratch) as spool:
        links = Links()
        for one in read:
            end = max(end, one.raw.done)
            try:
                call = _waiting(one, spool) if len(one.fields) == 1 and is_call(one.record) else None
                if call is None:
                    yield one
                elif name := links.take(call):
                    named.add(part_of(name, one.raw.line, call))
                else:
                    grouping.add(part_of(call["key"], one.raw.line, call))
            except REFUSALS as reason:
                yield ReadFields(one.raw._replace(error=refusal(reason)), [], {})
        alone = 0
        for group in named.groups():
            for line, named_call in zip(group.lines, group.records(), strict=True):
                alone += 1
                key = links.chain_of(group.key) or named_call["key"] or f"alone {alone}"
                grouping.add(part_of(key, line, named_call))
        for group in grouping.groups():
            yield from _of_group(group, links, spool, int(end * grouping.share))


def _waiting(one: ReadFields, spool: Spool) -> Fields | None:
    """Return what is compared of a call that waits for others, and where the rest of it is.

    None for one that has no answer and no name, because no other continues it.
    """
    fields = one.fields[0]
    if isinstance(fields, Unreadable):
        return None
    key = _key(fields)
    if key is None and not fields.get(RESPONSE):
        return None
    record = one.record if fields.get("id") in (None, "") else {}
    text = orjson.dumps({"fields": fields, "record": record, "mended": one.raw.mended}, option=OPTIONS, default=str)
    metadata = fields.get("metadata") or {}
    return {
        "key": key,
        "marks": marks_of(fields),
        "place": [*spool.add(text)],
        **{name: fields.get(name) for name in ("id", "status", "created_at", RESPONSE)},
        "metadata": {name: metadata[name] for name in (PREVIOUS, CONVERSATION) if name in metadata},
    }


def _of_group(group: Group, links: Links, spool: Spool, done: int) -> Iterator[ReadFields]:
    """Yield the conversations of calls that may continue one another; of too many to compare, each call alone."""
    calls = [dict(call) for call in group.records()]
    if group.error is not None:
        found = [[n] for n in range(len(calls))]
    else:
        found = links.paths(calls) if links.is_chain(group.key) else chains(calls)
    begun: set[int] = set()
    for chain in found:
        # Two conversations may begin with the same call, whose id the first of them has.
        own_id = calls[chain[-1]].get("id") if chain[0] in begun else None
        one = _conversation([calls[n] for n in chain], group.lines[chain[0]], spool, done, own_id=own_id)
        if group.error is not None:
            one = one._replace(raw=one.raw._replace(mended=(*one.raw.mended, (TOO_MANY, 1))))
        begun.add(chain[0])
        yield one


def _conversation(chain: Sequence[Fields], line: int, spool: Spool, done: int, *, own_id: Any) -> ReadFields:
    """Return the conversation of calls that continue one another; its id is that of the first call, or ``own_id``."""
    record: dict[str, Any] = {}
    mended: list[tuple[str, int]] = []

    def calls() -> Iterator[Fields]:
        for number, one in enumerate(chain):
            waiting = spool.at(Stretch(*one["place"]))
            mended.extend((str(name), int(n)) for name, n in waiting["mended"])
            if number == 0:
                record.update(waiting["record"])
            yield waiting["fields"]

    fields = joined(with_history(calls()))
    if own_id is not None:
        fields["id"] = own_id
    if len(chain) > 1:
        mended.append((TOGETHER, len(chain)))
    if PREVIOUS in (chain[0].get("metadata") or {}):
        mended.append((CUT_OFF, 1))
    return ReadFields(Raw(line, None, None, done, tuple(mended)), [fields], record)


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


def marks_of(fields: Fields) -> list[str]:
    """Return a mark for each beginning of the turns of a call."""
    digest = hashlib.blake2b(digest_size=16)
    marks = []
    for turn in _turns(fields):
        digest.update(len(turn).to_bytes(8, "big") + turn)
        marks.append(digest.hexdigest())
    return marks


def chains(calls: Sequence[Fields]) -> list[list[int]]:
    """Return calls as chains of their numbers, each in the order in which they continue one another.

    Of each call come its status and the marks of its turns (:func:`marks_of`). A call continues the longest earlier
    history that its own begins with; of equal ones the first that is free.
    """
    free: dict[str, deque[list[int]]] = {}
    found: list[list[int]] = []
    for number in sorted(range(len(calls)), key=lambda n: len(calls[n]["marks"])):
        marks = calls[number]["marks"]
        # The last turn is the answer of this call itself.
        before = next((mark for mark in reversed(marks[:-1]) if free.get(mark)), None)
        chain = free[before].popleft() if before is not None else []
        if not chain:
            found.append(chain)
        chain.append(number)
        if calls[number].get("status") != "error":
            free.setdefault(marks[-1], deque()).append(chain)
    return sorted(found)


def joined(calls: Iterable[Fields]) -> Fields:
    """Return the last of some calls with the id and time of the first, and with the sums of all."""
    first: Fields = {}
    last: Fields = {}
    sums: dict[str, float] = {}
    steps: list[Any] = []
    notes: list[str] = []
    number = 0
    for last in calls:
        number += 1
        first = first or {name: last.get(name) for name in ("id", "created_at", "metadata")}
        steps += last.get("steps") or []
        notes += last.get("notes") or []
        for name in SUMS:
            if isinstance(last.get(name), int | float):
                sums[name] = sums.get(name, 0) + last[name]
    if number == 1:
        return last
    begun, ended = first.get("metadata") or {}, last.get("metadata") or {}
    metadata = {**begun, **ended, "calls": number}
    if PREVIOUS in begun:
        # What the first call continues is not here; what the others continue is.
        metadata[PREVIOUS] = begun[PREVIOUS]
    rounded = {name: round(total, 12) for name, total in sums.items()}
    return {
        **last,
        **rounded,
        "steps": steps,
        **({"notes": notes} if notes else {}),
        "id": first["id"],
        "created_at": first["created_at"],
        "metadata": metadata,
    }
