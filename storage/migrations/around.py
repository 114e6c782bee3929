"""What stands around the review: versions of the product, decisions of the gate, failures, labels sent home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.migrations.tables import create_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def m028_versions_and_their_runs(db: Database) -> None:
    """Add versions of the product under test, their states, and their runs over golden releases."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    texts: tuple[str, ...] = ("prompt_hash", "parent", "description", "prompt", "model", "parameters", "commit", "path")
    needed = "prompt_hash at by description prompt model parameters commit path"
    create_table(db, "prompt_versions", made | dict.fromkeys(texts, str), "id", needed)
    state = ("version", "state", "decision", "waiver", "reason")
    create_table(db, "version_states", made | dict.fromkeys(state, str), "id", f"at by {' '.join(state)}")
    run = ("version", "release", "digest", "target", "options")
    columns = made | dict.fromkeys(run, str) | {"cases": int}
    create_table(db, "experiment_runs", columns, "id", f"at by cases {' '.join(run)}")
    of_run = [("run_id", "experiment_runs", "id")]
    columns = made | dict.fromkeys(("run_id", "event", "detail"), str)
    create_table(db, "experiment_events", columns, "id", "run_id event at by detail", foreign_keys=of_run)
    answer: dict[str, type] = dict.fromkeys(("id", "run_id", "case_id", "key", "at", "cause", "answer"), str)
    columns = answer | {"repeat": int, "attempts": int, "cached": int}
    needed = "run_id case_id repeat key at cause attempts cached answer"
    create_table(db, "experiment_answers", columns, "id", needed, foreign_keys=of_run)
    texts = ("id", "run_id", "answer_id", "key", "at", "scores", "unscored", "detail", "states")
    columns = dict.fromkeys(texts, str) | {"execution": float, "rules": float}
    needed = "run_id answer_id key at scores unscored detail states"
    foreign = [*of_run, ("answer_id", "experiment_answers", "id")]
    create_table(db, "experiment_scores", columns, "id", needed, foreign_keys=foreign)
    for table in ("version_states", "experiment_runs"):
        db.table(table).create_index(["version"])
    for table in ("experiment_events", "experiment_answers", "experiment_scores"):
        db.table(table).create_index(["run_id"])
    db.table("experiment_answers").create_index(["key"])
    for column in ("answer_id", "key"):
        db.table("experiment_scores").create_index([column])


