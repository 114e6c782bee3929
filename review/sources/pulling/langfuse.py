"""Traces of Langfuse, each with its observations and scores.

``GET /api/public/traces`` lists them by time (``page``, ``limit``, ``fromTimestamp``, ``toTimestamp``, ``orderBy``;
``data[]``, ``meta.totalPages``), ``GET /api/public/traces/{id}`` gives one with ``observations[]`` and ``scores[]``.
Source: Langfuse public API reference (api.reference.langfuse.com), basic authentication with the two project keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from review.sources.pulling.pages import LONGEST, as_files, each, halfway, listed, secret, stamp, window
from review.sources.pulling.puller import Page, Puller, Visit
from review.sources.pulling.web import Web
from storage.records_base import Json

LIMIT = 100


def pages(visit: Visit) -> Iterator[Page]:
    """Yield the traces of the window, oldest first."""
    options = visit.source.options
    web = Web(
        options["address"],
        headers={},
        secrets=f"{options['public_key']} and {options['secret_key']}",
        auth=(secret(visit, "public_key"), secret(visit, "secret_key")),
    )
    start, end = window(visit)
    number, whole_until = 1, end
    while True:
        answer = web.get(
            "/api/public/traces",
            page=number,
            limit=LIMIT,
            fromTimestamp=stamp(start),
            toTimestamp=stamp(end),
            orderBy="timestamp.asc",
        )
        found = listed(answer, "data", web.address)
        whole, gone, notes = each(found, lambda one: _trace(web, one), name="traces")
        open_ones = [one for one in whole if _runs(one, end)]
        whole_until = min([whole_until, *(_began(one, end) for one in open_ones)])
        total = (answer.get("meta") or {}).get("totalPages")
        last = not found or (total is not None and number >= int(total))
        reached = min(whole_until, end if last else _began(found[-1], start))
        ended = [one for one in whole if one not in open_ones]
        left_out = {"traces that have not ended": len(open_ones)} if open_ones else {}
        cursor = {"until": stamp(reached)} if last else halfway(reached, end)
        yield Page(ended, cursor, {**gone, **left_out}, notes)
        if last:
            return
        number += 1


def _trace(web: Web, one: Json) -> Json:
    found: Json = web.get(f"/api/public/traces/{quote(str(one.get('id', '')), safe='')}")
    return found


def _runs(trace: Json, end: datetime) -> bool:
    """Whether a trace has not ended: an observation that lasts has no end yet. After a day nobody waits for it."""
    if _began(trace, end) < end - LONGEST:
        return False
    observations = trace.get("observations") or []
    return any(isinstance(o, dict) and o.get("type") != "EVENT" and not o.get("endTime") for o in observations)


def _began(trace: Json, otherwise: datetime) -> datetime:
    text = trace.get("timestamp")
    if not isinstance(text, str):
        return otherwise
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


PULLER = Puller(
    about="traces of a Langfuse project",
    needs={
        "address": "such as https://cloud.langfuse.com",
        "public_key": "the variable with the public key",
        "secret_key": "the variable with the secret key",
    },
    may={"since": "the first day to read"},
    fetch=as_files(pages, "langfuse"),
    keys=("public_key", "secret_key"),
)
