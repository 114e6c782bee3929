"""Closed conversations of Intercom with all their parts.

``POST /conversations/search`` with a ``query`` and ``pagination`` (``per_page``, ``starting_after``) answers
``conversations[]`` without parts and ``pages.next.starting_after``; ``GET /conversations/{id}`` has the parts. Times
are seconds since 1970. Source: developers.intercom.com, API reference 2.11, "Search conversations".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from review.sources.pulling.pages import as_files, each, halfway, listed, secret, stamp, window
from review.sources.pulling.puller import Page, Puller, Visit
from review.sources.pulling.web import Web, bearer

LIMIT = 100
HOSTED = "https://api.intercom.io"


def pages(visit: Visit) -> Iterator[Page]:
    """Yield the conversations that were closed and last changed in the window, in the order of their changes."""
    options = visit.source.options
    web = Web(
        options.get("address", HOSTED),
        headers={**bearer(secret(visit, "token")), "Intercom-Version": "2.11"},
        secrets=options["token"],
    )
    start, end = window(visit)
    asked = [
        {"field": "updated_at", "operator": ">", "value": int(start.timestamp())},
        {"field": "updated_at", "operator": "<", "value": int(end.timestamp())},
        {"field": "state", "operator": "=", "value": "closed"},
    ]
    after = None
    while True:
        pagination = {"per_page": LIMIT, **({"starting_after": after} if after else {})}
        body = {
            "query": {"operator": "AND", "value": asked},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": pagination,
        }
        answer = web.post("/conversations/search", body)
        found = listed(answer, "conversations", web.address)
        whole, gone, notes = each(found, lambda one: _conversation(web, one), name="conversations")
        after = ((answer.get("pages") or {}).get("next") or {}).get("starting_after")
        reached = found[-1].get("updated_at") if found else None
        cursor = {"until": stamp(end)} if not after else visit.cursor
        if after and isinstance(reached, int):
            cursor = halfway(datetime.fromtimestamp(reached, UTC), end)
        yield Page(whole, cursor, gone, notes)
        if not after:
            return


def _conversation(web: Web, one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = web.get(f"/conversations/{quote(str(one.get('id', '')), safe='')}")
    return found


PULLER = Puller(
    about="closed conversations of Intercom",
    needs={"token": "the variable with the access token"},
    may={"address": f"of your region; default {HOSTED}", "since": "the first day to read"},
    fetch=as_files(pages, "intercom"),
    keys=("token",),
)
