"""Let the simulated reviewers submit what was dealt to them, and let the curator settle where they disagree."""

from __future__ import annotations

from collections.abc import Mapping

from review.annotating.batch import batch
from review.annotating.submissions import receive
from review.basics.errors import ReviewError
from review.demo.generate import DemoConversation
from review.demo.reviewers import HABITS, labels_by
from review.settling.adjudication import adjudicate, cases
from storage.records_weeks import Item
from storage.store import Store

Truth = Mapping[str, DemoConversation]


def review_week(store: Store, week: str, truth: Truth, seed: int, shares: Mapping[str, float]) -> None:
    """Submit each simulated reviewer's share of their items, in the order dealt."""
    for reviewer in HABITS:
        payload = batch(store, reviewer, week=week, size=100_000)
        dealt = payload["items"]
        entries = []
        for dealing in dealt[: round(len(dealt) * shares.get(reviewer, 1.0))]:
            answer = labels_by(reviewer, _known(store, truth, dealing["item"]), seed=seed)
            entries.append(
                {
                    "submission_id": f"demo-{dealing['assignment']}",
                    "kind": "annotation",
                    "assignment": dealing["assignment"],
                    "labels": answer.labels,
                    "comment": answer.comment,
                    "corrected_answer": answer.corrected_answer,
                    "seconds": answer.seconds,
                }
            )
        receipt = receive(store, reviewer, entries)
        if receipt.rejected:
            raise ReviewError(f"{reviewer} could not submit in {week}: {receipt.rejected[0][1]}")


def _known(store: Store, truth: Truth, item_id: str) -> DemoConversation:
    item = store.get(Item, item_id)
    if item is None:
        raise ReviewError(f"Item '{item_id}' was dealt but is not in the store.")
    return truth[item.conversation_id]


def settle_week(store: Store, week: str, truth: Truth, *, by: str) -> int:
    """Settle every disagreement of a week as the truth says, and return how many there were."""
    disputed = [case for case in cases(store, week, viewer=by) if case.kind == "disputed"]
    for case in disputed:
        known = truth[case.item.conversation_id]
        adjudicate(
            store,
            case.item.id,
            by=by,
            labels=known.truth,
            rationale=known.why or "The passage supports the answer, and nothing that was asked is missing.",
            reason="hard case" if known.difficulty == "hard" else "slip",
            corrected_answer=known.corrected_answer,
            reference_sql=known.reference_sql,
        )
    return len(disputed)
