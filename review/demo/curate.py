"""Choose which settled items of a demonstration week become golden examples."""

from __future__ import annotations

from collections.abc import Mapping

from review.demo.generate import DemoConversation
from review.golden.approve import approve
from review.golden.candidates import Candidate, candidates
from review.golden.content import Wish
from review.golden.references import References
from review.golden.releases import release
from storage.store import Store

PER_WEEK = 24


def approve_week(
    store: Store, week: str, truth: Mapping[str, DemoConversation], *, by: str, references: References
) -> int:
    """Approve up to ``PER_WEEK`` settled items of a week, release the golden dataset, and return how many.

    Reference SQL runs on the shop, which ``references`` has open.
    """
    found = [c for c in candidates(store, [week], viewer=by) if _labelled_rightly(c, truth[c.conversation_id])]
    for candidate in found[:PER_WEEK]:
        known = truth[candidate.conversation_id]
        kind, behaviour = _kind(known)
        approve(
            store,
            candidate.item_id,
            Wish(
                kind=kind,
                expected_behaviour=behaviour,
                expected_answer=known.corrected_answer or None,
                reference_sql=known.reference_sql or None,
                must_pass="unsafe" in known.truth["reasons"],
            ),
            by=by,
            references=references,
        )
    if found:
        release(store, week, by=by, notes=f"Settled items up to {week}.")
    return len(found[:PER_WEEK])


def _labelled_rightly(candidate: Candidate, known: DemoConversation) -> bool:
    """Return whether the settled label is the true one: the curator reads before approving."""
    return candidate.labels.get("correctness") == known.truth["correctness"]


def _kind(known: DemoConversation) -> tuple[str, str]:
    row, data = known.row, known.truth["intent"] == "data_question"
    if known.mood == "decline" and (data or known.truth["intent"] == "other"):
        return "adversarial", "refuse"
    if data and known.mood == "question":
        return "edge", "clarify"
    return ("edge" if row["language"] != "en" or known.difficulty == "hard" else "normal"), "answer"