def m029_gate_decisions(db: Database) -> None:
    """Add the decisions of the gate about versions, and their waivers."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    compared = ("baseline", "candidate", "release", "release_digest", "decision", "report")
    origin = ("baseline_run", "candidate_run", "origin")
    columns = made | dict.fromkeys((*compared, *origin), str)
    create_table(db, "gate_decisions", columns, "id", f"at by {' '.join((*compared, *origin))}")
    waived = ("decision_id", "slice", "reason", "identity")
    foreign = [("decision_id", "gate_decisions", "id")]
    create_table(
        db, "gate_waivers", made | dict.fromkeys(waived, str), "id", f"at by {' '.join(waived)}", foreign_keys=foreign
    )
    db.table("gate_decisions").create_index(["candidate"])
    db.table("gate_waivers").create_index(["decision_id"])


def m030_failures(db: Database) -> None:
    """Add what people make of failures: notes, modes, triage, claimed fixes, and proposals for golden examples."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    about: dict[str, type] = dict.fromkeys(("conversation_id", "kind", "text", "mode"), str)
    create_table(db, "failure_events", made | about, "id", "at by conversation_id kind text mode")
    versions: dict[str, type] = {"version": int, **dict.fromkeys(("at", "by", "modes", "note"), str)}
    create_table(db, "failure_modes", versions, "version", "at by modes note")
    triage = "week mode version decision root_cause candidates reason owner due few_shots fix_version"
    counts: dict[str, type] = {"failures": int, "modes_version": int}
    columns = made | dict.fromkeys(triage.split(), str) | counts
    create_table(db, "failure_triages", columns, "id", f"at by {triage} failures modes_version")
    claim = "mode version week note"
    create_table(db, "fix_claims", made | dict.fromkeys(claim.split(), str), "id", f"at by {claim}")
    proposal = "source origin rule content"
    create_table(db, "golden_proposals", made | dict.fromkeys(proposal.split(), str), "id", f"at by {proposal}")
    decision: dict[str, type] = dict.fromkeys(("proposal_id", "at", "by", "example_id", "reason"), str)
    create_table(
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


def m031_labels_go_home(db: Database) -> None:
    """Add which settled labels other systems have."""
    names = "target score_id week item_id dimension digest at by"
    columns: dict[str, type] = dict.fromkeys(("id", *names.split()), str)
    create_table(db, "pushed_scores", columns, "id", names, foreign_keys=[("item_id", "items", "id")])
    db.table("pushed_scores").create_index(["target", "week"])


def m033_alerts(db: Database) -> None:
    """Add what happened to alerts, and which ones a lead switched on or off."""
    made: dict[str, type] = dict.fromkeys(("id", "name", "at", "by"), str)
    story = "alert kind owner reason detail"
    create_table(db, "alert_events", made | dict.fromkeys(story.split(), str), "id", f"name at by {story}")
    create_table(db, "alert_switches", made | {"switched_on": int}, "id", "name at by switched_on")
    db.table("alert_events").create_index(["alert"])


def m034_retention_and_holds(db: Database) -> None:
    """Add legal holds, runs of retention, and weeks that are never drawn."""
    made: dict[str, type] = dict.fromkeys(("at", "by"), str)
    held = ("kind", "subject", "reason")
    create_table(db, "legal_holds", {"id": str, **made, **dict.fromkeys(held, str)}, "id", "at by kind subject reason")
    ended = [("hold_id", "legal_holds", "id")]
    columns: dict[str, type] = {"hold_id": str, **made, "reason": str}
    create_table(db, "hold_releases", columns, "hold_id", "at by reason", foreign_keys=ended)
    counts = ("settings", "counts", "files")
    columns = {"id": str, **made, **dict.fromkeys(counts, str), "bytes_before": int, "bytes_after": int}
    create_table(db, "retention_runs", columns, "id", "at by settings counts files bytes_before bytes_after")
    create_table(db, "weeks_never_drawn", {"week": str, **made, "reason": str}, "week", "at by reason")


def m034_imports_count_what_expired(db: Database) -> None:
    """Add how many records of an import retention had removed. NULL: the import is of an earlier version."""
    db.table("imports").add_column("expired", int)


def m035_erasures(db: Database) -> None:
    """Add erasures, and how many records of an import were dropped as erased (NULL in older rows: none could be)."""
    made: dict[str, type] = dict.fromkeys(("id", "at", "by"), str)
    asked: dict[str, type] = dict.fromkeys(("kind", "subject", "found"), str)
    create_table(db, "erasure_requests", made | asked, "id", "at by kind subject found")
    step: dict[str, type] = dict.fromkeys(("request_id", "event", "place", "detail"), str)
    of_request = [("request_id", "erasure_requests", "id")]
    needed = "at by request_id event place n detail"
    create_table(db, "erasure_events", made | step | {"n": int}, "id", needed, foreign_keys=of_request)
    key: dict[str, type] = dict.fromkeys(("id", "kind", "request_id", "at"), str)
    create_table(db, "erased_keys", key, "id", "kind request_id at", foreign_keys=of_request)
    for table in ("erasure_events", "erased_keys"):
        db.table(table).create_index(["request_id"])
    db.table("imports").add_column("erased", int)


def m036_compliance(db: Database) -> None:
    """Add what the daily checks looked at and found, what people made of it, and roles that another lead confirms."""
    of_pass = [("pass_id", "compliance_passes", "id")]
    columns: dict[str, type] = dict.fromkeys(("id", "day", "imports", "at", "by"), str) | {"rows": int}
    create_table(db, "compliance_passes", columns, "id", "day imports rows at by")
    texts, counts = "pass_id day name detail at by", "ran looked found"
    columns = dict.fromkeys(("id", *texts.split()), str) | dict.fromkeys(counts.split(), int)
    create_table(db, "compliance_results", columns, "id", f"{texts} {counts}", foreign_keys=of_pass)
    texts, counts = "pass_id day name kind source subject owner due at by examples", "n looked"
    columns = dict.fromkeys(("id", *texts.split()), str) | dict.fromkeys(counts.split(), int)
    create_table(db, "compliance_findings", columns, "id", f"{texts} {counts}", foreign_keys=of_pass)
    texts = "finding_id kind at by owner due text"
    columns = dict.fromkeys(("id", *texts.split()), str)
    of_finding = [("finding_id", "compliance_findings", "id")]
    create_table(db, "compliance_events", columns, "id", texts, foreign_keys=of_finding)
    texts = "name role at by scope issuer subject"
    create_table(db, "role_requests", dict.fromkeys(("id", *texts.split()), str), "id", texts)
    columns = dict.fromkeys(("request_id", "at", "by"), str) | {"confirmed": int}
    of_request = [("request_id", "role_requests", "id")]
    create_table(db, "role_decisions", columns, "request_id", "at by confirmed", foreign_keys=of_request)
    db.table("compliance_results").create_index(["day"])
    db.table("compliance_findings").create_index(["day"])
    db.table("compliance_events").create_index(["finding_id"])


def m040_indexes_in_order(db: Database) -> None:
    """Have each index of PostgreSQL end with the order of arrival, as those of SQLite do.

    Without it, the newest entry of an action was looked for among all entries.
    """
    order = getattr(db, "order_indexes", None)  # a database of SQLite has no need of it
    if order is not None:
        order()


STEPS = (
    m028_versions_and_their_runs,
    m029_gate_decisions,
    m030_failures,
    m031_labels_go_home,
    m033_alerts,
    m034_retention_and_holds,
    m034_imports_count_what_expired,
    m035_erasures,
    m036_compliance,
    m040_indexes_in_order,
)
