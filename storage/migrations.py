"""The schema of the store, as an append-only list of small named functions. Never edit an old one; add one at the end.

Each function runs in one transaction together with the record that it ran, so a failing one leaves nothing behind.
Tables are strict: SQLite checks the types. A migration that adds a column says what NULL means in older rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlite_utils import Database
from sqlite_utils.db import ForeignKey
from sqlite_utils.migrations import Migrations

migrations = Migrations("spotcheck")


def _create(
    db: Database,
    table: str,
    columns: dict[str, type],
    pk: str,
    required: str,
    *,
    foreign_keys: Sequence[tuple[str, str, str]] = (),
) -> None:
    keys = [ForeignKey(table, *key) for key in foreign_keys]
    db.table(table).create(columns, pk=pk, not_null=required.split(), foreign_keys=keys, strict=True)


@migrations()
def m001_people_and_rubrics(db: Database) -> None:
    """Add people, their roles, versions of the rubric, settings of the store, and the audit chain."""
    _create(db, "settings", {"name": str, "value": str}, "name", "value")
    _create(
        db,
        "raters",
        {"id": str, "name": str, "created_at": str, "created_by": str, "issuer": str, "subject": str},
        "id",
        "name created_at created_by issuer subject",
    )
    _create(
        db,
        "roles",
        {"id": str, "rater_id": str, "role": str, "at": str, "by": str, "scope": str},
        "id",
        "rater_id role at by scope",
        foreign_keys=[("rater_id", "raters", "id")],
    )
    _create(
        db,
        "rubric_versions",
        {"version": int, "content_hash": str, "document": str, "at": str, "by": str, "note": str},
        "version",
        "content_hash document at by note",
    )
    _create(
        db,
        "audit",
        {"sequence": int, "at": str, "actor": str, "action": str, "subject": str, "detail": str}
        | {"previous": str, "hash": str},
        "sequence",
        "at actor action subject detail previous hash",
    )
    db.table("raters").create_index(["name"])
    db.table("roles").create_index(["rater_id"])


@migrations()
def m002_conversations_and_imports(db: Database) -> None:
    """Add imports, the masked conversations that were drawn or hand-picked, and their hidden spans."""
    counts = dict.fromkeys(("read", "added", "duplicate", "changed", "rejected", "undated"), int)
    _create(
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
    _create(
        db,
        "conversations",
        {"id": str, **dict.fromkeys(texts.split(), str)}
        | dict.fromkeys(("repair_rounds", "repaired", "low_confidence", "tokens_in", "tokens_out", "retries"), int)
        | {"confidence": float, "latency_ms": float, "cost": float, "redacted": int},
        "id",
        "source source_id week messages context steps status tags metadata verdicts content_hash redacted",
    )
    _create(
        db,
        "hidden_spans",
        {"id": str, "conversation_id": str, "digest": str, "length": int, "token": str, "at": str, "by": str},
        "id",
        "conversation_id digest length token at by",
        foreign_keys=[("conversation_id", "conversations", "id")],
    )
    db.table("hidden_spans").create_index(["conversation_id"])


@migrations()
def m003_weeks_and_draws(db: Database) -> None:
    """Add weeks and their closings, draws from the sealed frame, groups with their probabilities, and items."""
    _create(
        db,
        "weeks",
        {"name": str, "opened_at": str, "opened_by": str, "due": str, "seed": str, "unit": str, "overlap": float}
        | {"overlap_raters": int, "raters": str, "rubric_version": int, "minutes": float},
        "name",
        "opened_at opened_by due seed unit overlap overlap_raters raters rubric_version",
        foreign_keys=[("rubric_version", "rubric_versions", "version")],
    )
    _create(
        db,
        "week_closings",
        {"week": str, "at": str, "by": str, "checklist": str, "reason": str},
        "week",
        "at by checklist reason",
        foreign_keys=[("week", "weeks", "name")],
    )
    _create(
        db,
        "draws",
        {"id": str, "week": str, "at": str, "by": str, "source": str, "seed": str, "key_rule": str, "rate": float}
        | {"frame": str, "digest": str},
        "id",
        "week at by source seed key_rule rate frame digest",
        foreign_keys=[("week", "weeks", "name")],
    )
    _create(
        db,
        "strata",
        {"id": str, "draw_id": str, "week": str, "name": str, "population": int, "sampled": int, "probability": float},
        "id",
        "draw_id week name population sampled probability",
        foreign_keys=[("draw_id", "draws", "id")],
    )
    _create(
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


@migrations()
def m004_annotations(db: Database) -> None:
    """Add assignments and what reviewers send: annotations, skips, withdrawals and flags. Rows are only added."""
    _create(
        db,
        "assignments",
        {"id": str, "item_id": str, "rater_id": str, "week": str, "position": int, "rubric_version": int}
        | {"at": str, "by": str},
        "id",
        "item_id rater_id week position rubric_version at by",
        foreign_keys=[("item_id", "items", "id"), ("rater_id", "raters", "id")],
    )
    _create(
        db,
        "reassignments",
        {"id": str, "assignment_id": str, "to_id": str, "at": str, "by": str, "reason": str},
        "id",
        "assignment_id at by reason",
        foreign_keys=[("assignment_id", "assignments", "id")],
    )
    said = {"submission_id": str, "assignment_id": str, "item_id": str, "rater_id": str}
    keys = [("assignment_id", "assignments", "id"), ("item_id", "items", "id"), ("rater_id", "raters", "id")]
    _create(
        db,
        "annotations",
        {**said, "rubric_version": int, "labels": str, "at": str, "comment": str, "corrected_answer": str}
        | {"seconds": float, "supersedes": str, "revealed": int, "late": int},
        "submission_id",
        "assignment_id item_id rater_id rubric_version labels at comment corrected_answer revealed late",
        foreign_keys=keys,
    )
    _create(
        db,
        "skips",
        {**said, "at": str, "reason": str},
        "submission_id",
        "assignment_id item_id rater_id at reason",
        foreign_keys=keys,
    )
    _create(
        db,
        "withdrawals",
        {"submission_id": str, "withdraws": str, "rater_id": str, "at": str},
        "submission_id",
        "withdraws rater_id at",
        foreign_keys=[("rater_id", "raters", "id")],
    )
    _create(
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


@migrations()
def m005_settled_and_golden(db: Database) -> None:
    """Add adjudications, golden examples, and the releases, which never change."""
    _create(
        db,
        "adjudications",
        {"id": str, "item_id": str, "rubric_version": int, "labels": str, "rationale": str, "adjudicator": str}
        | {"at": str, "reason": str, "corrected_answer": str, "reference_sql": str, "seen": str, "supersedes": str},
        "id",
        "item_id rubric_version labels rationale adjudicator at reason corrected_answer reference_sql seen",
        foreign_keys=[("item_id", "items", "id"), ("adjudicator", "raters", "id")],
    )
    _create(
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
    _create(
        db,
        "releases",
        {"name": str, "content_hash": str, "size": int, "at": str, "by": str, "notes": str},
        "name",
        "content_hash size at by notes",
    )
    _create(
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


@migrations()
def m006_verdicts(db: Database) -> None:
    """Add verdicts of judges on items; a NULL value is "no verdict", never a label."""
    _create(
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


@migrations()
def m007_judges_that_run(db: Database) -> None:
    """Add versions of judges, their runs, calls and results, and what checks found on import.

    In older rows ``verdicts.run_id`` is NULL (log or file), and ``conversations.checks`` is empty (no check ran).
    """
    made = {"at": str, "by": str}
    _create(
        db,
        "judges",
        {"id": str, "name": str, "version": str, "kind": str, "dimensions": str, "spec": str, "content_hash": str}
        | {"rubric_version": int, **made, "note": str},
        "id",
        "name version kind dimensions spec content_hash rubric_version at by note",
    )
    _create(db, "training_sets", {"id": str, "content": str, **made}, "id", "content at by")
    _create(
        db,
        "judge_runs",
        {"id": str, "judge": str, "version": str, "target": str, "subjects": int, "options": str, **made},
        "id",
        "judge version target subjects options at by",
    )
    of_run = [("run_id", "judge_runs", "id")]
    _create(
        db,
        "run_events",
        {"id": str, "run_id": str, "event": str, **made, "detail": str},
        "id",
        "run_id event at by detail",
        foreign_keys=of_run,
    )
    _create(
        db,
        "judge_calls",
        {"id": str, "run_id": str, "subject": str, "key": str, "attempt": int, "at": str, "host": str, "model": str}
        | {"status": int, "error": str, "latency_ms": float, "tokens_in": int, "tokens_out": int, "cost": float}
        | {"reply": str},
        "id",
        "run_id subject key attempt at host model error latency_ms reply",
        foreign_keys=of_run,
    )
    _create(
        db,
        "judge_results",
        {"id": str, "run_id": str, "subject": str, "dimension": str, "value": str, "at": str, "score": float}
        | {"rationale": str, "raw": str, "error": str, "latency_ms": float, "cost": float, "cached": int, "votes": str},
        "id",
        "run_id subject dimension at rationale raw error cached votes",
        foreign_keys=of_run,
    )
    _create(
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


@migrations()
def m008_flags_name_the_span_they_hide(db: Database) -> None:
    """Let a withdrawn flag show its span again. NULL: the flag hides no span, or dates from before withdrawals."""
    db.table("flags").add_column("span", str)


@migrations()
def m009_the_store_has_its_key(db: Database) -> None:
    """Add the store's key for hashes of identities and its short name, where an older store has not made them yet."""
    for name, value in (("hmac_key", secrets.token_hex(32)), ("store_id", secrets.token_hex(6))):
        db.execute("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", [name, value])


