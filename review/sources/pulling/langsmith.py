"""Runs of a LangSmith project, with the feedback on them.

``POST /api/v1/runs/query`` with ``session`` (ids of projects), ``start_time``, ``limit``, ``order`` and ``cursor``
answers ``runs[]`` and ``cursors.next``; ``GET /api/v1/sessions?name=`` finds the id of a project. ``GET
/api/v1/feedback`` with ``run`` (several), ``limit`` and ``offset`` answers a list. The key is sent as ``x-api-key``.
Source: langchain-ai/langsmith-sdk, python/langsmith/client.py (``list_runs``, ``read_project``, ``list_feedback``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from review.basics.errors import InputError
from review.sources.pulling.pages import AGAIN, fitting, listed, secret, stamp
from review.sources.pulling.puller import Puller, Visit
from review.sources.pulling.span_source import SpanPlace, SpanSource
from review.sources.pulling.traces import as_traces
from review.sources.pulling.web import Web
from storage.records_base import Json

LIMIT = 100
FEEDBACK_AT_MOST = 10_000
HOSTED = "https://api.smith.langchain.com"


def opened(visit: Visit) -> Callable[[datetime, datetime], Iterator[list[Json]]]:
    """Return what gives the runs of the project that began between two times, with the feedback on them."""
    options = visit.source.options
    web = Web(
        options.get("address", HOSTED),
        headers={"x-api-key": secret(visit, "api_key")},
        secrets=options["api_key"],
    )
    project = _project(web, options["project"])

    def pages(start: datetime, _: datetime) -> Iterator[list[Json]]:
        cursor = None
        while True:
            body = {"session": [project], "start_time": stamp(start), "order": "asc", "cursor": cursor}
            answer = fitting(partial(_queried, web, body), LIMIT)
            yield _with_feedback(web, listed(answer, "runs", web.address))
            cursor = (answer.get("cursors") or {}).get("next")
            if not cursor:
                return

    return pages


def _queried(web: Web, body: Json, *, limit: int) -> Any:
    return web.post("/api/v1/runs/query", {**body, "limit": limit})


def _project(web: Web, name: str) -> str:
    found = web.get("/api/v1/sessions", name=name)
    ids = [str(one["id"]) for one in found if isinstance(one, dict) and one.get("name") == name and one.get("id")]
    if not ids:
        raise InputError(f"{web.address}: found no project '{name}'. Check the name, and that the key may read it.")
    return ids[0]


def _with_feedback(web: Web, runs: list[Json]) -> list[Json]:
    """Return the runs with the rows of feedback on them. Runs whose statistics count none are not asked about."""
    asked = [str(run["id"]) for run in runs if run.get("feedback_stats") is None or run["feedback_stats"]]
    rows: dict[str, list[Json]] = {}
    offset = 0
    while asked:
        answer = web.get("/api/v1/feedback", run=asked, limit=LIMIT, offset=offset)
        found = listed({"feedback": answer}, "feedback", web.address)
        for row in found:
            rows.setdefault(str(row.get("run_id")), []).append({"feedback_source": None, **row})
        offset += LIMIT
        if len(found) < LIMIT:
            break
        if offset >= FEEDBACK_AT_MOST:
            raise InputError(f"{web.address}: found over {FEEDBACK_AT_MOST:,} rows of feedback on {len(asked)} runs.")
    return [{**run, "feedback": rows[str(run["id"])]} if str(run["id"]) in rows else run for run in runs]


def place(run: Json) -> SpanPlace:
    """Return where a run belongs."""
    end = run.get("end_time")
    trace = str(run.get("trace_id") or run.get("id"))
    return SpanPlace(
        trace, _instant(run["start_time"]), _instant(end) if end else None, run.get("parent_run_id") is None
    )


def _instant(text: object) -> datetime:
    """Return an instant; the times of runs have no zone and are UTC."""
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


PULLER = Puller(
    about="runs of a LangSmith project",
    needs={"project": "the name of the project", "api_key": "the variable with the API key"},
    may={"address": f"of your own server; default {HOSTED}", "since": "the first day to read"},
    fetch=as_traces(SpanSource(format="langsmith", opened=opened, place=place, in_order=True, again=AGAIN)),
    keys=("api_key",),
)
