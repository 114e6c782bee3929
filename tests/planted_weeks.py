"""Stores whose truth is known: each has a week about which the four answers can only be one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from unsettled_store import AT, BEFORE, THIS, add_week, people_only

from review.closing.closing import close_week
from storage.records_review import Verdict
from storage.store import Store

ITEMS = 80
ALL = ("ana", "ben", "cleo")


def agreed(wrong: int, *, of: int = ITEMS, rated: int = 3) -> list[tuple[str, ...]]:
    """The votes of people who always agree: the first ``wrong`` items are wrong."""
    return [("wrong" if k < wrong else "correct",) * rated for k in range(of)]


def says(store: Store, judge: str, week: str, values: Sequence[str | None]) -> None:
    """Let a judge give these values to the items of a week, in order."""
    with store.transaction():
        for k, value in enumerate(values):
            store.add(
                Verdict(
                    id=f"v-{judge}-{week}-{k:02}", item_id=f"{week}-{k:02}", judge=judge, version="1",
                    dimension="correctness", value=value, at=AT, error="" if value else "timed_out",
                )
            )  # fmt: skip


def planted(path: Path, weeks: Mapping[str, Sequence[tuple[str, ...]]]) -> Store:
    """Return a store with people and these weeks, given by their votes."""
    made = people_only(path)
    with made.transaction():
        for name, votes in weeks.items():
            add_week(made, name, votes)
    return made


def unusable_judge(path: Path) -> Store:
    """Three people agree that 20 of 80 are wrong. One judge says so too, the other finds one of the twenty."""
    made = planted(path, {THIS: agreed(20)})
    says(made, "sharp", THIS, ["wrong" if k < 20 else "correct" for k in range(ITEMS)])
    says(made, "blind", THIS, ["wrong" if k == 0 else "correct" for k in range(ITEMS)])
    return made


def nothing_to_do(path: Path) -> Store:
    """Everything is reviewed and agreed in a week that is closed. No judge has spoken."""
    made = planted(path, {THIS: agreed(20)})
    close_week(made, THIS, by="lea")
    return made


def rise_within_noise(path: Path) -> Store:
    """9 of 80 are wrong after 6 of 80, which chance alone often gives. Everything else is done."""
    return planted(path, {BEFORE: agreed(6), THIS: agreed(9)})


def real_fall(path: Path) -> Store:
    """4 of 80 are wrong after 36 of 80. On three items people differ, and nobody has settled them."""
    split: list[tuple[str, ...]] = [("partly", "correct", "correct")] * 3
    return planted(path, {BEFORE: agreed(36), THIS: [*agreed(4, of=ITEMS - 3), *split]})
