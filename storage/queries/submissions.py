"""What every submission of a reviewer asks, in two groups, each of which goes to a server together."""

from __future__ import annotations

from storage.engine import Question
from storage.queries.annotations import BEFORE_SQL, OF_ASSIGNMENT_SQL
from storage.queries.calibration import REVEALED_SQL
from storage.queries.erasing import IS_ERASED_SQL
from storage.queries.people import ONE_RATER_SQL
from storage.records_people import RubricVersion
from storage.records_review import Annotation, Flag, Skip, Withdrawal
from storage.records_weeks import Assignment, Reassignment, WeekClosing
from storage.store import finding


def asked_by_a_submission(rater_id: str, submission_id: str, assignment_id: str) -> list[Question]:
    """Return what depends on nothing but what was sent; ``assignment_id`` is "" where none was named."""
    asked: list[Question] = [(ONE_RATER_SQL, {"id": rater_id})]
    asked += [finding(record, submission_id=submission_id) for record in (Annotation, Skip, Withdrawal, Flag)]
    if assignment_id:
        asked += [finding(Assignment, id=assignment_id), finding(Reassignment, assignment_id=assignment_id)]
        asked.append((OF_ASSIGNMENT_SQL, {"a": assignment_id}))
    return asked


def asked_about_an_assignment(held: Assignment, *, adjudicates: bool) -> list[Question]:
    """Return what depends on the assignment; an adjudicator may have seen more of others."""
    item, whose = held.item_id, {"item": held.item_id, "rater": held.rater_id}
    asked = [
        (IS_ERASED_SQL, {"item": item}),
        finding(RubricVersion, version=held.rubric_version),
        finding(Annotation, item_id=item, rater_id=held.rater_id),
        finding(WeekClosing, week=held.week),
        (REVEALED_SQL, whose),
    ]
    return [*asked, finding(Skip, item_id=item, rater_id=held.rater_id), (BEFORE_SQL, whose)] if adjudicates else asked
