"""How fast judges and checks are. Run: python tests/bench/judge_speed.py [--subjects 3000] [--only llm,learned,checks].

The llm kind asks an endpoint of 50 ms latency, which runs in a process of its own, 16 questions at once: at best
16 / 0.05 s = 320 verdicts a second. Calls and results are written to a store as in any run. Then ten thousand replies
are remembered from such a run instead of asked for again. The learned kind and the checks have figures of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.basics.clock import now
from review.judges.llm.kind import KIND
from review.judges.llm.spec import LlmSpec
from review.judges.protocol.protocol import Bench, Options, Subject
from review.judges.runs.recording import Recording
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from
from review.settings.judges import JudgeSettings
from storage.opening import open_store
from storage.records_judges import JudgeRun
from storage.records_log import Message
from storage.store import Store

HERE = Path(__file__).resolve().parent
LATENCY, WIDTH = 0.05, 16
IDEAL = WIDTH / LATENCY
DIMENSION = rubric_from(DEFAULT_RUBRIC)["politeness"]
SECTIONS = ("llm", "learned", "checks")
Figures = list[tuple[str, str]]


class Endpoint(asyncio.Protocol):
    """The least that speaks chat completions: every question is answered alike, 50 ms after its last byte came."""

    TEXT = orjson.dumps({DIMENSION.name: {"rationale": "It says please.", "label": "friendly"}}).decode()
    BODY = orjson.dumps(
        {
            "choices": [{"message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 420, "completion_tokens": 24},
        }
    )
    REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has called."""
        self.transport = transport
        self.held = b""

    def data_received(self, data: bytes) -> None:
        """A part of a question, or the rest of it."""
        self.held += data
        end = self.held.find(b"\r\n\r\n")
        if end < 0:
            return
        length = int(self.held[:end].lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self.held) >= end + 4 + length:
            self.held = b""
            asyncio.get_running_loop().call_later(LATENCY, self.transport.write, self.REPLY)  # type: ignore[attr-defined]


async def serve() -> None:
    """Say the port on standard output, then answer until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def endpoint() -> Iterator[str]:
    """The address of a running endpoint."""
    process = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def subjects(count: int) -> list[Subject]:
    """Conversations of two to four turns, no two of them alike."""
    rng = random.Random(0)
    words = ["order", "parcel", "refund", "please", "account", "address", "delivery", "customer", "tomorrow", "return"]
    found = []
    for k in range(count):
        turns: list[Message] = [
            {"role": ("user", "assistant")[t % 2], "content": f"{k}.{t}: " + " ".join(rng.choices(words, k=45))}
            for t in range(rng.choice((2, 4)))
        ]
        question, answer = str(turns[-2]["content"]), str(turns[-1]["content"])
        found.append(
            Subject(
                id=f"s{k}",
                conversation_id=f"c{k}",
                group=f"u{k}",
                question=question,
                answer=answer,
                messages=tuple(turns),
            )
        )
    return found


def run_over(store: Store, place: str, wanted: Sequence[Subject], name: str) -> tuple[float, int]:
    """Judge all subjects as a run does, everything written down; the seconds, and the verdicts that were given."""
    table = {"endpoint": f"http://{place}", "model": "bench", "price_in": 0.15, "price_out": 0.6}
    run = JudgeRun(
        id=name,
        judge="bench",
        version="1",
        target={"kind": "file", "name": name},
        subjects=len(wanted),
        options={},
        at=now(),
        by="bench",
    )
    store.add(run)
    given = 0
    start = time.perf_counter()
    with Recording(store, run, (DIMENSION,), items=(), is_paused=lambda: False) as recording:
        bench = Bench(
            name="bench",
            version="1",
            spec=LlmSpec.from_json(table),
            dimensions=(DIMENSION,),
            settings=JudgeSettings((place,)),
            options=Options(concurrency=WIDTH),
            replies=recording.replies,
            stopped=recording.stopped,
        )
        for opinion in KIND.judge(bench, wanted):
            recording.add(opinion)
            given += opinion.value is not None
    return time.perf_counter() - start, given


def bare(place: str, count: int) -> float:
    """Questions a second of bare sockets on the same endpoint: what this machine allows at this moment."""
    host, _, port = place.partition(":")
    body = b"x" * 3_000
    question = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    waiting = list(range(count))

    def ask() -> None:
        with socket.create_connection((host, int(port))) as connection, suppress(IndexError):
            while True:
                waiting.pop()
                connection.sendall(question)
                connection.recv(65_536)

    threads = [threading.Thread(target=ask) for _ in range(WIDTH)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - start)


def llm_figures(count: int, cached: int) -> Figures:
    """Verdicts a second of the llm kind, and how long a run takes whose replies are all there."""
    with tempfile.TemporaryDirectory() as folder, endpoint() as place:
        store = open_store(Path(folder) / "spotcheck.db")
        some = subjects(count)
        busy = time.process_time()
        seconds, given = run_over(store, place, some, "first")
        busy = time.process_time() - busy
        speed, floor = given / seconds, bare(place, count)
        found = [
            ("llm: verdicts a second", f"{speed:.0f} ({speed / IDEAL:.1%} of the ideal {IDEAL:.0f}; {given} verdicts)"),
            ("llm: bare sockets on the same endpoint", f"{floor:.0f} a second"),
            ("llm: processor time a verdict", f"{1000 * busy / given:.2f} ms"),
        ]
        everything = subjects(cached)
        run_over(store, place, everything, "fill")
        again, given = run_over(store, place, everything, "again")
        calls = store.query("SELECT count(*) AS n FROM judge_calls WHERE run_id = 'again'")[0]["n"]
        store.close()
    return [*found, (f"llm: cached re-run of {cached:,}", f"{again:.2f} s ({given} verdicts, {calls} requests)")]


def other_figures(name: str) -> Figures:
    """The figures of another command of this folder, where it is there."""
    path = HERE / f"{name}_speed.py"
    if not path.exists():
        return [(name, f"{path.name} is not here")]
    loaded = importlib.util.spec_from_file_location(path.stem, path)
    assert loaded is not None and loaded.loader is not None
    module = importlib.util.module_from_spec(loaded)
    sys.modules[path.stem] = module
    loaded.loader.exec_module(module)
    found: Figures = module.figures()
    return found


def main() -> None:
    """Print one table, section by section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=3_000)
    parser.add_argument("--cached", type=int, default=10_000)
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections with commas: llm, learned, checks")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.serve:
        asyncio.run(serve())
        return
    table = Table("what", "figure", title="Judges and checks")
    for section in wanted.only.split(","):
        for row in llm_figures(wanted.subjects, wanted.cached) if section == "llm" else other_figures(section):
            table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
