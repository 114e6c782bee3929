"""``spotcheck collect``: take spans from products that emit OpenTelemetry.

This process imports little: clients give a collector that starts again a few seconds. What fills the log is a second
process, and imports the rest.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import threading
from pathlib import Path

import click

from review.basics.errors import InputError
from review.basics.parent import until_closed
from review.commands.numbers import Number
from review.sources.collecting.taking import listening, take_requests
from review.sources.collecting.token import token_of
from storage.address import store_file

PORT = 4318
GIGABYTE = 1024**3
ADDRESS = "127.0.0.1"


@click.command("collect")
@click.option("--port", default=PORT, show_default=True, help="The port; 4318 is the one of OTLP over HTTP.")
@click.option("--address", default=ADDRESS, show_default=True, help="The address; other machines need a token.")
@click.option(
    "--log-after",
    type=Number(),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Bring a trace into the log this long after its last span.",
)
@click.option(
    "--most",
    type=Number(),
    default=4.0,
    show_default=True,
    metavar="GB",
    help="The size of the spool beside the store.",
)
@click.option("--fill-log", is_flag=True, hidden=True, help="Be the process that fills the log.")
@click.option("--with-server", is_flag=True, hidden=True, help="End when standard input is closed.")
@click.option("--as", "acting", metavar="NAME", default=None, help="Who acts; default the first lead.")
@click.option(
    "--store",
    "store_path",
    envvar="SPOTCHECK_STORE",
    default="spotcheck.db",
    show_default=True,
    show_envvar=True,
    callback=lambda _context, _option, value: store_file(value),
    help="The file of the store, or postgresql://user@host/database.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs, once it listens.")
def collect(
    port: int,
    address: str,
    log_after: float,
    most: float,
    fill_log: bool,
    with_server: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Take spans over HTTP (OTLP, Langfuse, tracely), and bring whole traces into the log.

    A span that was acknowledged is on disk. Clients send the token in SPOTCHECK_COLLECT_TOKEN; without one, this
    machine alone may send.
    """
    if not 0 <= log_after <= 24 * 3600:
        raise InputError(f"--log-after: found {log_after:g}, expected 0 to 86400 seconds.")
    if not 0 < most <= 1024:
        raise InputError(f"--most: found {most:g}, expected up to 1024 GB.")
    path = Path(store_path).resolve()
    if fill_log:
        return _fill(path, acting, log_after)
    if not path.exists() or acting is not None:
        _checked(store_path, acting)
    token = token_of(os.environ, address)
    if with_server:
        end = functools.partial(os.kill, os.getpid(), signal.SIGTERM)
        threading.Thread(target=until_closed, args=(end,), daemon=True).start()
    words = ["-m", "review.commands.cli", "collect", "--fill-log", "--log-after", f"{log_after:g}"]
    words += ["--store", str(path), *(["--as", acting] if acting is not None else [])]
    with listening(address, port) as sock:
        url = f"http://{f'[{address}]' if ':' in address else address}:{port}"

        def ready() -> None:
            if as_json:
                click.echo(json.dumps({"url": url, "token": bool(token)}))
            else:
                _say(f"Spans go to {url}" + ("" if token else ", from this machine alone"))

        most_bytes = int(most * GIGABYTE)
        take_requests(path, sock, token=token, most=most_bytes, beside=words, ready=ready, say=_say)
    return None


def _say(words: str) -> None:
    click.echo(words, err=True)


def _checked(store_path: str, acting: str | None) -> None:
    """Raise what is wrong with the store or the name of a person."""
    from review.commands.common import acting_person, opened

    store = opened(store_path)
    if acting is not None:
        acting_person(store, acting)
    store.close()


def _fill(path: Path, acting: str | None, after: float) -> None:
    """Fill the log until standard input closes, which it does when the collector ends, however it ends."""
    from review.commands.common import acting_person
    from review.people.people import a_lead
    from review.sources.collecting.filling import fill_the_log
    from storage.opening import open_store

    ended = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    threading.Thread(target=until_closed, args=(ended.set,), daemon=True).start()

    def by() -> str:
        # Asked each time, on a connection of its own: a lead may come or go while the collector runs.
        store = open_store(path, create=False)
        try:
            return acting_person(store, acting).id if acting is not None else a_lead(store)
        finally:
            store.close()

    fill_the_log(path, by=by, after=after, ended=ended, say=_say)
