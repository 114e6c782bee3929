"""Export of people's labels to a file that can be imported again.

``rubric_version`` and ``late`` of each label are added to the columns of an import, in JSON Lines also the ``marks`` of
the submission: what the reviewer says is wrong in the answer, and what proves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError, NothingToDo
from review.basics.rating_tables import BESIDE
from review.basics.words import counted
from review.current.settled import annotations_of
from review.exchange.items import label_text, names_of, write_table
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without_words
from storage.queries.items import weeks_with_items
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.records_review import Annotation
from storage.records_weeks import Item
from storage.store import Store

COLUMNS = ("item", "rater", "dimension", "label", "at", "comment", "seconds", "rubric_version", "late")
WIDE = ("item", "dimension", "rubric_version")
"""The first columns of the wide form; a column for each rater follows."""


def export_labels(store: Store, target: Path, *, by: str, force: bool = False, wide: bool = False) -> int:
    """Write every label that counts as CSV, JSON Lines or Parquet, by the ending of ``target``. Returns the rows.

    ``wide`` writes one row for each item and dimension, with a column for each rater, without times and comments.

    A label given after its item was handed on is ``late``. The file may hold labels of several rubric versions; filter
    by ``rubric_version`` before computing on it. How long colleagues took is written for leads alone.
    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given, NothingToDo when
    there is no label.
    """
    lead = require(store, by, "adjudicator").may("lead")
    found = annotations_of(store, weeks_with_items(store))
    names = {r.id: r.name for r in store.find(Rater)}
    words = _words(store, found)
    shown = names_of(store, {n.item_id for n in found})
    rows = [
        {
            "item": shown[n.item_id],
            "rater": names[n.rater_id],
            "dimension": dimension,
            "label": label_text(value),
            "at": n.at,
            "comment": words[n.submission_id].comment,
            "seconds": n.seconds if lead or n.rater_id == by else None,
            "rubric_version": n.rubric_version,
            "late": n.late,
            "marks": list(words[n.submission_id].marks or ()),
        }
        for n in found
        for dimension, value in n.labels.items()
    ]
    if not rows:
        raise NothingToDo("the store holds no labels yet; there is nothing to export.")
    columns: tuple[str, ...] = (*COLUMNS, "marks") if target.suffix == ".jsonl" else COLUMNS
    if wide:
        columns, rows = _wide(rows)
    # If the file cannot be written, the audit entry is taken back too.
    with store.transaction():
        chain.record(store, by, "export labels", target.name, rows=len(rows))
        write_table(target, columns, rows, force=force)
    return len(rows)


def marks_left_out(store: Store, target: Path, *, wide: bool) -> str:
    """Return a sentence on the marks that an export to ``target`` does not hold; "" where there are none."""
    if target.suffix == ".jsonl" and not wide:
        return ""
    marked = sum(bool(n.marks) for n in annotations_of(store, weeks_with_items(store)))
    if not marked:
        return ""
    found = counted(marked, "submission")
    return f"{found} with marks: this file holds no marks. Export the long form as .jsonl for them."


def _wide(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return the columns and rows of the wide form. Raises InputError when a rater is called like another column."""
    raters = sorted({str(row["rater"]) for row in rows})
    clash = next((r for r in raters if r in BESIDE), None)
    if clash is not None:
        raise InputError(f"the rater '{clash}' is called like a column of the wide form. Export the long form.")
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[c] for c in WIDE)
        found.setdefault(key, dict(zip(WIDE, key, strict=True)))[row["rater"]] = row["label"]
    return (*WIDE, *raters), list(found.values())


def _words(store: Store, annotations: Sequence[Annotation]) -> dict[str, Annotation]:
    """Return the annotations by submission, without the hidden spans of their conversations in what people wrote."""
    where = {
        i.id: i.conversation_id for i in store.find(Item, id=[n.item_id for n in annotations if n.comment or n.marks])
    }
    spans = spans_by_conversation(store, list(where.values()))
    key = hmac_key(store) if spans else b""
    talks = {c.id: c for c in store.find(Conversation, id=list(spans))}
    return {
        n.submission_id: without_words(n, hidden, key, talks.get(place)) if hidden else n
        for n in annotations
        for place in [where.get(n.item_id, "")]
        for hidden in [spans.get(place, [])]
    }
