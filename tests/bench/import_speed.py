"""How fast, and in how much memory, a log is imported. Run: python tests/bench/import_speed.py [--rows 1000000].

The log is made up here: one customer-service conversation a line, about one in ten with personal data in it.
"""

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

import orjson

QUESTIONS = (
    "Where is my order #W{n}? I ordered it two weeks ago and the tracking page has not moved since Monday.",
    "How many sessions did we have per country in the last 3 months, without bots?",
    "I want to return the jeans, they are too small. Do I have to pay for the parcel?",
    "My card ending in {m} was charged twice for invoice 2026-{m}, 49.90 each. Please look into it.",
    "Please change the address of my account and tell me when it is done.",
)
PERSONAL = (
    " You can reach me at person{n}@example.com.",
    " Call me at (415) 555-{m}.",
    " My card is 4111 1111 1111 1111.",
)
ANSWER = (
    "Thank you for your message. I have looked at order #W{n} from 2026-11-{d:02d}: it was handed to the carrier, "
    "who expects to deliver it within three working days. If it has not arrived by then we send a replacement, free."
)
SQL = (
    "SELECT country, count(*) AS sessions FROM ecommerce.sessions WHERE started_at >= '2026-08-01' AND user_id <> {n} "
    "GROUP BY country ORDER BY sessions DESC LIMIT 100"
)


def write_log(path: Path, rows: int) -> None:
    """Write ``rows`` lines over four weeks."""
    rng = random.Random(0)
    with path.open("wb") as file:
        for i in range(rows):
            n, m, d = rng.randrange(10**7), rng.randrange(1000, 10_000), rng.randrange(1, 29)
            question = rng.choice(QUESTIONS) + (rng.choice(PERSONAL) if rng.random() < 0.1 else "")
            record = {
                "id": f"{i:08x}-5f3a-4c1e-9d2b-{n:012x}",
                "created_at": f"2026-11-{d:02d}T{i % 24:02d}:{i % 60:02d}:{n % 60:02d}Z",
                "question": question.format(n=n, m=m),
                "answer": ANSWER.format(n=n, d=d),
                "sql": SQL.format(n=n),
                "status": "error" if i % 25 == 0 else "ok",
                "confidence": rng.random(),
                "latency_ms": rng.randrange(200, 9000),
                "tokens_in": rng.randrange(100, 4000),
                "tokens_out": rng.randrange(20, 900),
                "cost": 0.002,
                "model": "model-a",
                "prompt_version": "v3",
                "user_id": f"u{n % 5000}",
                "verdicts": {"judge": {"politeness": "friendly"}},
            }
            file.write(orjson.dumps(record) + b"\n")


def main() -> None:
    """Import twice; the second time everything is known."""
    # Here and not above: each process that masks imports this file again, as it does the light one of the command.
    from review.basics.log_paths import log_of
    from review.log.log import weeks_in_log
    from review.sources.importing import import_file

    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument(
        "--processes", type=int, help="how many mask at the same time; left out: as the product decides"
    )
    arguments = parser.parse_args()
    rows, processes = arguments.rows, arguments.processes
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.jsonl"
        write_log(file, rows)
        log = log_of(Path(folder) / "spotcheck.db")
        print(f"{rows} rows, {file.stat().st_size / 1e6:.0f} MB")
        before = 0.0
        for name in ("first import", "second import"):
            start, busy = time.perf_counter(), time.process_time()
            done = import_file(file, log=log, key=b"key", by="bench", processes=processes)
            seconds, busy = time.perf_counter() - start, time.process_time() - busy
            spent = resource.getrusage(resource.RUSAGE_CHILDREN)
            children = spent.ru_utime + spent.ru_stime - before
            before += children
            busy += children
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            counts = f"added {done.added}, duplicate {done.duplicate}, rejected {done.rejected}"
            speed = (
                f"{seconds:.1f} s, {rows / seconds:.0f} rows/s ({busy:.1f} s of processor, {1e6 * busy / rows:.0f} us)"
            )
            print(f"{name}: {speed}, peak RSS {peak:.0f} MB and {most / 1024:.0f} MB in each process; {counts}")
        size = sum(p.stat().st_size for p in log.logs.rglob("*.parquet"))
        print(f"log on disk {size / 1e6:.0f} MB in weeks {weeks_in_log(log)}")


if __name__ == "__main__":
    main()
