"""``spotcheck failures modes``: the named failure modes, their share of production, and changes of the list."""

from __future__ import annotations

from dataclasses import asdict

import click

from review.commands import failures_render as render
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, split_values, store_option
from review.evidence.chosen_weeks import weeks_between
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.analysis import accept, proposed_modes
from review.failures.by_model import named_by
from review.failures.followup import mode_states
from review.failures.modes import GROUPS, ignore_mode, merge_modes, name_mode, rename_mode
from review.failures.repaired import repaired_answers
from review.failures.shares import mode_shares
from review.failures.working import give_mode
from review.judges.endpoints import llm_of
from review.settings.project import project_of


@click.group("modes", invoke_without_command=True)
@click.option(
    "--weeks",
    metavar="W44..W47",
    help="Weeks of the store: one, several with commas, or a span. Default: the last four.",
)
@as_option
@store_option
@json_option
@click.pass_context
def modes_group(context: click.Context, weeks: str | None, acting: str | None, store_path: str, as_json: bool) -> None:
    """Failure modes: their share of production with its interval and trend, and how complete the list is."""
    if context.invoked_subcommand is not None:
        return
    store = opened(store_path)
    viewer = acting_person(store, acting).id
    project, chosen = project_of(store_path), weeks_between(store, weeks)
    found = mode_shares(store, project, chosen, viewer=viewer)
    states = mode_states(store, project, chosen[-1], runs=runs_of_claims(store, project))
    repaired = repaired_answers(store, project, chosen, viewer=viewer, drawn=found.drawn)
    result = {**found.to_json(), "repaired": repaired.to_json()}
    result["modes"] = [{**m, "state": states.get(m["id"], "")} for m in result["modes"]]
    emit(result, as_json, lambda: render.shares(found, states, repaired))


@modes_group.command("name")
@click.argument("name")
@click.option("--groups", metavar="KINDS", help=f"Whole kinds of failure that it takes over: {', '.join(GROUPS)}.")
@click.option("--description", default="", help="What failures of this mode have in common.")
@click.option("--example", default="", metavar="ID", help="A failure that shows it.")
@as_option
@store_option
@json_option
def name(
    name: str, groups: str | None, description: str, example: str, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Name a new failure mode."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    made = name_mode(store, name, by=by, groups=split_values(groups), description=description, example=example)
    emit(asdict(made), as_json, lambda: out.print(f"{made.name} is a failure mode", highlight=False, markup=False))


@modes_group.command("rename")
@click.argument("mode")
@click.option("--to", "to", metavar="NAME", help="The new name.")
@click.option("--description", help="The new description.")
@as_option
@store_option
@json_option
def rename(
    mode: str, to: str | None, description: str | None, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Give a mode another name or description."""
    store = opened(store_path)
    made = rename_mode(store, mode, name=to, description=description, by=acting_person(store, acting).id)
    emit(asdict(made), as_json, lambda: out.print(f"{mode} is now {made.name}", highlight=False, markup=False))


@modes_group.command("merge")
@click.argument("mode")
@click.option("--into", required=True, metavar="MODE", help="The mode that stays.")
@as_option
@store_option
@json_option
def merge(mode: str, into: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Merge a mode into another, which takes over its failures."""
    store = opened(store_path)
    made = merge_modes(store, mode, into=into, by=acting_person(store, acting).id)
    emit(asdict(made), as_json, lambda: out.print(f"{mode} is part of {made.name}", highlight=False, markup=False))


@modes_group.command("ignore")
@click.argument("mode")
@click.option("--reason", default="", help="Why its failures need no triage. Without one, they need it again.")
@as_option
@store_option
@json_option
def ignore(mode: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Ignore a mode in triage, with a reason."""
    store = opened(store_path)
    made = ignore_mode(store, mode, reason=reason, by=acting_person(store, acting).id)
    told = "ignored" if made.ignored else "watched again"
    emit(asdict(made), as_json, lambda: out.print(f"{made.name} is {told}", highlight=False, markup=False))


@modes_group.command("give")
@click.argument("mode")
@click.argument("failures", nargs=-1, required=True)
@as_option
@store_option
@json_option
def give(mode: str, failures: tuple[str, ...], acting: str | None, store_path: str, as_json: bool) -> None:
    """Say that FAILURES belong to MODE; "" takes theirs away. To split a mode, name another and give it some."""
    store = opened(store_path)
    chosen = give_mode(store, failures, mode, by=acting_person(store, acting).id)
    emit({"mode": chosen, "failures": list(failures)}, as_json, lambda: out.print(f"{len(failures)} given"))


@modes_group.command("propose")
@click.option("--weeks", metavar="W44..W47", help="Weeks of the store. Default: the last four.")
@click.option("--accept", "accepted", type=click.IntRange(1), metavar="N", help="Make a mode of group number N.")
@click.option("--name", help="The name of that mode. Default: the proposed words.")
@click.option(
    "--meaning/--letters", default=None,
    help="Compare notes by the meaning that a sentence model sees (extra models), or by letters and known words alone. "
    "Default: by meaning where the model is installed and at most 1,000 failures wait.",
)  # fmt: skip
@click.option("--judge", metavar="JUDGE", help="An llm judge whose endpoint names the groups; edit what it says.")
@as_option
@store_option
@json_option
def propose(
    weeks: str | None,
    accepted: int | None,
    name: str | None,
    meaning: bool | None,
    judge: str | None,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Group failures without a mode by what people and the log say of them, with words for a name. Offline."""
    store, project = opened(store_path), project_of(store_path)
    by, endpoint = acting_person(store, acting).id, named_by(llm_of(store, project, judge)) if judge else None
    found = proposed_modes(store, project, weeks_between(store, weeks), by=by, endpoint=endpoint, meaning=meaning)
    if accepted is None:
        emit({"groups": [g.to_json() for g in found]}, as_json, lambda: render.proposed(found))
        return
    if accepted > len(found):
        raise click.UsageError(f"--accept: found {accepted}, expected at most {len(found)}, the number of groups.")
    chosen = found[accepted - 1].alike
    made = accept(store, chosen.ids, name or chosen.name, by=by)
    emit(asdict(made), as_json, lambda: out.print(f"{made.name}: {len(chosen.ids)} failures", markup=False))
