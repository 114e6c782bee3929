"""``spotcheck prompt``: versions of the product under test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich import box
from rich.text import Text

from review.basics.clock import to_minute
from review.basics.errors import NothingToDo
from review.basics.words import counted
from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    note,
    opened,
    out,
    store_option,
    text_of,
)
from review.commands.grid import Grid
from review.commands.version_options import parameters_in, parameters_option
from review.experiments.runs.accuracy import percent_with_interval
from review.experiments.runs.listing import accuracy_by_release
from review.experiments.versions import lineage, registry
from review.experiments.versions.registry import Version, Wanted
from review.experiments.versions.seen import seen_in_log
from review.settings.project import project_of
from review.statistics.quantity import Quantity
from storage.records_experiments import VersionState
from storage.store import Store


@click.group("prompt")
def prompt_group() -> None:
    """Register, list, compare and approve versions of the product under test."""


@prompt_group.command("register")
@click.argument("name", metavar="ID")
@click.option("--parent", help="The version that this one was made from.")
@click.option(
    "--file", "file", type=click.Path(path_type=Path, dir_okay=False), help="The file with the prompt's text."
)
@click.option("--hash", "prompt_hash", default="", help="SHA-256 of the prompt, where its text may not be kept.")
@click.option("--model", default="", help="The model that answers.")
@parameters_option
@click.option("--commit", default="", help="The commit of your repository that holds the prompt.")
@click.option("--path", "place", default="", help="Its path there. Default: the path given with --file.")
@click.option("--note", "description", default="", help="What is new in this version.")
@as_option
@store_option
@json_option
def register(
    name: str,
    parent: str | None,
    file: Path | None,
    prompt_hash: str,
    model: str,
    parameters: str,
    commit: str,
    place: str,
    description: str,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Register a version under the id that the production log has for it. It is pending until somebody approves it."""
    store = opened(store_path)
    wanted = Wanted(
        id=name,
        parent=parent,
        description=description,
        prompt=text_of(file) if file else "",
        prompt_hash=prompt_hash,
        model=model,
        parameters=parameters_in(parameters),
        commit=commit,
        path=place or (str(file) if file else ""),
    )
    made = registry.register(store, wanted, by=acting_person(store, acting).id)
    emit(_json(made), as_json, lambda: note(f"version {made.id} is registered and {made.state.state}"))


@prompt_group.command("list")
@store_option
@json_option
def list_(store_path: str, as_json: bool) -> None:
    """List versions with state and accuracy, and those that the log names and nobody registered."""
    store = opened(store_path)
    project, seen = project_of(store_path), seen_in_log(store)
    rows = [
        _json(v) | _accuracy(store, v, project) | _traffic(seen.registered.get(v.id)) for v in registry.versions(store)
    ]
    unregistered = [{"id": t.version} | _traffic(t) for t in seen.unregistered]
    emit({"versions": rows, "seen_not_registered": unregistered}, as_json, lambda: _show(rows, unregistered))


def _accuracy(store: Store, version: Version, project: Any) -> dict[str, Any]:
    found = accuracy_by_release(store, version.id, project=project)
    return {
        "accuracy": {release: one.combined.to_json() for release, one in found.items()},
        "checks": {
            release: {"checked": one.checked, "by_rules": one.by_rules.to_json(), "words": one.words}
            for release, one in found.items()
            if one.checked
        },
    }


def _traffic(found: Any) -> dict[str, Any]:
    if found is None:
        return {"conversations": 0, "first_seen": None, "last_seen": None}
    return {"conversations": found.conversations, "first_seen": found.first, "last_seen": found.last}


def _json(version: Version) -> dict[str, Any]:
    row = version.registered
    return {
        "id": row.id,
        "parent": row.parent,
        "status": version.state.state,
        "description": row.description,
        "model": row.model,
        "parameters": row.parameters,
        "prompt_hash": row.prompt_hash,
        "commit": row.commit,
        "path": row.path,
        "registered_at": row.at,
        "registered_by": row.by,
        "decision": version.state.decision,
        "waiver": version.state.waiver,
        "reason": version.state.reason,
    }


def _show(rows: list[dict[str, Any]], unregistered: list[dict[str, Any]]) -> None:
    grid = Grid("version", "parent", "status", "accuracy", "in the log", "what is new", box=box.SIMPLE_HEAD)
    for row in rows:
        figures = "\n".join(f"{release}: {_figure(q)}{_checks(row, release)}" for release, q in row["accuracy"].items())
        cells = (row["parent"] or "", row["status"], figures or "no run yet", f"{row['conversations']:,}")
        grid.add_row(Text(row["id"]), *(Text(c) for c in cells), Text(row["description"]))
    if rows:
        out.print(grid)
    else:
        note("no version is registered yet; `spotcheck prompt register` registers one")
    for row in unregistered:
        last = f", last {to_minute(row['last_seen'])} UTC" if row["last_seen"] else ""
        out.print(
            f"seen, not registered: {row['id']} ({counted(row['conversations'], 'conversation')}{last})",
            markup=False,
            highlight=False,
        )


