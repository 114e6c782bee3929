"""The cases of a run: the frozen examples of a release, from the store or from an exported file."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from review.audit.store_secrets import hmac_key
from review.basics.canonical import digest
from review.basics.errors import InputError, Refused
from review.experiments.values import Case, ToolCall, answer_digest
from review.golden.content import asked
from review.golden.reader import misfit
from review.golden.releases import early_release_hash, frozen_examples, release_hash, release_named, verification
from review.golden.tombstones import is_tombstone
from review.privacy.hidden_spans import conversations, spans_by_conversation, without
from storage.records_golden import FrozenExample, Release, ReleaseExample
from storage.records_weeks import Item
from storage.store import Store

DB = "db:"
"""A tag such as ``db:shop`` names the database of an example."""


@dataclass(frozen=True)
class ReleaseCases:
    """The cases of a release in order of their ids, and the hash of the release."""

    name: str
    digest: str
    cases: tuple[Case, ...]


def cases_of_release(store: Store, release: str) -> ReleaseCases:
    """Return the cases of a release of the store, without spans that were hidden after it.

    Raises UnknownError when there is no such release, Refused when it does not match its hash.
    """
    recorded, rows = unchanged(store, release)
    rows = [row for row in rows if not is_tombstone(row.content)]
    contents = [row.content for row in rows]
    spans = spans_by_conversation(store, [c["conversation_id"] for c in contents])
    key = hmac_key(store) if spans else b""
    queries = _queries(store, contents)
    cases = []
    for row, content in zip(rows, contents, strict=True):
        own = spans.get(content["conversation_id"])
        shown = without(content, own, key) if own else content
        cases.append(case_of(shown, content_hash=row.content_hash, sql=queries.get(content["item_id"])))
    return ReleaseCases(recorded.name, recorded.content_hash, tuple(cases))


def unchanged(store: Store, release: str) -> tuple[Release, list[ReleaseExample]]:
    """Return a release and its examples as they were hashed. Raises as :func:`cases_of_release` does."""
    recorded, rows = release_named(store, release), frozen_examples(store, release)
    check = verification(store, recorded, rows)
    if not check.holds:
        raise Refused(
            f"release '{release}' has changed since it was made: its hash was {check.recorded[:12]} and is now "
            f"{check.recomputed[:12]}. A release cannot change, so the store was changed from outside. "
            "Restore a backup."
        )
    return recorded, rows


def _queries(store: Store, contents: Sequence[FrozenExample]) -> dict[str, str | None]:
    """Return the SQL behind each reviewed answer, by item."""
    items = store.find(Item, id=[c["item_id"] for c in contents if c["item_id"]])
    found = conversations(store, [i.conversation_id for i in items])
    return {i.id: asked(found[i.conversation_id], i).sql for i in items if i.conversation_id in found}


def case_of(content: Mapping[str, Any], *, content_hash: str = "", sql: str | None = None) -> Case:
    """Return a frozen example as a case; ``sql`` is the query behind its reviewed answer."""
    reviewed = str(content.get("answer") or "")
    return Case(
        id=content["example_id"],
        question=content["question"],
        messages=tuple(content["prior_turns"]),
        context=tuple(content["context"]),
        as_of=content["as_of"] or None,
        db=next((t.removeprefix(DB) for t in content["tags"] if t.startswith(DB)), None),
        expected_answer=content["expected_answer"] or None,
        expected_behaviour=content["expected_behaviour"] or None,
        references=(content["reference_sql"],) if content["reference_sql"] else (),
        expected_result=content["expected_result"],
        required=tuple(content["required"]),
        expected_tools=tuple(ToolCall(t["name"], t.get("arguments")) for t in content.get("expected_tools") or ()),
        labels=content["labels"],
        kind=content["kind"] or None,
        scenario=content["scenario"] or None,
        tags=tuple(content["tags"]),
        must_pass=content["must_pass"],
        split=content["split"],
        source=content["origin"]["conversation"] or content["conversation_id"] or None,
        digest=content_hash or digest(content),
        answer_digest=answer_digest(reviewed, sql) if reviewed else "",
    )


def cases_of_file(path: Path) -> ReleaseCases:
    """Return the cases of a release that was exported as JSON Lines.

    Raises InputError that names the line of an example that cannot be read or stands there twice, or when the examples
    do not match the hash that they carry: a release never changes, so the file was edited.
    """
    rows = _rows(path)
    names = (*FrozenExample.__required_keys__, *FrozenExample.__optional_keys__)
    contents = [{name: row[name] for name in names if name in row} for row in rows]
    found = release_hash(contents)
    early = early_release_hash(contents)
    hashes = {str(row["content_hash"]) for row in rows if row.get("content_hash")}
    if hashes and hashes not in ({found}, {early}) and not any(row.get("redacted") for row in rows):
        raise InputError(
            f"{path}: the examples do not match the hash of their release ({min(hashes)[:12]}). A release never "
            "changes, so the file was edited. Export it again."
        )
    release = str(rows[0].get("release") or path.stem)
    whole = next(iter(hashes)) if len(hashes) == 1 else found
    return ReleaseCases(release, whole, tuple(case_of(c) for c in sorted(contents, key=lambda c: str(c["example_id"]))))


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}). Check the path.") from None
    rows: list[dict[str, Any]] = []
    first: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: found no whole JSON object ({error}).") from None
        wrong = misfit(row, FrozenExample)
        if wrong is not None:
            raise InputError(
                f"{path}, line {number}{wrong.path}: found {wrong.found}, expected {wrong.expected}. "
                "Export the release as jsonl."
            )
        if first.setdefault(row["example_id"], number) != number:
            expected = f"each example once (line {first[row['example_id']]} has it too)"
            raise InputError.at(str(path), number, column="example_id", found=row["example_id"], expected=expected)
        rows.append(row)
    if not rows:
        raise InputError(f"{path}: the file holds no example. Export the release as jsonl.")
    return rows
