"""Set up and start: init, people, serve, demo."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from review.basics.errors import InputError
from review.commands.common import (
    emit,
    err,
    json_option,
    note,
    opened,
    out,
    store_option,
    system_user,
)
from review.commands.first_link import say_first_link
from review.people.people import add_person, people
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import current_rubric, rubric_from, save_rubric
from review.serving import collector_process, server
from review.serving.container.writing import write_container
from review.serving.daily import time_of
from review.serving.first_start import new_if_missing
from review.serving.presence import served_at
from review.settings.access import public_url
from review.settings.project import project_of
from review.settings.starter import STARTER
from review.sources.collecting.token import VARIABLE, token_of
from storage.address import address_in
from storage.clock import wrong_by
from storage.opening import open_store
from storage.postgres_safety import risks


@click.command()
@click.option("--name", default=None, help="Your name (default: your user name on this system).")
@click.option(
    "--container",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Create no store here; write the files that start Spotcheck in containers into FOLDER.",
)
@click.option("--servers", is_flag=True, help="With --container: three servers on a PostgreSQL database.")
@store_option
@json_option
def init(name: str | None, container: Path | None, servers: bool, store_path: str, as_json: bool) -> None:
    """Create spotcheck.toml and an empty store; the person who runs this becomes the lead."""
    if servers and container is None:
        raise click.UsageError("--servers chooses the files that --container writes. Give both.")
    if container is not None:
        files = [str(file) for file in write_container(container, servers=servers)]
        words = "\n".join([*files, f"next: copy {container / 'example.env'} to .env beside it and fill it in"])
        return emit({"files": files}, as_json, lambda: click.echo(words))
    path = Path(store_path)
    existed = path.exists()
    project = project_of(path)
    rubric = rubric_from(project.rubric or DEFAULT_RUBRIC, origin=str(project.path) if project.rubric else "rubric")
    store = open_store(path)
    existed = existed and bool(address_in(path) is None or people(store))
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

    return emit({**result, "rubric_version": version}, as_json, render)


@click.command()
@click.option("--port", default=server.PORT, show_default=True, help="The port.")
@click.option(
    "--address",
    default=server.ADDRESS,
    show_default=True,
    help="The address; other machines need [access] in spotcheck.toml or --names-are-enough.",
)
@click.option("--names-are-enough", is_flag=True, help="Let everybody who reaches the address choose any name.")
@click.option("--browser/--no-browser", default=True, help="Open the browser.")
@click.option("--nightly", metavar="HH:MM", default="", help="Do the nightly steps at this time of the project.")
@click.option("--collect", is_flag=True, help="Take spans over HTTP beside the application, as `collect` does.")
@click.option("--collect-port", default=4318, show_default=True, help="The port for spans.")
@click.option("--first-start", is_flag=True, help="If there is no store, create one that people enter by links.")
@store_option
def serve(
    port: int,
    address: str,
    names_are_enough: bool,
    browser: bool,
    nightly: str,
    collect: bool,
    collect_port: int,
    first_start: bool,
    store_path: str,
) -> None:
    """Start the application on this project's store."""
    path = Path(store_path)
    if nightly:
        _check_time("--nightly", nightly)
    if first_start:
        new_if_missing(path)
    store = opened(store_path)
    store.begin_signing()
    alone = address_in(path) is None
    elsewhere = served_at(path)
    if elsewhere and alone:
        note(f"{store_path}: another application already serves this store at {elsewhere}. End one of the two.")
    for said in (*risks(store.engine), *_wrong_clock()):
        note(said)
    if alone or first_start:
        # Each link ends those before it, so of several servers on a database only the one that was asked prints one.
        say_first_link(store, server.url_of(address, port))
    store.close()
    if address in server.EVERYWHERE:
        note(f"Spotcheck is at {public_url(project_of(path).access, os.environ) or server.url_of(address, port)}")
    code = server.serve(
        path,
        port=port,
        browser=browser,
        address=address,
        names_are_enough=names_are_enough,
        nightly=nightly,
        collector=_collector(path, address, collect_port) if collect else None,
    )
    raise SystemExit(code)


def _wrong_clock() -> list[str]:
    """Return a sentence when the clock of this machine differs from that of the database by more than a second."""
    seconds = wrong_by().total_seconds()
    if abs(seconds) < 1:
        return []
    where = "behind" if seconds > 0 else "ahead of"
    return [
        f"The clock of this machine is {abs(seconds):,.0f} s {where} that of the database. Spotcheck goes by the clock "
        "of the database. Set the clock of this machine all the same."
    ]


def _collector(store: Path, address: str, port: int) -> list[str]:
    """Return the command line of a collector; without a token it listens on this machine alone."""
    at = address if os.environ.get(VARIABLE, "").strip() else server.ADDRESS
    token_of(os.environ, at)
    server.check_port(port, at)
    return collector_process.command(store, address=at, port=port)


def _check_time(option: str, text: str) -> None:
    try:
        time_of(text)
    except InputError as error:
        raise InputError(f"{option}: {error}") from None


@click.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("spotcheck-demo"), show_default=True
)
@click.option("--port", default=server.PORT, show_default=True, help="The port on the loopback address.")
@click.option("--browser/--no-browser", default=True, help="Open the browser.")
@click.option(
    "--serve/--no-serve", "start", default=True, help="Start the application, or only build the demonstration."
)
@click.option(
    "--seed", type=click.IntRange(0), default=7, show_default=True, help="Another seed builds other conversations."
)
@click.option(
    "--weeks",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    help="How many weeks to build; the last one is open.",
)
@json_option
def demo(folder: Path, port: int, browser: bool, start: bool, seed: int, weeks: int, as_json: bool) -> None:
    """Build a demonstration in a store of its own, then open the application."""
    from review.commands.demo_compliance import look_daily
    from review.commands.demo_erasure import erase_a_customer
    from review.demo.agent.story import begin, end
    from review.demo.build import demo_store

    with Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=err) as bar:
        task = bar.add_task("the demonstration week", total=weeks)
        path = demo_store(
            folder,
            seed=seed,
            weeks=weeks,
            chapters=(begin, end, erase_a_customer),
            weekly=look_daily,
            progress=lambda done, total, text: bar.update(task, completed=done, total=total, description=text),
        )
        bar.update(task, completed=weeks)
    emit({"store": str(path)}, as_json, lambda: out.print(f"demonstration store: [bold]{path}[/]", highlight=False))
    if start:
        raise SystemExit(server.serve(path, port=port, browser=browser))
