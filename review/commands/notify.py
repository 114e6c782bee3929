"""``spotcheck notify``: the messages that people get about their weeks."""

from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from review.commands.common import acting_person, as_option, emit, json_option, opened, out, store_option
from review.commands.grid import Grid
from review.notify.reminders import Planned, Sending
from review.serving.messages import messages_due, recipient_of, send_now, sending_words
from review.settings.project import project_of
from storage.records_notices import Notice


@click.command("notify")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@click.option("--log", "as_log", is_flag=True, help="Show what was sent, and send nothing.")
@as_option
@store_option
@json_option
def notify(dry_run: bool, as_log: bool, acting: str | None, store_path: str, as_json: bool) -> None:
    """Send people what is due: a week opened, is due soon, is late, or was closed with its report. Nightly does it too.

    [notify] in spotcheck.toml says who gets what; addresses come from the environment. Each message is sent once. One
    that fails is tried again the next time; exit code 1 when one failed.
    """
    if dry_run and as_log:
        raise click.UsageError("--dry-run and --log: found both, expected one of them.")
    store, project = opened(store_path), project_of(store_path)
    if as_log:
        rows = store.find(Notice)
        emit({"log": [_logged(row) for row in rows]}, as_json, lambda: out.print(_log(rows)))
        return
    if dry_run:
        due = messages_due(store, project)
        emit({"due": [_planned(one) for one in due]}, as_json, lambda: _show(due))
        return
    done = send_now(store, project, by=acting_person(store, acting).id)
    emit(_done(done), as_json, lambda: out.print(Text(sending_words(done))))
    if done.failed:
        raise SystemExit(1)


def _planned(one: Planned) -> dict[str, Any]:
    return {
        "week": one.message.week.name,
        "kind": one.message.kind,
        "recipient": recipient_of(one),
        "variable": one.variable or None,
        "title": one.text.title,
        "body": one.text.body,
        **({"broken": one.broken} if one.broken else {}),
    }


def _done(done: Sending) -> dict[str, Any]:
    return {
        "sent": [_planned(one) for one in done.sent],
        "failed": [{**_planned(one), "reason": why} for one, why in done.failed],
        "unreachable": [recipient_of(one) for one in done.unreachable],
        "unknown": list(done.cut_off),
    }


def _logged(row: Notice) -> dict[str, str]:
    named = {"at": row.at, "week": row.week, "kind": row.kind, "recipient": row.recipient}
    return {**named, "state": row.state, "detail": row.detail}


def _show(due: list[Planned]) -> None:
    if not due:
        out.print("No message is due.")
    for one in due:
        out.rule(Text(f"{recipient_of(one)} · {one.message.kind} · {one.variable or 'no address'}"))
        out.print(Text(one.text.title, style="bold"))
        out.print(Text(f"cannot be sent: {one.broken}" if one.broken else one.text.body))


def _log(rows: list[Notice]) -> Grid:
    table = Grid("at", "week", "kind", "recipient", "state", "detail", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(text) for text in _logged(row).values()))
    return table
