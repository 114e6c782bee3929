"""``spotcheck failures``: the archive, the weekly triage, notes, and golden examples that are proposed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from review.commands import failures_render as render
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, split_values, store_option
from review.commands.failures_modes import modes_group
from review.commands.failures_propose import documents, frequent, marked, variants
from review.evidence.chosen_weeks import weeks_between
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.archive import failure_shown, failures, shown_json
from review.failures.exports import EXPORTS, export_learned
from review.failures.followup import claim_fix, followed
from review.failures.loop_figures import loop_figures
from review.failures.modes import GROUPS, mode_list
from review.failures.proposals import approve_proposal, reject_proposal
from review.failures.triage import DECISIONS, TriageWish, triage, triage_groups
from review.failures.working import write_note
from review.log.failed import Narrowed
from review.log.failure_rules import CAUSES
from review.privacy.openings import note_opening
from review.settings.project import project_of
from review.statistics.fixes import CAME_BACK, RULE
from storage.queries.failures import open_proposals


@click.group("failures")
def failures_group() -> None:
    """Failures of production: what failed and where, the weekly triage, and the named failure modes."""


failures_group.add_command(modes_group)
for command in (variants, frequent, marked, documents):
    failures_group.add_command(command)


@failures_group.command("list")
@click.option("--week", "weeks", metavar="W47,W48", help="Weeks such as 2026-W47, separated by commas. Default: all.")
@click.option("--mode", metavar="MODE", help=f"A mode by name, or one of {', '.join(GROUPS)}.")
@click.option("--version", metavar="V", help="A prompt version.")
@click.option("--cause", type=click.Choice(CAUSES), help="Why it is a failure.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@as_option
@store_option
@json_option
def list_(
    weeks: str | None,
    mode: str | None,
    version: str | None,
    cause: str | None,
    limit: int,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """List failures, the latest first, each with its kind of error and the step in which it began."""
    store = opened(store_path)
    wanted = Narrowed(weeks=split_values(weeks) if weeks else None, group=mode, version=version, cause=cause)
    found = failures(store, project_of(store_path), wanted, most=limit, viewer=acting_person(store, acting).id)
    emit({"failures": [f.to_json() for f in found]}, as_json, lambda: render.failure_list(found))


@failures_group.command("show")
@click.argument("failure")
@as_option
@store_option
@json_option
def show(failure: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Show one failure: question, error, the name that was meant, the steps with the one that went wrong, notes."""
    store = opened(store_path)
    project, viewer = project_of(store_path), acting_person(store, acting).id
    found = failure_shown(store, project, failure, viewer=viewer)
    note_opening(store, failure, by=viewer, wanted=project.openings)
    emit(shown_json(found), as_json, lambda: render.failure(found))


