"""Send cases of a comparison to review: as hand-picked pairs of this week, blind."""

from __future__ import annotations

from collections.abc import Collection

from review.basics.errors import InputError, NothingToDo
from review.experiments.comparing.comparison import ComparedCase, Comparison
from review.experiments.gating.asking import first_answer, said
from review.people.people import require
from review.settings.project import Project
from review.sources.pairs import NewPair
from review.week.pairs import AddedPairs, add_pairs
from storage.store import Store


def send_to_review(
    store: Store, project: Project, comparison: Comparison, cases: Collection[str], *, by: str, week: str | None = None
) -> AddedPairs:
    """Deal the answers of two versions to some cases in pairs, without names, to the reviewers of a week.

    Raises Refused without the role lead, InputError for more than two versions, NothingToDo where no two answers
    differ.
    """
    require(store, by, "lead")
    if len(comparison.runs) != 2:
        raise InputError(f"review: found {len(comparison.runs)} versions, expected two: people compare two answers.")
    wanted = set(cases)
    pairs = [pair for row in comparison.rows if row.case.id in wanted and (pair := _pair(comparison, row)) is not None]
    if not pairs:
        raise NothingToDo("of these cases no two answers differ, so there is nothing to compare.")
    return add_pairs(store, project, pairs, week, by=by)


def _pair(comparison: Comparison, row: ComparedCase) -> NewPair | None:
    old, new = (first_answer(results) for results in row.results)
    if old is None or new is None or said(old) == said(new):
        return None
    name_a, name_b = comparison.versions
    return NewPair(
        question=[{"role": "user", "content": row.case.question}],
        answer_a=[{"role": "assistant", "content": said(old)}],
        answer_b=[{"role": "assistant", "content": said(new)}],
        name_a=name_a,
        name_b=name_b,
        origin=f"comparison on {comparison.runs[0].release}",
        source_id=row.case.id,
    )
