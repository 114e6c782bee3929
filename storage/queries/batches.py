"""What every batch of a reviewer asks, in three groups, each of which goes to a server together."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from storage.engine import Question
from storage.queries.anchors import ANY_SQL, ORIGINALS_SQL
from storage.queries.annotations import MEDIAN_SQL, OWN_PLACES_SQL, SECONDS_SQL
from storage.queries.assignments import OPEN_PLACES_SQL, counts_sql
from storage.queries.dealing import TAKEN_SQL
from storage.queries.hidden_spans import HIDDEN_SQL
from storage.queries.item_conversations import FINDINGS_SQL
from storage.queries.own_work import SKIPS_SQL
from storage.queries.parameters import json_list
from storage.queries.people import ONE_RATER_SQL
from storage.queries.verdicts import ON_ITEMS_SQL
from storage.records_log import Conversation
from storage.records_people import RubricVersion, Setting
from storage.records_review import Annotation
from storage.records_weeks import DueChange, Item, Week, WeekClosing
from storage.store import finding


def asked_by_a_batch(week: str, rater_id: str) -> list[Question]:
    """Return the questions of a batch that depend on nothing but the week and the rater."""
    whose = {"week": week, "rater": rater_id}
    return [
        (ONE_RATER_SQL, {"id": rater_id}),
        finding(Week, name=week),
        finding(DueChange, week=[week]),
        finding(WeekClosing, week=week),
        *(finding(Setting, name=name) for name in ("store_id", "hmac_key")),
        *((sql, whose) for sql in (OPEN_PLACES_SQL, OWN_PLACES_SQL, SKIPS_SQL, TAKEN_SQL, ANY_SQL)),
        (counts_sql(one=True, late=True), whose),
        (SECONDS_SQL, {**whose, "late": True}),
    ]


def asked_once_listed(
    version: int, *, items: Collection[str], submitted: Collection[str], reviewed: Collection[str], pace_of: str | None
) -> list[Question]:
    """Return what a batch asks once it knows its items, the ``submitted`` ones, and those that it may reveal.

    ``pace_of`` is the week whose pace stands for a rater's own, None for a rater who has one.
    """
    asked = [finding(RubricVersion, version=version)]
    if pace_of is not None:
        asked.append((MEDIAN_SQL, {"week": pace_of, "late": True}))
    if items:
        asked.append(finding(Item, id=list(items)))
    if submitted:
        asked.append(finding(Annotation, submission_id=list(submitted)))
    if reviewed:
        asked += [(sql, {"items": json_list(reviewed)}) for sql in (ORIGINALS_SQL, FINDINGS_SQL)]
        asked.append((ON_ITEMS_SQL, {"items": json_list(sorted(reviewed))}))
    return asked


def asked_of_conversations(ids: Sequence[str]) -> list[Question]:
    """Return what is asked to show conversations without their hidden spans."""
    return [(HIDDEN_SQL, {"ids": json_list(ids)}), finding(Conversation, id=list(ids))]
