"""``spotcheck rubric``: show the rubric and its versions, compare two, and take over the one in spotcheck.toml."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.text import Text

from review.basics.errors import InputError
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, store_option
from review.commands.grid import Grid
from review.people.people import require
from review.rubric.as_toml import rubric_toml
from review.rubric.change import change_rubric, rubric_versions
from review.rubric.diff import rubric_diff
from review.rubric.rubric import current_rubric, rubric_document, rubric_from, rubric_version
from review.settings.project import project_of


@click.group("rubric")
def rubric_group() -> None:
    """The dimensions that people judge."""


@rubric_group.command("show")
@click.option("--toml", "as_toml", is_flag=True, help="Print it as TOML, ready for spotcheck.toml.")
@click.option("--version", type=click.IntRange(0), help="An earlier version. Default: the one in force.")
@store_option
@json_option
def rubric_show(as_toml: bool, version: int | None, store_path: str, as_json: bool) -> None:
    """Show the rubric in force."""
    store = opened(store_path)
    rubric = current_rubric(store) if version is None else rubric_version(store, version)

    def render() -> None:
        if as_toml:
            click.echo(rubric_toml(rubric), nl=False)
            return
        table = Grid("dimension", "scale", "values", "positive", title=f"rubric version {rubric.version}")
        for d in rubric.dimensions:
            table.add_row(*(Text(t) for t in (d.name, d.scale.kind, ", ".join(d.scale.values), d.positive or "")))
        out.print(table)

    emit({"version": rubric.version, **rubric_document(rubric)}, as_json, render)


@rubric_group.command("versions")
@store_option
@json_option
def rubric_versions_(store_path: str, as_json: bool) -> None:
    """List all versions with date, author and reason."""
    rows = [{"version": v.version, "at": v.at, "by": v.by, "note": v.note} for v in rubric_versions(opened(store_path))]

    def render() -> None:
        table = Grid("version", "at", "by", "note")
        for row in rows:
            table.add_row(*(Text(str(cell)) for cell in row.values()))
        out.print(table)

    emit({"versions": rows}, as_json, render)


@rubric_group.command("diff")
@click.argument("before", type=click.IntRange(0))
@click.argument("after", type=click.IntRange(0))
@store_option
@json_option
def rubric_diff_(before: int, after: int, store_path: str, as_json: bool) -> None:
    """Show what changed between two versions."""
    store = opened(store_path)
    changes = rubric_diff(rubric_version(store, before), rubric_version(store, after))
    text = "\n".join(c.sentence for c in changes) or "nothing changed"
    result = {"before": before, "after": after, "changes": [{**asdict(c), "sentence": c.sentence} for c in changes]}
    emit(result, as_json, lambda: out.print(text, highlight=False, markup=False))


@rubric_group.command("update")
@click.option("--note", "why", default="taken from spotcheck.toml", show_default=True, help="Reason for the change.")
@as_option
@store_option
@json_option
def rubric_update(why: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Save the rubric of spotcheck.toml as a new version. Does nothing when it equals the one in force."""
    store, project = opened(store_path), project_of(store_path)
    by = require(store, acting_person(store, acting).id, "lead").id
    if project.rubric is None:
        # Falling back to the default rubric would replace one that was made in the application.
        raise InputError(
            f"{project.path}: found no [rubric] table, expected the rubric to take over. Without the file, a lead can "
            "change the rubric on the Rubric page.",
            command_hint="`spotcheck rubric show --toml` prints the one in force, to put into the file and change.",
        )
    rubric = rubric_from(project.rubric, origin=str(project.path))
    saved = change_rubric(store, rubric, by=by, note=why)
    result = {"version": saved.version, "dimensions": list(saved.names)}
    text = f"rubric version {saved.version}: {', '.join(saved.names)}"
    emit(result, as_json, lambda: out.print(text, highlight=False, markup=False))
