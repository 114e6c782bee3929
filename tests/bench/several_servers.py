"""Three servers on one PostgreSQL database behind nginx, under load, with servers that are killed: what is lost.

Run: python tests/bench/several_servers.py [--minutes 10] [--reviewers 50] [--every 4] [--spans 200] [--kills 2]
[--browser 20]. Prints what was acknowledged, lost and doubled, how long submissions took, what the servers weigh, and
with ``--browser N`` the time from Enter to the next item over N items, alone and during the load. All parts are those
of the compose file, as plain processes on this machine: PostgreSQL with fsync, three servers, nginx with TLS, the
collector, and the clients. A reviewer is a session on the wire that submits every ``--every`` seconds and sends an
entry again until it is acknowledged, as the browser does. All share the machine, so the processor time of each part is
printed too. ``--apart`` gives the measured browser a core that nothing else of this run uses, as on the machine of a
reviewer. Ending the run early (SIGTERM) ends its servers too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import requests  # noqa: E402 - the source tree comes first
from annotate_app import THREE, Server, build_store, serving  # noqa: E402
from annotate_speed import chromium, spread  # noqa: E402
from annotate_timing import measure, percentile  # noqa: E402
from collector_calls import PROTOBUF, spans  # noqa: E402
from processor_time import seconds_by_part, shares  # noqa: E402
from servers_house import NAMES, TOKEN, WEEK, House, arrived, served_by, several_servers, submit  # noqa: E402
from websockets.exceptions import WebSocketException  # noqa: E402

from storage.records_review import Annotation  # noqa: E402

SAFE = "-c max_connections=200 -c shared_buffers=128MB"
"""As PostgreSQL is: a commit is on the disk when it returns."""
AT_ONCE = 10
"""Spans of one request: one trace."""
DOWN = 5.0
"""Seconds until a killed server is started again."""
WARM_UP = 2
"""Items that are not measured."""
GONE = (WebSocketException, OSError, EOFError, TimeoutError)


class Done(NamedTuple):
    """What the clients saw: (assignment, submission) and seconds of each acknowledgement; traces; interruptions."""

    acknowledged: list[tuple[str, str]]
    seconds: list[float]
    traces: list[str]
    lost: Counter[str]


def review(house: House, rater: str, items: int, every: float, stop: threading.Event, done: Done) -> None:
    """Be a reviewer until told to stop."""
    server, place, first = "", 0, None
    while not stop.is_set() and place < items:
        try:
            with house.visit(rater, server) as one:
                server = served_by(one, server)
                for _ in range(2):  # the first visitor of a fresh server is led to the first page
                    one.run("annotate", query=f"week={WEEK}")
                while place < items:
                    if first is None and stop.wait(random.uniform(0.5, 1.5) * every):
                        return
                    first = first or time.monotonic()
                    assignment = f"{rater}-{place:04d}"
                    identity = submit(one, rater, assignment, place)
                    done.seconds.append(time.monotonic() - first)
                    done.acknowledged.append((assignment, identity))
                    place, first = place + 1, None
        except GONE as error:
            done.lost[type(error).__name__] += 1
            stop.wait(0.5)


def send_spans(house: House, each: float, stop: threading.Event, done: Done) -> None:
    """Send a trace every ``each`` seconds through the proxy; one that was not acknowledged is sent again."""
    session, number, due = requests.Session(), 1, time.monotonic()
    session.verify, session.trust_env = str(house.trusted), False
    headers = {"content-type": PROTOBUF, "authorization": f"Bearer {TOKEN}"}
    while not stop.is_set():
        root = {"trace": number, "span": 1, "input__value": "Where is my order?", "output__value": "On its way."}
        parts = [{"trace": number, "span": n + 2, "parent": 1} for n in range(AT_ONCE - 1)]
        try:
            reply = session.post(f"{house.url}/v1/traces", data=spans(root, *parts), headers=headers, timeout=30)
        except requests.RequestException as error:
            done.lost[type(error).__name__] += 1
            continue
        if reply.status_code == 200:
            done.traces.append(f"{number:032x}")
            number += 1
        else:
            done.lost[f"spans {reply.status_code}"] += 1
        due += each
        stop.wait(max(0.0, due - time.monotonic()))


@contextlib.contextmanager
def under_load(house: House, options: argparse.Namespace, items: int, done: Done) -> Iterator[threading.Event]:
    """Reviewers and spans while inside."""
    stop = threading.Event()
    work = [
        threading.Thread(target=review, args=(house, f"rater{k}", items, options.every, stop, done))
        for k in range(options.reviewers)
    ]
    if options.spans:
        work.append(threading.Thread(target=send_spans, args=(house, AT_ONCE / options.spans, stop, done)))
    for thread in work:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in work:
            thread.join()


def kill_some(house: House, kills: int, minutes: float, stop: threading.Event) -> None:
    """Kill servers, spread over the time, and start each again."""
    for n in range(kills):
        stop.wait(60 * minutes / (kills + 1) - (DOWN if n else 0))
        name = NAMES[n % len(NAMES)]
        house.kill(name)
        print(f"killed {name}", flush=True)
        stop.wait(DOWN)
        house.start(name)
    stop.wait(60 * minutes / (kills + 1))


BROWSER: set[int] = set()
"""The cores of the measured browser, where it is apart."""


@contextlib.contextmanager
def _on(cores: set[int]) -> Iterator[None]:
    """What this thread starts while inside runs on these cores; without any, on those of the thread."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def enter(server: Server, rater: str, items: int, cookie: str = "") -> list[float]:
    """Milliseconds from Enter to the next item, painted, in a real browser."""
    with _on(BROWSER), chromium() as browser:
        context = browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 800})
        if cookie:
            name, _, value = cookie.partition("=")
            login = {"name": name, "value": value, "url": server.url, "httpOnly": True, "secure": True}
            context.add_cookies([login])
        found = measure(context.new_page(), server, rater, items)
    return [one["painted"] for one in found["submit"][WARM_UP:]]


