"""Set up and start: init, people, serve, demo."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from review.commands.common import (
    acting_person,
    as_option,
    emit,
    err,
    json_option,
    note,
    opened,
    out,
    store_option,
    system_user,
)
from review.people.people import NO_ROLE, ROLES, add_person, people, require
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import current_rubric, rubric_from, save_rubric
from review.serving import server
from review.serving.presence import served_at
from review.settings.project import STARTER, project_of
from storage.store import open_store


@click.command()
@click.option("--name", default=None, help="Your name (default: your user name on this system).")
@store_option
@json_option
def init(name: str | None, store_path: str, as_json: bool) -> None:
    """Create spotcheck.toml and an empty store; the person who runs this becomes the lead."""
    path = Path(store_path)
    existed = path.exists()
    project = project_of(path)
    rubric = rubric_from(project.rubric or DEFAULT_RUBRIC, origin=str(project.path) if project.rubric else "rubric")
    store = open_store(path)
    if not project.path.exists():
        project.path.write_text(STARTER, encoding="utf-8")
    if people(store):
        who = next((p for p in people(store) if p.may("lead")), people(store)[0])
        note(f"{path} already exists; nothing was changed.")
        version = current_rubric(store).version
    else:
        with store.transaction():
            who = add_person(store, name or system_user(), role="lead", by="init")
            version = save_rubric(store, rubric, by=who.id).version
    result = {"store": str(path), "settings": str(project.path), "created": not existed, "lead": who.name}

    def render() -> None:
        out.print(f"store [bold]{path}[/], settings [bold]{project.path}[/], lead [bold]{who.name}[/]", highlight=False)
        out.print("next: spotcheck people add NAME --role annotator, then spotcheck import FILE", highlight=False)

    emit({**result, "rubric_version": version}, as_json, render)


@click.group("people")
def people_group() -> None:
    """The people of the project and their roles."""


@people_group.command("add")
@click.argument("names", nargs=-1, required=True)
@click.option(
    "--role",
    type=click.Choice((*ROLES, NO_ROLE)),
    default="annotator",
    show_default=True,
    help="Their role; none takes it away.",
)
@click.option("--scope", default="", help="What they review, such as billing.")
@click.option("--issuer", default="", help="Where they log in: the iss of the provider, or proxy.")
@click.option("--subject", default="", help="Their login there: the sub of the provider, or the user of the proxy.")
@as_option
@store_option
@json_option
def people_add(
    names: tuple[str, ...],
    role: str,
    scope: str,
    issuer: str,
    subject: str,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Add people, or change the role of existing ones: by name, or by the id that `people list` shows."""
    if (issuer or subject) and len(names) != 1:
        raise click.UsageError("--issuer and --subject apply to one person; name only one.")
    store = opened(store_path)
    by = require(store, acting_person(store, acting).id, "lead").id
    with store.transaction():
        added = [
            add_person(store, name, role=role, by=by, scope=scope, issuer=issuer, subject=subject) for name in names
        ]
    text = "\n".join(f"{p.name}: {p.role or 'none'}" for p in added)
    emit({"people": [dataclasses.asdict(p) for p in added]}, as_json, lambda: out.print(text, highlight=False))


@people_group.command("list")
@store_option
@json_option
def people_list(store_path: str, as_json: bool) -> None:
    """List everybody with their role."""
    rows = people(opened(store_path))

    def render() -> None:
        table = Table("name", "role", "scope", "id", "login")
        for p in rows:
            table.add_row(
                *(Text(t) for t in (p.name, p.role or "none", p.scope, p.id, f"{p.issuer} {p.subject}".strip()))
            )
        out.print(table)

    emit({"people": [dataclasses.asdict(p) for p in rows]}, as_json, render)


@click.command()
@click.option("--port", default=8501, show_default=True, help="The port.")
@click.option(
    "--address",
    default=server.ADDRESS,
    show_default=True,
    help="The address; other machines need [access] in spotcheck.toml or --names-are-enough.",
)
@click.option("--names-are-enough", is_flag=True, help="Let everybody who reaches the address choose any name.")
@click.option("--browser/--no-browser", default=True, help="Open the browser.")
@store_option
def serve(port: int, address: str, names_are_enough: bool, browser: bool, store_path: str) -> None:
    """Start the application on this project's store."""
    store = opened(store_path)
    store.begin_signing()
    store.close()
    elsewhere = served_at(Path(store_path))
    if elsewhere:
        note(f"{store_path}: another application already serves this store at {elsewhere}. End one of the two.")
    code = server.serve(
        Path(store_path), port=port, browser=browser, address=address, names_are_enough=names_are_enough
    )
    raise SystemExit(code)


@click.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("spotcheck-demo"), show_default=True
)
@click.option("--port", default=8501, show_default=True, help="The port on the loopback address.")
@click.option("--browser/--no-browser", default=True, help="Open the browser.")
@click.option(
    "--serve/--no-serve", "start", default=True, help="Start the application, or only build the demonstration."
)
@click.option("--seed", default=7, show_default=True, help="Another seed builds other conversations.")
@click.option("--weeks", default=5, show_default=True, help="How many weeks to build; the last one is open.")
@json_option
def demo(folder: Path, port: int, browser: bool, start: bool, seed: int, weeks: int, as_json: bool) -> None:
    """Build a demonstration in a store of its own, then open the application."""
    from review.demo.build import demo_store

    with Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=err) as bar:
        task = bar.add_task("the demonstration week", total=weeks)
        path = demo_store(
            folder,
            seed=seed,
            weeks=weeks,
            progress=lambda done, total, text: bar.update(task, completed=done, total=total, description=text),
        )
        bar.update(task, completed=weeks)
    emit({"store": str(path)}, as_json, lambda: out.print(f"demonstration store: [bold]{path}[/]", highlight=False))
    if start:
        raise SystemExit(server.serve(path, port=port, browser=browser))
