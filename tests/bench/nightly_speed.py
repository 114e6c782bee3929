"""How long a whole night takes on a large log, and how much memory.

    python tests/bench/nightly_speed.py [--rows 10000000] [--new 150000] [--folder /tmp] [--retention]

Makes the log of ``retention_speed.py``, twelve weeks that the daily checks have seen, and imports one new day of
conversations of the demonstration's shop, which they have not. Then ``spotcheck nightly`` runs in a process of its own.
With --retention, what is over goes that night: of 10 million, 9. Without, retention is off, so the log stays as large.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent))

import retention_speed

from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.demo.generate import conversations
from review.sources.importing import import_file
from storage.opening import open_store

DAY = "2026-11-29"
"""The new day: the one before the night."""


def new_day(count: int) -> Iterator[dict[str, Any]]:
    """Yield conversations of the demonstration as if all came on one day."""
    some = [c.row for week in range(10, 16) for c in conversations(seed=1, week=f"2026-W{week}")]
    for n in range(count):
        second = n * 86_400 // count
        at = f"{DAY}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
        yield {**some[n % len(some)], "id": f"new-{n}", "created_at": at, "user_id": f"u{n % 9973}"}


def make(folder: Path, rows: int, new: int, *, retention: bool) -> None:
    """Make the store with its log."""
    retention_speed.make(folder, rows)
    (folder / "spotcheck.toml").write_text(f"[retention]\non = {'true' if retention else 'false'}\n")
    file, found = folder / "day.jsonl", new_day(new)
    with file.open("wb") as out:
        while some := list(islice(found, 10_000)):
            out.write(b"".join(orjson.dumps(row) + b"\n" for row in some))
    store = open_store(folder / "spotcheck.db")
    store.add(import_file(file, log=log_of(store.path), key=hmac_key(store), by="lea"))
    store.close()
    file.unlink()


def main() -> None:
    """Make the log, or take the one in the folder, and measure one night."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--new", type=int, default=150_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--retention", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        make(Path(folder), given.rows, given.new, retention=given.retention)
        print(f"{given.rows:,} conversations and {given.new:,} new ones", flush=True)
        command = [sys.executable, retention_speed.__file__, "--night", str(Path(folder) / "spotcheck.db")]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
