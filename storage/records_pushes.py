"""Records of what was sent to other systems."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PushedScore:
    """One settled label that another system has; the latest row of a ``score_id`` and ``target`` counts.

    ``target`` is the kind and the address of the system. ``score_id`` is the same each time the label of this item and
    dimension is sent, ``digest`` that of what was sent.
    """

    id: str
    target: str
    score_id: str
    week: str
    item_id: str
    dimension: str
    digest: str
    at: str
    by: str


PUSH_KEYS: dict[type, tuple[str, ...]] = {PushedScore: ("pushed_scores", "id")}
"""Table and primary key of each of these records."""