@migrations()
def m010_the_chain_covers_every_row(db: Database) -> None:
    """Add the digests of rows that entries of the audit chain cover. Older entries have none; signing begins later."""
    db.execute(
        'CREATE TABLE audit_rows ("table" TEXT NOT NULL, entry INTEGER NOT NULL, position INTEGER NOT NULL, '
        'key TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY ("table", entry, position)) STRICT, WITHOUT ROWID'
    )


@migrations()
def m011_indexes_for_many_weeks(db: Database) -> None:
    """Let pages read the rows of their week alone, and searches of the audit chain the entries they ask for."""
    db.table("items").create_index(["week", "id"])
    db.table("annotations").create_index(["item_id", "rater_id", "rubric_version"])
    db.table("audit").create_index(["action"])
    db.table("audit").create_index(["actor"])
    db.table("audit").create_index(["at"])


@migrations()
def m012_sources_are_pulled(db: Database) -> None:
    """Add the visits to sources that are pulled, each with the cursor for the next one."""
    _create(
        db,
        "pulls",
        {"id": str, "visit": str, "source": str, "kind": str, "at": str, "by": str, "status": str, "seconds": float}
        | {"cursor": str, "left_out": str, "import_id": str, "detail": str},
        "id",
        "visit source kind at by status seconds cursor left_out detail",
    )
    db.table("pulls").create_index(["source", "at"])


