"""``spotcheck pull``: import what is new in the sources of spotcheck.toml."""

from __future__ import annotations

from typing import Any

import click

from review.basics.errors import NothingToDo
from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, err, json_option, note, opened, out, store_option
from review.settings.project import project_of
from review.settings.pulled import named_source
from review.sources.pulling.catalogue import puller_of
from review.sources.pulling.connecting import connected_sources
from review.sources.pulling.pull import Pulled, pull

COUNTS = ("read", "added", "duplicate", "changed", "updated", "waiting", "expired", "erased", "rejected")


@click.command("pull")
@click.argument("name", metavar="[SOURCE]", required=False)
@as_option
@store_option
@json_option
def pull_(name: str | None, acting: str | None, store_path: str, as_json: bool) -> None:
    """Import what is new in SOURCE, or in every source of spotcheck.toml and of the Conversations page.

    A pull goes on where the last one ended and adds nothing twice. Keys come from the environment. What was imported
    before an error stays; exit code 1 when a source failed.
    """
    store, project = opened(store_path), project_of(store_path)
    known = connected_sources(store, project)
    sources = (named_source(known, name),) if name else known
    if not sources:
        raise NothingToDo("no source is connected. Add one to spotcheck.toml under [sources.NAME], with its kind.")
    for source in sources:
        puller_of(source)
    by = acting_person(store, acting).id
    done = [pull(store, project, one, by=by, on_file=lambda file: note(f"importing {file}")) for one in sources]
    emit(_as_json(done), as_json, lambda: _show(done))
    for one in done:
        for text in (*one.notes, *(f"All rejected: {file}" for file in one.rejects)):
            note(f"{one.source}: {text}")
        for import_id in one.scored:
            note(f"{one.source}: `spotcheck labels import --scores-of {import_id}` takes the human scores as labels.")
        for error in one.errors:
            err.print(f"{one.source}: {error.with_hint}", highlight=False, markup=False, soft_wrap=True)
    if any(one.errors for one in done):
        raise SystemExit(1)


def _as_json(done: list[Pulled]) -> dict[str, Any]:
    sources = [
        {
            "source": one.source,
            "status": "failed" if one.errors else "done" if one.imports else "nothing",
            **{count: one.total(count) for count in COUNTS},
            "left_out": dict(one.left_out),
            "cursor": dict(one.cursor),
            "error": "; ".join(str(error) for error in one.errors) or None,
            "notes": list(one.notes),
            "rejects_files": [str(file) for file in one.rejects],
        }
        for one in done
    ]
    sums = {count: sum(one.total(count) for one in done) for count in COUNTS}
    return {**sums, "cursor": dict(done[0].cursor) if len(done) == 1 else None, "sources": sources}


def _show(done: list[Pulled]) -> None:
    for one in done:
        shown = [
            count for count in COUNTS if one.total(count) or count not in ("updated", "waiting", "expired", "erased")
        ]
        counts = ", ".join(f"{count} {one.total(count):,}" for count in shown)
        left_out = "".join(f"; left out: {n:,} {reason}" for reason, n in one.left_out.items())
        nothing = "nothing came in" if one.errors else "nothing new"
        said = f"{counts}{left_out}" if one.imports or one.left_out else nothing
        how = f" ({counted(len(one.imports), 'import')})" if len(one.imports) > 1 else ""
        out.print(f"{one.source}{how}: {said}", highlight=False, markup=False, soft_wrap=True)
