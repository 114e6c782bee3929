"""``spotcheck erase``: erase the data of one user or of one conversation, wherever the store holds it."""

from __future__ import annotations

from typing import Any

import click

from review.basics.clock import to_minute
from review.basics.errors import InputError, Refused
from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, err, json_option, opened, out, store_option
from review.erasure.places import PLACES
from review.erasure.requests import confirm, preview, request_erasure, withdraw
from review.erasure.running import run
from review.erasure.states import Erasure, erasure, erasures
from review.people.people import require

SHOWN = 20


@click.group("erase")
def erase_group() -> None:
    """Erase the data of one user or conversation: one person asks, another confirms, and a proof ends it."""


@erase_group.command("request")
@click.option("--user", metavar="U", help="The user's id in your product, or as the log has it (16 hex digits).")
@click.option("--conversation", metavar="C", help="A conversation by id.")
@click.option(
    "--reviewer", metavar="R", help="A reviewer without a role: an anonymous id takes the place of theirs; votes stay."
)
@click.option("--dry-run", is_flag=True, help="Only show what holds their data.")
@as_option
@store_option
@json_option
def request_(
    user: str | None,
    conversation: str | None,
    reviewer: str | None,
    dry_run: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Show everything that holds the data of a user, a conversation or a reviewer, and ask for its erasure."""
    named = {"user": user, "conversation": conversation, "reviewer": reviewer}
    if sum(given is not None for given in named.values()) != 1:
        raise InputError("Give one of --user, --conversation and --reviewer.")
    kind, given = next((kind, given) for kind, given in named.items() if given is not None)
    store = opened(store_path)
    by = acting_person(store, acting).id
    if dry_run:
        found = preview(store, kind, given, by=by)
        result: dict[str, Any] = {"id": None, "found": found, "emptied": {}, "tombstone_release": None}
        emit(result, as_json, lambda: _found(found))
        return
    made = request_erasure(store, kind, given, by=by)

    def render() -> None:
        _found(dict(made.request.found))
        out.print(f"Request {made.request.id[:12]}. Somebody else has to confirm it:", highlight=False)
        out.print(f"spotcheck erase confirm {made.request.id[:12]} --as NAME", highlight=False)

    emit(made.to_json(), as_json, render)


@erase_group.command("confirm")
@click.argument("request")
@click.option("--reason", default="", help="Why you confirm your own request: only where there is nobody else.")
@as_option
@store_option
@json_option
def confirm_(request: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Confirm REQUEST and erase; again for one that was cut off or could not empty every place.

    Exit code 1 while places are left.
    """
    store = opened(store_path)
    by = acting_person(store, acting).id
    found = erasure(store, request)
    if found.state != "running":
        found = confirm(store, request, by=by, reason=reason)
    done = run(store, found.request.id, by=by, tell=lambda place: err.print(place, style="dim", highlight=False))
    emit(done.to_json(), as_json, lambda: _done(done))
    if done.left:
        raise Refused(f"{done.in_words}: {_reasons(done)}")


@erase_group.command("withdraw")
@click.argument("request")
@click.option("--reason", default="", help="Why nothing is erased.")
@as_option
@store_option
@json_option
def withdraw_(request: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Withdraw REQUEST, which nobody has confirmed."""
    store = opened(store_path)
    found = withdraw(store, request, by=acting_person(store, acting).id, reason=reason)
    emit(found.to_json(), as_json, lambda: out.print(f"{found.request.id[:12]}: withdrawn", highlight=False))


@erase_group.command("list")
@as_option
@store_option
@json_option
def list_(acting: str | None, store_path: str, as_json: bool) -> None:
    """List the requests with their states, the latest first."""
    store = opened(store_path)
    require(store, acting_person(store, acting).id, "lead")
    found = erasures(store)

    def render() -> None:
        for one in found:
            asked = f"{to_minute(one.request.at)}  {one.request.id[:12]}  {one.request.kind}, asked by {one.request.by}"
            out.print(f"{asked}: {one.in_words}", highlight=False, markup=False, soft_wrap=True)
        if not found:
            out.print("nobody has asked for an erasure", highlight=False)

    emit({"requests": [one.to_json() for one in found]}, as_json, render)


def _found(found: dict[str, int]) -> None:
    for name, n in found.items():
        out.print(f"{n:>8,}  {PLACES[name].title}", highlight=False, markup=False)
    if not found:
        out.print("nothing here holds their data; a request keeps it from coming in later", highlight=False)


def _done(done: Erasure) -> None:
    for name, n in done.emptied.items():
        out.print(f"{n:>8,}  emptied: {PLACES[name].title if name in PLACES else name}", highlight=False, markup=False)
    if done.release:
        out.print(f"release {done.release} follows the last one, without the erased examples", highlight=False)
    if done.proof and not done.left:
        size = done.proof["bytes"]
        out.print(f"proof: nothing is left in {counted(done.proof['files'], 'file')} ({size:,} bytes)", highlight=False)
    for sentence in done.proof.get("unproved", []):
        out.print(f"not proved: {sentence}", highlight=False, markup=False)
    for copy in done.proof.get("copies", []):
        out.print(f"a copy outside of the store holds their texts, remove it: {copy}", highlight=False, markup=False)
    for path in done.proof.get("larger", []):
        out.print(f"not read, because it is too large or closed to us: {path}", highlight=False, markup=False)
    for one in done.proof.get("exports", []):
        said = f"{to_minute(one['at'])} {one['by']}: {one['action']} {one['target']}"
        out.print(f"may hold their texts: {said}", highlight=False, markup=False)


def _reasons(done: Erasure) -> str:
    return "; ".join(f"{name}: {why}" for name, why in list(done.left.items())[:SHOWN])
