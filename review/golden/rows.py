"""A release as it leaves the house: each frozen example with what every exported row carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from review.audit.store_secrets import hmac_key
from review.basics.errors import Refused
from review.current.settled import canonical_value
from review.current.verdicts import verdicts_on
from review.golden.releases import frozen_examples, release_named, releases, verification
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.records_review import Verdict
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class ReleaseInfo:
    """What an export says about its release; ``version`` counts the store's releases from 1.

    ``hidden_since`` counts examples in which a span was hidden after the release: their text is not what was hashed.
    """

    name: str
    version: int
    content_hash: str
    size: int
    at: str
    notes: str = ""
    hidden_since: int = 0


@dataclass(frozen=True)
class Exported:
    """One example of an export: what was frozen, what each row carries about it, what judges said of its item."""

    content: Mapping[str, Any]
    carried: Mapping[str, Any]
    verdicts: tuple[Mapping[str, Any], ...] = ()


def exported(store: Store, release: str) -> tuple[list[Exported], ReleaseInfo]:
    """A release ready for any writer, without spans that were hidden since.

    Raises UnknownError when there is no such release, Refused when it does not fit its hash any more.
    """
    recorded, rows = release_named(store, release), frozen_examples(store, release)
    check = verification(recorded, rows)
    if not check.holds:
        raise Refused(
            f"release '{release}' is not what was released: recorded hash {check.recorded[:12]}, found "
            f"{check.recomputed[:12]}. The store was changed from outside; restore a backup."
        )
    version = [r.name for r in releases(store)].index(recorded.name) + 1
    spans = spans_by_conversation(store, [r.content["conversation_id"] for r in rows])
    key = hmac_key(store) if spans else b""
    verdicts: dict[str, list[Verdict]] = {}
    for v in verdicts_on(store, {r.content["item_id"] for r in rows if r.content["item_id"]}):
        verdicts.setdefault(v.item_id, []).append(v)
    found, hidden = [], 0
    for row in rows:
        mine = spans.get(row.content["conversation_id"], [])
        said = [_verdict(v) for v in verdicts.get(row.content["item_id"], [])]
        content = without(row.content, mine, key) if mine else row.content
        hidden += content != row.content
        about = {"release": recorded.name, "release_version": version, "content_hash": recorded.content_hash}
        masked = bool(mine) or bool(content["origin"]["redacted"])
        found.append(
            Exported(
                content,
                {**about, **carried(content), "redacted": masked},
                tuple(without(said, mine, key) if mine else said),
            )
        )
    info = ReleaseInfo(
        name=recorded.name,
        version=version,
        content_hash=recorded.content_hash,
        size=recorded.size,
        at=recorded.at,
        notes=recorded.notes,
        hidden_since=hidden,
    )
    return found, info


def carried(content: Mapping[str, Any]) -> dict[str, Any]:
    """What each row says about its example besides the release: how it was judged, drawn, and where it comes from."""
    votes = content["votes"]
    return {
        "rubric_version": content["rubric_version"],
        "n_votes": len(votes),
        "agreement": agreement([v["labels"] for v in votes]),
        "adjudicated": content["rule"] == "adjudicated",
        "inclusion_probability": votes[0]["probability"] if votes else None,
        "stratum": votes[0]["stratum"] if votes else None,
        "source_system": content["origin"]["system"],
        "source_conversation": content["origin"]["conversation"],
    }


def agreement(votes: Sequence[Mapping[str, Any]]) -> float | None:
    """The share of pairs of raters that agree on an item, averaged over the dimensions with two or more votes.

    None when no dimension has two votes: one vote agrees with nobody.
    """
    shares = []
    for dimension in sorted({d for labels in votes for d in labels}):
        counts = Counter(canonical_value(labels[dimension]) for labels in votes if dimension in labels)
        n = sum(counts.values())
        if n > 1:
            shares.append(sum(c * (c - 1) for c in counts.values()) / (n * (n - 1)))
    return sum(shares) / len(shares) if shares else None


def _verdict(v: Verdict) -> dict[str, Any]:
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
    *(
        "reference_sql",
        "expected_result",
        "as_of",
        "snapshot",
        "required",
        "tags",
        "scenario",
        "kind",
        "source",
        "split",
    ),
    *("must_pass", "rule", "adjudicator"),
)
"""The columns of a table of examples, before the labels and what each row carries."""


def labels_flat(labels: Mapping[str, Any], dimensions: Sequence[str]) -> dict[str, str | None]:
    """One column ``label_NAME`` per dimension; a set is written as in a label file, ``a|b``."""
    row: dict[str, str | None] = {}
    for d in dimensions:
        value = labels.get(d)
        row[f"label_{d}"] = "|".join(value) if isinstance(value, list | tuple) else value
    return row


def dimensions_of(examples: Sequence[Exported]) -> list[str]:
    """Every dimension that an example or a vote has, sorted."""
    votes = (v["labels"] for e in examples for v in e.content["votes"])
    return sorted({d for e in examples for d in e.content["labels"]} | {d for labels in votes for d in labels})


def table_rows(examples: Sequence[Exported]) -> list[dict[str, Any]]:
    """Flat rows for tables, all with the same columns; the expected result is JSON text."""
    dimensions = dimensions_of(examples)
    return [
        {
            **{k: e.content[k] for k in PLAIN},
            "expected_result": _json_text(e.content["expected_result"]),
            **labels_flat(e.content["labels"], dimensions),
            "votes": _json_text(e.content["votes"]),
            **e.carried,
        }
        for e in examples
    ]


def _json_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
