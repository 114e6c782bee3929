"""One thread that writes what arrives to the spool and acknowledges it once it is on disk.

All that waits when a write has ended goes into the next one, so that a sync serves many requests (group commit).
"""

from __future__ import annotations

import asyncio
import errno
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from review.basics.errors import ReviewError
from review.basics.whole_files import sync
from review.sources.collecting.frames import CLOSED, OPEN, Change, Kind, bytes_in, packed, spool_files

FILE_BYTES = 64 * 1024 * 1024
FILE_SECONDS = 20.0
"""A file that is larger or older is closed; only closed files are removed."""
GROUP_BYTES = 16 * 1024 * 1024
"""The bytes of one write, or one frame more."""
MOST_BYTES = 4 * 1024**3
"""The bytes of the whole spool, unless somebody says otherwise."""
LOOK_SECONDS = 1.0
"""How often a full spool is measured again."""


class SpoolFull(ReviewError):
    """The spool has as many bytes as it may have."""


class _Item(NamedTuple):
    frame: bytes
    done: asyncio.Future[None]


class SpoolWriter:
    """Writes to the spool in ``folder``, which only its owner can read. ``seal`` encrypts what is kept.

    To be made in the event loop that awaits :meth:`keep`; ``close`` writes what waits and ends the thread.
    """

    def __init__(self, folder: Path, *, most: int = MOST_BYTES, seal: Change | None = None) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in spool_files(folder).values():
            if path.suffix == OPEN:
                path.rename(path.with_suffix(CLOSED))
        self._folder, self._most, self._seal = folder, most, seal
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Item] = deque()
        self._bell = threading.Condition()
        self._ending = False
        self._handle = -1
        self._path = folder
        self._size, self._begun = 0, 0.0
        self._held, self._looked = 0, -LOOK_SECONDS
        self._thread = threading.Thread(target=self._work, name="spool", daemon=True)
        self._thread.start()

    async def keep(self, kind: Kind, payload: bytes) -> None:
        """Return once a payload is on disk. Raises SpoolFull, and OSError where the disk refuses it."""
        if self.bytes_held >= self._most:
            raise SpoolFull(f"the spool holds {self._most / 1e9:,.1f} GB that are not in the log yet")
        done: asyncio.Future[None] = self._loop.create_future()
        item = _Item(packed(kind, self._seal(payload) if self._seal else payload), done)
        with self._bell:
            self._waiting.append(item)
            self._bell.notify()
        await done

    @property
    def bytes_held(self) -> int:
        """The bytes of the spool, measured again once a second: another process removes what is in the log."""
        moment = time.monotonic()
        if moment - self._looked >= LOOK_SECONDS:
            self._looked, self._held = moment, bytes_in(self._folder)
        return self._held

    def close(self) -> None:
        """Write what waits, and end."""
        with self._bell:
            self._ending = True
            self._bell.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._bell:
                while not self._waiting and not self._ending:
                    if not self._bell.wait(FILE_SECONDS):
                        self._close_file()
                group = self._taken()
            if not group:
                self._close_file()
                return
            error = self._written(group)
            self._loop.call_soon_threadsafe(_settle, [item.done for item in group], error)

    def _taken(self) -> list[_Item]:
        group, size = [], 0
        while self._waiting and size < GROUP_BYTES:
            group.append(self._waiting.popleft())
            size += len(group[-1].frame)
        return group

    def _written(self, group: Sequence[_Item]) -> OSError | None:
        """Write a group and sync it. After an error nothing broken stays behind what was written before."""
        data = memoryview(b"".join([item.frame for item in group]))
        done = 0
        try:
            if self._handle < 0 or self._size >= FILE_BYTES or time.monotonic() - self._begun > FILE_SECONDS:
                self._next_file()
            while done < len(data):
                done += os.write(self._handle, data[done:])
            os.fdatasync(self._handle)
        except OSError as error:
            self._cut(group, done)
            return error
        self._size += done
        self._held += done
        return None

    def _cut(self, group: Sequence[_Item], written: int) -> None:
        """Cut the file after the last whole frame: a reader may have seen those before it."""
        whole = 0
        for item in group:
            if whole + len(item.frame) > written:
                break
            whole += len(item.frame)
        if self._handle >= 0:
            try:
                os.ftruncate(self._handle, self._size + whole)
                os.lseek(self._handle, self._size + whole, os.SEEK_SET)
                self._size += whole
            except OSError:
                self._close_file()

    def _next_file(self) -> None:
        self._close_file()
        number = max([time.time_ns(), *(1 + n for n in spool_files(self._folder))])
        self._path = self._folder / f"{number:020d}{OPEN}"
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._size, self._begun = 0, time.monotonic()
        sync(self._folder)

    def _close_file(self) -> None:
        if self._handle < 0:
            return
        os.close(self._handle)
        self._handle = -1
        self._path.rename(self._path.with_suffix(CLOSED))


def is_full_disk(error: OSError) -> bool:
    """Whether an error says that there is no room left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _settle(futures: Sequence[asyncio.Future[None]], error: OSError | None) -> None:
    for done in futures:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
