"""The rows of an export: each frozen example with its provenance and the verdicts on its item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import orjson

from review.audit.store_secrets import hmac_key
from review.basics.errors import Refused
from review.current.settled import canonical_value
from review.golden.judge_cards import JudgeCard, judge_cards
from review.golden.reader import check_frozen
from review.golden.releases import frozen_examples, release_named, releases, verification
from review.golden.tombstones import is_tombstone
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.queries.verdicts import verdicts_on
from storage.records_golden import FrozenExample, Release, ReleaseExample
from storage.records_review import HiddenSpan, Verdict
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class ReleaseInfo:
    """What an export says about its release; ``version`` is its ordinal number among the store's releases.

    ``hidden_since`` counts examples in which a span was hidden after the release: their text is not what was hashed.
    ``erased`` names its examples whose content was erased: they are not in the export.
    ``judges`` are the cards of the judges that were compared with its labels.
    """

    name: str
    version: int
    content_hash: str
    size: int
    at: str
    notes: str = ""
    hidden_since: int = 0
    erased: tuple[str, ...] = ()
    judges: tuple[JudgeCard, ...] = ()


class Carried(TypedDict):
    """What each row adds to the content of its example: release, votes, how it was drawn, where it comes from.

    ``agreement`` is explained at :func:`agreement`. Hand-picked and written examples have no inclusion probability.
    """

    release: str
    release_version: int
    content_hash: str
    rubric_version: int
    n_votes: int
    agreement: float | None
    adjudicated: bool
    inclusion_probability: float | None
    stratum: str | None
    source_system: str
    source_conversation: str
    redacted: bool


class JudgeVerdict(TypedDict):
    """One judge's verdict on the item of an example; ``value`` None is "no verdict"."""

    judge: str
    version: str
    dimension: str
    value: str | None
    score: float | None
    rationale: str
    error: str


@dataclass(frozen=True)
class Exported:
    """One example of an export."""

    content: FrozenExample
    carried: Carried
    verdicts: tuple[JudgeVerdict, ...] = ()


def exported(store: Store, release: str) -> tuple[list[Exported], ReleaseInfo]:
    """Return the examples of a release for any writer, without spans that were hidden after it.

    Raises UnknownError when there is no such release, Refused when it does not match its hash.
    """
    recorded, rows = release_named(store, release), frozen_examples(store, release)
    check = verification(store, recorded, rows)
    if not check.holds:
        raise Refused(
            f"release '{release}' has changed since it was made: its hash was {check.recorded[:12]} and is now "
            f"{check.recomputed[:12]}. The store was changed from outside. Restore a backup."
        )
    rows = [check_frozen(row) for row in rows if not is_tombstone(row.content)]
    version = [r.name for r in releases(store)].index(recorded.name) + 1
    spans = spans_by_conversation(store, [r.content["conversation_id"] for r in rows])
    key = hmac_key(store) if spans else b""
    verdicts = _verdicts_by_item(store, rows)
    found = [
        _exported(
            row.content,
            recorded,
            version,
            spans=spans.get(row.content["conversation_id"], []),
            key=key,
            verdicts=verdicts.get(row.content["item_id"], []),
            partial=bool(check.erased),
        )
        for row in rows
    ]
    info = ReleaseInfo(
        name=recorded.name,
        version=version,
        content_hash=recorded.content_hash,
        size=recorded.size,
        at=recorded.at,
        notes=recorded.notes,
        judges=tuple(judge_cards(store, [row.content for row in rows])),
        erased=check.erased,
        hidden_since=sum(e.content != row.content for e, row in zip(found, rows, strict=True)),
    )
    return found, info


def _verdicts_by_item(store: Store, rows: Iterable[ReleaseExample]) -> dict[str, list[JudgeVerdict]]:
    found: dict[str, list[JudgeVerdict]] = {}
    for v in verdicts_on(store, {r.content["item_id"] for r in rows if r.content["item_id"]}):
        found.setdefault(v.item_id, []).append(_verdict(v))
    return found


