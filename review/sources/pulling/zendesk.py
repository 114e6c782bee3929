"""Tickets of Zendesk with their comments.

``GET /api/v2/incremental/tickets/cursor.json`` with ``start_time``, later ``cursor``, and ``per_page`` answers
``tickets[]``, ``after_cursor`` and ``end_of_stream``; a ticket that changed comes again. Comments are at
``GET /api/v2/tickets/{id}/comments.json`` (``comments[]``, ``next_page``). Source: developer.zendesk.com, "Using the
Incremental Exports API" and "Ticket Comments". A token is sent as basic authentication, ``email/token`` and the token.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from review.basics.errors import InputError
from review.sources.pulling.pages import as_files, each, listed, secret, since
from review.sources.pulling.puller import Page, Puller, Visit
from review.sources.pulling.web import LeftOut, Web

ENDED = ("solved", "closed")
TICKETS = 100
"""Tickets of one page. Each costs a request, and a visit that is stopped goes on behind its last page."""
COMMENT_PAGES = 100


def pages(visit: Visit) -> Iterator[Page]:
    """Yield the tickets that have ended. A ticket that goes on is left for the pull after its end."""
    options = visit.source.options
    web = Web(
        options["address"],
        headers={},
        secrets=options["token"],
        auth=(f"{options['email']}/token", secret(visit, "token")),
    )
    cursor = visit.cursor.get("cursor")
    while True:
        first = None if cursor else int(since(visit).timestamp())
        answer = web.get("/api/v2/incremental/tickets/cursor.json", cursor=cursor, start_time=first, per_page=TICKETS)
        found = listed(answer, "tickets", web.address)
        left_out = Counter(f"tickets that are {one.get('status')}" for one in found if one.get("status") not in ENDED)
        ended = [one for one in found if one.get("status") in ENDED]
        whole, gone, notes = each(ended, lambda one: {**one, "comments": _comments(web, one)}, name="tickets")
        before, cursor = cursor, answer.get("after_cursor") or cursor
        yield Page(whole, {"cursor": cursor}, left_out + gone, notes)
        if answer.get("end_of_stream") is not False:
            return
        if cursor == before:
            raise InputError(f"{web.address}: found more tickets behind the same cursor, expected a new one.")


def _comments(web: Web, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(1, COMMENT_PAGES + 1):
        answer = web.get(f"/api/v2/tickets/{int(ticket['id'])}/comments.json", page=number, per_page=100)
        found += listed(answer, "comments", web.address)
        if not answer.get("next_page"):
            return found
    raise LeftOut(
        f"{web.address}: ticket {ticket['id']} has over {COMMENT_PAGES} pages of comments.",
        reason=f"with over {COMMENT_PAGES * 100:,} comments",
    )


PULLER = Puller(
    about="solved tickets of Zendesk",
    needs={
        "address": "such as https://yourshop.zendesk.com",
        "email": "the address of the person whose token it is",
        "token": "the variable with the API token",
    },
    may={"since": "the first day to read"},
    fetch=as_files(pages, "zendesk"),
    keys=("token",),
)
