"""``spotcheck run``: ask the product under test every case of a release, and score what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from review.basics.clock import now
from review.basics.errors import InputError
from review.basics.whole_files import check_target
from review.commands.common import acting_person, as_option, emit, json_option, note, opened, store_option, text_of
from review.commands.numbers import Number
from review.commands.progress import bar
from review.commands.run_options import target_in, target_options
from review.commands.run_render import show_figures
from review.commands.version_options import parameters_in, parameters_option
from review.experiments.gating.repeats import planned
from review.experiments.runs.background import run_in_background
from review.experiments.runs.cases import cases_of_file
from review.experiments.runs.earlier_file import Part, answers_in
from review.experiments.runs.listing import figures_on_store, status_of
from review.experiments.runs.result_file import write_results
from review.experiments.runs.running import RunOptions, RunRequest, start_run
from review.experiments.runs.scored import scored_run
from review.experiments.runs.summary import figures_of
from review.experiments.runs.without_store import run_without_store
from review.experiments.runs.working import work
from review.experiments.versions.registry import hash_of
from review.judges.keys import environment_of
from review.judges.runs.targets import file_digest
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from
from review.settings.project import Project, project_of
from storage.records_experiments import PromptVersion
from storage.store import Store


@click.command("run")
@click.option("--release", metavar="R", help="The release of the store to run over.")
@click.option(
    "--release-file", type=click.Path(path_type=Path, dir_okay=False),
    help="A release exported as jsonl, for a run without a store.",
)  # fmt: skip
@click.option("--prompt", "version", required=True, metavar="V", help="The version that answers.")
@target_options
@click.option("--prompt-file", type=click.Path(path_type=Path, dir_okay=False), help="Its prompt, without a store.")
@click.option("--model", default="", help="Its model, without a store.")
@parameters_option
@click.option("--repeats", type=click.IntRange(1), default=1, show_default=True, help="How often each case is asked.")
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path, dir_okay=False),
    help="Ask each case as often as this plan says, which `spotcheck gate --plan FILE` writes.",
)  # fmt: skip
@click.option("--concurrency", type=click.IntRange(1), default=8, show_default=True, help="Cases asked at once.")
@click.option(
    "--timeout", type=Number(0, min_open=True), default=60.0, show_default=True, help="Seconds for one answer."
)
@click.option("--attempts", type=click.IntRange(1), default=3, show_default=True, help="How often one case is tried.")
@click.option(
    "--max-cost", type=Number(0), help="Stop when the answers have cost this much, in the project's currency."
)
@click.option("--max-tokens", type=click.IntRange(1), help="Stop when the answers took this many tokens.")
@click.option("--fresh", is_flag=True, help="Ask again what earlier runs of this version asked.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the results to this file.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--background", is_flag=True, help="Work in a separate process and return at once.")
@as_option
@store_option
@json_option
def run(
    release: str | None,
    release_file: Path | None,
    version: str,
    prompt_file: Path | None,
    model: str,
    parameters: str,
    repeats: int,
    plan_file: Path | None,
    concurrency: int,
    timeout: float,
    attempts: int,
    max_cost: float | None,
    max_tokens: int | None,
    fresh: bool,
    out: Path | None,
    force: bool,
    background: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
    **targets: Any,
) -> None:
    """Ask a version every case of a release and score its answers.

    What an earlier run of the version asked is taken over. With --release-file no store is needed: what --out holds of
    the same version, release and target is taken over.
    """
    if (release is None) == (release_file is None):
        raise InputError("expected one of --release and --release-file.")
    if release is not None and parameters != "{}":
        raise InputError("--parameters: the store knows those of the version; give them with --release-file only.")
    project = project_of(store_path)
    kind, target = target_in(targets, project)
    options = RunOptions(
        repeats=repeats,
        more=planned(plan_file, version) if plan_file is not None else {},
        concurrency=concurrency,
        timeout=timeout,
        attempts=attempts,
        max_cost=max_cost,
        max_tokens=max_tokens,
        fresh=fresh,
    )
    if out is not None and release_file is None:
        check_target(out, force=force)
    wanted = RunRequest(
        version=version,
        release=release or "",
        kind=kind,
        target=_with_digest(kind, target),
        options=options,
    )
    if release_file is not None:
        made = _version(version, prompt_file, model, parameters_in(parameters))
        _without_store(release_file, made, wanted, project, out=out, force=force, as_json=as_json)
        return
    store = opened(store_path)
    by = acting_person(store, acting).id
    if background and out is not None:
        raise InputError("--out: a run in the background cannot write it; use `runs show --out` when it has finished.")
    started = start_run(store, wanted, by=by, project=project, background=background)
    if background:
        run_in_background(store, started.id)
        said = f"run {started.id} continues in the background; `spotcheck runs list` shows it"
        emit({"run": started.id, "state": "running"}, as_json, lambda: note(said))
        return
    finish(store, started.id, project, out=out, as_json=as_json)


def _with_digest(kind: str, target: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a target; a file gets its full path and digest, so that a changed one is read again."""
    if kind != "file":
        return target
    path = Path(target["path"])
    return {**target, "path": str(path.resolve()), "digest": file_digest(path)}


def _version(name: str, prompt_file: Path | None, model: str, parameters: dict[str, Any]) -> PromptVersion:
    prompt = text_of(prompt_file) if prompt_file else ""
    return PromptVersion(
        id=name,
        prompt_hash=hash_of(prompt) if prompt else "",
        prompt=prompt,
        model=model,
        parameters=parameters,
        at=now(),
        by="",
    )


def _without_store(
    file: Path,
    version: PromptVersion,
    wanted: RunRequest,
    project: Project,
    *,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    release = cases_of_file(file)
    earlier = answers_in(out, release, version, wanted) if out is not None else None
    if out is not None:
        check_target(out, force=force or earlier is not None)
    names = [d for d in rubric_from(DEFAULT_RUBRIC).dimensions if d.name == project.scores.correctness]
    with bar("asking") as progress:
        scored, notes = run_without_store(
            release,
            version,
            wanted,
            project=project,
            environment=environment_of(project),
            correctness=names[0] if names else None,
            earlier=earlier,
            out=out,
            progress=progress,
        )
    for line in notes:
        note(line)
    if out is not None:
        write_results(out, scored)
        Part(out).remove()
        note(f"{out}: {len(scored.cases):,} results")
    figures = figures_of(scored)
    emit(figures.to_json(), as_json, lambda: show_figures(figures, project.judges.currency))


def finish(store: Store, run_id: str, project: Project, *, out: Path | None, as_json: bool) -> None:
    """Work on a run with a progress bar, and print its figures when it has finished."""
    try:
        with bar("asking") as progress:
            notes = work(store, run_id, project=project, environment=environment_of(project), progress=progress)
    except KeyboardInterrupt:
        note(f"run {run_id} was interrupted; `spotcheck runs resume {run_id}` continues where it stopped")
        raise
    for line in notes:
        note(line)
    state = status_of(store, run_id).state
    if state != "finished":
        note(f"run {run_id} is {state}; `spotcheck runs resume {run_id}` continues it")
    show_run(store, run_id, project, out=out, as_json=as_json)


def show_run(store: Store, run_id: str, project: Project, *, out: Path | None, as_json: bool) -> None:
    """Print the figures of a run, and write its results to a file if one is given."""
    run = scored_run(store, run_id, project=project)
    if out is not None:
        write_results(out, run)
    figures = figures_on_store(store, run)
    emit(figures.to_json(), as_json, lambda: show_figures(figures, project.judges.currency))
