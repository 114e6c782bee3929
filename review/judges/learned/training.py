"""Training sets of learned judges: which items, in which groups, with which settled labels.

Texts are not copied. They are read from the frozen, masked conversations whenever the judge is trained, so text that is
hidden or erased later is hidden from the judge too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, UnknownError
from review.current.settled import Settled, settled_labels
from review.judges.learned.spec import LEAST_GROUPS, check_labels
from review.judges.protocol.groups import together
from review.judges.protocol.protocol import Subject, TrainingRow
from review.judges.protocol.subjects import subjects_of_items
from review.rubric.rubric import Dimension, current_rubric, rubric_version
from storage.queries.item_conversations import places_of_items
from storage.records_judges import TrainingSet
from storage.records_weeks import Item, Week, WeekClosing
from storage.store import Store


def gather(
    store: Store,
    dimensions: Sequence[str],
    *,
    by: str,
    weeks: Sequence[str] | None = None,
    rubric: int | None = None,
) -> TrainingSet:
    """Store the settled labels of some weeks as a training set under the hash of its content, and return it.

    Without ``weeks`` all closed weeks count. Only labels under rubric version ``rubric`` count (None: the current one);
    a tie is no label. The caller checks the role. Raises UnknownError for an unknown week or dimension, NothingToDo
    when no week is closed, InputError, by dimension, when there is too little to learn from.
    """
    against = current_rubric(store) if rubric is None else rubric_version(store, rubric)
    chosen = [against[name] for name in dimensions]
    with store.transaction():
        names = _weeks(store, weeks or ())
        settled = settled_labels(store, names, rubric=against.version)
        items = [i for w in names for i in store.find(Item, week=w, kind=None)]
        content = decided(chosen, _places(store, items), settled)
        made = TrainingSet(digest(content), content, now(), by)
        store.add(made)
    return store.get(TrainingSet, made.id) or made


class ItemOrigin(NamedTuple):
    """Where an item belongs: its conversation, and the session and user that it came from ("" where unknown)."""

    item: str
    conversation: str
    session: str
    user: str


def decided(
    dimensions: Sequence[Dimension], places: Sequence[ItemOrigin], settled: Mapping[tuple[str, str], Settled]
) -> dict[str, list[list[str]]]:
    """Return the content of a training set: by dimension [item, conversation, group, label], ordered by item. Pure.

    Items that share a conversation, a session or a user form a group, named after its first member. Where one user
    stands behind nearly everything, as in a shared account, users do not hold conversations together.
    """
    ordered = sorted(places)
    groups = _groups(ordered, users=True)
    if len(set(groups)) < LEAST_GROUPS:
        groups = _groups(ordered, users=False)
    content: dict[str, list[list[str]]] = {}
    for d in dimensions:
        rows = []
        for place, group in zip(ordered, groups, strict=True):
            label = settled.get((place.item, d.name))
            if label is not None and isinstance(label.value, str):
                rows.append([place.item, place.conversation, group, label.value])
        check_labels(d, [r[3] for r in rows], len({r[2] for r in rows}))
        content[d.name] = rows
    return content


def _groups(places: Sequence[ItemOrigin], *, users: bool) -> list[str]:
    number = together(
        [
            f"conversation {p.conversation}",
            *([f"session {p.session}"] if p.session else []),
            *([f"user {p.user}"] if p.user and users else []),
        ]
        for p in places
    )
    name: dict[int, str] = {}
    for n, p in zip(number, places, strict=True):
        name.setdefault(n, p.session or p.user or p.conversation)
    return [name[n] for n in number]


def _weeks(store: Store, wanted: Sequence[str]) -> list[str]:
    if not wanted:
        closed = sorted(c.week for c in store.find(WeekClosing))
        if not closed:
            raise NothingToDo(
                "no week is closed yet, so there is nothing to train on. Close a week, or name weeks whose items are "
                "settled."
            )
        return closed
    known = {w.name for w in store.find(Week)}
    unknown = [w for w in wanted if w not in known]
    if unknown:
        raise UnknownError(f"week '{unknown[0]}' is not in the store; it has {', '.join(sorted(known)) or 'none'}.")
    return sorted(set(wanted))


def _places(store: Store, items: Sequence[Item]) -> list[ItemOrigin]:
    return [ItemOrigin(*found) for found in places_of_items(store, [i.id for i in items])]


def rows_of(store: Store, training_set_id: str) -> tuple[TrainingRow, ...]:
    """Return the rows of a training set with their texts, hidden spans hidden, without items that are gone.

    Raises UnknownError when there is no such set, InputError when none of its items is left.
    """
    kept = store.get(TrainingSet, training_set_id)
    if kept is None:
        raise UnknownError(f"training set '{training_set_id}' is not in the store; make a new version of the judge.")
    wanted = sorted({row[0] for rows in kept.content.values() for row in rows})
    shown: dict[str, Subject] = {s.id: s for s in subjects_of_items(store, store.find(Item, id=wanted))}
    found = tuple(
        TrainingRow(replace(shown[item], group=group), dimension, label)
        for dimension, rows in kept.content.items()
        for item, _, group, label in rows
        if item in shown
    )
    if not found:
        raise InputError(f"training set '{training_set_id[:12]}': none of its items is in the store any more.")
    return found
