"""``spotcheck store``: back up the store and restore it, copy it to another engine, check it, and say who may what."""

from __future__ import annotations

from pathlib import Path

import click

from review.audit.end_of_chain import record_failover
from review.audit.verifying import in_words
from review.basics.words import counted
from review.commands.common import emit, json_option, note, opened, out, store_option
from review.commands.first_link import say_first_link
from review.serving import server
from review.serving.backups import back_up, restore
from review.serving.preparing import prepare
from review.serving.store_copies import check_whole, copy_store
from storage.address import store_file
from storage.copying import Copied
from storage.postgres_roles import grants


@click.group("store")
def store_group() -> None:
    """The store: back it up, restore a backup, copy it to another engine, check it."""


@store_group.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@store_option
@json_option
def store_backup(file: Path, force: bool, store_path: str, as_json: bool) -> None:
    """Write a consistent copy of the store to FILE, while others work. The audit key is not inside.

    The files of rejected records, whose values are masked, go to the folder FILE.rejects. The log and the originals
    beside the store are not in the backup; copy their folders too.
    """
    words = back_up(opened(store_path), file, force=force)
    note(words)
    emit({"backup": str(file), "key": words}, as_json, lambda: out.print(f"wrote {file}", highlight=False))


@store_group.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Move a store that is there aside; it is never deleted.")
@store_option
@json_option
def store_restore(file: Path, force: bool, store_path: str, as_json: bool) -> None:
    """Put the backup FILE in the place of the store, and check its records. End the application first.

    Files of rejected records in FILE.rejects come back too. If this machine knows of newer entries than the backup
    has, the audit chain says so from then on.
    """
    check, aside = restore(file, Path(store_path), force=force)
    lines = in_words(check)
    result = {"store": store_path, "moved_aside": str(aside) if aside else None, "entries": check.entries}

    def render() -> None:
        out.print(f"restored {store_path} from {file}", highlight=False)
        if aside:
            out.print(f"the former store is now {aside}", highlight=False)
        for line in lines:
            out.print(line, highlight=False, markup=False)

    emit({**result, "holds": check.holds, "proven": not check.unproven}, as_json, render)


@store_group.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
def store_copy(source: str, target: str, as_json: bool) -> None:
    """Copy the store FROM to TO; each is a file or postgresql://user@host/database. TO is new.

    Every row is compared by its digest, and the log beside the store is copied too. A copy that was interrupted goes on
    when you start it again. Nobody should write to FROM meanwhile; what came later is copied next time.
    """

    def progress(done: Copied) -> None:
        if done.rows:
            note(f"{done.table}: {done.new:,} copied, {done.rows:,} compared")

    made = copy_store(Path(store_file(source)), Path(store_file(target)), progress=progress)
    lines = in_words(made.check)
    rows = sum(table.rows for table in made.tables)
    result = {"from": source, "to": target, "rows": rows, "files": made.files, "holds": made.check.holds}

    def render() -> None:
        out.print(f"copied {source} to {target}: {rows:,} rows are the same, {made.files:,} files", highlight=False)
        for line in lines:
            out.print(line, highlight=False, markup=False)

    emit({**result, "tables": {t.table: {"rows": t.rows, "new": t.new} for t in made.tables}}, as_json, render)


@store_group.command("check")
@click.option(
    "--after-failover", metavar="REASON", default="", help="Say in the chain that a failover lost its last entries."
)
@store_option
@json_option
@click.pass_context
def store_check(context: click.Context, after_failover: str, store_path: str, as_json: bool) -> None:
    """Check the store: its pages and indexes, and every row by the audit chain. Exit code 1 when something is wrong.

    It also says by what settings a PostgreSQL server may lose what was acknowledged.
    """
    store = opened(store_path)
    if after_failover:
        record_failover(store, after_failover)
    health = check_whole(store)
    lines = [*health.damage, *in_words(health.check), *health.risks]

    def render() -> None:
        for line in lines:
            out.print(line, highlight=False, markup=False)

    result = {"store": store_path, "holds": health.holds, "damage": health.damage, "rows": health.check.rows}
    emit({**result, "risks": health.risks, "entries": health.check.entries}, as_json, render)
    context.exit(0 if health.holds else 1)


@store_group.command("prepare")
@click.option("--role", required=True, metavar="NAME", help="The role of the servers; it must exist.")
@click.option("--first-start", is_flag=True, help="If there is no store, create one that people enter by links.")
@store_option
@json_option
def store_prepare(role: str, first_start: bool, store_path: str, as_json: bool) -> None:
    """Make a store in a PostgreSQL database ready for its servers, before they start.

    Brings the schema up to date, and lets ROLE read and add rows. Run it as the owner of the tables at the first start
    and after each upgrade; a second time does no harm. Servers of the older version may go on meanwhile.
    """
    made = prepare(Path(store_path), role, by_links=first_start)
    if first_start:
        say_first_link(opened(store_path), server.url_of(server.ADDRESS, server.PORT))
    words = f"{store_path} is ready: {'created' if made.created else counted(made.steps, 'step')}, {role} may use it"
    emit({"store": store_path, "role": role, **made._asdict()}, as_json, lambda: out.print(words, highlight=False))


@store_group.command("grant")
@click.argument("role")
@click.option("--erasure", is_flag=True, help="For the role that erases the data of a person.")
@json_option
def store_grant(role: str, erasure: bool, as_json: bool) -> None:
    """Print the SQL that lets ROLE of a PostgreSQL database read and add rows, and change none.

    The owner of the tables runs it: spotcheck store grant app | psql DATABASE
    """
    sql = grants(role, erasure=erasure)
    emit({"role": role, "sql": sql}, as_json, lambda: click.echo(sql))