@migrations()
def m013_weeks_open_themselves(db: Database) -> None:
    """Add how weeks open themselves."""
    _create(
        db,
        "week_schedules",
        {"id": str, "at": str, "by": str, "on": int, "weekday": int, "rate": float, "raters": str, "overlap": float}
        | {"source": str, "minutes": float},
        "id",
        "at by on weekday rate raters overlap",
    )


@migrations()
def m014_assignments_of_a_week(db: Database) -> None:
    """Let the progress of a week be counted from its own assignments."""
    db.table("assignments").create_index(["week", "rater_id"])


@migrations()
def m015_people_come_in_by_link(db: Database) -> None:
    """Add invitations, the logins that come from them, and the ends of both."""
    _create(
        db,
        "invitations",
        dict.fromkeys(["id", "digest", "rater_id", "name", "role", "scope", "role_row", "at", "by", "ends_at"], str),
        "id",
        "digest rater_id name role scope role_row at by ends_at",
    )
    _create(
        db,
        "link_logins",
        dict.fromkeys(["id", "invitation_id", "rater_id", "digest", "at", "ends_at"], str),
        "id",
        "invitation_id rater_id digest at ends_at",
        foreign_keys=[("invitation_id", "invitations", "id"), ("rater_id", "raters", "id")],
    )
    _create(db, "link_ends", dict.fromkeys(["id", "how", "at", "by"], str), "id", "how at by")
    db.table("link_logins").create_index(["rater_id"])


