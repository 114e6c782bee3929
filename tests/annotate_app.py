"""A store with one open week, and the real application serving it: for browser tests and the speed measurement."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from warm_servers import COMMAND, Running, start

from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage.opening import open_store
from storage.records_log import Conversation
from storage.records_people import Rater, Role
from storage.records_review import Verdict
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

ROOT = Path(__file__).parents[1]
APP = ROOT / "app.py"
WEEK = "2026-W47"
AT = "2026-11-16T08:00:00Z"
NASTY = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
CHROMIUM_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    # Chromium draws the suggestions of its address bar as pages of their own: most of a second for each new window.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
]

THREE = {
    "reveal": True,
    "dimensions": [
        {"name": "correctness", "scale": "ordinal", "values": ["wrong", "partly", "correct"], "positive": "wrong"},
        {"name": "usefulness", "scale": "ordinal", "values": ["low", "fair", "good", "great"]},
        {"name": "politeness", "scale": "ordinal", "values": ["rude", "neutral", "friendly"], "positive": "rude"},
    ],
}
"""Three dimensions, three keys."""

COUNTRIES = [f"intent_{k:02d}" for k in range(70)] + ["card_arrival", "card_lost", "card_swallowed", "top_up_failed"]


LEFT: list[int] = []
"""Ports of servers that have ended. A browser keeps compiled scripts by their address, so the next one uses it."""


class Server(NamedTuple):
    """A running application and the store that it serves."""

    url: str
    store: Store
    log: Path

    def page(self, rater: str, path: str = "annotate") -> str:
        return f"{self.url}/{path}?rater={rater}&week={WEEK}"


def conversation(k: int, **changes: Any) -> Conversation:
    """The k-th conversation: four turns, a query, a small table."""
    filler = " ".join(["The parcel left the depot on Monday and should reach you before the weekend."] * 3)
    row = {
        "id": f"conversation-{k:03d}",
        "source": "production",
        "source_id": f"conversation-{k:03d}",
        "created_at": AT,
        "week": WEEK,
        "messages": (
            {"role": "user", "content": f"Good morning, this is request {k}. Where is my order?"},
            {"role": "assistant", "content": f"Good morning. Could you give me the order number? {filler}"},
            {"role": "tool", "name": "orders", "content": '{"order": 4711, "state": "sent"}'},
            {"role": "user", "content": f"It is 47{k:03d}."},
            {"role": "assistant", "content": f"Thank you. Order 47{k:03d} is on its way. {filler}"},
        ),
        "context": ("Parcels take two to four days.",),
        "steps": ({"name": "intent", "output": "order status"}, {"name": "query", "output": "orders by id"}),
        "sql": "SELECT id, state, sent_at FROM shop.orders WHERE id = 4711 AND state <> 'returned' "
        "ORDER BY sent_at DESC LIMIT 5",
        "result": {
            "columns": ["id", "state", "sent_at", "carrier", "total"],
            "rows": [[4711 + r, "sent", f"2026-11-{10 + r}", "DHL", 19.9 + r] for r in range(8)],
            "total": 8,
        },
        "confidence": 0.123456,
        "feedback": "thumbs-down-secret",
        "verdicts": {"secret-judge": {"correctness": "partly"}},
        "checks": {
            "refusal": {
                "flagged": True,
                "value": "declined",
                "spans": [{"field": "messages.4.content", "start": 0, "end": 9, "kind": "declines"}],
                "note": "secret-check",
            }
        },
    }
    return Conversation(**{**row, **changes})


def build_store(
    path: Path,
    *,
    items: int = 30,
    raters: tuple[str, ...] = ("ana", "ben"),
    rubric: dict[str, Any] | None = None,
    special: dict[int, dict[str, Any]] | None = None,
    names: Callable[[str, int], str] = "{}-{:04d}".format,
) -> Store:
    """A store with one open week: every item dealt to every rater, a verdict of a judge on each.

    ``names`` gives the name of a rater's assignment of the k-th item.
    """
    store = open_store(path)
    saved = save_rubric(store, rubric_from(rubric or DEFAULT_RUBRIC), by="lea")
    with store.transaction():
        for name in (*raters, "lea"):
            store.add(Rater(id=name, name=name.capitalize(), created_at=AT, created_by="lea"))
            store.add(
                Role(id=f"role-{name}", rater_id=name, role="lead" if name == "lea" else "annotator", at=AT, by="lea")
            )
        store.add(
            Week(
                name=WEEK,
                opened_at=AT,
                opened_by="lea",
                due="2026-11-20",
                seed="seed",
                unit="session",
                overlap=1.0,
                overlap_raters=0,
                raters=raters,
                rubric_version=saved.version,
                minutes=60.0,
            )
        )
        for k in range(items):
            store.add(conversation(k, **(special or {}).get(k, {})))
            store.add(
                Item(
                    id=f"item-{k:04d}",
                    conversation_id=f"conversation-{k:03d}",
                    week=WEEK,
                    at=AT,
                    overlap=True,
                    reason="failing-secret",
                )
            )
            store.add(
                Verdict(
                    id=f"verdict-{k:04d}",
                    item_id=f"item-{k:04d}",
                    judge="secret-judge",
                    version="v1",
                    dimension="correctness",
                    value="partly",
                    at=AT,
                )
            )
            for rater in raters:
                store.add(
                    Assignment(
                        id=names(rater, k),
                        item_id=f"item-{k:04d}",
                        rater_id=rater,
                        week=WEEK,
                        position=k,
                        rubric_version=saved.version,
                        at=AT,
                        by="lea",
                    )
                )
    return store


@contextmanager
def serving(store: Store, *, port: int = 0) -> Iterator[Server]:
    """Start the application on ``store``; when the port was taken meanwhile, try another (0 = any free one)."""
    for _ in range(3):
        port = port or (LEFT.pop() if LEFT else _free_port())
        log = Path(f"{store.path}.log.txt")
        process = _start(store, port, log)
        try:
            if _healthy(process, port, log):
                yield Server(f"http://127.0.0.1:{port}", store, log)
                LEFT.extend({port}.difference(LEFT))
                return
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        port = 0
    raise AssertionError(f"the application did not start:\n{log.read_text()}")


def _start(store: Store, port: int, log: Path) -> Running:
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    environment = {**os.environ, "SPOTCHECK_STORE": str(store.path)}
    with log.open("wb") as out:
        return start([*COMMAND, str(APP), *flags], environment=environment, out=out)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(process: Running, port: int, log: Path) -> bool:
    """Poll the health page until it answers; False when the process died (its port was taken)."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # between two polls of another process there is no state to wait on
    raise AssertionError(f"the application did not answer within 120 s:\n{log.read_text()}")
