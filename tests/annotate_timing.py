"""Key to paint on the annotate page, and what its websocket carries: for the measurement and for browser tests."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from annotate_app import Server

PAGE = "[data-testid=annotator]"
PROBE = """
window.measured = { label: [], submit: [] };
let pressed = null;  // heard before the component hears it, since this script runs before any of the page
window.addEventListener('keydown', (event) => {
  pressed = { at: event.timeStamp, kind: event.key === 'Enter' ? 'submit' : 'label' };
}, true);
const signs = { submit: ['data-behind', 'data-assignment'], label: ['aria-checked'] };
new MutationObserver((changes) => {
  if (!pressed || !changes.some((change) => signs[pressed.kind].includes(change.attributeName))) return;
  const { at, kind } = pressed;
  const one = { at, shown: 8 };  // what takes less than 16 ms is not reported
  pressed = null;
  requestAnimationFrame(() => {
    one.frame = performance.now() - at;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      one.painted = performance.now() - at;
      window.measured[kind].push(one);
    };
    channel.port2.postMessage(null);
  });
}).observe(document, { subtree: true, attributeFilter: Object.values(signs).flat() });
new PerformanceObserver((list) => {
  for (const { name, startTime, duration } of list.getEntries())
    for (const one of name === 'keydown' ? [...measured.label, ...measured.submit] : [])
      if (one.at === startTime) one.shown = duration;
}).observe({ type: 'event', durationThreshold: 16 });
"""
"""Counts from the key event's own time stamp to three ends; ``tests/bench/annotate_speed.py`` says which."""

LABELS = {"correctness": "wrong", "usefulness": "fair", "politeness": "friendly"}
KEYS = ("1", "2", "3", "Enter")
"""What ``measure`` presses for each item of the rubric ``annotate_app.THREE``, and what it means."""
WORDS = ["parcel", "invoice", "refund", "Tuesday", "customer", "order", "courier", "address", "please", "thank"]


def heavy(k: int) -> dict[str, Any]:
    """An item as long as a busy week's: twelve turns of 60 to 90 words, a query, a table of 100 rows.

    Its first turn has a mark of its own, by which the item is known on the wire.
    """
    pick = random.Random(k)
    turns = [
        {"role": role, "content": " ".join(pick.choices(WORDS, k=pick.randint(60, 90)))}
        for _ in range(6)
        for role in ("user", "assistant")
    ]
    turns[0]["content"] = f"mark{k:05d} {turns[0]['content']}"
    rows = [[r, pick.random(), "sent", f"2026-11-{1 + r % 28:02d}", pick.choice(WORDS), r * 3] for r in range(100)]
    columns = ["id", "score", "state", "day", "word", "total"]
    return {"messages": tuple(turns), "result": {"columns": columns, "rows": rows, "total": 2341}}


PACE = (80.0, 220.0)
"""Milliseconds from key to key of a quick person."""


def measure(
    page: Any, server: Server, rater: str, items: int, *, pace: tuple[float, float] = PACE
) -> dict[str, list[dict[str, float]]]:
    """Annotate ``items`` items by key presses at that pace, with the automatic advance off."""
    page.add_init_script(PROBE)
    page.add_init_script("localStorage.setItem('spotcheck:settings', '{\"advance\": null}')")
    page.goto(server.page(rater))
    page.wait_for_selector(f"{PAGE}[data-assignment='{rater}-0000']")
    pick = random.Random(0)
    for k in range(items):
        for key in KEYS:
            page.keyboard.press(key)
            page.wait_for_timeout(pick.uniform(*pace))  # the reviewer's own pace, not a wait for a state
        page.wait_for_selector(f"{PAGE}[data-assignment='{rater}-{k + 1:04d}']")
    page.wait_for_selector(f"{PAGE}[data-unsaved='0']")
    found: dict[str, list[dict[str, float]]] = page.evaluate("measured")
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie, one of them."""
    return sorted(values)[int(share * (len(values) - 1))]


class Wire:
    """What a page's websocket received: bytes, and how often each item came."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.items: Counter[bytes] = Counter()

    def heard(self, frame: str | bytes) -> None:
        """Count one message."""
        message = frame.encode() if isinstance(frame, str) else frame
        self.sizes.append(len(message))
        for part in message.split(b"mark")[1:]:
            if part[:5].isdigit():
                self.items[part[:5]] += 1

    def summary(self, submitted: int) -> str:
        """In words."""
        most = max(self.items.values(), default=0)
        return (
            f"{sum(self.sizes) / 1000:,.0f} kB received for {len(self.items)} items, each at most "
            f"{most} times, {sum(self.sizes) / 1000 / submitted:,.0f} kB per submission"
        )


def wire_of(page: Any) -> Wire:
    """Listen to all that a page will receive."""
    wire = Wire()
    page.on("websocket", lambda socket: socket.on("framereceived", wire.heard))
    return wire
