"""``spotcheck judge``: judges as data, their versions, and the changes between versions."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from typing import Any

import click

from review.basics.errors import InputError
from review.basics.words import counted
from review.commands import judge_render as render
from review.commands.common import acting_person, as_option, emit, json_option, note, opened, store_option
from review.commands.judge_compare import compare
from review.commands.judge_over_time import over_time_command
from review.commands.judge_runs import pause, resume, run, runs
from review.commands.judge_spec import SpecOptions, examples_asked, filled_prompt, spec_asked
from review.exchange.tools.catalogue import VERDICT_READERS
from review.exchange.verdicts import read_verdicts
from review.judges.kinds import JUDGES
from review.judges.recordings import add_recorded
from review.judges.versions import (
    add_judge,
    changes,
    judge_named,
    judges_of,
    text_diff,
    versions_of,
)
from storage.records_judges import Judge
from storage.store import Store


@click.group("judge")
def judge_group() -> None:
    """Add judges as data, run them over a week, a release or a file, and compare them."""


judge_group.add_command(run)
judge_group.add_command(runs)
judge_group.add_command(pause)
judge_group.add_command(resume)
judge_group.add_command(over_time_command)
judge_group.add_command(compare)


@judge_group.command("add")
@click.argument("name")
@click.option("--kind", help=f"{', '.join(JUDGES)}; default: the kind of the latest version.")
@click.option(
    "--dimension",
    "dimensions",
    metavar="D",
    multiple=True,
    help="A dimension to judge; repeat for several. Default: those of the latest version.",
)
@click.option("--from", "source", metavar="FILE", help="The whole spec as TOML or JSON; default: the latest one.")
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="One setting, such as model=qwen3:8b.")
@click.option("--prompt", metavar="FILE", help="A text file with the prompt template.")
@click.option("--examples", metavar="N|IDS", help="Golden examples of the dev half for the prompt: a number or ids.")
@click.option("--file", "file", metavar="FILE", help="The verdicts of a recorded judge, as for verdicts import.")
@click.option("--note", "why", default="", help="What this version tries.")
@as_option
@store_option
@json_option
def add(
    name: str,
    kind: str | None,
    dimensions: tuple[str, ...],
    source: str | None,
    settings: tuple[str, ...],
    prompt: str | None,
    examples: str | None,
    file: str | None,
    why: str,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Add the judge NAME, or a new version of it: any change makes a new version.

    Options that you leave out stay as in the latest version. A judge never holds a key; key_env names the environment
    variable that does.
    """
    store = opened(store_path)
    by = acting_person(store, acting).id
    earlier = versions_of(store, name)
    kind = kind or (earlier[-1].kind if earlier else None)
    if kind is None:
        raise InputError(f"Name the kind of the new judge with --kind: one of {', '.join(JUDGES)}.")
    if kind == "recorded":
        made = _recorded(store, name, file=file, dimensions=dimensions, why=why, by=by)
    else:
        if file is not None:
            raise InputError(
                "--file: found on a judge of another kind, expected a recorded one; other kinds take --from and --set."
            )
        wish = SpecOptions(kind, dimensions, source, settings, prompt)
        asked, spec = spec_asked(wish, earlier[-1] if earlier else None)
        if examples is not None:
            spec["examples"] = examples_asked(store, examples, asked)
        made = add_judge(store, name, kind=kind, dimensions=asked, spec=spec, by=by, note=why)
    emit(asdict(made), as_json, lambda: render.added(made, earlier))


def _recorded(store: Store, name: str, *, file: str | None, dimensions: tuple[str, ...], why: str, by: str) -> Judge:
    if file is None or len(dimensions) > 1:
        raise InputError(
            "a recorded judge needs --file with its verdicts; give --dimension once if the file has no such column."
        )
    table = read_verdicts(file)
    if table.format in VERDICT_READERS:
        raise InputError(
            f"{file}: found an export of {table.format}, expected a table of verdicts in the values of the rubric.",
            command_hint="`spotcheck verdicts import` reads it, and its --value translates pass and fail.",
        )
    for text in table.notes:
        note(text)
    made, done = add_recorded(store, name, table, by=by, dimension=dimensions[0] if dimensions else None, note=why)
    missing = sum(done.no_verdict.values())
    note(f"{counted(done.added, 'verdict')} added, {missing} of them without a value; {done.unchanged} already there")
    if done.unknown_items:
        note(f"{counted(done.unknown_items, 'row')} skipped, about items that the store does not have")
    return made


@judge_group.command("list")
@store_option
@json_option
def list_(store_path: str, as_json: bool) -> None:
    """List all judges in their latest version."""
    found = judges_of(opened(store_path))
    emit({"judges": [asdict(j) for j in found]}, as_json, lambda: render.listing(found))


@judge_group.command("versions")
@click.argument("name")
@store_option
@json_option
def versions(name: str, store_path: str, as_json: bool) -> None:
    """List all versions of NAME, each with its changes."""
    store = opened(store_path)
    found = versions_of(store, judge_named(store, name).name)
    changed = [[], *(changes(a, b) for a, b in pairwise(found))]
    rows = [{**asdict(j), "changes": c} for j, c in zip(found, changed, strict=True)]
    emit({"versions": rows}, as_json, lambda: render.history(found, changed))


@judge_group.command("show")
@click.argument("ref", metavar="NAME[@VERSION]")
@click.option("--item", metavar="ITEM", help="The item to fill the prompt with; default: the latest drawn one.")
@as_option
@store_option
@json_option
def show(ref: str, item: str | None, acting: str | None, store_path: str, as_json: bool) -> None:
    """Show the spec of a judge, and its prompt for an item as it would be sent, without any key."""
    store = opened(store_path)
    judge = judge_named(store, ref)
    filled = filled_prompt(store, judge, item, by=acting_person(store, acting).id)
    result: dict[str, Any] = {**asdict(judge), "messages": filled}
    emit(result, as_json, lambda: render.judge(judge, filled))


@judge_group.command("diff")
@click.argument("one", metavar="NAME@VERSION")
@click.argument("other", metavar="NAME@VERSION")
@store_option
@json_option
def diff(one: str, other: str, store_path: str, as_json: bool) -> None:
    """Show what changed from one version of a judge to another, with the lines of its texts."""
    store = opened(store_path)
    a, b = judge_named(store, one), judge_named(store, other)
    texts = {name: text for name in ("system", "prompt") if (text := text_diff(a, b, name))}
    changed = changes(a, b)
    result = {"from": a.id, "to": b.id, "changes": changed, "texts": texts}
    emit(result, as_json, lambda: render.difference(a, b, changed, texts))
