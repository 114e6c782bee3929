"""How much of each kind of personal data masking finds in the list of this project, and what it finds by mistake."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import orjson

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from review.privacy.masking import mask_text  # noqa: E402 - the source tree comes first
from review.privacy.recognisers import recognisers  # noqa: E402

LIST = ROOT / "tests" / "data" / "personal_data" / "by_kind.jsonl"
NONE = "none"
"""The group of texts without any personal data."""


class Recall(NamedTuple):
    """What was found: by group of the list, (found whole, in the texts); the rest found; the texts without any."""

    by_group: dict[str, tuple[int, int]]
    wrong: list[tuple[str, list[str]]]
    without: int


def measured(rows: list[dict[str, Any]] | None = None, *, names: str = "") -> Recall:
    """Mask every text of the list as its row asks, and count."""
    found, there, wrong = Counter[str](), Counter[str](), []
    listed = [orjson.loads(line) for line in LIST.read_bytes().splitlines()] if rows is None else rows
    for row in listed:
        wanted = recognisers(
            countries=row.get("countries", ()), street_addresses=row.get("addresses", False), names=names
        )
        hits = [[s.kind, row["text"][s.start : s.end]] for s in mask_text(row["text"], wanted)[1]]
        found[row["group"]] += sum(one in hits for one in row["found"])
        there[row["group"]] += len(row["found"])
        wrong += [(row["text"], one) for one in hits if one not in row["found"]]
    by_group = {group: (found[group], n) for group, n in there.items() if group != NONE}
    return Recall(by_group, wrong, sum(row["group"] == NONE for row in listed))


def table(recall: Recall) -> str:
    """Return the recall of each kind as a table in Markdown."""
    lines = ["| kind | found | needs |", "| --- | --- | --- |"]
    lines += [f"| {group} | {n} of {of} | {NEEDS.get(group, '')} |" for group, (n, of) in recall.by_group.items()]
    return "\n".join(lines)


NEEDS = {
    "phone": '`countries = ["DE", ...]` for numbers without a country code',
    "street address": "`addresses = true`",
    "name": "`names = MODEL`",
}
"""The setting under [privacy] that some kinds need."""
