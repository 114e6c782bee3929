"""The golden examples as they are now: the latest version of each, unless it is retired."""

from __future__ import annotations

from dataclasses import replace

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.canonical import canonical, digest
from review.basics.errors import UnknownError
from review.current.assignments import items_to_review, owed_items
from review.golden.reader import examples_found
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.records_golden import GoldenExample
from storage.store import Store

BEHAVIOURS = ("answer", "clarify", "refuse")
SOURCES = ("manual", "historical", "synthetic", "feedback")
SPLITS = ("dev", "test")
SAME_AS_BEFORE = ("content", "labels", "votes", "rubric_version", "source", "kind", "scenario", "split", "must_pass")
"""The fields that make a version: if all of them are equal, there is nothing to correct."""


def example_id_of(item_id: str) -> str:
    """Return the id of an item's example. An item has one example, with the same id in every store."""
    return f"ex-{digest(['item', item_id])[:12]}"


def latest_versions(store: Store) -> dict[str, GoldenExample]:
    """Return the latest version of every example by example id, retired ones included."""
    return {e.example_id: e for e in examples_found(store)}


def current_examples(store: Store) -> list[GoldenExample]:
    """Return what a release would hold now, by example id, without spans that were hidden after the approval."""
    rows = sorted((e for e in latest_versions(store).values() if not e.retired), key=lambda e: e.example_id)
    spans = spans_by_conversation(store, [e.conversation_id for e in rows])
    key = hmac_key(store) if spans else b""
    return [
        replace(e, content=without(e.content, spans[e.conversation_id], key)) if e.conversation_id in spans else e
        for e in rows
    ]


def readable_examples(store: Store, *, viewer: str) -> tuple[list[GoldenExample], int]:
    """Return the current examples that the viewer may read, and how many of the others may be counted to them.

    Examples of items that the viewer still owes are left out: they show a label and who gave it.
    """
    current, owed, to_review = current_examples(store), owed_items(store, viewer), items_to_review(store, viewer)
    readable = [e for e in current if e.item_id not in owed]
    return readable, sum(e.item_id in to_review for e in current)


def versions_of(store: Store, example_id: str) -> list[GoldenExample]:
    """Return all versions of an example in order. Raises UnknownError when there is none."""
    rows = examples_found(store, example_id=example_id)
    if not rows:
        raise UnknownError(
            f"golden example '{example_id}' is not in the store. Check its id in the list of examples.",
            command_hint="`spotcheck golden list` shows it.",
        )
    return rows


def latest_version(store: Store, example_id: str) -> GoldenExample | None:
    """Return the latest version of one example, retired or not, or None."""
    return next(iter(examples_found(store, example_id=example_id, order_by="rowid desc")), None)


def add_version(store: Store, example: GoldenExample, *, action: str) -> GoldenExample:
    """Write one version and its audit entry, and return the version that is now current.

    A version that equals the one before adds nothing. Call it in a transaction, after the role was checked.
    """
    earlier = latest_version(store, example.example_id)
    if earlier is not None:
        if says_the_same(earlier, example) and earlier.retired == example.retired:
            return earlier
        example = replace(example, supersedes=earlier.id)
    store.add(example)
    chain.record(store, example.approved_by, action, example.example_id, version=example.id)
    return example


def says_the_same(one: GoldenExample, other: GoldenExample) -> bool:
    """Return whether two versions are equal except for who approved them, when, and with what note."""
    return all(canonical(getattr(one, f)) == canonical(getattr(other, f)) for f in SAME_AS_BEFORE)
