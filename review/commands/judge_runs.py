"""``spotcheck judge run|runs|pause|resume``: run judges."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import cast

import click

from review.basics.errors import InputError, UnknownError
from review.basics.whole_files import check_target
from review.commands import judge_render as render
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    note,
    note_long_cells,
    opened,
    store_option,
)
from review.commands.numbers import Number
from review.commands.progress import bar
from review.evidence.chosen_weeks import weeks_between
from review.exchange.items import FORMATS
from review.judges.keys import environment_of
from review.judges.runs import running
from review.judges.runs.events import run_named
from review.judges.runs.planning import Chosen, options_for, plan_run
from review.judges.runs.planning import words as plan_words
from review.judges.runs.results import write_results
from review.judges.runs.summary import RunStatus
from review.judges.runs.targets import PARTS, JudgeTarget, Part
from review.judges.runs.work_run import work
from review.judges.runs.worker import in_background, step_back
from review.people.people import require
from review.settings.project import project_of
from storage.store import Store

_out = click.option(
    "--out", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write the verdicts to this file."
)
_force = click.option("--force", is_flag=True, help="Replace the file if it exists.")


@click.command("run")
@click.argument("ref", metavar="NAME[@VERSION]")
@click.option("--week", metavar="W", help="Judge the items of this week.")
@click.option("--release", metavar="R", help="Judge the golden examples of this release.")
@click.option(
    "--file", "file", metavar="F", help="Judge rows with id, question, answer or messages[, context, sql, ...]."
)
@click.option("--split", type=click.Choice(PARTS), default="all", show_default=True, help="Which half.")
@_out
@_force
@click.option("--repeats", type=int, help="How often to ask each question; several measure self-consistency.")
@click.option(
    "--swap",
    is_flag=True,
    default=None,
    help="Ask with the values and the examples in both orders. The score is the share of replies with the positive "
    "value; replies without a majority are a missing verdict: a tie.",
)
@click.option("--fresh", is_flag=True, default=None, help="Ask again instead of using remembered replies.")
@click.option("--again", is_flag=True, help="Also judge what this version has judged before.")
@click.option("--concurrency", type=int, help="Requests at once; default from spotcheck.toml.")
@click.option("--timeout", type=Number(), help="Seconds for one request; default from spotcheck.toml.")
@click.option("--attempts", type=int, help="How often one request is tried.")
@click.option("--background", is_flag=True, help="Work in a separate process and return at once.")
@click.option("--dry-run", is_flag=True, help="Only show what would be sent where, and about what it would cost.")
@as_option
@store_option
@json_option
def run(
    ref: str,
    week: str | None,
    release: str | None,
    file: str | None,
    split: str,
    target: Path | None,
    force: bool,
    repeats: int | None,
    swap: bool | None,
    fresh: bool | None,
    again: bool,
    concurrency: int | None,
    timeout: float | None,
    attempts: int | None,
    background: bool,
    dry_run: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Run a judge over a week, a release or a file, without what it has judged before."""
    store = opened(store_path)
    by, project = acting_person(store, acting).id, project_of(store_path)
    over = _target(store, week, release, file, cast(Part, split))
    chosen = Chosen(
        repeats=repeats, swap=swap, fresh=fresh, concurrency=concurrency, timeout=timeout, attempts=attempts
    )
    options = options_for(project, chosen)
    _check_out(target, force, background)
    plan = plan_run(store, ref, over, options, project=project, again=again)
    if dry_run:
        cost = plan.cost.to_json()
        result = {"judge": plan.judge.id, "target": plan.target.to_json(), "subjects": plan.left, "host": plan.host}
        emit({**result, "cost": cost}, as_json, lambda: render.plan(plan, project.judges.currency))
        return
    note(plan_words(plan))
    made = running.start_run(store, ref, over, options, by=by, project=project, again=again, background=background)
    if background:
        in_background(store.path, made.id)
        emit(
            {"run": asdict(made)},
            as_json,
            lambda: note(f"run {made.id} continues in the background; `spotcheck judge runs` shows it"),
        )
        return
    _finish(_worked(store, made.id, by, target, force), store_path, as_json)


