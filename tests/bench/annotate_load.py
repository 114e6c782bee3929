"""What the measurement of the annotate page needs: long items, other reviewers at work, a look at the wire."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path[:0] = [str(Path(__file__).parents[1])]

from annotate_app import WEEK, Server  # noqa: E402
from raw_client import visit  # noqa: E402

COMPONENT = "spotcheck_annotator"
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


@contextmanager
def submitting(server: Server, raters: Sequence[str]) -> Iterator[None]:
    """While inside, each of ``raters`` has the page open and submits an item once a second; they start spread out.

    Raises what went wrong in any of them.
    """
    stop, troubles = threading.Event(), list[Exception]()
    threads = [
        threading.Thread(target=_submit, args=(server, rater, stop, k / len(raters), troubles))
        for k, rater in enumerate(raters)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if troubles:
        raise troubles[0]


def _submit(server: Server, rater: str, stop: threading.Event, later: float, troubles: list[Exception]) -> None:
    """One session on the wire, as the browser's script would speak: the outbox goes up, the answer is read."""
    labels = {"correctness": "correct", "usefulness": "good", "politeness": "neutral"}
    query = f"rater={rater}&week={WEEK}"
    try:
        with visit(int(server.url.rpartition(":")[2])) as one:
            for _ in range(2):  # the first visitor of a fresh server is led to the first page
                one.run("annotate", query=query)
            dealt = one.data[COMPONENT]["order"]
            have = {item["assignment"] for item in one.data[COMPONENT]["items"]}
            stop.wait(later)
            for number, assignment in zip(count(1), cycle(dealt), strict=False):
                if stop.wait(1):
                    return
                entry = {"submission_id": str(uuid4()), "kind": "annotation", "assignment": assignment, "at": ""}
                entries = [{**entry, "labels": labels, "seconds": 12.5, "rubric_version": 1}]
                outbox = {"rater": rater, "sequence": number, "have": sorted(have), "begun": [], "entries": entries}
                states = {one.components[COMPONENT]: json.dumps({"outbox": outbox})}
                one.run("annotate", query=query, fragment=one.fragments[-1], states=states)
                if entry["submission_id"] not in one.data[COMPONENT]["ack"]:
                    raise RuntimeError(f"{rater}: {one.data[COMPONENT]}")
                have |= {item["assignment"] for item in one.data[COMPONENT]["items"]}
    except Exception as trouble:  # noqa: BLE001 - it is raised where the threads are joined
        troubles.append(trouble)


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
