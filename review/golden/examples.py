"""The golden examples as they stand: the latest version of each, unless it is retired."""

from __future__ import annotations

from dataclasses import replace

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.canonical import canonical
from review.basics.errors import InputError, UnknownError
from review.current.assignments import owed_items
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.records_golden import GoldenExample
from storage.store import Store

KINDS = ("normal", "edge", "adversarial")
BEHAVIOURS = ("answer", "clarify", "refuse")
SOURCES = ("manual", "historical", "synthetic", "feedback")
SPLITS = ("dev", "test")
SAME_AS_BEFORE = ("content", "labels", "votes", "rubric_version", "source", "kind", "scenario", "split", "must_pass")
"""Fields that make a version: when they are all equal, there is nothing to correct."""


def one_of(name: str, found: str, allowed: tuple[str, ...]) -> str:
    """``found`` when it is allowed; raises InputError otherwise."""
    if found not in allowed:
        raise InputError(f"{name}: found {found!r}, expected one of {', '.join(allowed)}.")
    return found


def latest_versions(store: Store) -> dict[str, GoldenExample]:
    """The latest version of every example, retired ones included, by example id."""
    return {e.example_id: e for e in store.find(GoldenExample)}


def current_examples(store: Store) -> list[GoldenExample]:
    """What a release would hold now, by example id, without spans that were hidden since the approval."""
    rows = sorted((e for e in latest_versions(store).values() if not e.retired), key=lambda e: e.example_id)
    spans = spans_by_conversation(store, [e.conversation_id for e in rows])
    key = hmac_key(store) if spans else b""
    return [
        replace(e, content=without(e.content, spans[e.conversation_id], key)) if e.conversation_id in spans else e
        for e in rows
    ]


def readable_examples(store: Store, *, viewer: str) -> tuple[list[GoldenExample], int]:
    """The current examples that the viewer may read, and how many are left out.

    Those of items that the viewer still owes tell a label and who gave it.
    """
    current, owed = current_examples(store), owed_items(store, viewer)
    found = [e for e in current if e.item_id not in owed]
    return found, len(current) - len(found)


def versions_of(store: Store, example_id: str) -> list[GoldenExample]:
    """All versions of an example in order. Raises UnknownError when there is none."""
    rows = store.find(GoldenExample, example_id=example_id)
    if not rows:
        raise UnknownError(f"golden example '{example_id}' is not in the store. `spotcheck golden list` lists them.")
    return rows


def add_version(store: Store, example: GoldenExample, *, action: str) -> GoldenExample:
    """Write one version and its audit entry; one that says the same as the version before adds nothing.

    Returns the version that is current afterwards. Call it inside a transaction, after the role was checked.
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
    """Whether two versions differ in nothing but when, by whom and with what note they were approved."""
    return all(canonical(getattr(one, f)) == canonical(getattr(other, f)) for f in SAME_AS_BEFORE)


def latest_version(store: Store, example_id: str) -> GoldenExample | None:
    """The latest version of one example, retired or not."""
    return next(iter(store.find(GoldenExample, example_id=example_id, order_by="rowid desc")), None)