def _exported(
    content: FrozenExample,
    recorded: Release,
    version: int,
    *,
    spans: Sequence[HiddenSpan],
    key: bytes,
    verdicts: Sequence[JudgeVerdict],
    partial: bool,
) -> Exported:
    if spans:
        content, verdicts = without(content, spans, key), without(verdicts, spans, key)
    redacted = partial or bool(spans) or bool(content["origin"]["redacted"])
    return Exported(content, carried(content, recorded, version, redacted=redacted), tuple(verdicts))


def carried(content: FrozenExample, release: Release, version: int, *, redacted: bool) -> Carried:
    """Return what each row says about its example: its release, how it was judged and drawn, where it comes from."""
    votes = content["votes"]
    return {
        "release": release.name,
        "release_version": version,
        "content_hash": release.content_hash,
        "rubric_version": content["rubric_version"],
        "n_votes": len(votes),
        "agreement": agreement([v["labels"] for v in votes]),
        "adjudicated": content["rule"] == "adjudicated",
        "inclusion_probability": votes[0]["probability"] if votes else None,
        "stratum": votes[0]["stratum"] if votes else None,
        "source_system": content["origin"]["system"],
        "source_conversation": content["origin"]["conversation"],
        "redacted": redacted,
    }


def agreement(votes: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the share of pairs of raters that agree on an item, averaged over dimensions with two or more votes.

    None when no dimension has two votes.
    """
    shares = []
    for dimension in sorted({d for labels in votes for d in labels}):
        counts = Counter(canonical_value(labels[dimension]) for labels in votes if dimension in labels)
        n = sum(counts.values())
        if n > 1:
            shares.append(sum(c * (c - 1) for c in counts.values()) / (n * (n - 1)))
    return sum(shares) / len(shares) if shares else None


def _verdict(v: Verdict) -> JudgeVerdict:
    return {
        "judge": v.judge,
        "version": v.version,
        "dimension": v.dimension,
        "value": v.value,
        "score": v.score,
        "rationale": v.rationale,
        "error": v.error,
    }


PLAIN = (
    *("example_id", "item_id", "question", "prior_turns", "context", "answer", "expected_answer", "expected_behaviour"),
    *("reference_sql", "expected_result", "as_of", "snapshot", "required", "tags", "scenario", "kind", "source"),
    *("split", "must_pass", "rule", "adjudicator"),
)
"""The first columns of a table of examples; labels and ``Carried`` follow."""


def picked(content: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return the named fields of an example, in this order."""
    return {name: content[name] for name in names}


def labels_flat(labels: Mapping[str, Any], dimensions: Sequence[str]) -> dict[str, str | None]:
    """Return one column ``label_NAME`` per dimension; a set is written ``a|b``, as in a label file."""
    row: dict[str, str | None] = {}
    for d in dimensions:
        value = labels.get(d)
        row[f"label_{d}"] = "|".join(value) if isinstance(value, list | tuple) else value
    return row


def dimensions_of(examples: Sequence[Exported]) -> list[str]:
    """Return every dimension in which an example or a vote has a label, sorted."""
    votes = (v["labels"] for e in examples for v in e.content["votes"])
    return sorted({d for e in examples for d in e.content["labels"]} | {d for labels in votes for d in labels})


def table_rows(examples: Sequence[Exported]) -> list[dict[str, Any]]:
    """Return flat rows for tables, all with the same columns; expected result and votes are JSON text."""
    dimensions = dimensions_of(examples)
    return [
        {
            **picked(e.content, PLAIN),
            "expected_result": _json_text(e.content["expected_result"]),
            **labels_flat(e.content["labels"], dimensions),
            "votes": _json_text(e.content["votes"]),
            **e.carried,
        }
        for e in examples
    ]


def _json_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
