"""Calls that name the one before them: responses with ``previous_response_id``, and those of one ``conversation``.

Each holds only its own turn, so the history of a conversation is the calls before it. Where two continue the same one,
each last call is a conversation of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from review.basics.times import read_time
from review.sources.readers.fields import Fields

PREVIOUS, CONVERSATION, RESPONSE = "previous_response_id", "conversation", "response_id"
"""In the metadata of a call the response before it and its conversation; among its fields its own response."""
CHAIN = "chain "


def _short(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class Links:
    """Which call continues which one, in sixteen bytes for each that continues another."""

    def __init__(self) -> None:
        """Begin without any call."""
        self._before: dict[int, int] = {}
        self._continued: set[int] = set()

    def take(self, call: Fields) -> str | None:
        """Note what a call continues; return its own name, None for one that has none."""
        metadata = call.get("metadata") or {}
        name, before = call.get(RESPONSE), metadata.get(PREVIOUS)
        if not isinstance(name, str) or not name:
            return None
        conversation = _id_of(metadata.get(CONVERSATION))
        if isinstance(before, str) and before and before != name:
            self._before[_short(name)] = _short(before)
            self._continued.add(_short(before))
        elif conversation:
            self._before[_short(name)] = _short(f"{CONVERSATION} {conversation}")
            self._continued.add(_short(f"{CONVERSATION} {conversation}"))
        return name

    def chain_of(self, name: str) -> str | None:
        """Return the name of the chain of a call, None for one that stands alone."""
        at = _short(name)
        if at not in self._before and at not in self._continued:
            return None
        seen = set()
        while at in self._before and at not in seen:
            seen.add(at)
            at = self._before[at]
        # A circle of calls has no first one: the smallest name stands for it.
        return f"{CHAIN}{min(seen) if at in seen else at:x}"

    @staticmethod
    def is_chain(key: str) -> bool:
        """Whether a name is that of a chain."""
        return key.startswith(CHAIN)

    @staticmethod
    def paths(calls: Sequence[Fields]) -> list[list[int]]:
        """Return the calls of a chain as paths of their numbers, from the first to each last one."""
        order = sorted(range(len(calls)), key=lambda n: _moment(calls[n]))
        names = {calls[n].get(RESPONSE): n for n in order}
        latest: dict[str, int] = {}
        before: dict[int, int] = {}
        for n in names.values():
            previous = names.get(_metadata(calls[n]).get(PREVIOUS))
            if previous is not None and previous != n:
                before[n] = previous
        for n in order:
            conversation = _id_of(_metadata(calls[n]).get(CONVERSATION))
            if conversation and n not in before and names.get(calls[n].get(RESPONSE)) == n:
                if conversation in latest:
                    before[n] = latest[conversation]
                latest[conversation] = n
        kept = set(names.values())
        last = [n for n in order if n in kept and n not in set(before.values())]
        return [_path(n, before) for n in last] or [[n] for n in sorted(kept)]


def _path(last: int, before: dict[int, int]) -> list[int]:
    path = [last]
    while path[-1] in before and before[path[-1]] not in path:
        path.append(before[path[-1]])
    return path[::-1]


def with_history(calls: Iterable[Fields]) -> Iterator[Fields]:
    """Yield the calls of one path, each with the messages of those before it unless it holds its history itself."""
    earlier: list[Fields] = []
    for call in calls:
        own = [m for m in call.get("messages") or [] if m["role"] != "system"]
        talked = [m for m in earlier if m["role"] != "system"]
        linked = earlier and not {PREVIOUS, CONVERSATION}.isdisjoint(_metadata(call))
        if linked and own[: len(talked)] != talked:
            call = {**call, "messages": [*earlier, *own]}
        earlier = call.get("messages") or []
        yield call


def _metadata(call: Fields) -> Fields:
    return call.get("metadata") or {}


def _id_of(value: Any) -> str | None:
    """Return the id of a conversation, which may be an object."""
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) and found else None


def _moment(call: Fields) -> float:
    moment = read_time(call.get("created_at"))
    return 0.0 if moment is None else moment.timestamp()
