"""What came with people who work together: discussions, messages, pairs, marks, calibration, known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.migrations.tables import create_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def m020_discussions(db: Database) -> None:
    """Add comments on reviewed items, and answers to the questions about the rubric that they raise."""
    create_table(
        db,
        "comments",
        dict.fromkeys(("id", "item_id", "rater_id", "text", "at", "dimension", "value"), str)
        | {"rubric_version": int, "unclear": int},
        "id",
        "item_id rater_id text at dimension value rubric_version unclear",
        foreign_keys=[("item_id", "items", "id"), ("rater_id", "raters", "id")],
    )
    db.table("comments").create_index(["item_id"])
    answers: dict[str, type] = dict.fromkeys(("id", "question", "answer", "at", "by"), str)
    create_table(db, "question_answers", answers, "id", "question answer at by")
    db.table("question_answers").create_index(["question"])


def m021_late_rows_are_counted(db: Database) -> None:
    """Add how many records of an import told something new of known conversations, and how many wait for one."""
    db.table("imports").add_column("updated", int)
    db.table("imports").add_column("waiting", int)


def m022_due_dates_change(db: Database) -> None:
    """Add the due dates that leads give to open weeks."""
    columns: dict[str, type] = dict.fromkeys(("id", "week", "due", "at", "by", "reason"), str)
    create_table(db, "due_changes", columns, "id", "week due at by reason", foreign_keys=[("week", "weeks", "name")])
    db.table("due_changes").create_index(["week"])


def m023_messages_are_sent(db: Database) -> None:
    """Add the log of the messages that people get about weeks."""
    columns: dict[str, type] = dict.fromkeys(("id", "week", "kind", "recipient", "state", "at", "by", "detail"), str)
    create_table(db, "notices", columns, "id", "week kind recipient state at by detail")
    db.table("notices").create_index(["week", "kind", "recipient"])


def m024_pairs(db: Database) -> None:
    """Add pairs of answers as items, and which answer each reviewer sees first. NULL: an item of another kind."""
    db.table("items").add_column("kind", str)
    db.table("assignments").add_column("sides", str)
    columns: dict[str, type] = dict.fromkeys(("item_id", "name_a", "name_b", "origin", "at", "by", "source_id"), str)
    required = "name_a name_b origin at by source_id"
    create_table(db, "pairs", columns, "item_id", required, foreign_keys=[("item_id", "items", "id")])


def m025_reviewers_mark_what_is_wrong(db: Database) -> None:
    """Add what a reviewer marked in an answer. NULL: nothing was marked, or it dates from before marks."""
    db.table("annotations").add_column("marks", str)


def m026_calibration_sessions(db: Database) -> None:
    """Add calibration sessions: their votes, when these became visible, what was decided, and the end."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    of_session = [("session_id", "calibration_sessions", "id")]
    of_item = [*of_session, ("item_id", "items", "id")]
    create_table(
        db,
        "calibration_sessions",
        made | dict.fromkeys(("week", "items", "raters"), str) | {"rubric_version": int},
        "id",
        "at by week items raters rubric_version",
    )
    create_table(
        db,
        "calibration_votes",
        made | dict.fromkeys(("session_id", "item_id", "rater_id", "labels", "comment"), str),
        "id",
        "at by session_id item_id rater_id labels comment",
        foreign_keys=[*of_item, ("rater_id", "raters", "id")],
    )
    pair: dict[str, type] = dict.fromkeys(("session_id", "item_id"), str)
    create_table(db, "calibration_reveals", made | pair, "id", "at by session_id item_id", foreign_keys=of_item)
    texts = ("labels", "rationale", "dimension", "value", "sentence", "kept", "example")
    create_table(
        db,
        "calibration_decisions",
        made | pair | dict.fromkeys(texts, str) | {"rubric_version": int, "adjudication_id": str},
        "id",
        f"at by session_id item_id {' '.join(texts)}",
        foreign_keys=of_item,
    )
    ends: dict[str, type] = dict.fromkeys(("session_id", "at", "by"), str)
    create_table(db, "calibration_ends", ends, "session_id", "at by", foreign_keys=of_session)
    for table in ("calibration_votes", "calibration_reveals", "calibration_decisions"):
        db.table(table).create_index(["session_id", "item_id"])
    db.table("calibration_reveals").create_index(["item_id"])
    db.table("calibration_sessions").create_index(["week"])


def m027_anchors(db: Database) -> None:
    """Add items with known answers, which are dealt among those of a week."""
    columns: dict[str, type] = dict.fromkeys(("item_id", "example_id", "original", "week", "at", "by"), str)
    foreign = [("item_id", "items", "id"), ("original", "items", "id")]
    create_table(db, "anchors", columns, "item_id", "example_id original week at by", foreign_keys=foreign)
    db.table("anchors").create_index(["week"])
    db.table("anchors").create_index(["original"])


STEPS = (
    m020_discussions,
    m021_late_rows_are_counted,
    m022_due_dates_change,
    m023_messages_are_sent,
    m024_pairs,
    m025_reviewers_mark_what_is_wrong,
    m026_calibration_sessions,
    m027_anchors,
)