@failures_group.command("note")
@click.argument("failure")
@click.argument("text")
@as_option
@store_option
@json_option
def note_(failure: str, text: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Write down in your own words what went wrong in a failure."""
    store = opened(store_path)
    event = write_note(store, failure, text, by=acting_person(store, acting).id)
    emit(asdict(event), as_json, lambda: out.print("noted"))


@failures_group.command("triage")
@click.argument("week")
@click.option("--group", metavar="MODE", help="The group to decide about: a mode by name, or a kind of error.")
@click.option("--version", default="", metavar="V", help="The prompt version of the group. Default: no version.")
@click.option("--decision", type=click.Choice(DECISIONS), help="Default: task above the limit, else golden.")
@click.option("--root-cause", default="", help="Why these failed.")
@click.option("--golden", metavar="IDS", help="Failures to propose as golden examples. Default: up to three that fit.")
@click.option("--no-golden", is_flag=True, help="Propose none; needs --reason.")
@click.option("--reason", default="", help="Why none is proposed, or why the group is ignored.")
@click.option("--owner", default="", help="Who works on the task.")
@click.option("--due", default="", metavar="DATE", help="Until when, such as 2026-12-04.")
@click.option(
    "--few-shots", metavar="ITEMS", help="Settled items for the prompt. Default: those nearest to the failures."
)
@click.option("--fix", "fix_version", default="", metavar="V", help="The prompt version that will fix it.")
@as_option
@store_option
@json_option
def triage_(
    week: str,
    group: str | None,
    version: str,
    decision: str | None,
    root_cause: str,
    golden: str | None,
    no_golden: bool,
    reason: str,
    owner: str,
    due: str,
    few_shots: str | None,
    fix_version: str,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """List the failure groups of WEEK, or decide about one with --group.

    More failures of one group than the setting task_above in [failures] (3) need a task; fewer are edge cases for the
    golden examples. A week does not close while a group waits, unless the lead gives a reason.
    """
    store, project = opened(store_path), project_of(store_path)
    by = acting_person(store, acting).id
    if group is None:
        groups = triage_groups(store, project, week, viewer=by)
        result = {"week": week, "groups": [render.group_json(g) for g in groups]}
        emit(result, as_json, lambda: render.groups(groups))
        return
    if golden and no_golden:
        raise click.UsageError("--golden and --no-golden: found both, expected one of them.")
    wish = TriageWish(
        root_cause=root_cause,
        decision=decision or "",
        candidates=[] if no_golden else list(split_values(golden)) or None,
        reason=reason,
        owner=owner,
        due=due,
        few_shots=None if few_shots is None else split_values(few_shots),
        fix_version=fix_version,
    )
    done = triage(store, project, week, group, version, wish=wish, by=by)
    title = mode_list(store).title(done.mode)
    emit(asdict(done), as_json, lambda: render.decided(done, title))


@failures_group.command("proposals")
@click.option("--approve", "approved", metavar="PROPOSAL", help="Approve it as a golden example.")
@click.option("--reject", "rejected", metavar="PROPOSAL", help="Reject it; needs --reason.")
@click.option("--expected-answer", help="What a right answer says.")
@click.option("--reference-sql", help="A query that gives the right result.")
@click.option("--behaviour", type=click.Choice(("answer", "clarify", "refuse")), help="What the product should do.")
@click.option("--reason", default="", help="Why it is rejected.")
@as_option
@store_option
@json_option
def proposals(
    approved: str | None,
    rejected: str | None,
    expected_answer: str | None,
    reference_sql: str | None,
    behaviour: str | None,
    reason: str,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """List the golden examples that are proposed, or decide about one. Nothing counts before a person approves it."""
    store = opened(store_path)
    if approved and rejected:
        raise click.UsageError("--approve and --reject: found both, expected one of them.")
    if approved:
        changes = {
            "expected_answer": expected_answer, "reference_sql": reference_sql, "expected_behaviour": behaviour,
        }  # fmt: skip
        given = {name: value for name, value in changes.items() if value is not None}
        example = approve_proposal(store, approved, by=acting_person(store, acting).id, changes=given)
        emit({"example": example.example_id}, as_json, lambda: out.print(f"approved as {example.example_id}"))
        return
    if rejected:
        reject_proposal(store, rejected, by=acting_person(store, acting).id, reason=reason)
        emit({"rejected": rejected}, as_json, lambda: out.print("rejected"))
        return
    found = open_proposals(store)
    emit({"proposals": [asdict(p) for p in found]}, as_json, lambda: render.proposals(found))


@failures_group.command("close")
@click.argument("mode")
@click.option("--fixed-by", "version", required=True, metavar="V", help="The prompt version that fixes it.")
@click.option("--from", "week", required=True, metavar="WEEK", help="The first week of production that can show it.")
@click.option("--note", default="", help="What was changed.")
@as_option
@store_option
@json_option
def close(mode: str, version: str, week: str, note: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Claim that a prompt version fixes MODE.

    Its run on the golden cases of the mode and the next weeks of production prove it or reopen it.
    """
    store = opened(store_path)
    by = acting_person(store, acting).id
    claim = claim_fix(store, project_of(store_path), mode, version=version, week=week, by=by, note=note)
    emit(asdict(claim), as_json, lambda: out.print("claimed; see `spotcheck failures fixes`", markup=False))


@failures_group.command("fixes")
@store_option
@json_option
def fixes(store_path: str, as_json: bool) -> None:
    """List the claimed fixes: fixed, came back, some left or not known yet, by a printed rule.

    Exit code 1 when one came back.
    """
    store, project = opened(store_path), project_of(store_path)
    found = followed(store, project, runs=runs_of_claims(store, project))
    weeks = loop_figures(store, found)
    result = {
        "rule": RULE,
        "fixes": [f.to_json() for f in found],
        "weeks": [{**asdict(w), "recurrence": w.recurrence} for w in weeks],
    }
    emit(result, as_json, lambda: render.fixes(found))
    if any(f.state == CAME_BACK for f in found):
        raise SystemExit(1)


@failures_group.command("export")
@click.argument("kind", type=click.Choice(tuple(EXPORTS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--weeks", metavar="W44..W47", help="Weeks of the store. Default: the last four.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@as_option
@store_option
@json_option
def export(
    kind: str, file: Path, weeks: str | None, force: bool, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Write settled answers as few-shots, fine-tuning rows, preference pairs or a knowledge base (JSON Lines).

    All rows are masked, settled and of the dev half; the provenance stands beside the file.
    """
    store = opened(store_path)
    by, chosen = acting_person(store, acting).id, weeks_between(store, weeks)
    done = export_learned(store, kind, file, weeks=chosen, by=by, force=force)
    result = {**asdict(done), "file": str(done.file), "provenance": str(done.provenance)}
    emit(result, as_json, lambda: out.print(f"{done.rows:,} rows in {done.file}", highlight=False, markup=False))
