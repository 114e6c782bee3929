"""How fast pages open, and submissions are acknowledged, on a store of many big weeks.

    python tests/bench/big_store.py [--annotations 200000] [--store FILE] [--visitors 10 30] [--submissions 60]

Builds the store, or takes the one in FILE. Opens every page on the last closed week: "first" with nothing known,
"started" after what the server reads ahead when it starts, "again" with the figures computed. "changed" is the open
week right after a submission. Then visitors open Week together on a server while one reviewer submits; each run submits
items of the store's open week, so a store in FILE serves a few runs.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import many_weeks  # noqa: E402
import streamlit as st  # noqa: E402
from app_pages import ROUTER, pages  # noqa: E402
from raw_client import served, visit  # noqa: E402
from streamlit.components.v2 import manifest_scanner  # noqa: E402
from streamlit.runtime.pages_manager import PagesManager  # noqa: E402
from streamlit.testing.v1 import AppTest, app_test  # noqa: E402

from review.annotating.submissions import receive  # noqa: E402
from review.basics.remembered import forget_everything  # noqa: E402
from review.serving.interpreter import prepare  # noqa: E402
from review.serving.reading_ahead import read_ahead  # noqa: E402
from storage.opening import open_store  # noqa: E402
from storage.queries.assignments import OPEN_SQL  # noqa: E402
from storage.records_weeks import Assignment  # noqa: E402
from storage.store import Store  # noqa: E402

COMPONENT = "spotcheck_annotator"
LABELS = {"correctness": "correct", "intent": "return", "politeness": "neutral"}


class Navigated(PagesManager):
    """The pages of a server on which somebody has been through the router before."""

    def __init__(self, *arguments: object, **options: object) -> None:
        PagesManager.uses_pages_directory = False
        super().__init__(*arguments, **options)  # type: ignore[arg-type]


def opened(page: str, week: str, **query: str) -> tuple[float, float]:
    """Return the seconds, and the seconds of processor time, that a page takes to open for the lead.

    ``query`` is the rest of its address, such as the view.
    """
    at = AppTest.from_file(str(ROUTER), default_timeout=600)
    for name, value in {"rater": many_weeks.LEAD, "week": week, **query}.items():
        at.query_params[name] = value
    at.switch_page(f"{page}.py")
    start, busy = time.perf_counter(), time.process_time()
    at.run()
    refused = [e.value for e in at.error if "shows no page" in e.value]
    if at.exception or refused:
        raise RuntimeError(f"{page}: {[*(e.value for e in at.exception), *refused]}")
    return time.perf_counter() - start, time.process_time() - busy


def submit_one(store: Store, week: str) -> None:
    """Submit the next item of a reviewer who has one left."""
    for rater in many_weeks.RATERS:
        for held in store.select(Assignment, OPEN_SQL, {"week": week, "rater": rater})[:1]:
            sent = {"kind": "annotation", "submission_id": str(uuid4()), "assignment": held.id, "labels": LABELS}
            receipt = receive(store, rater, [{**sent, "seconds": 12.5}])
            if not receipt.acknowledged:
                raise RuntimeError(f"{rater}: {receipt}")
            return
    raise RuntimeError(f"{week}: no reviewer has an item left; build the store again")


def as_a_server() -> None:
    """Run pages in this process as a server runs them."""
    prepare()
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml of the working folder
    app_test.PagesManager = Navigated  # type: ignore[misc]
    manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def print_pages(store: Path, week: str, running: str) -> None:
    """Open each page and print the times.

    A page is opened with nothing known, after what the server reads when it starts, and again; then on the running
    week, right after somebody has submitted an item of it.
    """
    as_a_server()
    with tempfile.TemporaryDirectory() as folder:
        # What every process loads once is no part of the figures.
        os.environ["SPOTCHECK_STORE"] = str(Path(folder) / "small.db")
        many_weeks.build(Path(folder) / "small.db", many_weeks.size_of(2_000))
        for page in pages():
            opened(page, many_weeks.week_names(2)[0])
    os.environ["SPOTCHECK_STORE"] = str(store)
    heads = " ".join(f"{name:>8} {'(busy)':>8}" for name in ("first", "started", "again", "changed"))
    print(f"{'page':13} {heads}   seconds, week {week}, changed: {running}")
    for page in pages():
        times: list[float] = []
        for known in (lambda: None, lambda: read_ahead(open_store(store))):
            st.cache_data.clear()
            forget_everything()
            known()
            times += opened(page, week)
        times += opened(page, week)
        opened(page, running)
        submit_one(open_store(store), running)
        times += opened(page, running)
        print(f"{page:13} {' '.join(f'{seconds:8.2f}' for seconds in times)}", flush=True)


def acknowledgements(port: int, week: str, rater: str, stop: threading.Event, most: int) -> list[float]:
    """Submit one item after another until ``stop``; return the milliseconds to each acknowledgement."""
    query, took = f"rater={rater}&week={week}", list[float]()
    with visit(port) as one:
        for _ in range(2):
            one.run("annotate", query=query)
        have = {item["assignment"] for item in one.data[COMPONENT]["items"]}
        for number, assignment in zip(count(1), one.data[COMPONENT]["order"][:most], strict=False):
            if stop.is_set():
                break
            entry = {"submission_id": str(uuid4()), "kind": "annotation", "assignment": assignment, "at": ""}
            entries = [{**entry, "labels": LABELS, "seconds": 12.5, "rubric_version": 1}]
            outbox = {"rater": rater, "sequence": number, "have": sorted(have), "begun": [], "entries": entries}
            states = {one.components[COMPONENT]: json.dumps({"outbox": outbox})}
            start = time.perf_counter()
            one.run("annotate", query=query, fragment=one.fragments[-1], states=states)
            took.append(1000 * (time.perf_counter() - start))
            if entry["submission_id"] not in one.data[COMPONENT]["ack"]:
                raise RuntimeError(f"{rater}: {one.data[COMPONENT]}")
            have |= {item["assignment"] for item in one.data[COMPONENT]["items"]}
    return took


def open_week(port: int, week: str, rater: str, together: threading.Barrier, took: list[float]) -> None:
    """Open the Week page when everybody is ready, and note the seconds."""
    with visit(port) as one:
        together.wait()
        start = time.perf_counter()
        one.run("week", query=f"rater={rater}&week={week}")
        took.append(time.perf_counter() - start)


def print_acknowledgements(store: Path, closed: str, running: str, groups: list[int], submissions: int) -> None:
    """Print how long acknowledgements take with nobody else there, and while groups of visitors open Week."""
    raters = many_weeks.RATERS
    print(
        "acknowledgement in ms as median / 95th percentile / longest; seconds until Week was open as median / longest"
    )
    with served(store, {}) as port:
        alone = acknowledgements(port, running, raters[-1], threading.Event(), submissions)
        print(f"  nobody else there: {_spread(alone)} of {len(alone)}", flush=True)
        for place, visitors in enumerate(groups, start=2):
            names = [raters[k % (len(raters) - len(groups) - 1)] for k in range(visitors)]
            busy, took = _while_opening(port, closed, names, (running, raters[-place], submissions))
            opened_in = f"{median(took):.1f} / {max(took):.1f} s"
            print(f"  {visitors} visitors open Week: {_spread(busy)} of {len(busy)}; {opened_in}", flush=True)


def _while_opening(
    port: int, closed: str, names: list[str], work: tuple[str, str, int]
) -> tuple[list[float], list[float]]:
    """Return the milliseconds to each acknowledgement, and the seconds in which each visitor opened Week."""
    together, took, stop = threading.Barrier(len(names) + 1), list[float](), threading.Event()
    threads = [threading.Thread(target=open_week, args=(port, closed, n, together, took)) for n in names]
    busy: list[float] = []
    week, rater, most = work
    worker = threading.Thread(target=lambda: busy.extend(acknowledgements(port, week, rater, stop, most)))
    for thread in (*threads, worker):
        thread.start()
    together.wait()
    for thread in threads:
        thread.join()
    stop.set()
    worker.join()
    return busy, took


def _spread(ms: list[float]) -> str:
    return f"{median(ms):.0f} / {quantiles(ms, n=20)[-1]:.0f} / {max(ms):.0f}"


def main() -> None:
    """Build or take a store and print both tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--annotations", type=int, default=200_000)
    options.add_argument("--store", type=Path)
    options.add_argument("--visitors", type=int, nargs="+", default=[10, 30])
    options.add_argument("--submissions", type=int, default=60)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, size = asked.store or Path(folder) / "spotcheck.db", many_weeks.size_of(asked.annotations)
        if not path.exists():
            start = time.perf_counter()
            many_weeks.build(path, size)
            print(f"built {size.weeks} closed weeks of {size.items:,} items in {time.perf_counter() - start:.0f} s")
        closed, running = many_weeks.week_names(2)
        print_pages(path, closed, running)
        print_acknowledgements(path, closed, running, asked.visitors, asked.submissions)


if __name__ == "__main__":
    main()
