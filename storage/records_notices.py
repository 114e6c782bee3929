"""Records of the messages that people get about weeks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One step of one message: its latest row counts. ``recipient`` is a rater or the team channel.

    ``state`` is trying (about to be sent), sent, failed, or unknown (the sending was cut off). ``detail`` is the title
    of the message, or why it failed.
    """

    id: str
    week: str
    kind: str
    recipient: str
    state: str
    at: str
    by: str
    detail: str = ""


NOTICE_KEYS: dict[type, tuple[str, ...]] = {Notice: ("notices", "id")}
"""Table and primary key of each of these records."""
