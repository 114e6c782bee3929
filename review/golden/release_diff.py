"""What one set of golden examples has that another lacks, as people read it: questions, scenarios, changed fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from review.current.assignments import items_to_review, owed_items
from review.golden.changes import FieldChange, field_changes
from review.golden.releases import contents_now, examples_of, releases
from storage.records_golden import FrozenExample
from storage.store import Store

NO_SCENARIO = "no scenario"


class Entry(NamedTuple):
    """One example that differs: what happened to it ("added", "changed" or "removed"), and which fields changed."""

    what: str
    example_id: str
    question: str
    scenario: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Difference:
    """The examples that differ: added ones first, then changed, then removed. ``withheld`` counts those left out."""

    entries: tuple[Entry, ...]
    withheld: int = 0

    def of(self, what: str) -> list[Entry]:
        """Return the entries of one kind."""
        return [entry for entry in self.entries if entry.what == what]


Contents = Mapping[str, FrozenExample]


def difference(
    before: Contents, after: Contents, *, owed: Collection[str] = (), unsaid: Collection[str] = ()
) -> Difference:
    """Return how two sets of examples differ, by question. Pure.

    Examples of ``owed`` items are only counted: their changes would show labels to somebody who has yet to review them.
    Those of ``unsaid`` items are left out without a word.
    """
    found = [
        *(_entry("added", after[k]) for k in after.keys() - before.keys()),
        *(
            _entry("changed", after[k], tuple(field_changes(before[k], after[k])))
            for k in before.keys() & after.keys()
            if before[k] != after[k]
        ),
        *(_entry("removed", before[k]) for k in before.keys() - after.keys()),
    ]
    items = {content["example_id"]: content["item_id"] for content in (*before.values(), *after.values())}
    found = [entry for entry in found if not items[entry.example_id] or items[entry.example_id] not in unsaid]
    shown = [entry for entry in found if not items[entry.example_id] or items[entry.example_id] not in owed]
    order = ("added", "changed", "removed")
    shown.sort(key=lambda e: (order.index(e.what), e.scenario, e.question, e.example_id))
    return Difference(tuple(shown), len(found) - len(shown))


def _entry(what: str, content: FrozenExample, fields: tuple[FieldChange, ...] = ()) -> Entry:
    return Entry(what, content["example_id"], content["question"], content["scenario"], fields)


def between(store: Store, a: str, b: str, *, viewer: str) -> Difference:
    """Return what changed from release ``a`` to release ``b``. Raises UnknownError when one of them is unknown."""
    sets = [{row.example_id: row.content for row in examples_of(store, name)} for name in (a, b)]
    return _shown_to(store, viewer, sets[0], sets[1])


def since_last_release(store: Store, *, viewer: str) -> Difference:
    """Return what a release made now would change. Before the first release every example is added."""
    made = releases(store)
    before = {row.example_id: row.content for row in examples_of(store, made[-1].name)} if made else {}
    after = {content["example_id"]: content for content in contents_now(store)}
    return _shown_to(store, viewer, before, after)


def proposed_notes(found: Difference) -> str:
    """Return the counts by scenario in one sentence, such as "3 added (orders 2, returns 1), 1 removed (orders)."."""
    parts = [
        f"{len(some)} {what}{_scenarios(some)}" for what in ("added", "changed", "removed") if (some := found.of(what))
    ]
    return f"{', '.join(parts)}." if parts else ""


def _scenarios(entries: Iterable[Entry]) -> str:
    counts = Counter(entry.scenario or NO_SCENARIO for entry in entries)
    if len(counts) == 1:
        return f" ({next(iter(counts))})"
    return f" ({', '.join(f'{name} {n}' for name, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])))})"


_COUNTED = re.compile(r"(.*?)(\d+)")
_WEEK = re.compile(r"\d{4}-W\d{2}")


def next_name(names: Sequence[str], week: str | None = None) -> str:
    """Return a free name for the next release: the last one counted on, or the week if releases are named so. Pure.

    ``names`` are those in use, the latest last; ``week`` is the latest week of review. Without a release it is v1.
    """
    last = names[-1] if names else ""
    if week is not None and _WEEK.match(last):
        return week if week not in names else _free(f"{week}.", 2, names)
    counted = _COUNTED.fullmatch(last)
    if counted:
        return _free(counted[1], int(counted[2]) + 1, names, width=len(counted[2]))
    return _free(f"{last}-" if last else "v", 2 if last else 1, names)


def _free(stem: str, number: int, names: Collection[str], *, width: int = 0) -> str:
    while f"{stem}{number:0{width}d}" in names:
        number += 1
    return f"{stem}{number:0{width}d}"


def _shown_to(store: Store, viewer: str, before: Contents, after: Contents) -> Difference:
    """Return how two sets of examples differ, without what somebody may not see yet."""
    to_review = items_to_review(store, viewer)
    return difference(before, after, owed=to_review, unsaid=owed_items(store, viewer) - to_review)
