"""Releases: frozen sets of golden examples with a hash over their contents.

The hash is SHA-256 over the sorted digests of the frozen examples, so that it can still be recomputed when one of them
was erased: its digest stays. It leaves out the release's name, times and version numbers, so equal contents have the
same hash. Releases of earlier versions hash the canonical JSON of all their examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from review.audit import chain
from review.audit.erased_rows import erased_rows
from review.audit.store_secrets import hmac_key
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.golden.examples import current_examples
from review.golden.reader import check_frozen
from review.golden.tombstones import is_tombstone
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.records import KEYS
from storage.records_golden import FrozenExample, GoldenExample, Release, ReleaseExample
from storage.records_review import Adjudication
from storage.store import Store

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


@dataclass(frozen=True)
class Changed:
    """One example that two releases hold differently, with the names of the fields that differ."""

    example_id: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Diff:
    """What changed from release ``a`` to release ``b``, by example id."""

    a: str
    b: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]

    @property
    def empty(self) -> bool:
        """Whether both releases hold the same."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Whether a release is unchanged: recorded and recomputed hash, and the examples that do not match their hash.

    ``erased`` are the examples whose content was erased, ``renamed`` those in which an erased reviewer has
    another id: the check of the audit chain covers them. ``recomputed`` is "" for a release of an earlier version with
    one of these: the others were checked one by one, and the hash of all of them cannot be recomputed any more.
    """

    release: str
    holds: bool
    recorded: str
    recomputed: str
    damaged: tuple[str, ...]
    erased: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()


def frozen(example: GoldenExample, *, adjudicator: str | None = None) -> FrozenExample:
    """Return what a release keeps of an example. Times of approval are left out.

    Releases hash this object, and hashes of earlier releases must stay the same: never change a key.
    """
    return {
        "example_id": example.example_id,
        "conversation_id": example.conversation_id,
        "item_id": example.item_id,
        **example.content,
        "labels": example.labels,
        "votes": list(example.votes),
        "rubric_version": example.rubric_version,
        "source": example.source,
        "kind": example.kind,
        "scenario": example.scenario,
        "split": example.split,
        "must_pass": example.must_pass,
        "rule": example.rule,
        "adjudicator": adjudicator,
    }


def release_hash(contents: Iterable[Mapping[str, object]]) -> str:
    """Return the hash of a set of frozen examples, whatever their order."""
    return hash_of_digests(digest(content) for content in contents)


def hash_of_digests(digests: Iterable[str]) -> str:
    """Return the hash of a set of frozen examples from the digest of each."""
    return digest(sorted(digests))


def early_release_hash(contents: Iterable[Mapping[str, object]]) -> str:
    """Return the hash that earlier versions gave a set of frozen examples."""
    return digest(sorted(contents, key=lambda c: str(c.get("example_id"))))


def release(store: Store, name: str, *, by: str, notes: str = "") -> Release:
    """Freeze the current examples under a name, for good.

    Raises Refused without the role adjudicator or for a name in use, InputError for an unusable name, NothingToDo when
    there is no example or the last release holds the same.
    """
    require(store, by, "adjudicator")
    if not name:
        raise InputError("Enter a name for the release, such as 2026-W47 or v3.")
    if not _NAME.fullmatch(name):
        raise InputError(f"name: found {name[:80]!r}, expected letters, digits, dots, _ or -, such as 2026-W47 or v3.")
    with store.transaction():
        if store.get(Release, name) is not None:
            raise Refused(f"release '{name}' exists already, and a release never changes. Choose another name.")
        examples = current_examples(store)
        if not examples:
            raise NothingToDo(
                "there is no golden example to release yet. Approve candidates first.",
                command_hint="`spotcheck golden candidates` lists them.",
            )
        contents = _contents(store, examples)
        digest_of_all = release_hash(contents)
        last = next(iter(store.find(Release, order_by="rowid desc")), None)
        if last is not None and last.content_hash in (digest_of_all, early_release_hash(contents)):
            raise NothingToDo(
                f"nothing has changed since release '{last.name}'; it holds the same {last.size:,} examples."
            )
        made = Release(name=name, content_hash=digest_of_all, size=len(contents), at=now(), by=by, notes=notes.strip())
        store.add(made)
        rows = zip(examples, contents, strict=True)
        store.add(*(ReleaseExample(f"{name}:{e.id}", name, e.example_id, digest(c), c) for e, c in rows))
        chain.record(store, by, "release", name, content_hash=digest_of_all, size=len(contents))
    return made


def contents_now(store: Store) -> list[FrozenExample]:
    """Return what a release made now would hold, by example id."""
    return _contents(store, current_examples(store))


def _contents(store: Store, examples: Iterable[GoldenExample]) -> list[FrozenExample]:
    return [frozen(e, adjudicator=_adjudicator(store, e)) for e in examples]


def _adjudicator(store: Store, example: GoldenExample) -> str | None:
    final = store.get(Adjudication, example.adjudication_id) if example.adjudication_id else None
    return final.adjudicator if final else None


def releases(store: Store) -> list[Release]:
    """Return all releases, oldest first."""
    return store.find(Release)


def release_named(store: Store, name: str) -> Release:
    """Return one release. Raises UnknownError that lists the releases there are."""
    found = store.get(Release, name)
    if found is None:
        known = ", ".join(r.name for r in releases(store)) or "none yet"
        raise UnknownError(f"release '{name}' is not in the store (there are: {known}).")
    return found


def examples_of(store: Store, release: str) -> list[ReleaseExample]:
    """Return the examples of a release by example id, without spans that were hidden after it and erased examples.

    Raises UnknownError when there is no such release, InputError when an example was changed from outside.
    """
    rows = [check_frozen(row) for row in frozen_examples(store, release) if not is_tombstone(row.content)]
    spans = spans_by_conversation(store, [r.content["conversation_id"] for r in rows])
    key = hmac_key(store) if spans else b""
    return [
        replace(r, content=without(r.content, own, key)) if (own := spans.get(r.content["conversation_id"])) else r
        for r in rows
    ]


def frozen_examples(store: Store, release: str) -> list[ReleaseExample]:
    """Return the examples of a release exactly as they were hashed, unchecked and with spans hidden after it.

    Only for checks and comparisons of hashes; use ``examples_of`` to show them. Raises UnknownError when there is no
    such release.
    """
    return store.find(ReleaseExample, release=release_named(store, release).name, order_by="example_id")


def diff(store: Store, a: str, b: str) -> Diff:
    """Return what changed from release ``a`` to release ``b``. Raises UnknownError when one of them is unknown."""
    before = {e.example_id: e for e in frozen_examples(store, a)}
    after = {e.example_id: e for e in frozen_examples(store, b)}
    changed = [
        Changed(k, _differing(before[k].content, after[k].content))
        for k in sorted(before.keys() & after.keys())
        if before[k].content_hash != after[k].content_hash
    ]
    return Diff(
        a, b, tuple(sorted(after.keys() - before.keys())), tuple(sorted(before.keys() - after.keys())), tuple(changed)
    )


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the fields in which two frozen examples differ."""
    return tuple(sorted(k for k in one.keys() | other.keys() if one.get(k) != other.get(k)))


