"""Which addresses of files were given to whom. An address answers only to the person who received it.

The server learns that by reading what it sends to each person's browser.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from review.serving.endpoints import ADDRESSES

REMEMBERED = 20_000
"""Addresses remembered at most; the oldest are forgotten, and their pages give them out again when they are opened."""

EVERYBODY = ""
"""The owner of addresses given to people before they log in or choose a name."""


class GivenOut:
    """The addresses of files with their receivers, and the role that each receiver had at that time."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._roles: OrderedDict[str, dict[str, str]] = OrderedDict()

    def note(self, message: bytes, owner: str, role: Callable[[], str]) -> None:
        """Remember the addresses in a message that goes to ``owner``. ``role`` is asked only if there are any."""
        if b"/media/" not in message and b"/upload_file/" not in message:
            return
        found = {address.decode() for address in ADDRESSES.findall(message)}
        now = role() if found else ""
        for address in found:
            self._roles.setdefault(address, {})[owner] = now
            self._roles.move_to_end(address)
        while len(self._roles) > self._most:
            self._roles.popitem(last=False)

    def role_needed(self, address: str, owner: str) -> str | None:
        """Return the role that ``owner`` must still have to use an address; None when it was not given to them."""
        receivers = self._roles.get(address, {})
        return "" if EVERYBODY in receivers else receivers.get(owner)
