"""How fast the gate and the Compare page are: ``PYTHONPATH=. python tests/bench/compare_speed.py [--cases 5000]``.

Prints the seconds of the gate on paired cases in 20 slices; and of the first two openings of Compare in a process that
has loaded ahead what a server loads when it starts, the first with nothing read. Seconds of the processor stand beside
them: on a machine that others use, only these can be compared. ``--modules`` lists what the first opening still loaded.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "bench")]


def timed(act: Callable[[], object]) -> str:
    """Do something and return its seconds."""
    began, used = time.perf_counter(), time.process_time()
    act()
    return f"{time.perf_counter() - began:.2f} s ({time.process_time() - used:.2f} s of the processor)"


def build(folder: Path, cases: int) -> None:
    """A store with a release and a run of two versions over it: 16 scenarios, two kinds, two tags."""
    from gate_store import add_run, examples, released
    from scored_runs import passing

    rows = examples(cases)
    for k, row in enumerate(rows):
        row |= {"scenario": f"s{k % 16}", "tags": ["long"] if k % 3 else ["short"]}
    store = released(folder, rows)
    add_run(store, "v2", passing(cases, range(0, cases, 9)))
    add_run(store, "v3", passing(cases, range(0, cases, 10)))
    store.close()


def gate(path: str) -> None:
    """Gate both versions from the store, and again from runs that were read already."""
    from review.experiments.gating.outcome import gate_runs
    from review.experiments.gating.versions_gate import finished_run, gate_versions
    from review.experiments.runs.scored import scored_runs
    from review.serving.interpreter import collect_seldom
    from storage.opening import open_store

    collect_seldom()
    store = open_store(path, create=False)
    print(
        "gate, runs read from the store:",
        timed(lambda: gate_versions(store, baseline="v2", candidate="v3", release="r1")),
    )
    before, after = scored_runs(store, [finished_run(store, version, "r1").id for version in ("v2", "v3")])
    print("gate alone:", timed(lambda: gate_runs(before, after)))


def page(path: str, *, modules: bool) -> None:
    """Open Compare twice in this process, as a server does that has begun."""
    from app_pages import ROUTER
    from big_store import as_a_server
    from streamlit.testing.v1 import AppTest

    from pages.parts.shared.loading_ahead import load_ahead
    from storage.opening import open_store

    def opened(name: str) -> None:
        at = AppTest.from_file(str(ROUTER), default_timeout=600)
        at.query_params["rater"] = "lea"
        at.switch_page(f"{name}.py").run()
        assert not at.exception, at.exception

    os.environ["SPOTCHECK_STORE"] = path
    as_a_server()
    opened("compliance")  # the first visitor came before, to another page
    print("loading ahead:", timed(lambda: load_ahead(open_store(path, create=False))))
    known = set(sys.modules)
    print("Compare, first opening:", timed(lambda: opened("compare")))
    if modules:
        print("loaded then:", ", ".join(sorted(set(sys.modules) - known)) or "nothing")
    print("Compare, second opening:", timed(lambda: opened("compare")))


def main() -> None:
    """Build a store once, and measure each part in a process of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=5_000)
    options.add_argument("--modules", action="store_true")
    options.add_argument("--part", choices=("gate", "page"), help=argparse.SUPPRESS)
    options.add_argument("--store", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.part == "gate":
        gate(asked.store)
    elif asked.part == "page":
        page(asked.store, modules=asked.modules)
    else:
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder), asked.cases)
            more = ["--modules"] if asked.modules else []
            for part in ("gate", "page"):
                words = [sys.executable, __file__, "--part", part, "--store", f"{folder}/spotcheck.db", *more]
                subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