def verify(store: Store, name: str) -> Verification:
    """Recompute the hash of a release from its examples. Raises UnknownError when there is no such release."""
    return verification(store, release_named(store, name), frozen_examples(store, name))


def verification(store: Store, recorded: Release, rows: Sequence[ReleaseExample]) -> Verification:
    """Compare the examples of a release with its recorded hash."""
    erased = tuple(r.example_id for r in rows if is_tombstone(r.content))
    differing = [r for r in rows if not is_tombstone(r.content) and digest(r.content) != r.content_hash]
    emptied = erased_rows(store).of(KEYS[ReleaseExample][0]) if differing else {}
    renamed = tuple(r.example_id for r in differing if r.id in emptied)
    damaged = tuple(r.example_id for r in differing if r.id not in emptied)
    recomputed = hash_of_digests(r.content_hash for r in rows)
    if recomputed != recorded.content_hash:
        gone = erased or renamed
        early = "" if gone else early_release_hash(r.content for r in rows)
        recomputed = early if gone or early == recorded.content_hash else recomputed
    whole = recomputed in (recorded.content_hash, "") and len(rows) == recorded.size
    return Verification(
        release=recorded.name,
        holds=whole and not damaged,
        recorded=recorded.content_hash,
        recomputed=recomputed,
        damaged=damaged,
        erased=erased,
        renamed=renamed,
    )