def _target(store: Store, week: str | None, release: str | None, file: str | None, split: Part) -> JudgeTarget:
    given = [(k, n) for k, n in (("week", week), ("release", release), ("file", file)) if n is not None]
    if len(given) != 1:
        raise InputError("expected one of --week, --release and --file.")
    if release is not None:
        return JudgeTarget("release", release, split)
    if file is not None:
        return JudgeTarget("file", file, split)
    names = weeks_between(store, week)
    if len(names) != 1:
        raise UnknownError(f"--week: found {week!r}, expected one week.")
    return JudgeTarget("week", names[0], split)


def _check_out(target: Path | None, force: bool, background: bool) -> None:
    """Raise InputError before the run if its results could not be written afterwards."""
    if target is None:
        return
    if background:
        raise InputError(
            "--out: a run in the background cannot write it; leave --background out, or use judge resume --out later."
        )
    if target.suffix not in FORMATS:
        raise InputError(f"{target}: found the ending {target.suffix!r}, expected one of {', '.join(FORMATS)}.")
    check_target(target, force=force)


def _worked(store: Store, run_id: str, by: str, target: Path | None = None, force: bool = False) -> RunStatus:
    """Work on a run with a progress bar; write its table when it has finished."""
    project = project_of(store.path)
    try:
        with bar("judging") as progress:
            done = work(store, run_id, project=project, environment=environment_of(project), progress=progress)
    except KeyboardInterrupt:
        note(f"run {run_id} was interrupted; `spotcheck judge resume {run_id}` continues where it stopped")
        raise
    if target is not None and done.state == "finished":
        rows = write_results(store, run_id, target, by=by, force=force)
        note(f"{target}: {rows} rows")
        note_long_cells(target)
    return done


def _finish(done: RunStatus, store_path: str, as_json: bool) -> None:
    emit({"run": asdict(done)}, as_json, lambda: render.status(done, project_of(store_path).judges.currency))


@click.command("runs")
@click.argument("name", metavar="[NAME[@VERSION]]", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many runs, newest first.")
@store_option
@json_option
def runs(name: str | None, limit: int, store_path: str, as_json: bool) -> None:
    """List runs with their progress, cost, latency and missing verdicts by cause."""
    found = running.runs(opened(store_path), name, limit=limit)
    emit(
        {"runs": [asdict(s) for s in found]},
        as_json,
        lambda: render.runs(found, project_of(store_path).judges.currency),
    )


@click.command("pause")
@click.argument("run_id", metavar="RUN")
@as_option
@store_option
@json_option
def pause(run_id: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Pause a run in progress: it begins no new request."""
    store = opened(store_path)
    running.ask_pause(store, run_id, by=acting_person(store, acting).id)
    emit({"run": run_id, "state": "paused"}, as_json, lambda: note(f"run {run_id} is paused"))


@click.command("resume")
@click.argument("run_id", metavar="RUN")
@_out
@_force
@click.option("--background", is_flag=True, help="Work in a separate process and return at once.")
@click.option("--worker", is_flag=True, hidden=True, help="Be that process.")
@as_option
@store_option
@json_option
def resume(
    run_id: str,
    target: Path | None,
    force: bool,
    background: bool,
    worker: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Resume a run that was paused, interrupted or failed, where it stopped.

    For a run that has finished, --out writes the verdict table.
    """
    store = opened(store_path)
    by = acting_person(store, acting).id
    _check_out(target, force, background)
    found = run_named(store, run_id)
    if worker:
        # The process that started this worker has already recorded the request among the run's events.
        require(store, by, "adjudicator")
        step_back()
    elif target is None or running.status_of(store, found.id).state != "finished":
        running.ask_resume(store, found.id, by=by, background=background)
    if background:
        in_background(store.path, found.id)
        emit(
            {"run": asdict(found)},
            as_json,
            lambda: note(f"run {found.id} continues in the background; `spotcheck judge runs` shows it"),
        )
        return
    _finish(_worked(store, found.id, by, target, force), store_path, as_json)
