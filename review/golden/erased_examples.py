"""Golden examples whose content is erased: they leave the current ones, and a release without them follows the last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from review.audit import chain
from review.basics.canonical import digest
from review.basics.clock import new_id, now
from review.golden.examples import add_version, latest_version
from review.golden.releases import contents_now, hash_of_digests, releases
from review.golden.tombstones import tombstone
from storage.records_golden import GoldenExample, Release, ReleaseExample
from storage.store import Store

NOTE = "its content was erased"


def current_among(store: Store, examples: Collection[str]) -> list[GoldenExample]:
    """Return those of some examples that a release made now would hold."""
    latest = (latest_version(store, name) for name in sorted(examples))
    return [e for e in latest if e is not None and not e.retired]


def released_among(store: Store, examples: Collection[str]) -> list[str]:
    """Return those of some examples that stand in the last release."""
    made = releases(store)
    if not made or not examples:
        return []
    rows = store.find(ReleaseExample, release=made[-1].name, example_id=sorted(examples))
    return [row.example_id for row in rows]


def retire_erased(store: Store, examples: Collection[str], *, by: str) -> int:
    """Take examples out of the current ones; return how many. Their new version has no texts."""
    with store.transaction():
        found = current_among(store, examples)
        for one in found:
            content: Any = tombstone(one.content)
            gone = replace(one, id=new_id(), content=content, retired=True, approved_by=by, at=now(), note=NOTE)
            add_version(store, gone, action="retire erased")
    return len(found)


def tombstone_release(store: Store, examples: Collection[str], *, by: str) -> str:
    """Make a release without the examples that were erased, if the last one holds any. Returns its name, "" for none.

    It may be empty. Its notes name the examples that are gone.
    """
    with store.transaction():
        gone = released_among(store, examples)
        if not gone:
            return ""
        contents = contents_now(store)
        digests = [digest(content) for content in contents]
        name = _free_name(store)
        notes = f"without {', '.join(gone)}, whose content was erased"
        size = len(contents)
        store.add(Release(name=name, content_hash=hash_of_digests(digests), size=size, at=now(), by=by, notes=notes))
        store.add(
            *(
                ReleaseExample(f"{name}:{content['example_id']}", name, content["example_id"], one, content)
                for content, one in zip(contents, digests, strict=True)
            )
        )
        chain.record(store, by, "release", name, size=size, without=gone, content_hash=hash_of_digests(digests))
    return name


def _free_name(store: Store) -> str:
    taken: Sequence[str] = [r.name for r in releases(store)]
    name = f"erasure-{now()[:10]}"
    return next(one for n in range(1, len(taken) + 2) if (one := name if n == 1 else f"{name}-{n}") not in taken)
