"""``spotcheck people``: the people of a project, their roles, and the links that let them in."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import click
from rich.text import Text

from review.commands.common import acting_person, as_option, emit, json_option, note, opened, out, store_option
from review.commands.grid import Grid
from review.people.granting import Grant, confirm, decline, grant, role_requests
from review.people.invitations import INVITATION_DAYS, invitations, invite, withdraw
from review.people.people import NO_ROLE, ROLES, Person, people_in_use, role_words
from review.serving.server import link_base
from review.settings.access import URL, own_url
from review.settings.project import project_of
from storage.queries.people import raters_from_outside
from storage.records_people import RoleRequest


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
@click.option(
    "--scope",
    default="",
    help="What they review, by comma: scenarios such as billing. Without it they review everything.",
)
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
    by, confirmed = acting_person(store, acting).id, project_of(store.path).duties.roles_confirmed
    with store.transaction():
        wishes = [Grant(name=name, role=role, scope=scope, issuer=issuer, subject=subject) for name in names]
        given = [grant(store, wish, by=by, confirmed=confirmed) for wish in wishes]
    waiting = [one for one in given if isinstance(one, RoleRequest)]
    added = [one for one in given if isinstance(one, Person)]
    lines = [f"{p.name}: {p.role or 'none'}" for p in added]
    lines += [f"{r.name}: {r.role} once another lead confirms it (`spotcheck people confirm {r.id}`)" for r in waiting]
    result: dict[str, Any] = {"people": [dataclasses.asdict(p) for p in added]}
    if waiting:
        result["requests"] = [dataclasses.asdict(r) for r in waiting]
    emit(result, as_json, lambda: out.print("\n".join(lines), highlight=False, markup=False))


@people_group.command("requests")
@store_option
@json_option
def people_requests(store_path: str, as_json: bool) -> None:
    """List the roles that wait for another lead, as `roles_confirmed` in [duties] asks for."""
    rows = [dataclasses.asdict(one) for one in role_requests(opened(store_path))]

    def render() -> None:
        table = Grid("id", "name", "role", "scope", "by", "at")
        for row in rows:
            table.add_row(*(Text(row[c]) for c in ("id", "name", "role", "scope", "by", "at")))
        out.print(table)

    emit({"requests": rows}, as_json, render)


@people_group.command("confirm")
@click.argument("request")
@click.option("--decline", "declined", is_flag=True, help="End the request without the role.")
@as_option
@store_option
@json_option
def people_confirm(request: str, declined: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """Confirm a role that another lead asked for, or decline it."""
    store = opened(store_path)
    by = acting_person(store, acting).id
    if declined:
        ended = decline(store, request, by=by)
        emit(
            {"declined": dataclasses.asdict(ended)},
            as_json,
            lambda: out.print(f"{ended.name} does not get the role {ended.role}", highlight=False, markup=False),
        )
        return
    given = confirm(store, request, by=by)
    emit(
        {"people": [dataclasses.asdict(given)]},
        as_json,
        lambda: out.print(f"{given.name}: {given.role}", highlight=False, markup=False),
    )


@people_group.command("list")
@store_option
@json_option
def people_list(store_path: str, as_json: bool) -> None:
    """List everybody with their role."""
    store = opened(store_path)
    rows, outside = people_in_use(store), raters_from_outside(store)

    def render() -> None:
        table = Grid("name", "role", "scope", "id", "login")
        for p in rows:
            table.add_row(
                *(Text(t) for t in (p.name, role_words(p, outside), p.scope, p.id, f"{p.issuer} {p.subject}".strip()))
            )
        out.print(table)

    emit({"people": [dataclasses.asdict(p) for p in rows]}, as_json, render)


@people_group.command("invite")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="annotator", show_default=True, help="Their role.")
@click.option(
    "--scope",
    default="",
    help="What they review, by comma: scenarios such as billing. Without it they review everything.",
)
@click.option(
    "--url", default="", help=f"Where people open the application (default: {URL}, access.url, this machine)."
)
@as_option
@store_option
@json_option
def people_invite(
    name: str, role: str, scope: str, url: str, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Print a link that lets one person in, once. Older links and logins of this person end."""
    store = opened(store_path)
    project = project_of(store.path)
    base = own_url("--url", url) or link_base(store.path, project.access, environment=os.environ)
    made = invite(
        store,
        name,
        role=role,
        by=acting_person(store, acting).id,
        scope=scope,
        confirmed=project.duties.roles_confirmed,
    )
    if project.access.mode != "links":
        note(f'The link works once [access] in {project.path} says mode = "links"; now it is "{project.access.mode}".')
    link = made.at(base)
    result = {"name": made.invitation.name, "role": role, "link": link, "ends_at": made.invitation.ends_at}
    words = f"{link}\nSend this link to {made.invitation.name}. It works once, within {INVITATION_DAYS} days."
    emit(result, as_json, lambda: click.echo(words))


@people_group.command("invitations")
@click.option("--withdraw", "withdrawn", metavar="ID", default="", help="End the invitation with this id.")
@as_option
@store_option
@json_option
def people_invitations(withdrawn: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """List the invitations that nobody has used yet, or withdraw one."""
    store = opened(store_path)
    if withdrawn:
        withdraw(store, withdrawn, by=acting_person(store, acting).id)
    shown = ("id", "name", "role", "by", "at", "ends_at")
    rows = [{field: getattr(i, field) for field in shown} for i in invitations(store)]

    def render() -> None:
        table = Grid(*shown)
        for row in rows:
            table.add_row(*(Text(row[field]) for field in shown))
        out.print(table)

    emit({"invitations": rows}, as_json, render)
