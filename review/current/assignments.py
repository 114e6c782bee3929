"""Which assignments count: the open ones, the owed ones, and who holds what."""

from __future__ import annotations

from review.basics.errors import UnknownError
from review.current.conditions import answered, handed_on, skipped, stands
from review.people.people import person
from storage.records_review import Week, WeekClosing
from storage.store import Store


def owed_items(store: Store, rater_id: str) -> set[str]:
    """Items of open weeks that this person may still judge; other pages hide votes and verdicts of these.

    A reviewer may take up again what they skipped, and answer late what was handed on, so that these stay hidden from
    them too. Whoever settles disagreements owes only what is open: what they skipped is theirs to settle, and an
    answer of theirs after that is marked as given with the others' in view (see :mod:`review.submissions`).
    ``rater_id`` "" is nobody in particular, who owes nothing.
    """
    if not rater_id:
        return set()
    settles = person(store, rater_id).may("adjudicator")
    return {row["item_id"] for row in store.query(_OWED_SQL, {"rater": rater_id, "settles": int(settles)})}


_OWED_SQL = f"""
SELECT DISTINCT a.item_id FROM assignments a
WHERE a.rater_id = :rater AND a.week NOT IN (SELECT week FROM week_closings)
  AND NOT {answered("a")}
  AND NOT (
    ({handed_on("a")} OR {skipped("a")})
    AND (:settles OR EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = a.item_id AND n.rater_id = a.rater_id
                             AND n.rubric_version >= a.rubric_version AND {stands("n")})))
"""  # noqa: S608 - constants of ours
"""What is open is owed; of what was skipped or taken, what a reviewer has not answered through another assignment."""


def week_of_store(store: Store, name: str) -> Week:
    """One opened week. Raises UnknownError that lists the weeks there are."""
    week = store.get(Week, name)
    if week is None:
        known = ", ".join(w.name for w in store.find(Week)) or "none yet"
        raise UnknownError(
            f"week '{name}' is not open in this store (there are: {known}). `spotcheck sample` opens one."
        )
    return week


OPEN_SQL = f"""
SELECT a.* FROM assignments a
WHERE a.week = :week AND a.rater_id = :rater
  AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")}
ORDER BY a.position
"""  # noqa: S608 - constants of ours
"""A rater's open assignments of a week: still held, neither annotated nor skipped (undone ones do not count)."""


NOT_ANSWERED_SQL = OPEN_SQL.replace(f" AND NOT {skipped('a')}", "")
"""The same with what the rater skipped: all that they hold and have not answered."""


def had(store: Store, week: str) -> dict[str, set[str]]:
    """By item, who holds it, has reviewed or skipped it: those who do not get it (again)."""
    sql = f"""
    SELECT a.item_id, a.rater_id FROM assignments a WHERE a.week = :week AND (
      NOT {handed_on("a")} OR {skipped("a")}
      OR EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = a.item_id AND n.rater_id = a.rater_id))
    """  # noqa: S608 - a constant of ours
    found: dict[str, set[str]] = {}
    for row in store.query(sql, {"week": week}):
        found.setdefault(row["item_id"], set()).add(row["rater_id"])
    return found


def held_in(store: Store, week: str) -> dict[str, int]:
    """By rater, how many items were dealt to them; new ones are put behind these."""
    rows = store.query("SELECT rater_id, count(*) AS n FROM assignments WHERE week = :week GROUP BY 1", {"week": week})
    return {row["rater_id"]: row["n"] for row in rows}


def closing_of(store: Store, week: str) -> WeekClosing | None:
    """How the week was closed, or None while it is open."""
    return store.get(WeekClosing, week)