def of_house(house: House, rater: str, items: int) -> list[float]:
    return enter(Server(house.url, house.store, Path()), rater, items, house.cookie(rater))


def on_sqlite(folder: Path, items: int) -> list[float]:
    """The same with one server on a file, to compare with."""
    folder.mkdir()
    with serving(build_store(folder / "s.db", items=items + 1, raters=("alone",), rubric=THREE)) as server:
        return enter(server, "alone", items)


def compared(name: str, times: list[float], base: list[float]) -> str:
    ratio = percentile(times, 0.95) / percentile(base, 0.95)
    return f"Enter to the next item, {name}: {spread(times)} ms (n={len(times)}), {ratio:.2f} of SQLite at p95"


def parts_of(house: House) -> dict[int, str]:
    """The processes of which each part descends; what is left of this one are the clients."""
    database = int((house.database.home / "data" / "postmaster.pid").read_text().split()[0])
    servers = {process.pid: "servers" for process in house.processes.values()}  # type: ignore[attr-defined]
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return {**{int(pid): "collector" for pid in children}, **servers, database: "database", os.getpid(): "clients"}


def memory(house: House) -> str:
    """The resident memory of each server in MB."""
    sizes = {}
    for name, process in house.processes.items():
        status = Path(f"/proc/{process.pid}/status").read_text()  # type: ignore[attr-defined]
        sizes[name] = int(status.split("VmRSS:")[1].split()[0]) // 1024
    return ", ".join(f"{name} {size} MB" for name, size in sizes.items())


def verdict(house: House, done: Done) -> list[str]:
    """What the store and the log have of what was acknowledged."""
    rows = [a for a in house.store.find(Annotation) if a.rater_id.startswith("rater")]
    have, per_item = {a.submission_id for a in rows}, Counter(a.assignment_id for a in rows)
    lost = [one for one, identity in done.acknowledged if identity not in have]
    double = [one for one, n in per_item.items() if n > 1]
    lines = [
        f"submissions: {len(done.acknowledged):,} acknowledged, {len(lost)} lost, {len(double)} doubled; "
        f"{len(rows):,} rows",
        f"a submission took {1000 * statistics.median(done.seconds):,.0f} ms (median), "
        f"{1000 * percentile(done.seconds, 0.95):,.0f} ms (p95), {max(done.seconds):.1f} s at most",
        f"interruptions: {dict(done.lost)}",
    ]
    if done.traces:
        there = arrived(house)
        missing = [one for one in done.traces if one not in there]
        lines.append(f"spans: {AT_ONCE * len(done.traces):,} acknowledged, {AT_ONCE * len(missing)} lost")
    return lines


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two submissions of a reviewer")
    parser.add_argument("--spans", type=int, default=200, help="a second")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--browser", type=int, default=0, metavar="ITEMS", help="measure Enter in a browser too")
    parser.add_argument("--apart", action="store_true", help="give the measured browser the last core alone")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The run was ended early."))
    if given.apart:
        *others, last = sorted(os.sched_getaffinity(0))
        BROWSER.add(last)
        os.sched_setaffinity(0, others)
    items = max(int(60 * given.minutes / given.every * 1.5), given.browser + 1)
    raters = ["alone", "among", *(f"rater{k}" for k in range(given.reviewers))]
    done = Done([], [], [], Counter())
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        base = on_sqlite(Path(folder) / "sqlite", given.browser) if given.browser else []
        with several_servers(Path(folder), raters=raters, items=items, flags=SAFE, collector=True) as house:
            for rater in raters:
                house.cookie(rater)
            print(f"load of the machine before: {' '.join(f'{n:.1f}' for n in os.getloadavg())}", flush=True)
            if given.browser:
                print(compared("three servers, alone", of_house(house, "alone", given.browser), base), flush=True)
            with under_load(house, given, items, done) as stop:
                killing: Any = threading.Thread(target=kill_some, args=(house, given.kills, given.minutes, stop))
                killing.start()
                before, since = seconds_by_part(parts_of(house), "browser"), time.monotonic()
                if given.browser:
                    times = of_house(house, "among", given.browser)
                    print(compared(f"among {given.reviewers} reviewers", times, base), flush=True)
                killing.join()
                spent = shares(before, seconds_by_part(parts_of(house), "browser"), time.monotonic() - since)
                if not given.kills:  # the time of a killed server is lost with it
                    print(f"processor time under load, of one core: {spent}", flush=True)
            for name in NAMES:
                house.ready(name)
            print(memory(house))
            print("\n".join(verdict(house, done)), flush=True)


if __name__ == "__main__":
    main()
