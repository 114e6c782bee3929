"""What people said of failures: their comments while reviewing, and the latest note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from review.current.settled import annotations_of
from storage.queries.failures import latest_notes
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import Item
from storage.store import Store


def comments_in(store: Store, weeks: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the comments of reviewers in some weeks that count, by conversation: who wrote each, and the text."""
    known = {w.name for w in weeks_in_use(store)}
    written = [n for n in annotations_of(store, [w for w in weeks if w in known]) if n.comment.strip()]
    places = {i.id: i.conversation_id for i in store.find(Item, id=list({n.item_id for n in written}))}
    found: dict[str, list[tuple[str, str]]] = {}
    for n in written:
        found.setdefault(places[n.item_id], []).append((n.rater_id, n.comment.strip()))
    return found


def said_of_failures(store: Store, weeks: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return what people said of failures in some weeks, by conversation: the comments, and the latest note."""
    found = {name: [text for _, text in texts] for name, texts in comments_in(store, weeks).items()}
    for name, note in latest_notes(store).items():
        found.setdefault(name, []).append(note)
    return found
