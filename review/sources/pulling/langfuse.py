"""Traces of Langfuse, each with its observations and scores.

``GET /api/public/traces`` lists them by time (``page``, ``limit``, ``fromTimestamp``, ``toTimestamp``, ``orderBy``;
``data[]``, ``meta.totalPages``), ``GET /api/public/traces/{id}`` gives one with ``observations[]`` and ``scores[]``.
Source: Langfuse public API reference (api.reference.langfuse.com), basic authentication with the two project keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from review.sources.pulling.pages import as_files, listed, secret, stamp, window
from review.sources.pulling.puller import Page, Puller, Visit
from review.sources.pulling.web import Web

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
    number = 1
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
        whole = [web.get(f"/api/public/traces/{quote(str(one.get('id', '')), safe='')}") for one in found]
        last = number >= int((answer.get("meta") or {}).get("totalPages") or 0) or not found
        reached = stamp(end) if last else str(found[-1].get("timestamp") or stamp(start))
        yield Page(whole, {"until": reached}, {})
        if last:
            return
        number += 1


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
