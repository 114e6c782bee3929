"""What was sent to other systems."""

from __future__ import annotations

from storage.store import Store


def digests_sent(store: Store, target: str, week: str) -> dict[str, str]:
    """Return, by the id of each score of a week that a target has, the digest of what was sent last."""
    return {row["score_id"]: row["digest"] for row in store.query(_SENT, {"target": target, "week": week})}


_SENT = "SELECT score_id, digest FROM pushed_scores WHERE target = :target AND week = :week ORDER BY rowid"
