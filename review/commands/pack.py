"""``spotcheck pack``: one signed file about a period for an auditor, and its verification."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from review.basics.whole_files import check_target
from review.basics.words import counted
from review.commands.common import acting_person, as_option, emit, json_option, opened, out, store_option
from review.compliance.pack.making import make_pack
from review.compliance.pack.signing import public_key
from review.compliance.pack.verifying import Verified, verify_pack
from review.compliance.pack.words import words_of
from review.people.people import AUDITOR, require
from review.settings.project import project_of


@click.group("pack", invoke_without_command=True)
@click.option("--from", "first", metavar="DATE", help="The first day of the period, such as 2026-11-01.")
@click.option("--to", "last", metavar="DATE", help="Its last day.")
@click.option("-o", "--out", "file", metavar="FILE", type=click.Path(path_type=Path), help="Where to write the pack.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@as_option
@store_option
@json_option
@click.pass_context
def pack_group(
    context: click.Context,
    first: str | None,
    last: str | None,
    file: Path | None,
    force: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Write one signed file about a period: frames, seeds, rubric, agreement, judges, gates, waivers, overdue findings.

    Somebody without the secret key of the store can verify it, offline: hand over the file and, separately, the
    public key that this command prints.
    """
    if context.invoked_subcommand is not None:
        return
    missing = [name for name, given in {"--from": first, "--to": last, "-o": file}.items() if not given]
    if missing or first is None or last is None or file is None:
        example = "spotcheck pack --from 2026-11-01 --to 2026-11-30 -o november.pack"
        raise click.UsageError(f"missing {', '.join(missing)}. Example: {example}")
    store = opened(store_path)
    check_target(file, force=force)
    by = acting_person(store, acting).id
    made = make_pack(store, project_of(store_path), file, first=first, last=last, by=by)

    def render() -> None:
        out.print(
            f"{file}: {counted(len(made.weeks), 'week')}, {counted(made.rows, 'row')}, "
            f"{counted(made.listed, 'conversation')} of frames",
            highlight=False,
            markup=False,
        )
        out.print(f"public key {made.key}", highlight=False)

    emit({"file": str(file), **asdict(made)}, as_json, render)


@pack_group.command("key")
@as_option
@store_option
@json_option
def key(acting: str | None, store_path: str, as_json: bool) -> None:
    """Print the public key that verifies packs of this store. Hand it over separately from the packs."""
    store = opened(store_path)
    require(store, acting_person(store, acting).id, AUDITOR)
    found = public_key(store)
    emit({"key": found}, as_json, lambda: click.echo(found))


@pack_group.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "expected", default="", metavar="KEY", help="The public key to expect.")
@click.option("--store", "store_path", default=None, metavar="FILE", help="Also compare the rows of this store.")
@click.option(
    "--log",
    default=None,
    metavar="FOLDER",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also compare the conversations of this log; by default that of --store.",
)
@json_option
def verify(file: Path, expected: str, store_path: str | None, log: Path | None, as_json: bool) -> None:
    """Verify a pack offline: signature, every row, and each sample drawn again from the ids of its frame.

    Exit code 1 when something is not as it was signed; each changed row is named.
    """
    found = verify_pack(file, key=expected, store=opened(store_path) if store_path else None, log=log)
    emit(found.to_json(), as_json, lambda: _show(found))
    if not found.holds:
        raise SystemExit(1)


def _show(found: Verified) -> None:
    for line in words_of(found):
        out.print(line, highlight=False, markup=False)
