"""How fast the annotate page is, measured in the page from the key event's own time stamp: one command, all figures.

Prints milliseconds as median / 95th percentile from a label key to its mark and from Enter to the next item, alone
and with ten sessions that each submit once a second, in a short week and in one of 500 items; then what an answer of
the server weighs, and ten items of the demonstration week by keyboard. Three ends are told apart:

frame    the first animation frame after the last element of the change is in the page begins
painted  that frame is handed over: style, layout and paint are done
shown    the frame is on the screen, as the browser reports it (Event Timing, in steps of 8 ms)

Run with ``python tests/bench/annotate_speed.py [--items 60] [--busy 10] [--week 500] [--only TEXT]``. With
``--spans 200`` it measures alone, and alone while a collector of the same store takes so many spans a second.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from annotate_app import CHROMIUM_FLAGS, THREE, build_store, serving  # noqa: E402
from annotate_load import submitting  # noqa: E402
from annotate_timing import LABELS, PAGE, heavy, measure, percentile, wire_of  # noqa: E402
from find_browser import find_browser  # noqa: E402
from span_load import sending_spans  # noqa: E402

from storage.opening import open_store  # noqa: E402
from storage.records_review import Annotation  # noqa: E402

WARM_UP = 5
READING = (1.5, 3.5)
TYPING = (0.2, 0.45)


class Case(NamedTuple):
    """One line pair of the report: a week of so many items, with so many other sessions and spans a second."""

    name: str
    week: int
    busy: int
    spans: int = 0


def report(title: str, measured: dict[str, list[dict[str, float]]]) -> str:
    """One line per kind of key press."""
    lines = []
    for kind, name in (("label", "label key -> mark"), ("submit", "Enter -> next item")):
        presses = measured[kind][WARM_UP:]
        ends = [f"{end} {spread([one[end] for one in presses])}" for end in ("frame", "painted", "shown")]
        lines.append(f"{title:<24} {name:<19} n={len(presses):<4} {'   '.join(ends)}")
    return "\n".join(lines)


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):5.1f} / {percentile(values, 0.95):5.1f}"


def run_case(browser: Any, folder: Path, case: Case, items: int) -> str:
    """Build the week, serve it, measure; the lines of the report and what was saved and sent."""
    others = [f"busy{k}" for k in range(case.busy)]
    special = {k: heavy(k) for k in range(case.week)}
    store = build_store(folder / "s.db", items=case.week, raters=("ana", *others), rubric=THREE, special=special)
    with serving(store) as server, submitting(server, others), sending_spans(store.path, case.spans) as sent:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        wire = wire_of(page)
        measured = measure(page, server, "ana", items)
        page.close()
    right = [a for a in store.find(Annotation, rater_id="ana") if a.labels == LABELS]
    saved = f"{len(right)} of {items} right rows saved"
    more = f", the other sessions submitted {len(store.find(Annotation)) - len(right)}" if others else ""
    more += f", {sent.spans:,} spans acknowledged in {sent.seconds:.0f} s" if case.spans else ""
    return f"{report(case.name, measured)}\n{'':<24} {saved}{more}; {wire.summary(items)}"


def demonstration(browser: Any, folder: Path) -> str:
    """Ten items of the demonstration week by keyboard, with pauses to read and between keys as a person makes them."""
    command = [sys.executable, "-m", "review.commands.cli", "demo", "--folder", str(folder), "--no-serve"]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    store, pace, paused, keys = open_store(folder / "spotcheck.db"), random.Random(1), 0.0, 0
    with serving(store) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{server.url}/annotate?rater=visitor")
        page.wait_for_selector(f"{PAGE}:not([data-assignment=''])[data-assignment]")
        before, started = len(store.find(Annotation, rater_id="visitor")), time.monotonic()
        for k in range(10):
            here = page.get_attribute(PAGE, "data-assignment")
            pauses = [pace.uniform(*READING)]
            # correctness, reasons where it is not correct, intent, politeness
            for key in ("1", "2", "Enter", "4", "2", "Enter") if k % 3 == 1 else ("3", "1", "3", "Enter"):
                page.wait_for_timeout(1000 * pauses[-1])
                page.keyboard.press(key)
                pauses.append(pace.uniform(*TYPING))
                keys += 1
            page.wait_for_selector(f"{PAGE}:not([data-assignment='{here}'])")
            paused += sum(pauses[:-1])
        page.wait_for_selector(f"{PAGE}[data-unsaved='0']")
        seconds = time.monotonic() - started
        page.close()
    saved = len(store.find(Annotation, rater_id="visitor")) - before
    return (
        f"demonstration week: ten items by {keys} keys in {seconds:.1f} s, of which {paused:.1f} s were the pauses of "
        f"the person ({READING[0]} to {READING[1]} s to read, {TYPING[0]} to {TYPING[1]} s between keys); {saved} saved"
    )


def machine(browser: Any) -> str:
    """What the figures were measured on."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, headless Chromium {browser.version}; load before: {load}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


@contextmanager
def chromium() -> Any:
    """A headless browser as the tests start it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def main() -> None:
    """Print one section after the other."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--items", type=int, default=60, help="how many are annotated in each section")
    options.add_argument("--busy", type=int, default=10, help="how many other sessions submit once a second")
    options.add_argument("--week", type=int, default=500, help="items of the long week")
    options.add_argument("--spans", type=int, default=0, help="so many spans a second come in beside, and nothing else")
    options.add_argument("--only", default="", help="only the sections whose names contain this")
    given = options.parse_args()
    short = given.items + 1
    cases = [
        Case("alone", short, 0),
        Case(f"{given.busy} others", short, given.busy),
        Case(f"alone, {given.week} items", given.week, 0),
        Case(f"{given.busy} others, {given.week} items", given.week, given.busy),
    ]
    if given.spans:
        cases = [cases[0], Case(f"{given.spans} spans a second", short, 0, given.spans)]
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        sections: dict[str, Callable[[Path], str]] = {
            case.name: lambda place, case=case: run_case(browser, place, case, given.items)  # type: ignore[misc]
            for case in cases
        }
        if not given.spans:
            sections["demonstration"] = lambda place: demonstration(browser, place)
        print(machine(browser), flush=True)
        for k, (name, section) in enumerate(sections.items()):
            if given.only in name:
                place = Path(folder) / str(k)
                place.mkdir()
                print(section(place), flush=True)


if __name__ == "__main__":
    main()
