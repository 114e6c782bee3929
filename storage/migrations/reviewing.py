"""The tables of a weekly review: people, conversations, weeks, annotations, settled labels, golden examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.migrations.tables import create_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def m001_people_and_rubrics(db: Database) -> None:
    """Add people, their roles, versions of the rubric, settings of the store, and the audit chain."""
    create_table(db, "settings", {"name": str, "value": str}, "name", "value")
    create_table(
        db,
        "raters",
        {"id": str, "name": str, "created_at": str, "created_by": str, "issuer": str, "subject": str},
        "id",
        "name created_at created_by issuer subject",
    )
    create_table(
        db,
        "roles",
        {"id": str, "rater_id": str, "role": str, "at": str, "by": str, "scope": str},
        "id",
        "rater_id role at by scope",
        foreign_keys=[("rater_id", "raters", "id")],
    )
    create_table(
        db,
        "rubric_versions",
        {"version": int, "content_hash": str, "document": str, "at": str, "by": str, "note": str},
        "version",
        "content_hash document at by note",
    )
    create_table(
        db,
        "audit",
        {"sequence": int, "at": str, "actor": str, "action": str, "subject": str, "detail": str}
        | {"previous": str, "hash": str},
        "sequence",
        "at actor action subject detail previous hash",
    )
    db.table("raters").create_index(["name"])
    db.table("roles").create_index(["rater_id"])


def m002_conversations_and_imports(db: Database) -> None:
    """Add imports, the masked conversations that were drawn or hand-picked, and their hidden spans."""
    counts = dict.fromkeys(("read", "added", "duplicate", "changed", "rejected", "undated"), int)
    create_table(
        db,
        "imports",
        {"id": str, "at": str, "by": str, "file": str, "format": str, "source": str, **counts, "rejections": str},
        "id",
        "at by file format source read added duplicate changed rejected undated rejections",
    )
    texts = (
        "source source_id created_at week messages context steps sql result status error_type error_message model "
        "prompt_version variant user_id session_id feedback scenario language tags metadata verdicts content_hash"
    )
    create_table(
        db,
        "conversations",
        {"id": str, **dict.fromkeys(texts.split(), str)}
        | dict.fromkeys(("repair_rounds", "repaired", "low_confidence", "tokens_in", "tokens_out", "retries"), int)
        | {"confidence": float, "latency_ms": float, "cost": float, "redacted": int},
        "id",
        "source source_id week messages context steps status tags metadata verdicts content_hash redacted",
    )
    create_table(
        db,
        "hidden_spans",
        {"id": str, "conversation_id": str, "digest": str, "length": int, "token": str, "at": str, "by": str},
        "id",
        "conversation_id digest length token at by",
        foreign_keys=[("conversation_id", "conversations", "id")],
    )
    db.table("hidden_spans").create_index(["conversation_id"])


def m003_weeks_and_draws(db: Database) -> None:
    """Add weeks and their closings, draws from the sealed frame, groups with their probabilities, and items."""
    create_table(
        db,
        "weeks",
        {"name": str, "opened_at": str, "opened_by": str, "due": str, "seed": str, "unit": str, "overlap": float}
        | {"overlap_raters": int, "raters": str, "rubric_version": int, "minutes": float},
        "name",
        "opened_at opened_by due seed unit overlap overlap_raters raters rubric_version",
        foreign_keys=[("rubric_version", "rubric_versions", "version")],
    )
    create_table(
        db,
        "week_closings",
        {"week": str, "at": str, "by": str, "checklist": str, "reason": str},
        "week",
        "at by checklist reason",
        foreign_keys=[("week", "weeks", "name")],
    )
    create_table(
        db,
        "draws",
        {"id": str, "week": str, "at": str, "by": str, "source": str, "seed": str, "key_rule": str, "rate": float}
        | {"frame": str, "digest": str},
        "id",
        "week at by source seed key_rule rate frame digest",
        foreign_keys=[("week", "weeks", "name")],
    )
    create_table(
        db,
        "strata",
        {"id": str, "draw_id": str, "week": str, "name": str, "population": int, "sampled": int, "probability": float},
        "id",
        "draw_id week name population sampled probability",
        foreign_keys=[("draw_id", "draws", "id")],
    )
    create_table(
        db,
        "items",
        {"id": str, "conversation_id": str, "week": str, "at": str, "draw_id": str, "stratum": str, "purposive": int}
        | {"overlap": int, "target_turn": int, "reason": str},
        "id",
        "conversation_id week at purposive overlap reason",
        foreign_keys=[("conversation_id", "conversations", "id"), ("draw_id", "draws", "id")],
    )
    for table in ("draws", "strata", "items"):
        db.table(table).create_index(["week"])
    db.table("items").create_index(["conversation_id"])


def m004_annotations(db: Database) -> None:
    """Add assignments and what reviewers send: annotations, skips, withdrawals and flags. Rows are only added."""
    create_table(
        db,
        "assignments",
        {"id": str, "item_id": str, "rater_id": str, "week": str, "position": int, "rubric_version": int}
        | {"at": str, "by": str},
        "id",
        "item_id rater_id week position rubric_version at by",
        foreign_keys=[("item_id", "items", "id"), ("rater_id", "raters", "id")],
    )
    create_table(
        db,
        "reassignments",
        {"id": str, "assignment_id": str, "to_id": str, "at": str, "by": str, "reason": str},
        "id",
        "assignment_id at by reason",
        foreign_keys=[("assignment_id", "assignments", "id")],
    )
    said = {"submission_id": str, "assignment_id": str, "item_id": str, "rater_id": str}
    keys = [("assignment_id", "assignments", "id"), ("item_id", "items", "id"), ("rater_id", "raters", "id")]
    create_table(
        db,
        "annotations",
        {**said, "rubric_version": int, "labels": str, "at": str, "comment": str, "corrected_answer": str}
        | {"seconds": float, "supersedes": str, "revealed": int, "late": int},
        "submission_id",
        "assignment_id item_id rater_id rubric_version labels at comment corrected_answer revealed late",
        foreign_keys=keys,
    )
    create_table(
        db,
        "skips",
        {**said, "at": str, "reason": str},
        "submission_id",
        "assignment_id item_id rater_id at reason",
        foreign_keys=keys,
    )
    create_table(
        db,
        "withdrawals",
        {"submission_id": str, "withdraws": str, "rater_id": str, "at": str},
        "submission_id",
        "withdraws rater_id at",
        foreign_keys=[("rater_id", "raters", "id")],
    )
    create_table(
        db,
        "flags",
        {"submission_id": str, "item_id": str, "rater_id": str, "at": str, "kind": str, "comment": str},
        "submission_id",
        "item_id rater_id at kind comment",
        foreign_keys=keys[1:],
    )
    db.table("assignments").create_index(["rater_id", "week"])
    for table in ("assignments", "annotations", "skips", "flags"):
        db.table(table).create_index(["item_id"])
    db.table("annotations").create_index(["assignment_id"])
    db.table("skips").create_index(["assignment_id"])
    db.table("withdrawals").create_index(["withdraws"])
    db.table("reassignments").create_index(["assignment_id"])


def m005_settled_and_golden(db: Database) -> None:
    """Add adjudications, golden examples, and the releases, which never change."""
    create_table(
        db,
        "adjudications",
        {"id": str, "item_id": str, "rubric_version": int, "labels": str, "rationale": str, "adjudicator": str}
        | {"at": str, "reason": str, "corrected_answer": str, "reference_sql": str, "seen": str, "supersedes": str},
        "id",
        "item_id rubric_version labels rationale adjudicator at reason corrected_answer reference_sql seen",
        foreign_keys=[("item_id", "items", "id"), ("adjudicator", "raters", "id")],
    )
    create_table(
        db,
        "golden_examples",
        {"id": str, "example_id": str, "conversation_id": str, "item_id": str, "content": str, "labels": str}
        | {"votes": str, "rubric_version": int, "approved_by": str, "at": str, "source": str, "kind": str}
        | {"scenario": str, "split": str, "must_pass": int, "rule": str, "adjudication_id": str, "supersedes": str}
        | {"retired": int, "note": str},
        "id",
        "example_id conversation_id item_id content labels votes rubric_version approved_by at source kind scenario "
        "split must_pass rule retired note",
    )
    create_table(
        db,
        "releases",
        {"name": str, "content_hash": str, "size": int, "at": str, "by": str, "notes": str},
        "name",
        "content_hash size at by notes",
    )
    create_table(
        db,
        "release_examples",
        {"id": str, "release": str, "example_id": str, "content_hash": str, "content": str},
        "id",
        "release example_id content_hash content",
        foreign_keys=[("release", "releases", "name")],
    )
    db.table("adjudications").create_index(["item_id"])
    db.table("golden_examples").create_index(["example_id"])
    db.table("golden_examples").create_index(["item_id"])
    db.table("release_examples").create_index(["release"])


STEPS = (
    m001_people_and_rubrics,
    m002_conversations_and_imports,
    m003_weeks_and_draws,
    m004_annotations,
    m005_settled_and_golden,
)
