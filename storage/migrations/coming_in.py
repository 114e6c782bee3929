"""What came with conversations that come in by themselves: pulls, schedules, links, sources, undone imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.migrations.tables import create_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def m012_sources_are_pulled(db: Database) -> None:
    """Add the visits to sources that are pulled, each with the cursor for the next one."""
    create_table(
        db,
        "pulls",
        {"id": str, "visit": str, "source": str, "kind": str, "at": str, "by": str, "status": str, "seconds": float}
        | {"cursor": str, "left_out": str, "import_id": str, "detail": str},
        "id",
        "visit source kind at by status seconds cursor left_out detail",
    )
    db.table("pulls").create_index(["source", "at"])


def m013_weeks_open_themselves(db: Database) -> None:
    """Add how weeks open themselves."""
    create_table(
        db,
        "week_schedules",
        {"id": str, "at": str, "by": str, "on": int, "weekday": int, "rate": float, "raters": str, "overlap": float}
        | {"source": str, "minutes": float},
        "id",
        "at by on weekday rate raters overlap",
    )


def m014_assignments_of_a_week(db: Database) -> None:
    """Let the progress of a week be counted from its own assignments."""
    db.table("assignments").create_index(["week", "rater_id"])


def m015_people_come_in_by_link(db: Database) -> None:
    """Add invitations, the logins that come from them, and the ends of both."""
    create_table(
        db,
        "invitations",
        dict.fromkeys(["id", "digest", "rater_id", "name", "role", "scope", "role_row", "at", "by", "ends_at"], str),
        "id",
        "digest rater_id name role scope role_row at by ends_at",
    )
    create_table(
        db,
        "link_logins",
        dict.fromkeys(["id", "invitation_id", "rater_id", "digest", "at", "ends_at"], str),
        "id",
        "invitation_id rater_id digest at ends_at",
        foreign_keys=[("invitation_id", "invitations", "id"), ("rater_id", "raters", "id")],
    )
    create_table(db, "link_ends", dict.fromkeys(["id", "how", "at", "by"], str), "id", "how at by")
    db.table("link_logins").create_index(["rater_id"])


def m016_sources_and_withdrawn_imports(db: Database) -> None:
    """Add how files of each source are read, and which imports were undone."""
    declared: dict[str, type] = dict.fromkeys(
        ("id", "source", "at", "by", "mapping", "value_tables", "date_format", "encoding"), str
    )
    create_table(
        db,
        "source_settings",
        declared,
        "id",
        "source at by mapping value_tables date_format encoding",
    )
    undo: dict[str, type] = dict.fromkeys(("import_id", "at", "by", "reason"), str)
    create_table(
        db,
        "import_withdrawals",
        undo,
        "import_id",
        "at by reason",
        foreign_keys=[("import_id", "imports", "id")],
    )
    db.table("source_settings").create_index(["source"])


def m017_leads_connect_sources(db: Database) -> None:
    """Add the sources that leads connect in the application."""
    create_table(
        db,
        "source_connections",
        {"id": str, "source": str, "kind": str, "at": str, "by": str, "options": str, "on": int},
        "id",
        "source kind at by options on",
    )


def m018_scenarios_are_assigned(db: Database) -> None:
    """Add the scenarios that people give conversations of the log."""
    columns: dict[str, type] = dict.fromkeys(("id", "conversation_id", "scenario", "at", "by"), str)
    create_table(db, "scenario_assignments", columns, "id", "conversation_id scenario at by")
    db.table("scenario_assignments").create_index(["conversation_id"])


def m019_imports_of_labels_can_be_undone(db: Database) -> None:
    """Add imports of labels and their undo. ``import_id`` NULL: given in the application, or by an earlier version."""
    db.table("annotations").add_column("import_id", str)
    db.execute("CREATE INDEX idx_annotations_import_id ON annotations (import_id) WHERE import_id IS NOT NULL")
    made: dict[str, type] = dict.fromkeys(("id", "at", "by", "file", "format", "weeks", "items", "raters"), str)
    create_table(
        db, "label_imports", {**made, "annotations": int}, "id", "at by file format annotations weeks items raters"
    )
    undo: dict[str, type] = dict.fromkeys(("import_id", "at", "by", "reason"), str)
    foreign = [("import_id", "label_imports", "id")]
    create_table(db, "label_import_withdrawals", undo, "import_id", "at by reason", foreign_keys=foreign)
    item: dict[str, type] = dict.fromkeys(("id", "item_id", "import_id", "at", "by"), str)
    foreign += [("item_id", "items", "id")]
    create_table(db, "item_withdrawals", item, "id", "item_id import_id at by", foreign_keys=foreign)
    db.table("item_withdrawals").create_index(["item_id"])


STEPS = (
    m012_sources_are_pulled,
    m013_weeks_open_themselves,
    m014_assignments_of_a_week,
    m015_people_come_in_by_link,
    m016_sources_and_withdrawn_imports,
    m017_leads_connect_sources,
    m018_scenarios_are_assigned,
    m019_imports_of_labels_can_be_undone,
)
