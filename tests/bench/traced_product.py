"""What tracing costs the product that is traced: a call of 20 ms with and without the real SDK of OpenTelemetry.

Run: SPOTCHECK_CLIENTS_PYTHON=VENV/bin/python python tests/bench/traced_product.py [--rounds 20] [--spans 5]. VENV is
an environment with tests/clients/requirements.txt. The SDK is set up as README.md shows and sends to a collector of its
own. Prints milliseconds a call at p50 and p95, processor time included, and how many spans were acknowledged.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from collector import PORT, initialised, start  # noqa: E402 - the source tree comes first

PYTHON = "SPOTCHECK_CLIENTS_PYTHON"


def measured(rounds: int, spans: int) -> dict[str, dict[str, float]]:
    """Run the traced product in the environment of the clients."""
    program = os.environ.get(PYTHON)
    if not program:
        raise SystemExit(f"{PYTHON} names no environment with tests/clients/requirements.txt.")
    script = ROOT / "tests" / "clients" / "traced.py"
    words = [program, str(script), f"http://127.0.0.1:{PORT}", "no-token", str(rounds), str(spans)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found: dict[str, dict[str, float]] = json.loads(subprocess.check_output(words, env=environment))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--spans", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process = start(initialised(Path(folder)))
        try:
            found = measured(given.rounds, given.spans)
            counts = requests.get(f"http://127.0.0.1:{PORT}/healthz", timeout=5).json()
        finally:
            process.terminate()
            process.wait()
    print("| tracing | calls | p50 ms | p95 ms | processor ms a call |\n|---|---|---|---|---|")
    for name, one in found.items():
        print(f"| {name} | {one['calls']:.0f} | {one['p50']:.2f} | {one['p95']:.2f} | {one['busy']:.2f} |")
    plain, traced = found["plain"], found["traced"]
    more = (f"{end} {100 * (traced[end] / plain[end] - 1):+.1f} %" for end in ("p50", "p95"))
    sent = given.spans * int(traced["calls"])
    print(f"with {given.spans} spans a call: {', '.join(more)}; {counts['spans']:,} of {sent:,} spans acknowledged")


if __name__ == "__main__":
    main()
