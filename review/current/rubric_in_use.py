"""Which rubric version the labels of a week stand under, once some items were asked again under a newer one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from review.current.annotations import CURRENT_SQL
from storage.records_review import Week
from storage.store import Store


def used_version(store: Store, week: Week) -> int:
    """The version under which a week is counted: that of most of its labelled items, the later one of two alike.

    An item stands under the latest version that somebody labelled it under. A small sample that is asked again leaves
    the week where it was; a week asked again as a whole moves on when half of it is done. Without labels it is the
    version under which the week was opened.
    """
    rows = store.query(_ITEMS_SQL, {"week": week.name, "rater": None})
    return int(rows[0]["version"]) if rows else week.rubric_version


_ITEMS_SQL = f"""
SELECT version, count(*) AS n
FROM (SELECT item_id, max(rubric_version) AS version FROM ({CURRENT_SQL}) GROUP BY item_id)
GROUP BY version ORDER BY n DESC, version DESC
"""  # noqa: S608 - a constant of ours


def asked_version(store: Store, week: Week) -> int:
    """The version under which the items of a week are asked now: that of most of them, the later one of two alike.

    An item is asked under the latest version that somebody was dealt it under, answered or not. What is drawn later for
    a week that was asked again as a whole is asked like the rest of it. Before anything is dealt it is the version
    under which the week was opened.
    """
    rows = store.query(_ASKED_SQL, {"week": week.name})
    return int(rows[0]["version"]) if rows else week.rubric_version


_ASKED_SQL = """
SELECT version, count(*) AS n
FROM (SELECT item_id, max(rubric_version) AS version FROM assignments WHERE week = :week GROUP BY item_id)
GROUP BY version ORDER BY n DESC, version DESC
"""


def annotations_by_version(store: Store, weeks: Iterable[str]) -> dict[int, int]:
    """How many annotations that were not undone stand under each rubric version, in some weeks."""
    found: dict[int, int] = {}
    for week in weeks:
        for row in store.query(_ANNOTATIONS_SQL, {"week": week, "rater": None}):
            found[row["version"]] = found.get(row["version"], 0) + row["n"]
    return dict(sorted(found.items()))


_ANNOTATIONS_SQL = f"SELECT rubric_version AS version, count(*) AS n FROM ({CURRENT_SQL}) GROUP BY rubric_version"  # noqa: S608


def other_versions_sentence(counts: dict[int, int], used: int) -> str | None:
    """What is left out of figures under version ``used``, in one sentence; None when nothing is."""
    others = {version: n for version, n in counts.items() if version != used and n}
    if not others:
        return None
    parts = " and ".join(f"{n} under version {version}" for version, n in others.items())
    return f"The figures stand under rubric version {used}; left out are the reviews of other versions: {parts}."


def left_out(store: Store, weeks: Sequence[str]) -> str | None:
    """What figures on these weeks leave out because it stands under another version, in one sentence."""
    found = store.find(Week, name=list(weeks), order_by="name")
    return (
        other_versions_sentence(annotations_by_version(store, weeks), used_version(store, found[-1])) if found else None
    )


def weeks_under(store: Store, weeks: Sequence[Week], version: int) -> list[str]:
    """The names of those weeks that are counted under ``version``."""
    return [w.name for w in weeks if used_version(store, w) == version]
