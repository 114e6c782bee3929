"""How many requests a second the collector acknowledges after they are on disk, and what a kill -9 loses.

Run: python tests/bench/collector.py [--seconds 3] [--kills 20]. Clients in a process of their own send requests of 10
spans over connections that stay open, each the next one when the last is answered. Then 16 clients send while the
collector is killed and started again; every acknowledged span must be in the spool or the log.
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from collector_calls import spans, trace_id  # noqa: E402 - the source tree comes first

from review.sources.collecting.frames import frames, spool_files, spool_of  # noqa: E402
from review.sources.collecting.otlp_requests import seen  # noqa: E402

PORT = 14_411
SPANS = 10
KILL_AFTER = 200
"""Acknowledged requests, after which the collector is killed."""
MARK = 0x5A5A_5A5A_5A5A_5A5A_5A5A_5A5A_5A5A_5A5A
BODY = spans(*({"trace": MARK, "span": n + 1, "parent": 99, "input__value": "How many? " * 20} for n in range(SPANS)))
"""The spans of one trace without its root, so that it stays in the spool."""
HEAD = (
    b"POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\n"
    b"content-length: %d\r\n\r\n" % len(BODY)
)


def request(trace: int) -> bytes:
    """A request with the spans of one trace."""
    return HEAD + BODY.replace(trace_id(MARK), trace_id(trace))


async def client(first: int, step: int, until: float, times: list[float], done: list[int]) -> None:
    """Send one request after another until a moment, or until the server is gone."""
    trace = first
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        while time.monotonic() < until:
            begun = time.perf_counter()
            writer.write(request(trace))
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(size)
            if head.startswith(b"HTTP/1.1 200"):
                times.append(time.perf_counter() - begun)
                done.append(trace)
            trace += step
        writer.close()
    except (ConnectionError, asyncio.IncompleteReadError):
        return


async def flood(clients: int, seconds: float, first: int = 1) -> tuple[list[float], list[int]]:
    times: list[float] = []
    done: list[int] = []
    until = time.monotonic() + seconds
    await asyncio.gather(*(client(first + n, clients, until, times, done) for n in range(clients)))
    return times, done


async def killed_mid_traffic(process: subprocess.Popen[bytes], first: int) -> list[int]:
    """Send until the collector is killed, which happens once it has acknowledged some; return what it acknowledged."""
    times: list[float] = []
    done: list[int] = []
    until = time.monotonic() + 60
    sending = [asyncio.ensure_future(client(first + n, 16, until, times, done)) for n in range(16)]
    while len(done) < KILL_AFTER:
        await asyncio.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    await asyncio.gather(*sending)
    return done


def start(store: Path) -> subprocess.Popen[bytes]:
    """Start a collector and return it once it answers."""
    words = [sys.executable, "-m", "review.commands.cli", "collect", "--port", str(PORT), "--log-after", "3600"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([*words, "--store", str(store)], env=environment, stderr=subprocess.DEVNULL)
    begun = time.monotonic()
    while time.monotonic() - begun < 60:
        try:
            asyncio.run(asyncio.open_connection("127.0.0.1", PORT))
        except ConnectionError:
            time.sleep(0.02)
        else:
            print(f"  answers after {time.monotonic() - begun:.1f} s", file=sys.stderr)
            return process
    raise SystemExit("the collector did not start")


def in_spool(store: Path) -> set[str]:
    paths = spool_files(spool_of(store)).values()
    return {part.trace for path in paths for frame in frames(path) for part in seen(frame.kind, frame.payload)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "spotcheck.db"
        init = [sys.executable, "-m", "review.commands.cli", "init", "--name", "lea", "--store", str(store)]
        subprocess.run(init, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, cwd=folder)
        process = start(store)
        print("| clients | requests a second | p50 ms | p95 ms |\n|---|---|---|---|")
        for clients in (1, 8, 32):
            times, done = asyncio.run(flood(clients, given.seconds))
            ends = statistics.quantiles(times, n=20)
            rate = len(done) / given.seconds
            print(f"| {clients} | {rate:,.0f} | {ends[9] * 1000:.1f} | {ends[18] * 1000:.1f} |", flush=True)
        process.kill()
        process.wait()
        acknowledged: set[str] = set()
        for kill in range(given.kills):
            process = start(store)
            done = asyncio.run(killed_mid_traffic(process, (kill + 1) * 10_000_000))
            process.wait()
            acknowledged |= {trace_id(trace).hex() for trace in done}
        lost = acknowledged - in_spool(store)
        print(f"{given.kills} kills: {len(acknowledged) * SPANS:,} spans acknowledged, {len(lost) * SPANS:,} lost")


if __name__ == "__main__":
    main()