@migrations()
def m016_sources_and_withdrawn_imports(db: Database) -> None:
    """Add how files of each source are read, and which imports were undone."""
    declared: dict[str, type] = dict.fromkeys(
        ("id", "source", "at", "by", "mapping", "value_tables", "date_format", "encoding"), str
    )
    _create(
        db,
        "source_settings",
        declared,
        "id",
        "source at by mapping value_tables date_format encoding",
    )
    undo: dict[str, type] = dict.fromkeys(("import_id", "at", "by", "reason"), str)
    _create(
        db,
        "import_withdrawals",
        undo,
        "import_id",
        "at by reason",
        foreign_keys=[("import_id", "imports", "id")],
    )
    db.table("source_settings").create_index(["source"])


@migrations()
def m017_leads_connect_sources(db: Database) -> None:
    """Add the sources that leads connect in the application."""
    _create(
        db,
        "source_connections",
        {"id": str, "source": str, "kind": str, "at": str, "by": str, "options": str, "on": int},
        "id",
        "source kind at by options on",
    )


@migrations()
def m018_scenarios_are_assigned(db: Database) -> None:
    """Add the scenarios that people give conversations of the log."""
    columns: dict[str, type] = dict.fromkeys(("id", "conversation_id", "scenario", "at", "by"), str)
    _create(db, "scenario_assignments", columns, "id", "conversation_id scenario at by")
    db.table("scenario_assignments").create_index(["conversation_id"])


@migrations()
def m019_imports_of_labels_can_be_undone(db: Database) -> None:
    """Add imports of labels and their undo. ``import_id`` NULL: given in the application, or by an earlier version."""
    db.table("annotations").add_column("import_id", str)
    db.execute("CREATE INDEX idx_annotations_import_id ON annotations (import_id) WHERE import_id IS NOT NULL")
    made: dict[str, type] = dict.fromkeys(("id", "at", "by", "file", "format", "weeks", "items", "raters"), str)
    _create(db, "label_imports", {**made, "annotations": int}, "id", "at by file format annotations weeks items raters")
    undo: dict[str, type] = dict.fromkeys(("import_id", "at", "by", "reason"), str)
    foreign = [("import_id", "label_imports", "id")]
    _create(db, "label_import_withdrawals", undo, "import_id", "at by reason", foreign_keys=foreign)
    item: dict[str, type] = dict.fromkeys(("id", "item_id", "import_id", "at", "by"), str)
    foreign += [("item_id", "items", "id")]
    _create(db, "item_withdrawals", item, "id", "item_id import_id at by", foreign_keys=foreign)
    db.table("item_withdrawals").create_index(["item_id"])


