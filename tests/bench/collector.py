"""How many requests a second the collector acknowledges after they are on disk, and in what processor time.

Run: python tests/bench/collector.py [--seconds 3]. Clients in a process of their own send requests of 10 spans over
connections that stay open, each the next one when the last is answered. ``collector_kills.py`` kills it.
"""

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from collector_calls import spans, trace_id  # noqa: E402 - the source tree comes first

PORT = 14_411
SPANS = 10
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


def start(store: Path, after: float = 3600) -> subprocess.Popen[bytes]:
    """Start a collector that brings traces into the log after some seconds, and return it once it answers."""
    words = [sys.executable, "-m", "review.commands.cli", "collect", "--port", str(PORT), "--log-after", str(after)]
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


def processor_seconds(pid: int) -> float:
    """The processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """The processor time that the clients have taken."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def initialised(folder: Path) -> Path:
    """Make a store in a folder and return its path."""
    store = folder / "spotcheck.db"
    init = [sys.executable, "-m", "review.commands.cli", "init", "--name", "lea", "--store", str(store)]
    subprocess.run(init, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, cwd=folder)
    return store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process = start(initialised(Path(folder)))
        print("| clients | requests a second | p50 ms | p95 ms | µs of processor a request: collector, client |")
        print("|---|---|---|---|---|")
        try:
            for number, clients in enumerate((1, 8, 32)):
                before, own = processor_seconds(process.pid), own_seconds()
                times, done = asyncio.run(flood(clients, given.seconds, first=1 + number * 10_000_000))
                busy = (processor_seconds(process.pid) - before) / len(done) * 1e6
                mine = (own_seconds() - own) / len(done) * 1e6
                ends = statistics.quantiles(times, n=20)
                rate = len(done) / given.seconds
                figures = f"{rate:,.0f} | {ends[9] * 1000:.1f} | {ends[18] * 1000:.1f} | {busy:.0f}, {mine:.0f}"
                print(f"| {clients} | {figures} |", flush=True)
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
