"""``spotcheck golden diff``, ``verify`` and ``check``: whether releases and their references still hold."""

from __future__ import annotations

from dataclasses import asdict

import click

from review.basics.words import counted
from review.commands import golden_render as render
from review.commands.common import emit, json_option, opened, out, store_option
from review.golden import releases
from review.golden.reference_check import check_references
from review.golden.references import references_of
from review.settings.project import project_of


@click.command("diff")
@click.argument("a")
@click.argument("b")
@store_option
@json_option
def diff_(a: str, b: str, store_path: str, as_json: bool) -> None:
    """Show what changed from release A to release B."""
    found = releases.diff(opened(store_path), a, b)
    emit(asdict(found), as_json, lambda: render.diff(found))


@click.command("verify")
@click.argument("name")
@store_option
@json_option
def verify_(name: str, store_path: str, as_json: bool) -> None:
    """Recompute the hash of release NAME. Exit code 1 if its contents have changed."""
    check = releases.verify(opened(store_path), name)
    state = "is unchanged" if check.holds else "has CHANGED since it was released"
    text = f"release {name} {state}: sha256 {check.recomputed or check.recorded}"
    if check.erased:
        text += f"; {counted(len(check.erased), 'example')} erased: {', '.join(check.erased)}"
    if check.renamed:
        text += f"; in {counted(len(check.renamed), 'example')} an erased reviewer has an anonymous id"
    if not check.recomputed:
        text += ". The other examples were checked one by one; the hash of all of them cannot be recomputed any more."
    emit(asdict(check), as_json, lambda: out.print(text, highlight=False, soft_wrap=True))
    if not check.holds:
        raise click.exceptions.Exit(1)


@click.command("check")
@click.argument("release", required=False, default="")
@store_option
@json_option
def check_(release: str, store_path: str, as_json: bool) -> None:
    """Run the reference SQL of RELEASE, or of the current examples, on the database of [sql] in spotcheck.toml.

    Says which references no longer run and which give another result than the one that was kept when they were
    approved. Exit code 1 if there are such references.
    """
    store = opened(store_path)
    with references_of(store, project_of(store_path)) as references:
        found = check_references(store, references, release=release)
    emit(found.to_json(), as_json, lambda: render.references(found))
    if found.bad:
        raise click.exceptions.Exit(1)