def _checks(row: dict[str, Any], release: str) -> str:
    """Return what people's checks made of an accuracy, "" where nobody checked an answer."""
    found = row["checks"].get(release)
    return f", {found['words']}" if found else ""


def _figure(quantity: dict[str, Any]) -> str:
    if quantity["value"] is None:
        return f"not known: {quantity['undefined']}"
    return percent_with_interval(Quantity(value=quantity["value"], ci=quantity["ci"], n=quantity["n"]))


@prompt_group.command("show")
@click.argument("name", metavar="ID")
@store_option
@json_option
def show(name: str, store_path: str, as_json: bool) -> None:
    """Show one version: its prompt, where it comes from, its states and its accuracy."""
    store = opened(store_path)
    version = registry.version_named(store, name)
    states = [
        {"state": s.state, "at": s.at, "by": s.by, "decision": s.decision, "waiver": s.waiver, "reason": s.reason}
        for s in store.find(VersionState, version=name)
    ]
    found = _json(version) | _accuracy(store, version, project_of(store_path))
    found |= {"prompt": version.registered.prompt or None, "states": states}

    def render() -> None:
        for field in ("id", "parent", "status", "description", "model", "commit", "path", "prompt_hash"):
            if found[field]:
                out.print(f"{field}: {found[field]}", markup=False, highlight=False)
        for release, quantity in found["accuracy"].items():
            words = f"accuracy on {release}: {_figure(quantity)}{_checks(found, release)}"
            out.print(words, markup=False, highlight=False)
        for s in states:
            why = f": {s['reason']}" if s["reason"] else ""
            out.print(f"{to_minute(s['at'])} {s['state']} by {s['by']}{why}", markup=False, highlight=False)
        out.print(f"\n{found['prompt'] or '(the text is not kept)'}", markup=False, highlight=False, soft_wrap=True)

    emit(found, as_json, render)


@prompt_group.command("diff")
@click.argument("a")
@click.argument("b")
@store_option
@json_option
def diff(a: str, b: str, store_path: str, as_json: bool) -> None:
    """Show what changed from version A to version B, word by word."""
    store = opened(store_path)
    found = lineage.diff(*(registry.version_named(store, name).registered for name in (a, b)))
    pieces = None if found.prompt is None else [{"kind": p.kind, "text": p.text} for p in found.prompt]
    result = {"a": a, "b": b, "same_prompt": found.same_prompt, "prompt": pieces, "fields": found.rest}
    emit(result, as_json, lambda: _show_diff(found))


def _show_diff(found: lineage.VersionDiff) -> None:
    for name, (before, after) in found.rest.items():
        out.print(f"{name}: {before or '(none)'} -> {after or '(none)'}", markup=False, highlight=False)
    if found.same_prompt:
        note("the prompt is the same")
    elif found.prompt is None:
        note("the prompt differs; the text of one of them is not kept")
    else:
        # The marks of git's word diff: output without colours can be read too.
        marks = {"same": ("", "", ""), "gone": ("[-", "-]", "red"), "new": ("{+", "+}", "green")}
        parts = []
        for piece in found.prompt:
            before, after, style = marks[piece.kind]
            parts.append((f"{before}{piece.text}{after}", style))
        out.print(Text.assemble(*parts), soft_wrap=True)


@prompt_group.command("approve")
@click.argument("name", metavar="ID")
@click.option("--decision", default="", metavar="ID", help="The gate decision that the approval rests on.")
@click.option("--reason", default="", help="Why it is approved without one: a waiver by another person.")
@as_option
@store_option
@json_option
def approve(name: str, decision: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Approve a version on a gate decision, or by a waiver: a lead who did not register it, with a reason."""
    store = opened(store_path)
    made = registry.approve(store, name, by=acting_person(store, acting).id, decision=decision, reason=reason)
    emit(_json(made), as_json, lambda: note(f"version {name} is approved"))


@prompt_group.command("deprecate")
@click.argument("name", metavar="ID")
@click.option("--reason", default="", help="Why.")
@as_option
@store_option
@json_option
def deprecate(name: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Deprecate a version: it is no longer in force."""
    store = opened(store_path)
    made = registry.deprecate(store, name, by=acting_person(store, acting).id, reason=reason)
    emit(_json(made), as_json, lambda: note(f"version {name} is deprecated"))


@prompt_group.command("in-force")
@store_option
@json_option
def in_force(store_path: str, as_json: bool) -> None:
    """Print the id of the version in force, for scripts: the one that was approved last. Exit code 1 without one."""
    found = registry.in_force(opened(store_path))
    if found is None:
        raise NothingToDo("no version is in force: none is approved.")
    emit(_json(found), as_json, lambda: click.echo(found.id))
