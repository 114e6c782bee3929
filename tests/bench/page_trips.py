"""How often each page goes to a PostgreSQL server and back when it opens, on a small and a larger store.

    python tests/bench/page_trips.py [--annotations 400 2000]

A page whose count grows with the store asks one question for each of something. Prints the counts with nothing known,
the statements that were asked most often, and milliseconds of the second opening.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "bench")]

import many_weeks  # noqa: E402
import streamlit as st  # noqa: E402
from app_pages import pages  # noqa: E402
from big_store import Navigated, opened  # noqa: E402
from postgres_server import postgres_server  # noqa: E402
from round_trips import counted_trips  # noqa: E402
from streamlit.components.v2 import manifest_scanner  # noqa: E402
from streamlit.testing.v1 import app_test  # noqa: E402

from review.basics.remembered import forget_everything  # noqa: E402
from storage.address import write_address  # noqa: E402
from storage.postgres_connecting import close_pools  # noqa: E402
from storage.proof_key import VARIABLE  # noqa: E402


def trips_of(page: str, week: str) -> list[list[str]]:
    """The ways to the server that a page takes to open with nothing known."""
    st.cache_data.clear()
    forget_everything()
    with counted_trips() as trips:
        opened(page, week)
    return trips


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--annotations", type=int, nargs=2, default=[400, 2000])
    options.add_argument("--most", type=int, default=3, help="print statements asked at least so often for a page")
    asked = options.parse_args()
    os.environ.setdefault(VARIABLE, "a key for the stores of this benchmark")
    os.chdir(ROOT)
    app_test.PagesManager = Navigated  # type: ignore[misc]
    manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)
    found: dict[str, list[int]] = {page: [] for page in pages()}
    often: dict[str, Counter[str]] = {}
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        for place, annotations in enumerate(asked.annotations):
            store = Path(folder) / str(place) / "spotcheck.db"
            store.parent.mkdir()
            write_address(store, server.address(server.new_database()))
            many_weeks.build(store, many_weeks.size_of(annotations))
            os.environ["SPOTCHECK_STORE"] = str(store)
            week = many_weeks.week_names(2)[0]
            for page in found:
                opened(page, week)
                trips = trips_of(page, week)
                found[page].append(len(trips))
                often[page] = Counter(sql for trip in trips for sql in trip)
                start = time.perf_counter()
                opened(page, week)
                took[page] = 1000 * (time.perf_counter() - start)
        close_pools()
    for page, counts in sorted(found.items(), key=lambda one: -one[1][1]):
        print(f"{page:13} {counts[0]:5} {counts[1]:5} ways, then {took[page]:6.0f} ms")
        for sql, times in often[page].most_common(6):
            if times >= asked.most:
                print(f"    {times:4} {sql[:150]}")


if __name__ == "__main__":
    main()
