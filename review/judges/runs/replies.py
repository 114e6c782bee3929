"""Earlier replies, found again by the digest of their question, and a log of calls from several threads."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from review.basics.clock import new_id
from review.judges.protocol.protocol import Call
from storage.queries.judge_runs import known_replies
from storage.records_judges import JudgeCall
from storage.store import Store

_KEYS_AT_ONCE = 5_000


class StoreReplies:
    """The replies of all runs of a store; logged calls are held until ``take`` hands them over to be written."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.store = store
        self.run_id = run_id
        self._lock = threading.Lock()
        self._calls: list[JudgeCall] = []

    def known(self, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """Return the whole replies of any run among these keys, this run included; the latest of each."""
        found: dict[str, dict[str, Any]] = {}
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            found |= known_replies(self.store, wanted[start : start + _KEYS_AT_ONCE])
        with self._lock:
            held = {c.key: c.reply for c in self._calls if not c.error}
        return found | {k: held[k] for k in wanted if k in held}

    def log(self, call: Call) -> None:
        """Keep one call; safe to use from several threads."""
        row = JudgeCall(id=new_id(), run_id=self.run_id, **asdict(call))
        with self._lock:
            self._calls.append(row)

    def take(self) -> list[JudgeCall]:
        """Return the calls that were logged since the last time."""
        with self._lock:
            taken, self._calls = self._calls, []
        return taken
