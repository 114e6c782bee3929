"""Other reviewers at work beside the measurement of the annotate page."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from uuid import uuid4

sys.path[:0] = [str(Path(__file__).parents[1])]

from annotate_app import WEEK, Server  # noqa: E402
from raw_client import visit  # noqa: E402

COMPONENT = "spotcheck_annotator"


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
