"""Runs of a LangSmith project.

``POST /api/v1/runs/query`` with ``session`` (ids of projects), ``start_time``, ``limit``, ``order`` and ``cursor``
answers ``runs[]`` and ``cursors.next``; ``GET /api/v1/sessions?name=`` finds the id of a project. The key is sent as
``x-api-key``. Source: langchain-ai/langsmith-sdk, python/langsmith/client.py (``list_runs``, ``read_project``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from review.basics.errors import InputError
from review.sources.pulling.pages import LONGEST, as_traces, listed, secret, stamp, window
from review.sources.pulling.puller import Page, Puller, Visit
from review.sources.pulling.web import Web
from storage.records_base import Json

LIMIT = 100
HOSTED = "https://api.smith.langchain.com"


def pages(visit: Visit) -> Iterator[Page]:
    """Yield the runs that began in the window, and the children of roots that did."""
    options = visit.source.options
    web = Web(
        options.get("address", HOSTED),
        headers={"x-api-key": secret(visit, "api_key")},
        secrets=options["api_key"],
    )
    project, (start, end) = _project(web, options["project"]), window(visit)
    cursor, whole = None, end
    while True:
        body = {"session": [project], "start_time": stamp(start), "limit": LIMIT, "order": "asc", "cursor": cursor}
        answer = web.post("/api/v1/runs/query", body)
        found = listed(answer, "runs", web.address)
        kept = [run for run in found if not _is_root(run) or (_began(run) <= end and run.get("end_time"))]
        whole = min(whole, _unfinished_since(found, end))
        yield Page(kept, {"until": stamp(whole)}, {})
        cursor = (answer.get("cursors") or {}).get("next")
        if not cursor:
            return


def _project(web: Web, name: str) -> str:
    found = web.get("/api/v1/sessions", name=name)
    ids = [str(one["id"]) for one in found if isinstance(one, dict) and one.get("name") == name and one.get("id")]
    if not ids:
        raise InputError(f"{web.address}: found no project '{name}'. Check the name, and that the key may read it.")
    return ids[0]


def _unfinished_since(runs: list[Json], end: datetime) -> datetime:
    """Return up to when every trace has ended, a day at most before ``end``: a run may never end."""
    open_ones = [_began(run) for run in runs if _is_root(run) and not run.get("end_time")]
    return max(min([end, *open_ones]), end - LONGEST)


def _began(run: Json) -> datetime:
    """Return when a run began; its times have no zone and are UTC."""
    found = datetime.fromisoformat(str(run.get("start_time")))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_root(run: Json) -> bool:
    return run.get("parent_run_id") is None


def _trace(run: Json) -> str:
    return str(run.get("trace_id") or run.get("id"))


PULLER = Puller(
    about="runs of a LangSmith project",
    needs={"project": "the name of the project", "api_key": "the variable with the API key"},
    may={"address": f"of your own server; default {HOSTED}", "since": "the first day to read"},
    fetch=as_traces(pages, "langsmith", trace_of=_trace, is_root=_is_root),
    keys=("api_key",),
)
