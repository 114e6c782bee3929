"""How long it takes to publish a week, to each warehouse, and to publish it again.

Run: python tests/bench/publish_speed.py [--items 1000] [--to duckdb ...]. The week has two labels and a verdict for
each item. PostgreSQL is a real server that is started for this, ClickHouse the embedded one (extra ``clickhouse``).
Prints seconds and seconds of processor of this process, for the first run and for a second one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from many_weeks import LEAD, Size, build  # noqa: E402
from postgres_server import postgres_server  # noqa: E402

from review.report.publishing import clickhouse  # noqa: E402
from review.report.publishing.catalogue import WAREHOUSES  # noqa: E402
from review.report.publishing.publish import Published, publish  # noqa: E402
from review.report.publishing.warehouse import Warehouse  # noqa: E402
from storage.queries.weeks import weeks_in_use  # noqa: E402
from storage.store import Store  # noqa: E402


@contextmanager
def place(to: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Give an address and the environment for it."""
    if to == "postgres":
        with postgres_server() as server:
            address = f"postgresql:///{server.new_database()}?socket={server.home}"
            yield address, {"SPOTCHECK_POSTGRES_USER": "owner"}
    elif to == "clickhouse":
        before = WAREHOUSES["clickhouse"]
        WAREHOUSES["clickhouse"] = Warehouse(about="", example="", opened=embedded)
        yield str(folder / "chdb"), {}
        WAREHOUSES["clickhouse"] = before
    else:
        yield str(folder / f"results-{to}{'.duckdb' if to == 'duckdb' else ''}"), {}


@contextmanager
def embedded(address: str, environment: Any) -> Iterator[Any]:
    """The statements of the warehouse on an embedded ClickHouse."""
    from chdb.session import Session

    session = Session(address)
    session.query("CREATE DATABASE IF NOT EXISTS warehouse ENGINE = Atomic")
    session.query("USE warehouse")

    class Embedded(clickhouse._Writing):
        def _asked(self, sql: str, data: bytes = b"", **parameters: str) -> str:
            for name, value in parameters.items():
                sql = sql.replace("{" + name + ":String}", f"'{value}'")
            return session.query(f"{sql} {data.decode()}").data() or ""

    yield Embedded(None, "", "")  # type: ignore[arg-type]
    session.close()


def timed(store: Store, to: str, address: str, week: str, environment: dict[str, str]) -> tuple[str, Published]:
    """Publish; how long it took in words, and what was done."""
    begun, busy = time.perf_counter(), time.process_time()
    done = publish(store, to, address, [week], by=LEAD, environment=environment)
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    written, removed = sum(done.written.values()), sum(done.removed.values())
    return f"{seconds:.2f} s ({busy:.2f} s of processor), {written:,} written, {removed:,} removed", done


def main() -> None:
    """Print a line for each run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--to", nargs="*", choices=list(WAREHOUSES), default=list(WAREHOUSES))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        store = build(folder / "spotcheck.db", Size(1, chosen.items))
        week = weeks_in_use(store)[0].name
        print(f"{chosen.items:,} items, load before {os.getloadavg()[0]:.1f}", flush=True)
        for to in chosen.to:
            with place(to, folder) as (address, environment):
                first, done = timed(store, to, address, week, environment)
                print(f"{to}: {first} of {sum(done.rows.values()):,} rows", flush=True)
                print(f"{to}, again: {timed(store, to, address, week, environment)[0]}", flush=True)


if __name__ == "__main__":
    main()
