"""How long the next batch and a submission take on each engine, in one run: ``python tests/bench/engines.py``.

Prints the median and the 95th percentile in milliseconds, the ratio of PostgreSQL to SQLite, and how much longer it
takes. Both commit to disk. The first rounds, in which a connection prepares its statements, are not counted. On a
machine that others use too, run ``chrt -r 5 python tests/bench/engines.py``: it then waits for nobody, and neither
does its server.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from flow_store import WEEK, add_people, assignments, entry, import_rows, open_the_week, records  # noqa: E402
from postgres_server import postgres_server  # noqa: E402

from review.annotating.batch import batch  # noqa: E402
from review.annotating.submissions import receive  # noqa: E402
from storage.address import write_address  # noqa: E402
from storage.opening import open_store  # noqa: E402
from storage.postgres_connecting import close_pools  # noqa: E402
from storage.proof_key import VARIABLE  # noqa: E402
from storage.store import Store  # noqa: E402

SAFE = "-c shared_buffers=64MB"
"""A server that waits for the disk, as one in production."""


def main(times: int = 100, warm_up: int = 10) -> None:
    """Measure on both engines, in turn, and print."""
    os.environ.setdefault(VARIABLE, "a key for the stores of this benchmark")
    with tempfile.TemporaryDirectory() as folder, postgres_server(SAFE) as server:
        files = {"sqlite": Path(folder) / "a.db", "postgres": Path(folder) / "b.db"}
        write_address(files["postgres"], server.address(server.new_database()))
        stores = {name: _made(file) for name, file in files.items()}
        for what, act in (("one question", _question), ("next batch", _batch), ("submission", _submission)):
            found = {name: list[float]() for name in stores}
            for place in range(times + warm_up):
                for name, store in stores.items():
                    found[name].append(_timed(act(store, place)))
            found = {name: all_[warm_up:] for name, all_ in found.items()}
            print(what)
            for name, all_ in found.items():
                print(f"  {name:9} median {np.median(all_):6.2f} ms, p95 {np.percentile(all_, 95):6.2f} ms")
            (ours, p95), (base, base95) = (np.percentile(found[name], (50, 95)) for name in ("postgres", "sqlite"))
            print(f"  PostgreSQL: {ours / base:.2f} of the median, {p95 - base95:+.1f} ms at p95")
        close_pools()


def _made(file: Path) -> Store:
    store = open_store(file)
    add_people(store)
    import_rows(store, records())
    open_the_week(store)
    return store


def _question(store: Store, _: int) -> Callable[[], object]:
    return lambda: store.query("SELECT 1 AS n")


def _batch(store: Store, _: int) -> Callable[[], object]:
    return lambda: batch(store, "ana", week=WEEK)


def _submission(store: Store, place: int) -> Callable[[], object]:
    mine = assignments(store, "ben")
    sent = entry(mine[place % len(mine)])
    return lambda: receive(store, "ben", [sent])


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
