"""How fast the annotate page feels, measured inside the page from the key event's own time stamp.

Prints, in milliseconds as median / 95th percentile: a label key until its mark is painted, and Enter until the next
item is painted. "Frame" ends when the first frame after the change begins, "painted" when that frame has been handed
over. Run with ``python tests/bench/annotate_speed.py [--items 60] [--busy 10]``; ``--busy`` adds sessions that rerun
the page once a second each.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from annotate_app import CHROMIUM_FLAGS, THREE, WEEK, Server, build_store, serving  # noqa: E402

PROBE = """
window.measured = { label: [], submit: [] };
let pressed = null;  // heard before the component hears it, since this script runs before any of the page
window.addEventListener('keydown', (event) => {
  pressed = { at: event.timeStamp, kind: event.key === 'Enter' ? 'submit' : 'label' };
}, true);
window.probe = () => {
  const root = document.querySelector('[data-testid=annotator]');
  new MutationObserver((changes) => {
    if (!pressed) return;
    const wanted = pressed.kind === 'submit' ? 'data-assignment' : 'aria-checked';
    if (!changes.some((change) => change.attributeName === wanted)) return;
    const { at, kind } = pressed;
    pressed = null;
    requestAnimationFrame(() => {
      const frame = performance.now() - at;
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.measured[kind].push([frame, performance.now() - at]);
      channel.port2.postMessage(null);
    });
  }).observe(root, { attributes: true, subtree: true });
};
"""


def heavy(k: int) -> dict[str, Any]:
    """An item as long as a busy week's: twelve turns of 60 to 90 words, a query, a table of 100 rows."""
    words = ["parcel", "invoice", "refund", "Tuesday", "customer", "order", "courier", "address", "please", "thank"]
    pick = random.Random(k)
    turns = [
        {"role": role, "content": " ".join(pick.choices(words, k=pick.randint(60, 90)))}
        for _ in range(6)
        for role in ("user", "assistant")
    ]
    rows = [[r, pick.random(), "sent", f"2026-11-{1 + r % 28:02d}", pick.choice(words), r * 3] for r in range(100)]
    columns = ["id", "score", "state", "day", "word", "total"]
    return {"messages": tuple(turns), "result": {"columns": columns, "rows": rows, "total": 2341}}


def measure(page: Any, server: Server, rater: str, items: int) -> dict[str, list[list[float]]]:
    """Annotate ``items`` items by key presses at a quick person's pace, with the automatic advance off."""
    page.add_init_script(PROBE)
    page.add_init_script("localStorage.setItem('spotcheck:settings', '{\"advance\": null}')")
    page.goto(server.page(rater))
    root = "[data-testid=annotator]"
    page.wait_for_selector(f"{root}[data-assignment='{rater}-0000']")
    page.evaluate("probe()")
    pace = random.Random(0)
    for k in range(items):
        for key in ("1", "2", "3", "Enter"):
            page.keyboard.press(key)
            page.wait_for_timeout(pace.uniform(80, 220))  # the reviewer's own pace, not a wait for a state
        page.wait_for_selector(f"{root}[data-assignment='{rater}-{k + 1:04d}']")
    page.wait_for_selector(f"{root}[data-unsaved='0']")
    found: dict[str, list[list[float]]] = page.evaluate("measured")
    return found


def report(title: str, measured: dict[str, list[list[float]]], warm_up: int = 5) -> str:
    """One line per kind of key press."""
    lines = []
    for kind, name in (("label", "label key -> mark"), ("submit", "Enter -> next item")):
        pairs = measured[kind][warm_up:]
        shown = [f"{which} {spread([p[k] for p in pairs])}" for k, which in enumerate(("frame", "painted"))]
        lines.append(f"{title:>14}  {name:<20} n={len(pairs):<4} {'   '.join(shown)}")
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):5.1f} / {ordered[int(0.95 * (len(ordered) - 1))]:5.1f}"


def keep_busy(server: Server, raters: list[str], stop: threading.Event) -> list[threading.Thread]:
    """One thread per rater, each a websocket session that reruns the annotate page once a second."""
    threads = [threading.Thread(target=lambda r=rater: asyncio.run(_session(server, r, stop))) for rater in raters]
    for thread in threads:
        thread.start()
    return threads


async def _session(server: Server, rater: str, stop: threading.Event) -> None:
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg

    message = BackMsg()
    message.rerun_script.query_string = f"rater={rater}&week={WEEK}"
    message.rerun_script.page_name = "annotate"
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(address, max_size=None, subprotocols=["streamlit"], origin=server.url) as socket:
        reader = asyncio.ensure_future(_drain(socket))
        while not stop.is_set():
            await socket.send(message.SerializeToString())
            await asyncio.sleep(1)
        reader.cancel()


async def _drain(socket: Any) -> None:
    async for _ in socket:
        pass


def main() -> None:
    """Build a store, serve it, measure alone and then with busy neighbours."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=60)
    options.add_argument("--busy", type=int, default=0)
    given = options.parse_args()
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    neighbours = [f"busy{k}" for k in range(given.busy)]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        count = given.items + 1
        store = build_store(
            Path(folder) / "s.db", items=count, raters=("ana", "ben", *neighbours), rubric=THREE,
            special={k: heavy(k) for k in range(count)},
        )  # fmt: skip
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        with serving(store) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            print(report("alone", measure(page, server, "ana", given.items)), flush=True)
            if neighbours:
                stop = threading.Event()
                threads = keep_busy(server, neighbours, stop)
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                print(report(f"{given.busy} busy", measure(page, server, "ben", given.items)), flush=True)
                stop.set()
                for thread in threads:
                    thread.join()
        browser.close()


if __name__ == "__main__":
    main()
