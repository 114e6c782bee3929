"""The tables of verdicts and of judges that run, and the proof that no row was changed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from storage.migrations.tables import create_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def m006_verdicts(db: Database) -> None:
    """Add verdicts of judges on items; a NULL value is "no verdict", never a label."""
    create_table(
        db,
        "verdicts",
        {"id": str, "item_id": str, "judge": str, "version": str, "dimension": str, "value": str, "at": str}
        | {"score": float, "rationale": str, "raw": str, "error": str, "latency_ms": float, "cost": float},
        "id",
        "item_id judge version dimension at rationale raw error",
        foreign_keys=[("item_id", "items", "id")],
    )
    db.table("verdicts").create_index(["item_id"])
    db.table("verdicts").create_index(["judge", "dimension"])


def m007_judges_that_run(db: Database) -> None:
    """Add versions of judges, their runs, calls and results, and what checks found on import.

    In older rows ``verdicts.run_id`` is NULL (log or file), and ``conversations.checks`` is empty (no check ran).
    """
    made = {"at": str, "by": str}
    create_table(
        db,
        "judges",
        {"id": str, "name": str, "version": str, "kind": str, "dimensions": str, "spec": str, "content_hash": str}
        | {"rubric_version": int, **made, "note": str},
        "id",
        "name version kind dimensions spec content_hash rubric_version at by note",
    )
    create_table(db, "training_sets", {"id": str, "content": str, **made}, "id", "content at by")
    create_table(
        db,
        "judge_runs",
        {"id": str, "judge": str, "version": str, "target": str, "subjects": int, "options": str, **made},
        "id",
        "judge version target subjects options at by",
    )
    of_run = [("run_id", "judge_runs", "id")]
    create_table(
        db,
        "run_events",
        {"id": str, "run_id": str, "event": str, **made, "detail": str},
        "id",
        "run_id event at by detail",
        foreign_keys=of_run,
    )
    create_table(
        db,
        "judge_calls",
        {"id": str, "run_id": str, "subject": str, "key": str, "attempt": int, "at": str, "host": str, "model": str}
        | {"status": int, "error": str, "latency_ms": float, "tokens_in": int, "tokens_out": int, "cost": float}
        | {"reply": str},
        "id",
        "run_id subject key attempt at host model error latency_ms reply",
        foreign_keys=of_run,
    )
    create_table(
        db,
        "judge_results",
        {"id": str, "run_id": str, "subject": str, "dimension": str, "value": str, "at": str, "score": float}
        | {"rationale": str, "raw": str, "error": str, "latency_ms": float, "cost": float, "cached": int, "votes": str},
        "id",
        "run_id subject dimension at rationale raw error cached votes",
        foreign_keys=of_run,
    )
    create_table(
        db,
        "test_looks",
        {"id": str, "judge": str, "version": str, "weeks": str, **made},
        "id",
        "judge version weeks at by",
    )
    for table in ("run_events", "judge_calls", "judge_results"):
        db.table(table).create_index(["run_id"])
    db.table("judge_calls").create_index(["key"])
    db.table("judges").create_index(["name"])
    db.table("verdicts").add_column("run_id", str)
    db.table("conversations").add_column("checks", str, not_null_default="{}")


def m008_flags_name_the_span_they_hide(db: Database) -> None:
    """Let a withdrawn flag show its span again. NULL: the flag hides no span, or dates from before withdrawals."""
    db.table("flags").add_column("span", str)


def m009_the_store_has_its_key(db: Database) -> None:
    """Add the store's key for hashes of identities and its short name, where an older store has not made them yet."""
    for name, value in (("hmac_key", secrets.token_hex(32)), ("store_id", secrets.token_hex(6))):
        db.execute("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", [name, value])


def m010_the_chain_covers_every_row(db: Database) -> None:
    """Add the digests of rows that entries of the audit chain cover. Older entries have none; signing begins later."""
    db.execute(
        'CREATE TABLE audit_rows ("table" TEXT NOT NULL, entry INTEGER NOT NULL, position INTEGER NOT NULL, '
        'key TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY ("table", entry, position)) STRICT, WITHOUT ROWID'
    )


def m011_indexes_for_many_weeks(db: Database) -> None:
    """Let pages read the rows of their week alone, and searches of the audit chain the entries they ask for."""
    db.table("items").create_index(["week", "id"])
    db.table("annotations").create_index(["item_id", "rater_id", "rubric_version"])
    db.table("audit").create_index(["action"])
    db.table("audit").create_index(["actor"])
    db.table("audit").create_index(["at"])


STEPS = (
    m006_verdicts,
    m007_judges_that_run,
    m008_flags_name_the_span_they_hide,
    m009_the_store_has_its_key,
    m010_the_chain_covers_every_row,
    m011_indexes_for_many_weeks,
)
