"""Decide what ``spotcheck gate`` is asked: two tables, two files, two versions of the store, or one against itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from review.basics.errors import InputError
from review.commands.common import acting_person, emit, note, opened
from review.commands.gate_exit import EXIT, apart_from_decisions
from review.commands.gate_render import show, show_outcome, show_self
from review.commands.gate_table import read_cases
from review.experiments.decisions import Standing
from review.experiments.gating.keeping import keep
from review.experiments.gating.outcome import Outcome, gate_runs
from review.experiments.gating.repeats import RepeatPlan, nothing_to_ask, plan_of_itself, repeat_plan
from review.experiments.gating.selfcheck import self_check
from review.experiments.gating.settings import GateSettings
from review.experiments.gating.versions_gate import check_itself, gate_versions
from review.experiments.gating.written import junit, short_markdown
from review.experiments.runs.cases import ReleaseCases, cases_of_file
from review.experiments.runs.result_file import read_results, whole
from review.experiments.values import ScoredRun
from review.experiments.versions.registry import in_force
from review.golden.releases import releases
from review.settings.project import project_of
from review.statistics.gate.report import gate_report
from review.statistics.gate.words import markdown
from storage.queries.experiments import latest_finished
from storage.store import Store

PRINT = "-"
"""What --markdown and --plan hold without a file: print it."""


@apart_from_decisions
def decided(given: dict[str, Any]) -> int:
    """Do what the options say, and return the exit code."""
    if given["as_json"] and given["markdown_to"] == PRINT:
        raise click.UsageError("give --json or --markdown, not both.")
    settings = GateSettings(margin=given["margin"], alpha=given["alpha"], strict=given["strict"], seed=given["seed"])
    if given["file"] is not None:
        return _table(given, settings)
    if given["itself"]:
        return _itself(given, settings)
    if given["baseline_file"] or given["candidate_file"]:
        return _files(given, settings)
    if given["approved"]:
        raise click.UsageError("--approved goes with --baseline-file; a store knows its approved versions.")
    if given["candidate"] is None:
        raise click.UsageError(
            "give --candidate (and --baseline) on a store, --baseline-file, --candidate-file and --release-file, or "
            "--file with a table of case,baseline,candidate."
        )
    store = opened(given["store_path"])
    by = acting_person(store, given["acting"]).id
    baseline = _baseline(store, given)
    outcome = gate_versions(
        store,
        baseline=baseline,
        candidate=given["candidate"],
        release=_release(store, given, baseline, given["candidate"]),
        settings=settings,
    )
    if given["plan"]:
        return _plan(given, outcome)
    return _told(given, outcome, keep(store, outcome, by=by))


def _table(given: dict[str, Any], settings: GateSettings) -> int:
    if given["junit_to"]:
        raise click.UsageError("--junit needs the runs of two versions; give --candidate or --candidate-file.")
    cases, missing = read_cases(given["file"])
    report = gate_report(
        cases,
        margin=settings.margin,
        alpha=settings.alpha,
        strict=settings.strict,
        seed=settings.seed,
        missing=missing,
    )
    _print(given, report.to_json(), markdown(report), lambda: show(report))
    return EXIT[report.decision]


def _files(given: dict[str, Any], settings: GateSettings) -> int:
    names = ("baseline_file", "candidate_file", "release_file")
    lacking = [f"--{name.replace('_', '-')}" for name in names if given[name] is None]
    if lacking:
        raise click.UsageError(f"without a store the gate needs three files; give {' and '.join(lacking)} too.")
    release = cases_of_file(given["release_file"])
    before, after = (_checked(given[name], release) for name in names[:2])
    if after.release_digest != release.digest:
        raise InputError(
            f"{given['candidate_file']}: found a run over release {after.release} with other examples than "
            f"{given['release_file']}, expected one over this release. Run {after.version} over it."
        )
    approved, without = _approved(given["approved"], release, before)
    outcome = gate_runs(before, after, settings, approved=approved, not_compared=without)
    if given["plan"]:
        return _plan(given, outcome)
    if not given["kept"]:
        return _told(given, outcome, None)
    store = opened(given["store_path"])
    return _told(given, outcome, keep(store, outcome, by=acting_person(store, given["acting"]).id, origin="file"))


def _checked(path: Path, release: ReleaseCases) -> ScoredRun:
    run = read_results(path, release.cases)
    if not run.cases:
        raise InputError(f"{path}: none of its cases is in the release file. Run {run.version} over this release.")
    return whole(run, release)


def _approved(paths: Sequence[Path], release: ReleaseCases, baseline: ScoredRun) -> tuple[list[ScoredRun], list[str]]:
    """Return the runs of other approved versions, and the names of those that saw none of the cases.

    Raises InputError for a folder without results, so that a comparison that was asked for is never left out.
    """
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not inside:
            raise InputError(f"{path}: found no results (*.jsonl), expected those of approved versions.")
        files += inside
    runs = [run for run in (read_results(file, release.cases) for file in files) if run.run != baseline.run]
    return [run for run in runs if run.cases], [run.version for run in runs if not run.cases]


def _itself(given: dict[str, Any], settings: GateSettings) -> int:
    if given["baseline_file"]:
        if given["release_file"] is None:
            raise click.UsageError("--self with --baseline-file needs --release-file too.")
        run = _checked(given["baseline_file"], cases_of_file(given["release_file"]))
        if given["plan"]:
            return _printed_plan(given, plan_of_itself(run, currency=_currency(given)))
        found = self_check([run], settings)
    else:
        if given["plan"]:
            raise click.UsageError("--self with --plan needs --baseline-file and --release-file.")
        store = opened(given["store_path"])
        version = _baseline(store, given)
        found = check_itself(store, version, _release(store, given, version), settings)
    emit(found.to_json(), given["as_json"], lambda: show_self(found))
    return 0


def _plan(given: dict[str, Any], outcome: Outcome) -> int:
    if outcome.decision == "pass" or (outcome.decision == "fail" and not outcome.report.doubtful):
        return _printed_plan(given, nothing_to_ask(outcome.baseline, outcome.candidate))
    plan = repeat_plan(
        outcome.baseline,
        outcome.candidate,
        max_calls=given["max_calls"],
        max_cost=given["max_cost"],
        currency=_currency(given),
    )
    return _printed_plan(given, plan)


def _printed_plan(given: dict[str, Any], plan: RepeatPlan) -> int:
    if given["plan"] != PRINT:
        _write(Path(given["plan"]), json.dumps(plan.to_json()) + "\n")
    emit(plan.to_json(), given["as_json"], lambda: click.echo(plan.sentence))
    return 0


def _currency(given: dict[str, Any]) -> str:
    return project_of(given["store_path"]).judges.currency


def _told(given: dict[str, Any], outcome: Outcome, standing: Standing | None) -> int:
    """Write and print an outcome, and return the exit code: 0 where waivers let the candidate pass."""
    if given["junit_to"]:
        _write(given["junit_to"], junit(outcome))
    told = outcome.to_json()
    if standing is not None:
        told |= {"open": list(standing.open), "may_ship": standing.may_ship, "waivers": len(standing.waivers)}
    _print(given, told, short_markdown(outcome, standing), lambda: show_outcome(outcome, standing))
    return 0 if standing is not None and standing.may_ship else EXIT[outcome.decision]


def _print(given: dict[str, Any], result: dict[str, Any], text: str, render: Callable[[], None]) -> None:
    """Write the Markdown to its file, and print the result as JSON, as Markdown or for people."""
    printed = given["markdown_to"] == PRINT
    if given["markdown_to"] and not printed:
        _write(Path(given["markdown_to"]), text)
    emit(result, given["as_json"], lambda: click.echo(text, nl=False) if printed else render())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    note(f"{path} is written.")


def _baseline(store: Store, given: dict[str, Any]) -> str:
    if given["baseline"]:
        return str(given["baseline"])
    found = in_force(store)
    if found is None or found.id == given["candidate"]:
        raise click.UsageError("no other version is approved yet, so name the one to compare with: --baseline.")
    return found.id


def _release(store: Store, given: dict[str, Any], *ran: str) -> str:
    """Return the release that was named, else the newest that all these versions ran, else the newest."""
    if given["release"]:
        return str(given["release"])
    found = releases(store)
    if not found:
        raise click.UsageError("the store has no golden release yet; `spotcheck golden release` makes one.")
    both = (one.name for one in reversed(found) if all(latest_finished(store, v, one.name) for v in ran))
    return next(both, found[-1].name)
