"""The small pages that the server itself answers with where people come in by link, and their headers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, Template

from review.serving.answers import Send

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page says. With ``button`` it has a form, which ``check`` protects; ``asks_name`` adds a field to it.

    ``problem`` is for a page that says why something does not work, ``wrong`` for a field.
    """

    title: str
    sentences: Sequence[str] = ()
    notes: Sequence[str] = ()
    button: str = ""
    check: str = ""
    asks_name: bool = False
    name: str = ""
    wrong: str = ""
    problem: bool = False


def closed(why: str, *, title: str = "You cannot come in yet") -> Page:
    """Return the page for somebody who may not come in, and why."""
    return Page(title=title, sentences=(why,), problem=True)


async def show(send: Send, page: Page, *, status: int, more: Headers = (), head: bool = False) -> None:
    """Answer with a page. Nothing on it may be stored, framed, or tell another server its address."""
    nonce = secrets.token_urlsafe(12)
    body = _template().render(**vars(page), nonce=nonce).encode()
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'"
    headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", str(len(body))),
        ("content-security-policy", f"{policy}; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex, nofollow"),
        *more,
    ]
    await _send(send, status, headers, b"" if head else body)


async def redirect(send: Send, to: str, *, more: Headers = ()) -> None:
    """Answer a form: go on to another page."""
    await _send(send, 303, [("location", to), ("content-length", "0"), *more], b"")


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    always = [("referrer-policy", "no-referrer"), ("cache-control", "no-store"), ("connection", "close")]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*headers, *always)]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


@cache
def _template() -> Template:
    source = Path(__file__).with_name("link_page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(source)
