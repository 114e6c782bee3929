"""Logs with planted failures, for tests of the archive, the triage and what comes of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from review.sources.import_into import import_into
from review.sources.options import ImportOptions
from storage.store import Store

WEEK = "2026-W46"
NEXT = "2026-W47"
MESSAGES = {
    "column_not_found": "Code: 47. DB::Exception: Unknown expression identifier 'o.order_dt'. Maybe you meant: "
    "['order_date']. (UNKNOWN_IDENTIFIER)",
    "date_format": "Code: 53. DB::Exception: Cannot convert string '01.11.2026' to type DateTime. (TYPE_MISMATCH)",
    "table_not_found": "Table shop.orderz does not exist. (UNKNOWN_TABLE)",
}


def row(name: str, kind: str | None = None, *, week: str = WEEK, **more: Any) -> dict[str, Any]:
    """A record of a plain log; with ``kind`` a failed execution with the message of that kind."""
    day = f"2026-11-{9 + 7 * (int(week[-2:]) - 46):02}T09:00:00Z"
    failed = {"status": "error", "error_type": "DB::Exception", "error_message": MESSAGES[kind]} if kind else {}
    told = {"question": f"How many orders has shop {name}?", "answer": None if kind else "Seven."}
    return {"id": name, "created_at": day, "prompt_version": "v1", **told, **failed, **more}


def bring(store: Store, rows: Iterable[dict[str, Any]]) -> None:
    """Import records into the log of the store."""
    file = store.path.parent / "rows.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    import_into(store, file, ImportOptions(), by="lea")
