"""Golden examples whose content was erased: what is left of them, and how they are told from others. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.privacy.erased import ERASED, blanked

_KEPT = ("example_id", "conversation_id", "item_id", "labels", "votes", "rubric_version", "source", "kind", "scenario")
_ALSO = ("split", "must_pass", "rule", "adjudicator", "expected_behaviour", "tags", "as_of", "snapshot")
KEPT = frozenset((*_KEPT, *_ALSO))
"""What coverage, agreement and earlier decisions count of an example."""


def tombstone(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of an example, frozen or not, without its texts; votes, labels and provenance stay."""
    found = {name: value if name in KEPT else blanked(value) for name, value in content.items()}
    found["question"] = ERASED
    found["expected_result"] = None
    if "expected_tools" in found:
        found["expected_tools"] = []
    if "tags" in found:
        found["tags"] = [tag for tag in content["tags"] if not str(tag).startswith("db:")]
    if isinstance(content.get("origin"), Mapping):
        origin = content["origin"]
        found["origin"] = {**origin, "conversation": ERASED if origin.get("conversation") else ""}
    return found


def is_tombstone(content: Mapping[str, Any]) -> bool:
    """Return whether the content of an example was erased."""
    return content.get("question") == ERASED
