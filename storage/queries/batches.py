"""What every batch of a reviewer asks, so that a store on a server is asked once for all of it."""

from __future__ import annotations

from storage.engine import Question
from storage.queries.anchors import ANY_SQL
from storage.queries.annotations import OWN_PLACES_SQL, SECONDS_SQL
from storage.queries.assignments import OPEN_PLACES_SQL, counts_sql
from storage.queries.dealing import TAKEN_SQL
from storage.queries.own_work import SKIPS_SQL
from storage.queries.people import ONE_RATER_SQL
from storage.records_people import Setting
from storage.records_weeks import DueChange, Week, WeekClosing
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
