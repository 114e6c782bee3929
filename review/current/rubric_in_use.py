"""Which rubric version a week is counted under once some items were asked again under a newer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from review.current.counting import versions, versions_given
from storage.queries.assignments import version_of_most_dealt_items
from storage.records_weeks import Week
from storage.store import Store


def used_version(store: Store, week: Week) -> int:
    """Return the version a week is counted under: that of most labelled items, ties go to the later version.

    An item belongs to the latest version that somebody labelled it under. A small sample that is asked again therefore
    leaves the week where it was; a week asked again as a whole moves on when half of it is done. Without labels it is
    the version the week was opened under.
    """
    if versions_given(store, week.name) <= {week.rubric_version}:
        return week.rubric_version
    return versions(store, week.name).most or week.rubric_version


def asked_version(store: Store, week: Week) -> int:
    """Return the version the items of a week are asked under now: that of most items, ties go to the later version.

    An item belongs to the latest version that somebody was dealt it under. Items drawn later for a week that was asked
    again as a whole are therefore asked like the others. Before anything is dealt it is the version the week was opened
    under.
    """
    return version_of_most_dealt_items(store, week.name) or week.rubric_version


def annotations_by_version(store: Store, weeks: Iterable[str]) -> dict[int, int]:
    """Return how many annotations of some weeks count under each rubric version, by version."""
    total: Counter[int] = Counter()
    for week in weeks:
        total.update(versions(store, week).annotations)
    return dict(sorted(total.items()))


def other_versions_sentence(counts: dict[int, int], used: int) -> str | None:
    """Return the sentence about reviews that figures under version ``used`` leave out; None when there are none."""
    others = {version: n for version, n in counts.items() if version != used and n}
    if not others:
        return None
    parts = " and ".join(f"{n} under version {version}" for version, n in others.items())
    return f"The figures use rubric version {used} and leave out the reviews under other versions: {parts}."


def left_out(store: Store, weeks: Sequence[str]) -> str | None:
    """Return the sentence about what figures on these weeks leave out, None when they leave out nothing."""
    found = store.find(Week, name=list(weeks), order_by="name")
    if not found:
        return None
    used = used_version(store, found[-1])
    mixed = [w.name for w in found if not versions_given(store, w.name) <= {used}]
    return other_versions_sentence(annotations_by_version(store, mixed), used) if mixed else None


def weeks_under(store: Store, weeks: Sequence[Week], version: int) -> list[str]:
    """Return the names of the weeks that are counted under ``version``."""
    return [w.name for w in weeks if used_version(store, w) == version]
