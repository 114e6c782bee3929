"""The process that takes requests. It imports little, so that clients wait a second or two when it starts again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout

from review.basics.errors import InputError, Refused
from review.privacy.originals import Change, sealing
from review.sources.collecting.application import Collector
from review.sources.collecting.frames import spool_of
from review.sources.collecting.spool_writer import SpoolWriter

AGAIN = 5.0
"""Seconds until the second process is started again after it ended by itself."""
CONNECTIONS = 4096

Say = Callable[[str], None]


def listening(address: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises InputError when the port is out of range or taken."""
    if not 1 <= port <= 65535:
        raise InputError(f"port: found {port}, expected 1 to 65535.")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # With the protocol named, the event loop sends small answers at once (TCP_NODELAY).
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise InputError(
            f"port {port} on {address} is not free ({error.strerror}). Choose another one.",
            command_hint=f"Use `--port {port % 65535 + 1}`.",
        ) from None
    sock.listen(CONNECTIONS)
    return sock


def sealed_as(store: Path) -> Change | None:
    """Return how the spool of a store is encrypted, None where its originals are not.

    Raises InputError for settings that cannot be read, and where the key is missing. All other settings are for the
    process that fills the log.
    """
    path = store.parent / "spotcheck.toml"
    try:
        privacy = tomllib.loads(path.read_text(encoding="utf-8")).get("privacy", {}) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}).") from None
    encrypted = isinstance(privacy, dict) and privacy.get("originals") == "encrypted"
    return sealing()[0] if encrypted else None


def take_requests(
    store: Path, sock: socket.socket, *, token: str, most: int, beside: list[str], ready: Callable[[], None], say: Say
) -> None:
    """Take requests until a signal ends the process, and keep another one running with the arguments ``beside``.

    ``most`` are the bytes of the spool. Raises Refused while another collector uses it.
    """
    folder, seal = spool_of(store), sealed_as(store)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0), _running(beside, say):
            ready()
            asyncio.run(_serve(folder, sock, token=token, most=most, seal=seal))
    except Timeout:
        raise Refused(f"another collector takes spans for {store} already. End one of the two.") from None


async def _serve(folder: Path, sock: socket.socket, *, token: str, most: int, seal: Change | None) -> None:
    writer = SpoolWriter(folder, most=most, seal=seal)
    config = uvicorn.Config(
        Collector(writer, token=token),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        backlog=CONNECTIONS,
    )
    server = uvicorn.Server(config)
    # After its shutdown uvicorn raises the signal again, for the handler that was there before. This one does nothing,
    # so the process ends by itself.
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: None)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: setattr(server, "should_exit", True))
    try:
        await server.serve(sockets=[sock])
    finally:
        writer.close()


@contextlib.contextmanager
def _running(arguments: list[str], say: Say) -> Iterator[None]:
    """Keep a second process of Python running while inside; it ends when its standard input closes."""
    ending = threading.Event()
    started: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not ending.is_set():
            process = subprocess.Popen([sys.executable, *arguments], stdin=subprocess.PIPE, process_group=0)
            started[:] = [process]
            code = process.wait()
            if not ending.is_set():
                say(f"The process that fills the log ended (exit code {code}) and is started again.")
                ending.wait(AGAIN)

    thread = threading.Thread(target=keep, name="second process", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        for process in started:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
        thread.join(timeout=10)
