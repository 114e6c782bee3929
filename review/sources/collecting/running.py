"""The two processes of the collector: one that takes requests, and one beside it that brings traces into the log."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout

from review.basics.errors import Refused, ReviewError
from review.basics.words import counted
from review.privacy.originals import sealing
from review.settings.project import project_of
from review.sources.collecting.application import Collector
from review.sources.collecting.frames import spool_of
from review.sources.collecting.into_log import Assembler, Done
from review.sources.collecting.spool_writer import MOST_BYTES, SpoolWriter
from storage.connection import StorageError
from storage.opening import open_store

AFTER = 30.0
"""Seconds between the last span of a trace and its way into the log."""
LOOK = 1.0
"""Seconds between two looks at the spool."""
AGAIN = 5.0
"""Seconds until the second process is started again after it ended by itself."""
LOCK_SECONDS = 60.0
CONNECTIONS = 4096

Say = Callable[[str], None]


def collect(
    store: Path, *, address: str, port: int, token: str, most: int = MOST_BYTES, assemble: list[str], say: Say
) -> None:
    """Take requests until a signal ends the process. ``assemble`` is the command line of the second process.

    Raises Refused while another collector uses the spool, InputError where the spool cannot be encrypted.
    """
    folder = spool_of(store)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seal = sealing()[0] if project_of(store).privacy.originals == "encrypted" else None
    try:
        with FileLock(folder / ".lock", timeout=0), _beside(assemble, say):
            asyncio.run(_serve(folder, address, port, token=token, most=most, seal=seal))
    except Timeout:
        raise Refused(f"another collector takes spans for {store} already. End one of the two.") from None


async def _serve(
    folder: Path, address: str, port: int, *, token: str, most: int, seal: Callable[[bytes], bytes] | None
) -> None:
    writer = SpoolWriter(folder, most=most, seal=seal)
    try:
        config = uvicorn.Config(
            Collector(writer, token=token),
            host=address,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
            backlog=CONNECTIONS,
        )
        await uvicorn.Server(config).serve()
    finally:
        writer.close()


@contextlib.contextmanager
def _beside(arguments: list[str], say: Say) -> Iterator[None]:
    """Keep the second process running while inside; it ends when its standard input closes."""
    ending = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not ending.is_set():
            process = subprocess.Popen([sys.executable, *arguments], stdin=subprocess.PIPE, process_group=0)
            running[:] = [process]
            code = process.wait()
            if not ending.is_set():
                say(f"the process that brings traces into the log ended (exit code {code}) and is started again.")
                ending.wait(AGAIN)

    thread = threading.Thread(target=keep, name="assembling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        for process in running:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
        thread.join(timeout=10)


def assemble(store_path: Path, *, by: Callable[[], str], after: float, ended: threading.Event, say: Say) -> None:
    """Bring traces into the log until ``ended`` is set. A pass that begun is finished."""
    folder = spool_of(store_path)
    project = project_of(store_path)
    unseal = sealing()[1] if project.privacy.originals == "encrypted" else None
    store = open_store(store_path, create=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    last = ""
    # A killed collector leaves this process for a moment: the new one waits until it has ended.
    with contextlib.closing(store), FileLock(folder / ".assembling.lock", timeout=LOCK_SECONDS):
        assembler = Assembler(store, project, folder, by=by, after=after, unseal=unseal)
        while not ended.wait(min(LOOK, max(after, 0.1))):
            try:
                words = in_words(assembler.step())
            except (ReviewError, StorageError) as error:
                words = f"nothing came into the log: {error}"
            if words and words != last:
                say(words)
            last = words


def in_words(done: Done) -> str:
    """Return what a pass did in one line, "" where it did nothing."""
    said = [
        f"{one.source}: {counted(one.added, 'conversation')} added"
        + (f", {one.updated:,} updated" if one.updated else "")
        + (f", {one.rejected:,} rejected" if one.rejected else "")
        for one in done.imports
    ]
    said += [f"{n:,} {NAMES[name]}" for name, n in done.counts.items() if n]
    return "; ".join([*said, *(f"not in the log yet: {error}" for error in done.errors)])


NAMES = {
    "late": "spans came after their trace had gone into the log, and are not in it",
    "repeated": "spans came twice",
    "cut off": "files ended in a request that was never acknowledged",
    "unclaimed": "rows of feedback name a trace that never came",
}
