"""``spotcheck gate``: whether the candidate can replace the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from review.basics.errors import InputError
from review.commands.common import acting_person, as_option, emit, file_option, json_option, note, opened, store_option
from review.commands.gate_exit import EXIT, apart_from_decisions
from review.commands.gate_people import MEMBERS
from review.commands.gate_render import show, show_outcome, show_self
from review.commands.gate_table import read_cases
from review.experiments.decisions import Standing
from review.experiments.gating.keeping import keep
from review.experiments.gating.outcome import GateSettings, Outcome, gate_runs
from review.experiments.gating.repeats import repeat_plan
from review.experiments.gating.selfcheck import self_check
from review.experiments.gating.versions_gate import check_itself, gate_versions
from review.experiments.gating.written import junit, short_markdown
from review.experiments.runs.cases import ReleaseCases, cases_of_file
from review.experiments.runs.result_file import read_results, whole
from review.experiments.values import ScoredRun
from review.experiments.versions.registry import in_force
from review.golden.releases import releases
from review.statistics.gate.report import gate_report
from review.statistics.gate.words import markdown
from storage.store import Store

PRINT = "-"


@click.group(invoke_without_command=True)
@file_option(
    "case,baseline,candidate[,scenario][,kind][,tags][,must_pass] (results 0/1 or from 0 to 1; repeats are rows)"
)
@click.option("--baseline", metavar="V1", help="The version to compare with; default: the one in force.")
@click.option("--candidate", metavar="V2", help="The version that may replace it.")
@click.option("--release", metavar="R", help="The golden release of both runs; default: the latest one.")
@click.option("--baseline-file", type=click.Path(path_type=Path), help="Results of the baseline, without a store.")
@click.option("--candidate-file", type=click.Path(path_type=Path), help="Results of the candidate, without a store.")
@click.option("--release-file", type=click.Path(path_type=Path), help="The exported release (jsonl) of both files.")
@click.option("--keep", "kept", is_flag=True, help="Send the decision about two files to the store.")
@click.option("--self", "itself", is_flag=True, help="Compare the baseline with itself: how often does that not pass?")
@click.option("--plan", is_flag=True, help="Print what to ask again, and the bill, instead of a decision.")
@click.option("--max-calls", type=click.IntRange(min=1), help="The most answers that --plan may ask for.")
@click.option("--max-cost", type=click.FloatRange(min=0), help="The most that --plan may cost.")
@click.option("--margin", type=float, default=0.02, show_default=True, help="The tolerated drop; 0.02 is two points.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="The significance level of the test.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail on any drop over the margin, proven or not. Pass otherwise, unless a slice is suspect.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Random seed of the permutation test.")
@click.option(
    "--markdown", "markdown_to", is_flag=False, flag_value=PRINT, metavar="[FILE]",
    help="Write Markdown for a pull request to FILE; without FILE, print it.",
)  # fmt: skip
@click.option("--junit", "junit_to", type=click.Path(path_type=Path), help="Write JUnit XML for a CI server.")
@as_option
@store_option
@json_option
@click.pass_context
def gate(ctx: click.Context, **given: Any) -> None:
    """Compare two versions on the same cases: exit code 0 pass, 1 fail, 3 not enough evidence, 4 not done.

    On the store, --baseline and --candidate are compared by their latest runs over a release, and the decision is kept.
    With --baseline-file, --candidate-file and --release-file no store is needed. --file takes any table of results.

    A scenario, kind or tag that may have collapsed makes the result 3, even if the total passes. So do cases without a
    result (empty, NA, null and the like) that could hide a drop.
    """
    if ctx.invoked_subcommand is None:
        ctx.exit(decided(given))


for member in MEMBERS:
    gate.add_command(member)


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
    if given["candidate"] is None:
        raise click.UsageError(
            "give --candidate (and --baseline) on a store, --baseline-file, --candidate-file and --release-file, or "
            "--file with a table of case,baseline,candidate."
        )
    store = opened(given["store_path"])
    by = acting_person(store, given["acting"]).id
    outcome = gate_versions(
        store,
        baseline=_baseline(store, given),
        candidate=given["candidate"],
        release=_release(store, given),
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
    printed = given["markdown_to"] == PRINT
    if given["markdown_to"] and not printed:
        _write(Path(given["markdown_to"]), markdown(report))
    emit(
        report.to_json(),
        given["as_json"],
        lambda: click.echo(markdown(report), nl=False) if printed else show(report),
    )
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
    outcome = gate_runs(before, after, settings)
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


def _itself(given: dict[str, Any], settings: GateSettings) -> int:
    if given["baseline_file"]:
        if given["release_file"] is None:
            raise click.UsageError("--self with --baseline-file needs --release-file too.")
        found = self_check([_checked(given["baseline_file"], cases_of_file(given["release_file"]))], settings)
    else:
        store = opened(given["store_path"])
        found = check_itself(store, _baseline(store, given), _release(store, given), settings)
    emit(found.to_json(), given["as_json"], lambda: show_self(found))
    return 0


def _plan(given: dict[str, Any], outcome: Outcome) -> int:
    plan = repeat_plan(outcome.baseline, outcome.candidate, max_calls=given["max_calls"], max_cost=given["max_cost"])
    emit(plan.to_json(), given["as_json"], lambda: click.echo(plan.sentence))
    return 0


def _told(given: dict[str, Any], outcome: Outcome, standing: Standing | None) -> int:
    """Write and print an outcome, and return the exit code: 0 where waivers let the candidate pass."""
    if given["junit_to"]:
        _write(given["junit_to"], junit(outcome))
    text = short_markdown(outcome, standing)
    printed = given["markdown_to"] == PRINT
    if given["markdown_to"] and not printed:
        _write(Path(given["markdown_to"]), text)
    told = outcome.to_json()
    if standing is not None:
        told |= {"open": list(standing.open), "may_ship": standing.may_ship, "waivers": len(standing.waivers)}
    emit(
        told,
        given["as_json"],
        lambda: click.echo(text, nl=False) if printed else show_outcome(outcome, standing),
    )
    return 0 if standing is not None and standing.may_ship else EXIT[outcome.decision]


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


def _release(store: Store, given: dict[str, Any]) -> str:
    if given["release"]:
        return str(given["release"])
    found = releases(store)
    if not found:
        raise click.UsageError("the store has no golden release yet; `spotcheck golden release` makes one.")
    return found[-1].name
