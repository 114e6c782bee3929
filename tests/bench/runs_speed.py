"""How fast runs are: ``PYTHONPATH=. python tests/bench/runs_speed.py``.

Prints the rate of 1,000 cases against an endpoint on this machine that takes 50 ms, at concurrency 16, beside the ideal
of 320 a second; and the seconds of a run over 10,000 cases whose answers and scores are all taken over.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "review"))

from judge_speed import IDEAL, WIDTH, endpoint
from run_cases import released

from review.experiments.runs.listing import status_of
from review.experiments.runs.running import RunOptions, RunRequest, start_run
from review.experiments.runs.working import work
from review.serving.interpreter import collect_seldom
from review.settings.project import project_of
from storage.store import Store


def shop(folder: Path, cases: int) -> Store:
    """A store with a release of that many cases."""
    rows = [
        {"id": f"c-{k}", "question": f"how many orders in month {k}", "expected_answer": "42", "scenario": f"s{k % 8}"}
        for k in range(cases)
    ]
    return released(folder, rows)


def endpoint_rate(folder: Path, cases: int = 1_000) -> float:
    """Return cases a second, from the start of the run until it has finished."""
    with endpoint() as place:
        store = shop(folder, cases)
        (folder / "spotcheck.toml").write_text(f'[judges]\nhosts = ["{place}"]\n')
        project = project_of(store.path)
        wanted = RunRequest(
            version="v1",
            release="r1",
            kind="openai",
            target={"url": f"http://{place}/v1"},
            options=RunOptions(concurrency=WIDTH),
        )
        run = start_run(store, wanted, by="eva", project=project)
        told: list[float] = []
        work(store, run.id, project=project, environment={}, progress=lambda *_: told.append(time.perf_counter()))
        assert status_of(store, run.id).missing == {}
    return cases / (told[-1] - told[0])


def cached_seconds(folder: Path, cases: int = 10_000) -> tuple[str, str]:
    """Return the seconds of a first run with answers from a file, and of one that takes everything over.

    The seconds of the processor stand beside them: on a machine that others use, only these can be compared.
    """
    store = shop(folder, cases)
    path = folder / "answers.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"c-{k}", "answer": "42" if k % 9 else "no"}) for k in range(cases)))
    wanted = RunRequest(version="v1", release="r1", kind="file", target={"path": str(path)})
    found = []
    for _ in range(2):
        began, used = time.perf_counter(), time.process_time()
        project = project_of(store.path)
        run = start_run(store, wanted, by="eva", project=project)
        work(store, run.id, project=project, environment={})
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        found.append(f"{seconds:.1f} s ({processor:.1f} s of the processor)")
    assert status_of(store, run.id).cached == cases
    return found[0], found[1]


def main() -> None:
    """Print both figures, with the garbage collection of a command."""
    collect_seldom()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        rate = endpoint_rate(Path(one))
        print(f"1,000 cases, 50 ms, concurrency {WIDTH}: {rate:.0f} a second, {rate / IDEAL:.0%} of {IDEAL:.0f}")
        first, again = cached_seconds(Path(two))
        print(f"10,000 cases with scorers: {first} at first, {again} taken over")


if __name__ == "__main__":
    main()
