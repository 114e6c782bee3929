"""What the collector loses or doubles when it is killed (kill -9) while clients send and while it fills the log.

Run: python tests/bench/collector_kills.py [--kills 20]. Clients send traces of ten spans. Every second kill ends the
process that takes requests, the others the one that fills the log, at the moment when an import of it is half written.
In the end every acknowledged trace must be in the log once, with all of its spans.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import collector
from collector import MARK, SPANS, client, initialised, start, trace_id
from collector_calls import spans

from review.basics.log_paths import log_of
from review.log.log import every_conversation, weeks_in_log
from review.sources.collecting.frames import spool_files, spool_of

KILL_AFTER = 300
"""Acknowledged traces, after which a process is killed."""
CLIENTS = 8
SHORTLY = 0.2
"""Seconds after its last span in which a trace goes into the log."""
PATIENCE = 300.0


def whole_traces() -> None:
    """Let the clients send traces with a root, so that they go into the log."""
    root = {"trace": MARK, "span": 99, "input__value": "How many? " * 20, "output__value": "Seven."}
    rest = ({"trace": MARK, "span": n + 1, "parent": 99, "input__value": "How many? "} for n in range(SPANS - 1))
    collector.BODY = spans(root, *rest)
    collector.HEAD = (
        b"POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\n"
        b"content-length: %d\r\n\r\n" % len(collector.BODY)
    )


def child_of(pid: int) -> int | None:
    """The process that fills the log, None before it has started."""
    found = [name for task in Path(f"/proc/{pid}/task").glob("*/children") for name in task.read_text().split()]
    return int(found[0]) if found else None


def is_half_written(store: Path) -> bool:
    """Whether an import has begun to write to the log and has not finished."""
    return any(log_of(store).logs.glob(".partial-*"))


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise SystemExit("The collector did not come so far.")
        await asyncio.sleep(0.001)


async def killed(process: subprocess.Popen[bytes], store: Path, first: int, *, filling: bool) -> list[int]:
    """Send until a process is killed; return the traces that were acknowledged."""
    done: list[int] = []
    sending = [
        asyncio.ensure_future(client(first + n, CLIENTS, time.monotonic() + PATIENCE, [], done)) for n in range(CLIENTS)
    ]
    try:
        await until(lambda: len(done) >= KILL_AFTER)
        if filling:
            await until(lambda: is_half_written(store))
            if child := child_of(process.pid):
                os.kill(child, signal.SIGKILL)
    finally:
        process.kill()
    await asyncio.gather(*sending)
    return done


def main() -> None:
    """Kill, then let everything come into the log, and print what is lacking and what is there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    whole_traces()
    acknowledged: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        store = initialised(Path(folder))
        for kill in range(given.kills):
            process = start(store, SHORTLY)
            done = asyncio.run(killed(process, store, (kill + 1) * 10_000_000, filling=bool(kill % 2)))
            process.wait()
            acknowledged |= {trace_id(trace).hex() for trace in done}
        process = start(store, SHORTLY)
        try:
            asyncio.run(until(lambda: not spool_files(spool_of(store))))
        finally:
            process.terminate()
            process.wait()
        log = log_of(store)
        found = list(every_conversation(log, weeks=list(weeks_in_log(log))))
    times = Counter(one.source_id for one in found)
    short = sum(len(one.steps) < SPANS - 1 for one in found)
    print(
        f"{given.kills} kills, every second one while an import was half written: {len(acknowledged) * SPANS:,} spans "
        f"acknowledged in {len(acknowledged):,} traces; {len(acknowledged - set(times)):,} traces lost, "
        f"{sum(n > 1 for n in times.values()):,} in the log twice, {short:,} without all of their spans; "
        f"{len(set(times) - acknowledged):,} in the log that were never acknowledged"
    )


if __name__ == "__main__":
    main()
