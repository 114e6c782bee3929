"""What arrives later about conversations of the log: feedback, tags, scores and errors.

It stands in rows of its own, ``<logs>/<import id>/late/0001.parquet``, and is joined when the log is read: the rows of
conversations never change. A row may come before its conversation, and waits for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.basics.log_paths import literal_path
from review.basics.sql_literals import sql_literal
from review.log.facts import Facts, together
from review.log.replaced import visible

FOLDER = "late"
BATCH_ROWS = 15_000

_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "week", "imported_at", "import_id", "content_hash")),
        ("number", pa.int64()),
        *((name, pa.string()) for name in ("feedback", "status", "error_type", "error_message", "verdicts")),
        ("judges_disagree", pa.bool_()),
        *((name, pa.string()) for name in ("tags", "lists", "said_at")),
    ]
)


def late_files(logs: Path) -> list[Path]:
    """Return the files of late rows in the folder of a log, those of finished imports, sorted."""
    found = visible(logs, f"*/{FOLDER}/*.parquet")
    return sorted(path for path in found if not path.parent.parent.name.startswith("."))


def listed(files: Sequence[Path]) -> str:
    """Return SQL for DuckDB that reads some Parquet files."""
    names = ", ".join(sql_literal(literal_path(path)) for path in files)
    return f"read_parquet([{names}], union_by_name = true)"


def _said(files: Sequence[Path]) -> str:
    """Return SQL for late rows; ``said_at`` is when they were said, which files of earlier versions lack."""
    return f"(SELECT CAST(NULL AS VARCHAR) AS said_at WHERE false UNION ALL BY NAME SELECT * FROM {listed(files)})"  # noqa: S608 - paths of our own


_ARRIVAL = "ORDER BY imported_at, number"
_ORDER = "ORDER BY coalesce(said_at, imported_at), imported_at, number"
"""What was said last comes last; what has no time was said when it arrived."""


def with_late(relation: str, files: Sequence[Path], *, columns: Collection[str], until: str | None = None) -> str:
    """Return a relation of the log with what arrived later in its columns, up to the moment ``until``."""
    if not files:
        return relation
    order = _ORDER
    # Whether judges disagree was found of all that had arrived, so the last row to arrive says it.
    orders = {**dict.fromkeys(("feedback", "error_type", "error_message"), order), "judges_disagree": _ARRIVAL}
    last = ", ".join(f"last({name} {by}) FILTER (WHERE {name} IS NOT NULL) AS {name}" for name, by in orders.items())
    upto = "" if until is None else f"WHERE imported_at <= {sql_literal(until)}"
    merged = (
        f"list_reduce(list(verdicts {order}) FILTER (WHERE verdicts IS NOT NULL), "
        "lambda a, b: json_merge_patch(a, b)) AS verdicts"
    )
    late = f"(SELECT id, {last}, max(status) AS status, {merged} FROM {_said(files)} {upto} GROUP BY id)"  # noqa: S608 - names and paths of our own
    given = {
        "feedback": "coalesce(late.feedback, entry.feedback)",
        "status": "coalesce(late.status, entry.status)",
        **{
            name: f"CASE WHEN entry.status = 'error' THEN entry.{name} ELSE coalesce(late.{name}, entry.{name}) END"
            for name in ("error_type", "error_message")
        },
        "verdicts": "CASE WHEN late.verdicts IS NULL THEN entry.verdicts "
        "ELSE CAST(json_merge_patch(entry.verdicts, late.verdicts) AS VARCHAR) END",
        "judges_disagree": "coalesce(late.judges_disagree, entry.judges_disagree)",
    }
    replaced = ", ".join(f"{words} AS {name}" for name, words in given.items() if name in columns)
    joined = f"{relation} AS entry LEFT JOIN {late} AS late ON late.id = entry.id"
    return f"(SELECT entry.* REPLACE ({replaced}) FROM {joined})"  # noqa: S608 - names and paths of our own


def late_facts(files: Sequence[Path], ids: Sequence[str]) -> dict[str, Facts]:
    """Return what arrived later about some conversations; ``at`` is when the last of it was said or arrived."""
    found: dict[str, Facts] = {}
    if not files or not ids:
        return found
    names = ("id", "feedback", "status", "error_type", "error_message", "tags", "verdicts", "lists")
    sql = (
        f"SELECT {', '.join(names)}, coalesce(said_at, imported_at) FROM {_said(files)} WHERE id IN (SELECT unnest(?)) "  # noqa: S608 - names and paths of our own
        f"{_ARRIVAL}"
    )
    with in_memory() as db:
        rows = db.execute(sql, [list(ids)]).fetchall()
    for id_, feedback, status, error_type, error_message, tags, verdicts, lists, moment in rows:
        one = Facts(
            feedback=feedback,
            status=status,
            error_type=error_type,
            error_message=error_message,
            tags=tuple(orjson.loads(tags)) if tags else (),
            verdicts=orjson.loads(verdicts) if verdicts else {},
            lists=orjson.loads(lists) if lists else {},
            at=moment,
        )
        found[id_] = together(found[id_], one) if id_ in found else one
    return found


@dataclass(frozen=True, kw_only=True)
class LateRow:
    """One late row. ``week`` is that of its conversation, None while that is not in the log."""

    id: str
    week: str | None
    content_hash: str
    facts: Facts
    judges_disagree: bool | None


def write_late(folder: Path, rows: Iterable[LateRow], *, import_id: str, at: str) -> None:
    """Write late rows into the folder of an import; without any there is no folder."""
    batch: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        batch.append(_cells(row, number, import_id, at))
        if len(batch) == BATCH_ROWS:
            _write(folder, batch, number)
            batch = []
    if batch:
        _write(folder, batch, batch[-1]["number"])


def _write(folder: Path, batch: list[dict[str, Any]], number: int) -> None:
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(batch, _SCHEMA), folder / f"{number:08d}.parquet", compression="zstd")


def _cells(row: LateRow, number: int, import_id: str, at: str) -> dict[str, Any]:
    facts = row.facts
    return {
        "id": row.id,
        "week": row.week,
        "imported_at": at,
        "import_id": import_id,
        "content_hash": row.content_hash,
        "number": number,
        "feedback": facts.feedback,
        "status": facts.status,
        "error_type": facts.error_type,
        "error_message": facts.error_message,
        "verdicts": _json(facts.verdicts),
        "judges_disagree": row.judges_disagree,
        "tags": _json(list(facts.tags)),
        "lists": _json(facts.lists),
        "said_at": facts.at,
    }


def _json(value: Any) -> str | None:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode() if value else None
