"""Export of people's labels to a file that can be imported again.

``rubric_version`` and ``late`` of each label are added to the columns of an import.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.errors import NothingToDo
from review.current.settled import annotations_of
from review.exchange.items import label_text, write_table
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.queries.items import weeks_with_items
from storage.records_people import Rater
from storage.records_review import Annotation, Item
from storage.store import Store

COLUMNS = ("item", "rater", "dimension", "label", "at", "comment", "rubric_version", "late")


def export_labels(store: Store, target: Path, *, by: str, force: bool = False) -> int:
    """Write every label that counts as CSV, JSON Lines or Parquet, by the ending of ``target``. Returns the rows.

    A label given after its item was handed on is ``late``. The file may hold labels of several rubric versions; filter
    by ``rubric_version`` before computing on it.
    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given, NothingToDo when
    there is no label.
    """
    require(store, by, "adjudicator")
    found = annotations_of(store, weeks_with_items(store))
    names = {r.id: r.name for r in store.find(Rater)}
    comments = _comments(store, found)
    rows = [
        {
            "item": n.item_id,
            "rater": names[n.rater_id],
            "dimension": dimension,
            "label": label_text(value),
            "at": n.at,
            "comment": comments[n.submission_id],
            "rubric_version": n.rubric_version,
            "late": n.late,
        }
        for n in found
        for dimension, value in n.labels.items()
    ]
    if not rows:
        raise NothingToDo("the store holds no labels yet; there is nothing to export.")
    # If the file cannot be written, the audit entry is taken back too.
    with store.transaction():
        chain.record(store, by, "export labels", target.name, rows=len(rows))
        write_table(target, COLUMNS, rows, force=force)
    return len(rows)


def _comments(store: Store, annotations: Sequence[Annotation]) -> dict[str, str]:
    """Return the comments by submission, without the hidden spans of their conversations."""
    where = {i.id: i.conversation_id for i in store.find(Item, id=[n.item_id for n in annotations if n.comment])}
    spans = spans_by_conversation(store, list(where.values()))
    key = hmac_key(store) if spans else b""
    return {
        n.submission_id: without(n.comment, spans.get(where[n.item_id], []), key) if n.comment else ""
        for n in annotations
    }
