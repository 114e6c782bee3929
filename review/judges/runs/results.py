"""The results of a run as a verdict table: the columns of ``spotcheck verdicts import``, and the cost of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.csv_safe import csv_text
from review.exchange.items import write_table
from review.judges.protocol.protocol import NOT_ASKED
from review.judges.runs.events import run_named
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from storage.records_judges import JudgeResult
from storage.records_weeks import Item
from storage.store import Store

COLUMNS = (
    *("item", "judge", "version", "dimension", "label", "score", "rationale", "raw", "error", "latency_ms", "cost"),
)


def result_rows(store: Store, run_id: str) -> list[dict[str, Any]]:
    """Return one row for each subject and dimension that applies, in order of arrival, with hidden spans hidden."""
    run = run_named(store, run_id)
    results = [r for r in store.find(JudgeResult, run_id=run.id) if r.error != NOT_ASKED]
    is_file = run.target["kind"] == "file"
    items = {} if is_file else {i.id: i for i in store.find(Item, id=sorted({r.subject for r in results}))}
    spans = spans_by_conversation(store, sorted({i.conversation_id for i in items.values()}))
    key = hmac_key(store) if spans else b""
    rows = []
    for r in results:
        row = {c: getattr(r, c) for c in ("dimension", "score", "rationale", "raw", "error", "latency_ms", "cost")}
        row |= {"item": r.subject, "judge": run.judge, "version": run.version, "label": r.value}
        hidden = spans.get(items[r.subject].conversation_id, []) if r.subject in items else []
        rows.append(without(row, hidden, key) if hidden else row)
    return rows


def written_results(store: Store, run_id: str, *, by: str) -> str:
    """Return the results of a run as CSV that is safe in a spreadsheet. Raises Refused without the role adjudicator."""
    require(store, by, "adjudicator")
    rows = result_rows(store, run_id)
    chain.record(store, by, "export verdicts", f"{run_id}.csv", run=run_id, rows=len(rows))
    return csv_text(COLUMNS, rows)


def write_results(store: Store, run_id: str, target: Path, *, by: str, force: bool = False) -> int:
    """Write the results of a run as CSV, JSON Lines or Parquet, by the ending of ``target``; return the row count.

    Raises Refused without the role adjudicator, or when ``target`` exists and ``force`` is not set.
    """
    require(store, by, "adjudicator")
    rows = result_rows(store, run_id)
    write_table(target, COLUMNS, rows, force=force)
    chain.record(store, by, "export verdicts", target.name, run=run_id, rows=len(rows))
    return len(rows)
