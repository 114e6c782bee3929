"""What the figures of a viewer leave out: reviewed items that this person still has to review.

Agreement, recall and precision leave them out, so that nobody can infer the votes of others from a figure. Pages say
how many there are beside the figures; without that, the same heading would show two people two figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from review.current.assignments import items_to_review
from review.current.settled import said_of
from review.evidence.evidence import latest_used_rubric
from storage.queries.items import items_in_weeks
from storage.store import Store


def withheld_items(store: Store, weeks: Sequence[str], *, viewer: str) -> int:
    """Return how many items with labels that count the figures of some weeks leave out for this viewer."""
    owed = items_in_weeks(store, items_to_review(store, viewer), weeks)
    if not owed:
        return 0
    version = latest_used_rubric(store, weeks).version
    counted = {n.item_id for n in said_of(store, weeks) if n.rubric_version == version}
    return len(counted & owed)
