"""Export of judges' verdicts: ``item,judge,version,dimension,label,score,rationale,raw,error``."""

from __future__ import annotations

from pathlib import Path

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.errors import NothingToDo
from review.exchange.items import names_of, write_table
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.queries.verdicts import verdicts_on
from storage.records_weeks import Item
from storage.store import Store

COLUMNS = ("item", "judge", "version", "dimension", "label", "score", "rationale", "raw", "error")


def export_verdicts(store: Store, target: Path, *, by: str, force: bool = False) -> int:
    """Write every verdict as CSV, JSON Lines or Parquet, by the ending of ``target``. Returns the number of rows.

    "No verdict" is an empty label with its raw text and error beside it; an import reads it as "no verdict" again.
    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given, NothingToDo when
    there is no verdict.
    """
    require(store, by, "adjudicator")
    verdicts = verdicts_on(store)
    if not verdicts:
        raise NothingToDo("the store holds no verdicts yet; there is nothing to export.")
    where = {i.id: i.conversation_id for i in store.find(Item, id=sorted({v.item_id for v in verdicts}))}
    spans = spans_by_conversation(store, list(where.values()))
    key = hmac_key(store) if spans else b""
    shown = names_of(store, where)
    rows = [
        without(
            {
                **{c: getattr(v, c) for c in ("judge", "version", "dimension", "score", "rationale", "raw", "error")},
                "item": shown[v.item_id],
                "label": v.value,
            },
            spans.get(where[v.item_id], []),
            key,
        )
        for v in verdicts
    ]
    # If the file cannot be written, the audit entry is taken back too.
    with store.transaction():
        chain.record(store, by, "export verdicts", target.name, rows=len(rows))
        write_table(target, COLUMNS, rows, force=force)
    return len(rows)
