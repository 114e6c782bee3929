"""Slow down people who guess links: after some wrong ones, a client has to wait."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

MOST = 10
"""Wrong links that one client may open within ``SECONDS``."""
SECONDS = 600
TOGETHER = 1_000
"""Wrong links of all clients within ``SECONDS``: an address can be forged where no proxy stands in front."""
REMEMBERED = 10_000


class WrongLinks:
    """The wrong links of the last minutes, by client. ``now`` returns seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._by_client: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()

    def wait(self, client: str) -> int:
        """Return for how many seconds this client may open no link, 0 when it may."""
        own = self._by_client.get(client, deque())
        return max(_left(own, MOST, self._now()), _left(self._all, TOGETHER, self._now()))

    def note(self, client: str) -> None:
        """Remember one wrong link."""
        own = self._by_client.setdefault(client, deque(maxlen=MOST))
        self._by_client.move_to_end(client)
        while len(self._by_client) > REMEMBERED:
            self._by_client.popitem(last=False)
        own.append(self._now())
        self._all.append(self._now())
        if len(self._all) > TOGETHER:
            self._all.popleft()


def _left(times: deque[float], most: int, now: float) -> int:
    """Return the seconds until the oldest of ``most`` times is old enough."""
    if len(times) < most:
        return 0
    left = times[-most] + SECONDS - now
    return 0 if left <= 0 else int(left) + 1
