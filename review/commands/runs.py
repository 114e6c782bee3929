"""``spotcheck runs``: list, show, pause, resume and score runs of versions."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from review.basics.whole_files import check_target
from review.commands.common import acting_person, as_option, emit, json_option, note, opened, store_option
from review.commands.numbers import INNER_SHARE, Number
from review.commands.run import finish, show_run
from review.commands.run_render import show_runs
from review.experiments.runs.background import run_in_background
from review.experiments.runs.cases import cases_of_release
from review.experiments.runs.listing import list_runs, status_of
from review.experiments.runs.people import SHARE, sheet, take_labels
from review.experiments.runs.running import ask_pause, ask_resume, run_named
from review.experiments.runs.scoring import score_run
from review.judges.keys import environment_of
from review.judges.runs.worker import step_back
from review.people.people import require
from review.settings.project import project_of


@click.group("runs")
def runs_group() -> None:
    """List, show, pause and resume runs of versions over releases."""


@runs_group.command("list")
@click.option("--prompt", "version", metavar="V", help="Runs of this version.")
@click.option("--release", metavar="R", help="Runs over this release.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many runs, newest first.")
@store_option
@json_option
def list_(version: str | None, release: str | None, limit: int, store_path: str, as_json: bool) -> None:
    """List runs with their progress and what is missing."""
    found = list_runs(opened(store_path), version=version, release=release, limit=limit)
    emit({"runs": [s.to_json() for s in found]}, as_json, lambda: show_runs(found))


@runs_group.command("show")
@click.argument("run_id", metavar="RUN")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the results to this file.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@store_option
@json_option
def show(run_id: str, out: Path | None, force: bool, store_path: str, as_json: bool) -> None:
    """Show the figures of a run: accuracy, scores, what is missing, latency and cost."""
    store, project = opened(store_path), project_of(store_path)
    if out is not None:
        check_target(out, force=force)
    show_run(store, run_id, project, out=out, as_json=as_json)


@runs_group.command("pause")
@click.argument("run_id", metavar="RUN")
@as_option
@store_option
@json_option
def pause(run_id: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Pause a run in progress: it asks nothing new."""
    store = opened(store_path)
    ask_pause(store, run_id, by=acting_person(store, acting).id)
    emit({"run": run_id, "state": "paused"}, as_json, lambda: note(f"run {run_id} is paused"))


@runs_group.command("resume")
@click.argument("run_id", metavar="RUN")
@click.option("--max-cost", type=Number(0), help="Another limit on the cost of all its answers.")
@click.option("--max-tokens", type=click.IntRange(1), help="Another limit on their tokens.")
@click.option("--background", is_flag=True, help="Work in a separate process and return at once.")
@click.option("--worker", is_flag=True, hidden=True, help="Be that process.")
@as_option
@store_option
@json_option
def resume(
    run_id: str,
    max_cost: float | None,
    max_tokens: int | None,
    background: bool,
    worker: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Resume a run that was paused, stopped, interrupted or failed, where it stopped."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    if worker:
        # The process that started this worker has already recorded the request among the run's events.
        require(store, by, "adjudicator")
        step_back()
    else:
        ask_resume(store, run_id, by=by, max_cost=max_cost, max_tokens=max_tokens, background=background)
    if background:
        run_in_background(store, run_id)
        said = f"run {run_id} continues in the background; `spotcheck runs list` shows it"
        emit({"run": run_id, "state": status_of(store, run_id).state}, as_json, lambda: note(said))
        return
    finish(store, run_id, project_of(store_path), out=None, as_json=as_json)


@runs_group.command("score")
@click.argument("run_id", metavar="RUN")
@as_option
@store_option
@json_option
def score(run_id: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Score a run again after [scores], the database or a judge changed; what stayed the same is taken over."""
    store, project = opened(store_path), project_of(store_path)
    require(store, acting_person(store, acting).id, "adjudicator")
    run = run_named(store, run_id)
    release = cases_of_release(store, run.release)
    new = score_run(store, run, release, project=project, environment=environment_of(project))
    emit({"run": run_id, "scored": new}, as_json, lambda: note(f"run {run_id}: {new:,} answers have new scores"))


@runs_group.command("check")
@click.argument("run_id", metavar="RUN")
@click.option("--write", "sheet_file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the drawn answers to this CSV file, with an empty column for the label.")  # fmt: skip
@click.option("--labels", metavar="FILE", type=click.Path(exists=True, path_type=Path, dir_okay=False),
              help="Take the labels of a filled-in file.")  # fmt: skip
@click.option("--share", type=INNER_SHARE, default=SHARE, show_default=True, help="The share of answers to draw.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@as_option
@store_option
@json_option
def check(
    run_id: str,
    sheet_file: Path | None,
    labels: Path | None,
    share: float,
    force: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Let people check a random part of a run's answers, and correct its combined accuracy by what they find.

    Label the drawn answers in the order of the file: labels after a gap do not count.
    """
    if (sheet_file is None) == (labels is None):
        raise click.UsageError("expected one of --write and --labels.")
    store, project = opened(store_path), project_of(store_path)
    by = acting_person(store, acting).id
    if sheet_file is not None:
        require(store, by, "adjudicator")
        check_target(sheet_file, force=force)
        text = sheet(store, run_id, project=project, share=share)
        sheet_file.write_text(text, encoding="utf-8", newline="")
        emit({"run": run_id, "file": str(sheet_file)}, as_json, lambda: note(f"{sheet_file}: fill in the column label"))
    if labels is not None:
        done = take_labels(store, run_id, labels, project=project, by=by)
        said = f"{done.labelled:,} answers of {done.of:,} are labelled, {done.counted:,} of them count"
        emit(asdict(done), as_json, lambda: note(said))
