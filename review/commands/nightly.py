"""``spotcheck nightly``: what a timer should run once a day."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.text import Text

from review.basics.clock import now
from review.basics.errors import InputError, ReviewError
from review.basics.parent import until_closed
from review.basics.request_id import begin
from review.commands.common import emit, json_option, opened, out, store_option
from review.commands.grid import Grid
from review.serving.daily import every_day, time_of
from review.serving.log_lines import begin_logging, say
from review.serving.nightly import Outcome, run_nightly
from review.settings.project import project_of
from storage.connection import StorageError

_log = logging.getLogger(__name__)


@click.command("nightly")
@click.option("--daily", metavar="HH:MM", default="", help="Stay, and do it every day at this time of the project.")
@click.option("--with-server", is_flag=True, hidden=True, help="End when standard input is closed.")
@store_option
@json_option
def nightly(daily: str, with_server: bool, store_path: str, as_json: bool) -> None:
    """Do what is due once a day: pull, check, alert, open the week, send messages, publish, expire, check the records.

    A step that fails does not stop the others; exit code 1 when one failed. Let a timer of the system run it, or stay
    with --daily: of several processes that stay, one does the work of a day.
    """
    begin_logging(project_of(store_path).log)
    if daily:
        return _stay(Path(store_path), daily, as_json, with_server=with_server)
    outcomes = run_nightly(opened(store_path))
    _show(outcomes, as_json)
    if any(one.status == "failed" for one in outcomes):
        raise SystemExit(1)
    return None


def _show(outcomes: list[Outcome], as_json: bool) -> None:
    for one in outcomes:
        say(_log, "nightly", step=one.name, status=one.status, seconds=round(one.seconds, 1))

    def render() -> None:
        table = Grid("step", "status", "seconds", "detail")
        for one in outcomes:
            table.add_row(one.name, one.status, f"{one.seconds:.1f}", Text(one.detail))
        out.print(table)

    emit({"steps": [asdict(one) for one in outcomes]}, as_json, render)
    sys.stdout.flush()


def _stay(store: Path, daily: str, as_json: bool, *, with_server: bool) -> None:
    """Run every day until a signal, or the end of standard input, says to end. A run that has begun is finished."""
    try:
        at = time_of(daily)
    except InputError as error:
        raise InputError(f"--daily: {error}") from None
    ended = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    if with_server:
        threading.Thread(target=until_closed, args=(ended.set,), daemon=True).start()
    every_day(
        store,
        at,
        ZoneInfo(project_of(store).time_zone),
        run=lambda: _one_night(store, as_json),
        now=lambda: datetime.fromisoformat(now()),
        wait=ended.wait,
        report=lambda text: click.echo(text, err=True),
    )


def _one_night(store: Path, as_json: bool) -> None:
    """Run the steps. What keeps all of them from running is said; tomorrow is another try."""
    begin()
    try:
        opened_store = opened(str(store))
        try:
            _show(run_nightly(opened_store), as_json)
        finally:
            opened_store.close()
    except (ReviewError, StorageError) as error:
        click.echo(f"error: {error.with_hint if isinstance(error, ReviewError) else error}", err=True)
