"""A week of planted rows, and the frame that Python makes of them: every engine must give the same."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from sampling_oracle import stratum_of

from review.basics.times import read_time
from review.basics.weeks import week_window

WEEK = "2026-W47"
WINDOW = week_window(WEEK)
COLUMNS = ("id", "created_at", "status", "feedback", "confidence", "low_confidence", "verdicts")
ODD_IDS = (
    "caf\u00e9",
    "cafe\u0301",
    "\u5ba2\u670d-1",
    "it's",
    'say "hi"',
    "a,b",
    "a;b",
    " padded ",
    "100%",
    "NULL",
    "007",
)


@cache
def rows_of_a_week(n: int = 4_000, seed: int = 7) -> list[dict[str, Any]]:
    """Rows around the week: texts with offsets, epoch numbers, odd ids, UUIDs in capitals, NULL and double ids.

    Made once in a process, and for all: nobody may change them.
    """
    r = random.Random(seed)
    rows = []
    for i in range(n):
        moment = WINDOW.start + timedelta(minutes=r.randrange(-2_000, 12_000))
        made = r.choice(
            [
                moment.isoformat(),
                f"{moment:%Y-%m-%dT%H:%M:%S}Z",
                f"{moment:%Y-%m-%d %H:%M:%S}",
                moment.astimezone(tz(5.5)).isoformat(),
                moment.astimezone(tz(-8)).isoformat(timespec="milliseconds"),
                str(int(moment.timestamp())),
                str(int(moment.timestamp()) * 1000),
            ]
        )
        verdicts = {"kind": {"correctness": r.choice(["wrong", "correct", None])}} if r.random() < 0.8 else None
        rows.append(
            {
                "id": r.choice([f"c{i}", str(10**9 + i), f"{i:08X}-AAAA-BBBB-CCCC-{i:012X}"]),
                "created_at": made,
                "status": "error" if r.random() < 0.05 else "ok",
                "feedback": r.choice([None, None, None, "up", "Down", "down,copied", "-1", "edited"]),
                "confidence": round(r.random(), 3) if r.random() < 0.9 else None,
                "low_confidence": r.choice([None, True, False]) if r.random() < 0.1 else None,
                "verdicts": json.dumps(verdicts) if verdicts else None,
            }
        )
    for i, odd in enumerate(ODD_IDS):
        rows.append({**rows[i], "id": odd, "created_at": "2026-11-18T12:00:00Z"})
    first = {
        **rows[0],
        "id": "twice",
        "created_at": "2026-11-17T00:00:00Z",
        "status": "ok",
        "feedback": None,
        "confidence": 0.9,
        "low_confidence": None,
    }
    rows += [
        {**first, "created_at": "2026-11-17T00:00:00+00:00", "status": "error"},
        first,
        {**first, "created_at": "2026-11-16T23:00:00-02:00"},
    ]
    rows += [
        {**first, "id": None},
        {**first, "id": "undated", "created_at": None},
        {**first, "id": "odd", "created_at": "soon"},
    ]
    r.shuffle(rows)
    return rows


def tz(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


def expected(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, set[str]], int]:
    """The frame in Python: first by date (then by group) of each id in the window, by stratum."""
    dated = [(r, read_time(r["created_at"])) for r in rows]
    inside = [(r, t) for r, t in dated if t is not None and WINDOW.start <= t < WINDOW.end]
    order = ["failing", "low_confidence", "rest"]
    best: dict[str, tuple[datetime, int]] = {}
    for row, moment in inside:
        if row["id"] is not None:
            rank = (moment, order.index(stratum_of(row)))
            best[row["id"]] = min(best.get(row["id"], rank), rank)
    return {name: {i for i, (_, k) in best.items() if order[k] == name} for name in order}, len(inside)
