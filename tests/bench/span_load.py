"""Spans that come into a collector at a steady rate, beside what a benchmark measures.

Run: python tests/bench/span_load.py URL RATE, which sends until its standard input closes.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from collector_calls import PROTOBUF, spans  # noqa: E402

from review.basics.parent import until_closed  # noqa: E402

PORT = 14_418
IN_ONE = 10
"""The spans of one trace, which comes in one request."""


@dataclass
class Sent:
    """How many spans were acknowledged, and in how many seconds."""

    spans: int = 0
    seconds: float = 0.0


@contextlib.contextmanager
def sending_spans(store: Path, rate: int) -> Iterator[Sent]:
    """Run a collector on a store, and a process that sends it ``rate`` spans a second; with 0 do nothing."""
    sent = Sent()
    if not rate:
        yield sent
        return
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = ["-m", "review.commands.cli", "collect", "--port", str(PORT), "--log-after", "2", "--store", str(store)]
    with _process(words, environment):
        url = f"http://127.0.0.1:{PORT}"
        _wait_for(url)
        with _process([__file__, url, str(rate)], environment) as feeder:
            if feeder.stdout is None or not feeder.stdout.readline():
                raise SystemExit("The collector acknowledged nothing.")
            begun = time.monotonic()
            yield sent
            sent.seconds = time.monotonic() - begun
            sent.spans = requests.get(f"{url}/healthz", timeout=5).json()["spans"]


@contextlib.contextmanager
def _process(words: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *words], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"{url}/healthz", timeout=5).raise_for_status()
            return
        time.sleep(0.05)
    raise SystemExit("The collector did not start.")


def trace(number: int) -> bytes:
    """A request with a trace of ten spans."""
    root = {"trace": number, "span": 99, "input__value": "How many? " * 20, "output__value": "Seven. " * 20}
    return spans(root, *({"trace": number, "span": n + 1, "parent": 99, "name": "tool"} for n in range(IN_ONE - 1)))


def main() -> None:
    """Send at the rate; say so on the first line once the first trace was acknowledged."""
    url, rate = sys.argv[1], int(sys.argv[2])
    ended = threading.Event()
    threading.Thread(target=until_closed, args=(ended.set,), daemon=True).start()
    first = time.time_ns()
    with requests.Session() as session:
        number, due = 0, time.monotonic()
        while not ended.is_set():
            session.post(
                f"{url}/v1/traces", trace(first + number), headers={"content-type": PROTOBUF}, timeout=10
            ).raise_for_status()
            if not number:
                print("sending", flush=True)
            number += 1
            due += IN_ONE / rate
            ended.wait(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()
