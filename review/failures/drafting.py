"""What a triage is filled in with before a person changes it: edge cases for golden, and answers to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from review.basics.log_paths import log_of
from review.evidence.chosen_weeks import weeks_up_to
from review.failures.archive import conversations_of
from review.failures.error_types import error_kind
from review.failures.modes import mode_list
from review.failures.proposals import new_ones, proposal_of, settled_item
from review.failures.rules import failure_rules
from review.failures.settled_answers import SettledAnswer, nearest_answers, settled_answers
from review.log.failed import FailedGroup, FailedRow, Narrowed, failed_rows
from review.settings.project import Project
from storage.records_failures import GoldenProposal
from storage.records_log import Conversation
from storage.store import Store

LOOKED_AT = 40
"""Of how many failures of a group proposals are made: the latest."""
FEW_SHOTS = 5


class Draft(NamedTuple):
    """What a triage would leave: golden examples to propose, and settled answers as few-shot candidates."""

    proposals: Sequence[GoldenProposal]
    few_shots: Sequence[SettledAnswer]


def draft(store: Store, project: Project, group: FailedGroup, *, by: str, ids: Sequence[str] | None = None) -> Draft:
    """Return what a triage of a group would leave. With ``ids``, proposals of these conversations alone.

    A question that a golden example, an open proposal or another failure of the group nearly repeats is left out.
    """
    wanted = Narrowed(weeks=[group.week], group=group.group, version=group.version, ids=ids)
    rules = failure_rules(store, project, viewer=by, weeks=[group.week])
    rows = failed_rows(log_of(store.path), rules, wanted, most=LOOKED_AT)
    talks = conversations_of(store, [row.id for row in rows])
    answers = settled_answers(store, weeks_up_to(store, group.week), viewer=by)
    right, title = {one.conversation_id: one for one in answers}, mode_list(store).title(group.group)
    found = [
        proposal_of(
            talks[row.id],
            tags=(error_kind(row.error_type, row.error_message) or "", title),
            rule=f"{title}, {group.week}",
            by=by,
            more=_known(store, row, talks[row.id], right.get(row.id)),
        )
        for row in rows
        if row.id in talks and talks[row.id].question
    ]
    questions = {i: talk.question for i, talk in talks.items()}
    return Draft(new_ones(store, found), nearest_answers(answers, questions, most=FEW_SHOTS))


def _known(store: Store, row: FailedRow, talk: Conversation, right: SettledAnswer | None) -> dict[str, Any]:
    """Return what is known of the right answer: what people settled, else the query that a repair ended with."""
    found: dict[str, Any] = {"item_id": settled_item(store, talk.id)}
    if right is not None:
        found |= {"expected_answer": right.right, "reference_sql": right.sql}
    elif row.cause == "repaired" and talk.sql:
        found["reference_sql"] = talk.sql
    return found
