"""``spotcheck alerts``: what changed in production, who looks after it, and a check by hand."""

from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from review.basics.errors import InputError
from review.commands.common import acting_person, as_option, emit, json_option, note, opened, out, store_option
from review.commands.grid import Grid
from review.monitoring.alerts.checking import would_have_sent
from review.monitoring.alerts.deciding import acknowledge, close, give_owner, switch
from review.monitoring.alerts.found import Watched
from review.monitoring.alerts.spans import spoken_start
from review.monitoring.alerts.states import Raised, raised
from review.monitoring.alerts.words import headline
from review.monitoring.periods import moment_of
from review.people.people import require
from review.serving.alerting import look, look_only
from review.settings.project import project_of


@click.group("alerts")
def alerts_group() -> None:
    """What changed in production: alerts that were raised, who looks after them, and a check by hand.

    [[alerts]] in spotcheck.toml says what is watched. The nightly run checks every alert.
    """


@alerts_group.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are closed.")
@as_option
@store_option
@json_option
def list_(everything: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """List the alerts that were raised, open ones first. Reads the store alone."""
    store = opened(store_path)
    require(store, acting_person(store, acting).id, "adjudicator")
    found = [one for one in raised(store) if everything or one.state != "closed"]
    emit({"alerts": [one.to_json() for one in found]}, as_json, lambda: _show(found))


@alerts_group.command("check")
@click.option("--dry-run", is_flag=True, help="Say what is found; raise nothing and tell nobody.")
@click.option("--until", metavar="TIME", default="", help="Replay: look as of this date or time. Needs --dry-run.")
@as_option
@store_option
@json_option
def check_(dry_run: bool, until: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Look at the log now: raise an alert for what has changed, and tell people once. Exit code 1 when one is open."""
    store, project = opened(store_path), project_of(store_path)
    by = acting_person(store, acting).id
    if until and not dry_run:
        raise InputError("--until: found no --dry-run beside it. Alerts are raised only as of now; add --dry-run.")
    if dry_run:
        require(store, by, "adjudicator")
        moment = moment_of(until, "--until", project.time_zone, ends=True) if until else ""
        watched, notes = look_only(store, project, until=moment)
        told: tuple[str, ...] = ()
        failed: tuple[str, ...] = ()
    else:
        done = look(store, project, by=by)
        watched, notes = list(done.checked.watched), list(done.checked.notes)
        told, failed = done.told.sent, done.told.failed
    found = [one for one in raised(store) if one.state != "closed"]
    result: dict[str, Any] = {
        "alerts": [one.to_json() for one in found],
        "watched": [one.to_json() | {"last_30_days": len(would_have_sent(one))} for one in watched],
        "told": list(told),
        "not_told": list(failed),
        "notes": notes,
    }
    for line in notes:
        note(line)
    emit(result, as_json, lambda: _show_check(found, watched, told, failed))
    if any(one.state == "open" for one in found):
        raise SystemExit(1)


@alerts_group.command("acknowledge")
@click.argument("alert")
@click.option("--reason", default="", help="What you know of it so far.")
@as_option
@store_option
@json_option
def acknowledge_(alert: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Say that you look after an alert: nobody is told again, and it stays until somebody closes it."""
    store = opened(store_path)
    _one(acknowledge(store, project_of(store_path), alert, by=acting_person(store, acting).id, reason=reason), as_json)


@alerts_group.command("close")
@click.argument("alert")
@click.option("--reason", required=True, help="What it was.")
@click.option("--new-normal", is_flag=True, help="Take the level since the change as the baseline from now on.")
@as_option
@store_option
@json_option
def close_(alert: str, reason: str, new_normal: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """Close an alert. The figure is watched again from the next day on."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    _one(close(store, project_of(store_path), alert, by=by, reason=reason, new_normal=new_normal), as_json)


@alerts_group.command("give")
@click.argument("alert")
@click.argument("person")
@as_option
@store_option
@json_option
def give_(alert: str, person: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Give an alert to a person, who becomes its owner."""
    store = opened(store_path)
    _one(give_owner(store, alert, person, by=acting_person(store, acting).id), as_json)


@alerts_group.command("switch")
@click.argument("name")
@click.argument("state", type=click.Choice(["on", "off"]))
@as_option
@store_option
@json_option
def switch_(name: str, state: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Switch an alert of the settings on or off, by its name. `check --dry-run` shows what it would have sent."""
    store = opened(store_path)
    switch(store, project_of(store_path), name, on=state == "on", by=acting_person(store, acting).id)
    emit({"name": name, "state": state}, as_json, lambda: out.print(Text(f"{name} is {state}.")))


def _one(found: Raised, as_json: bool) -> None:
    emit(
        found.to_json(), as_json, lambda: out.print(Text(f"{found.id}: {found.state}, owner {found.owner or 'nobody'}"))
    )


def _show(found: list[Raised]) -> None:
    if not found:
        out.print("No alert is open.")
    for one in found:
        words = [str(w) for w in one.found.get("words", [])]
        title = f"{one.found.get('title', one.name)} · {one.state} · {one.owner or 'nobody owns it'}"
        out.print(Text(title, style="bold red" if one.state == "open" else "bold"))
        out.print(Text(f"  {one.id}"), soft_wrap=True)
        for line in words:
            out.print(Text(f"  {line}"))


def _show_check(found: list[Raised], watched: list[Watched], told: tuple[str, ...], failed: tuple[str, ...]) -> None:
    _show(found)
    table = Grid("alert", "state", "detail", "last 30 days", box=None, pad_edge=False)
    for one in watched:
        table.add_row(*(Text(cell) for cell in (one.name, one.state, one.detail, _last(one))))
    out.print(table)
    if told:
        out.print(Text(f"Told: {', '.join(told)}"))
    for line in failed:
        out.print(Text(f"Not told: {line}"))


def _last(one: Watched) -> str:
    """Return what an alert would have sent in the last 30 days."""
    rings = would_have_sent(one)
    if not rings:
        return "nothing"
    return "; ".join(f"{spoken_start(ring.at)}: {headline(one.declared, ring)}" for ring in rings)
