"""``spotcheck people``: the people of a project, their roles, and the links that let them in."""

from __future__ import annotations

import dataclasses
import os

import click
from rich.table import Table
from rich.text import Text

from review.commands.common import acting_person, as_option, emit, json_option, note, opened, out, store_option
from review.people.invitations import INVITATION_DAYS, invitations, invite, withdraw
from review.people.people import NO_ROLE, ROLES, add_person, people_in_use, require, role_words
from review.serving.server import link_base
from review.settings.access import URL, own_url
from review.settings.project import project_of
from storage.queries.people import raters_from_outside


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
    store = opened(store_path)
    rows, outside = people_in_use(store), raters_from_outside(store)

    def render() -> None:
        table = Table("name", "role", "scope", "id", "login")
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
    made = invite(store, name, role=role, by=acting_person(store, acting).id, scope=scope)
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
        table = Table(*shown)
        for row in rows:
            table.add_row(*(Text(row[field]) for field in shown))
        out.print(table)

    emit({"invitations": rows}, as_json, render)
