"""``spotcheck collect``: take spans from products that emit OpenTelemetry."""

from __future__ import annotations

import functools
import os
import signal
import threading
from pathlib import Path

import click

from review.basics.errors import InputError
from review.commands.common import acting_person, as_option, json_option, note, opened, store_option
from review.commands.nightly import until_closed
from review.serving.nightly import a_lead
from review.serving.server import ADDRESS, check_port, url_of
from review.sources.collecting.running import AFTER, assemble
from review.sources.collecting.running import collect as run
from review.sources.collecting.token import token_of
from storage.opening import open_store

PORT = 4318
GIGABYTE = 1024**3


@click.command("collect")
@click.option("--port", default=PORT, show_default=True, help="The port; 4318 is the one of OTLP over HTTP.")
@click.option("--address", default=ADDRESS, show_default=True, help="The address; other machines need a token.")
@click.option(
    "--log-after",
    default=AFTER,
    show_default=True,
    metavar="SECONDS",
    help="Bring a trace into the log this long after its last span.",
)
@click.option("--most", default=4.0, show_default=True, metavar="GB", help="The size of the spool beside the store.")
@click.option("--assemble", "only_assemble", is_flag=True, hidden=True, help="Be the process that fills the log.")
@click.option("--with-server", is_flag=True, hidden=True, help="End when standard input is closed.")
@as_option
@store_option
@json_option
def collect(
    port: int,
    address: str,
    log_after: float,
    most: float,
    only_assemble: bool,
    with_server: bool,
    acting: str | None,
    store_path: str,
    as_json: bool,
) -> None:
    """Take spans over HTTP (OTLP, Langfuse, tracely), and bring whole traces into the log.

    A span that was acknowledged is on disk. Clients send the token in SPOTCHECK_COLLECT_TOKEN; without one, this
    machine alone may send. --json prints one object once the collector listens.
    """
    if not 0 <= log_after <= 24 * 3600:
        raise InputError(f"--log-after: found {log_after:g}, expected 0 to 86400 seconds.")
    if not 0 < most <= 1024:
        raise InputError(f"--most: found {most:g}, expected up to 1024 GB.")
    if only_assemble:
        return _assemble(store_path, acting, log_after)
    path = Path(store_path).resolve()
    token = token_of(os.environ, address)
    store = opened(store_path)
    if acting is not None:
        acting_person(store, acting)
    store.close()
    check_port(port, address)
    if with_server:
        end = functools.partial(os.kill, os.getpid(), signal.SIGTERM)
        threading.Thread(target=until_closed, args=(end,), daemon=True).start()
    words = ["-m", "review.commands.cli", "collect", "--assemble", "--log-after", f"{log_after:g}"]
    words += ["--store", str(path), *(["--as", acting] if acting is not None else [])]
    if as_json:
        click.echo(f'{{"url": "{url_of(address, port)}", "token": {"true" if token else "false"}}}')
    else:
        note(f"The collector takes spans at {url_of(address, port)}" + ("" if token else ", from this machine alone"))
    run(path, address=address, port=port, token=token, most=int(most * GIGABYTE), assemble=words, say=note)
    return None


def _assemble(store_path: str, acting: str | None, after: float) -> None:
    """Fill the log until standard input closes, which it does when the collector ends, however it ends."""
    ended = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    threading.Thread(target=until_closed, args=(ended.set,), daemon=True).start()

    def by() -> str:
        # Asked each time, on a connection of its own: a lead may come or go while the collector runs.
        store = open_store(Path(store_path), create=False)
        try:
            return acting_person(store, acting).id if acting is not None else a_lead(store)
        finally:
            store.close()

    assemble(Path(store_path), by=by, after=after, ended=ended, say=note)