@migrations()
def m020_discussions(db: Database) -> None:
    """Add comments on reviewed items, and answers to the questions about the rubric that they raise."""
    _create(
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
    _create(db, "question_answers", answers, "id", "question answer at by")
    db.table("question_answers").create_index(["question"])


@migrations()
def m021_late_rows_are_counted(db: Database) -> None:
    """Add how many records of an import told something new of known conversations, and how many wait for one."""
    db.table("imports").add_column("updated", int)
    db.table("imports").add_column("waiting", int)


@migrations()
def m022_due_dates_change(db: Database) -> None:
    """Add the due dates that leads give to open weeks."""
    columns: dict[str, type] = dict.fromkeys(("id", "week", "due", "at", "by", "reason"), str)
    _create(db, "due_changes", columns, "id", "week due at by reason", foreign_keys=[("week", "weeks", "name")])
    db.table("due_changes").create_index(["week"])


@migrations()
def m023_messages_are_sent(db: Database) -> None:
    """Add the log of the messages that people get about weeks."""
    columns: dict[str, type] = dict.fromkeys(("id", "week", "kind", "recipient", "state", "at", "by", "detail"), str)
    _create(db, "notices", columns, "id", "week kind recipient state at by detail")
    db.table("notices").create_index(["week", "kind", "recipient"])


@migrations()
def m024_pairs(db: Database) -> None:
    """Add pairs of answers as items, and which answer each reviewer sees first. NULL: an item of another kind."""
    db.table("items").add_column("kind", str)
    db.table("assignments").add_column("sides", str)
    columns: dict[str, type] = dict.fromkeys(("item_id", "name_a", "name_b", "origin", "at", "by", "source_id"), str)
    required = "name_a name_b origin at by source_id"
    _create(db, "pairs", columns, "item_id", required, foreign_keys=[("item_id", "items", "id")])


@migrations()
def m025_reviewers_mark_what_is_wrong(db: Database) -> None:
    """Add what a reviewer marked in an answer. NULL: nothing was marked, or it dates from before marks."""
    db.table("annotations").add_column("marks", str)


@migrations()
def m026_calibration_sessions(db: Database) -> None:
    """Add calibration sessions: their votes, when these became visible, what was decided, and the end."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    of_session = [("session_id", "calibration_sessions", "id")]
    of_item = [*of_session, ("item_id", "items", "id")]
    _create(
        db,
        "calibration_sessions",
        made | dict.fromkeys(("week", "items", "raters"), str) | {"rubric_version": int},
        "id",
        "at by week items raters rubric_version",
    )
    _create(
        db,
        "calibration_votes",
        made | dict.fromkeys(("session_id", "item_id", "rater_id", "labels", "comment"), str),
        "id",
        "at by session_id item_id rater_id labels comment",
        foreign_keys=[*of_item, ("rater_id", "raters", "id")],
    )
    pair: dict[str, type] = dict.fromkeys(("session_id", "item_id"), str)
    _create(db, "calibration_reveals", made | pair, "id", "at by session_id item_id", foreign_keys=of_item)
    texts = ("labels", "rationale", "dimension", "value", "sentence", "kept", "example")
    _create(
        db,
        "calibration_decisions",
        made | pair | dict.fromkeys(texts, str) | {"rubric_version": int, "adjudication_id": str},
        "id",
        f"at by session_id item_id {' '.join(texts)}",
        foreign_keys=of_item,
    )
    ends: dict[str, type] = dict.fromkeys(("session_id", "at", "by"), str)
    _create(db, "calibration_ends", ends, "session_id", "at by", foreign_keys=of_session)
    for table in ("calibration_votes", "calibration_reveals", "calibration_decisions"):
        db.table(table).create_index(["session_id", "item_id"])
    db.table("calibration_reveals").create_index(["item_id"])
    db.table("calibration_sessions").create_index(["week"])


@migrations()
def m027_anchors(db: Database) -> None:
    """Add items with known answers, which are dealt among those of a week."""
    columns: dict[str, type] = dict.fromkeys(("item_id", "example_id", "original", "week", "at", "by"), str)
    foreign = [("item_id", "items", "id"), ("original", "items", "id")]
    _create(db, "anchors", columns, "item_id", "example_id original week at by", foreign_keys=foreign)
    db.table("anchors").create_index(["week"])
    db.table("anchors").create_index(["original"])


@migrations()
def m028_versions_and_their_runs(db: Database) -> None:
    """Add versions of the product under test, their states, and their runs over golden releases."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    texts: tuple[str, ...] = ("prompt_hash", "parent", "description", "prompt", "model", "parameters", "commit", "path")
    needed = "prompt_hash at by description prompt model parameters commit path"
    _create(db, "prompt_versions", made | dict.fromkeys(texts, str), "id", needed)
    state = ("version", "state", "decision", "waiver", "reason")
    _create(db, "version_states", made | dict.fromkeys(state, str), "id", f"at by {' '.join(state)}")
    run = ("version", "release", "digest", "target", "options")
    columns = made | dict.fromkeys(run, str) | {"cases": int}
    _create(db, "experiment_runs", columns, "id", f"at by cases {' '.join(run)}")
    of_run = [("run_id", "experiment_runs", "id")]
    columns = made | dict.fromkeys(("run_id", "event", "detail"), str)
    _create(db, "experiment_events", columns, "id", "run_id event at by detail", foreign_keys=of_run)
    answer: dict[str, type] = dict.fromkeys(("id", "run_id", "case_id", "key", "at", "cause", "answer"), str)
    columns = answer | {"repeat": int, "attempts": int, "cached": int}
    needed = "run_id case_id repeat key at cause attempts cached answer"
    _create(db, "experiment_answers", columns, "id", needed, foreign_keys=of_run)
    texts = ("id", "run_id", "answer_id", "key", "at", "scores", "unscored", "detail", "states")
    columns = dict.fromkeys(texts, str) | {"execution": float, "rules": float}
    needed = "run_id answer_id key at scores unscored detail states"
    foreign = [*of_run, ("answer_id", "experiment_answers", "id")]
    _create(db, "experiment_scores", columns, "id", needed, foreign_keys=foreign)
    for table in ("version_states", "experiment_runs"):
        db.table(table).create_index(["version"])
    for table in ("experiment_events", "experiment_answers", "experiment_scores"):
        db.table(table).create_index(["run_id"])
    db.table("experiment_answers").create_index(["key"])
    for column in ("answer_id", "key"):
        db.table("experiment_scores").create_index([column])


@migrations()
def m029_gate_decisions(db: Database) -> None:
    """Add the decisions of the gate about versions, and their waivers."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    compared = ("baseline", "candidate", "release", "release_digest", "decision", "report")
    origin = ("baseline_run", "candidate_run", "origin")
    columns = made | dict.fromkeys((*compared, *origin), str)
    _create(db, "gate_decisions", columns, "id", f"at by {' '.join((*compared, *origin))}")
    waived = ("decision_id", "slice", "reason", "identity")
    foreign = [("decision_id", "gate_decisions", "id")]
    _create(
        db, "gate_waivers", made | dict.fromkeys(waived, str), "id", f"at by {' '.join(waived)}", foreign_keys=foreign
    )
    db.table("gate_decisions").create_index(["candidate"])
    db.table("gate_waivers").create_index(["decision_id"])


@migrations()
def m030_failures(db: Database) -> None:
    """Add what people make of failures: notes, modes, triage, claimed fixes, and proposals for golden examples."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    about: dict[str, type] = dict.fromkeys(("conversation_id", "kind", "text", "mode"), str)
    _create(db, "failure_events", made | about, "id", "at by conversation_id kind text mode")
    versions: dict[str, type] = {"version": int, **dict.fromkeys(("at", "by", "modes", "note"), str)}
    _create(db, "failure_modes", versions, "version", "at by modes note")
    triage = "week mode version decision root_cause candidates reason owner due few_shots fix_version"
    counts: dict[str, type] = {"failures": int, "modes_version": int}
    columns = made | dict.fromkeys(triage.split(), str) | counts
    _create(db, "failure_triages", columns, "id", f"at by {triage} failures modes_version")
    claim = "mode version week note"
    _create(db, "fix_claims", made | dict.fromkeys(claim.split(), str), "id", f"at by {claim}")
    proposal = "source origin rule content"
    _create(db, "golden_proposals", made | dict.fromkeys(proposal.split(), str), "id", f"at by {proposal}")
    decision: dict[str, type] = dict.fromkeys(("proposal_id", "at", "by", "example_id", "reason"), str)
    _create(
        db,
        "proposal_decisions",
        decision | {"approved": int},
        "proposal_id",
        "at by approved example_id reason",
        foreign_keys=[("proposal_id", "golden_proposals", "id")],
    )
    db.table("failure_events").create_index(["conversation_id"])
    db.table("failure_triages").create_index(["week"])
    db.table("golden_proposals").create_index(["origin"])


@migrations()
def m031_labels_go_home(db: Database) -> None:
    """Add which settled labels other systems have."""
    names = "target score_id week item_id dimension digest at by"
    columns: dict[str, type] = dict.fromkeys(("id", *names.split()), str)
    _create(db, "pushed_scores", columns, "id", names, foreign_keys=[("item_id", "items", "id")])
    db.table("pushed_scores").create_index(["target", "week"])
