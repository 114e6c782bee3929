"""The pages at ``/invite/TOKEN`` and ``/leave``: an ASGI application that the guard asks for them.

Opening a link only shows a button, because chat programs open links to preview them. Pressing it uses the link up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError, Refused
from review.people.identity import Nobody, Visitor
from review.people.invitations import SERVER, NewLogin, UnknownLink, invitation_of, leave, use
from review.people.link_cookie import SECONDS, cookie_name, cookie_value, read_cookie, visitor_of
from review.people.people import find_person
from review.serving import link_forms
from review.serving.answers import Receive, Send
from review.serving.callers import Headers, values
from review.serving.link_answers import Page, closed, redirect, show
from review.serving.login_cookie import cookies_named
from review.serving.wrong_links import WrongLinks
from storage.records_people import Invitation
from storage.store import Store

BROKEN = "This link does not work"
TOO_MANY = "Too many wrong links came from your network. Try again later."
NOT_OURS = "This form did not come from the page of this server. Open the link again and press the button."


@dataclass(frozen=True)
class Request:
    """A request to one of these pages. ``path`` is below ``base``, the path before all others."""

    store: Store
    scope: Any
    path: str
    base: str
    own_url: str

    @cached_property
    def headers(self) -> Headers:
        """The headers."""
        return tuple(self.scope["headers"])

    @property
    def token(self) -> str:
        """The token in the address."""
        return self.path.removeprefix("/invite/").rstrip("/")

    @property
    def client(self) -> str:
        """Who asks, as the nearest proxy says it, else as the connection does."""
        forwarded = ",".join(values(self.headers, "x-forwarded-for")).split(",")[-1].strip()
        return forwarded[:64] or str((self.scope.get("client") or ("",))[0])

    @property
    def encrypted(self) -> bool:
        """Whether the browser speaks https, to this server or to the proxy in front of it."""
        forwarded = ",".join(values(self.headers, "x-forwarded-proto")).split(",")[-1].strip()
        own = self.own_url == f"https://{next(iter(values(self.headers, 'host')), '')}"
        return own or "https" in (forwarded.lower(), self.scope.get("scheme"))

    @property
    def logins(self) -> list[str]:
        """The values of this store's login cookie."""
        return cookies_named("; ".join(values(self.headers, "cookie")), cookie_name(self.store))

    def cookie(self, name: str, value: str, *, seconds: int, site: str) -> tuple[str, str]:
        """Return the header that sets a cookie, which no script can read."""
        secure = "; Secure" if self.encrypted else ""
        path = f"{self.base}/"
        return "set-cookie", f"{name}={value}; Max-Age={seconds}; Path={path}; HttpOnly; SameSite={site}{secure}"


class LinkPages:
    """The pages. ``store`` opens the store of this server, ``own_url`` is the address in people's browsers or ""."""

    def __init__(self, store: Callable[[], Store], *, own_url: Callable[[], str], now: Callable[[], float]) -> None:
        self._store, self._own_url = store, own_url
        self._wrong = WrongLinks(now)

    async def __call__(self, scope: Any, receive: Receive, send: Send, path: str) -> None:
        """Answer one request."""
        base = str(scope.get("path", "")).removesuffix(path)
        asked = Request(self._store(), scope, path, base, self._own_url())
        method = scope["method"]
        if method not in ("GET", "HEAD", "POST"):
            return await show(send, closed("There is nothing at this address."), status=405)
        wait = self._wrong.wait(asked.client) if path != "/leave" else 0
        if wait:
            return await show(send, closed(TOO_MANY), status=429, more=[("retry-after", str(wait))])
        answer = self._leave if path == "/leave" else self._enter
        if method == "POST":
            fields = link_forms.fields_of(await _body(receive))
            hosts = values(asked.headers, "host")
            if not link_forms.came_from_us(
                asked.headers, fields.get("check", ""), key=hmac_key(asked.store), hosts=hosts
            ):
                return await show(send, closed(NOT_OURS), status=403)
            return await answer(asked, send, fields)
        return await answer(asked, send, None)

    async def _enter(self, asked: Request, send: Send, fields: dict[str, str] | None) -> None:
        """Show an invitation, or use it (``fields``)."""
        head = asked.scope["method"] == "HEAD"
        try:
            found = invitation_of(asked.store, asked.token)
            if fields is None:
                page = _welcome(asked.store, found, here=visitor_of(asked.store, asked.logins))
                return await _with_form(asked, send, page, head=head)
            login = await asyncio.to_thread(use, asked.store, asked.token, name=fields.get("name", "").strip())
        except UnknownLink as error:
            self._wrong.note(asked.client)
            return await show(send, closed(str(error), title=BROKEN), status=404, head=head)
        except InputError as error:
            page = _welcome(asked.store, found, name=(fields or {}).get("name", ""), wrong=str(error))
            return await _with_form(asked, send, page, status=422)
        except Refused as error:
            if fields is None and isinstance(visitor_of(asked.store, asked.logins), Visitor):
                return await redirect(send, f"{asked.base}/")
            return await show(send, closed(str(error), title=BROKEN), status=410, head=head)
        return await redirect(send, f"{asked.base}/", more=[_login(asked, login)])

    async def _leave(self, asked: Request, send: Send, fields: dict[str, str] | None) -> None:
        """Ask whether to log out, or do it (``fields``)."""
        visitor, login = visitor_of(asked.store, asked.logins), read_cookie(asked.store, asked.logins)
        if not isinstance(visitor, Visitor) or login is None:
            return await show(send, closed(visitor.why if not isinstance(visitor, Visitor) else ""), status=403)
        if fields is None:
            page = Page(
                title="Log out",
                sentences=(f"You are logged in as {visitor.name}. To come back you will need a new link from a lead.",),
                button="Log out",
            )
            return await _with_form(asked, send, page, head=asked.scope["method"] == "HEAD")
        await asyncio.to_thread(leave, asked.store, *login)
        gone = asked.cookie(cookie_name(asked.store), "", seconds=0, site="Lax")
        return await show(send, Page(title="You are logged out"), status=200, more=[gone])


def _login(asked: Request, login: NewLogin) -> tuple[str, str]:
    return asked.cookie(cookie_name(asked.store), cookie_value(asked.store, login), seconds=SECONDS, site="Lax")


def _welcome(
    store: Store, found: Invitation, *, name: str = "", wrong: str = "", here: Visitor | Nobody | None = None
) -> Page:
    """Return the page of an invitation: who is invited, as what, by whom. ``here`` is who has this browser now."""
    note = ("This link works once. This browser stays logged in for 30 days.",)
    if found.by == SERVER:
        why = "Nobody leads this project yet. Enter your name to become its lead. You can then invite the others."
        title = "Set up Spotcheck"
        return Page(title=title, sentences=(why,), notes=note, button="Start", asks_name=True, name=name, wrong=wrong)
    inviter = find_person(store, found.by)
    by = f"{inviter.name} invites you" if inviter else "You are invited"
    warning = ""
    if isinstance(here, Visitor) and here.subject != found.rater_id:
        warning = f"You are logged in here as {here.name}. Once you enter, {here.name} needs a new link to come back."
    article = "an" if found.role[0] in "aeiou" else "a"
    return Page(
        title=f"Welcome, {found.name}",
        sentences=(f"{by} to review answers as {article} {found.role}.", *(t for t in (wrong, warning) if t)),
        notes=(*note, f"If you are not {found.name}, close this page and tell the person who sent you the link."),
        button="Enter",
    )


async def _with_form(asked: Request, send: Send, page: Page, *, status: int = 200, head: bool = False) -> None:
    """Show a page with a form, and set the cookie that goes with it."""
    cookie, field = link_forms.new_pair(hmac_key(asked.store))
    given: Sequence[tuple[str, str]] = [asked.cookie(link_forms.COOKIE, cookie, seconds=3600, site="Strict")]
    await show(send, Page(**{**vars(page), "check": field}), status=status, more=given, head=head)


async def _body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    """Return the body of a form; of one that is too long, nothing."""
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if message["type"] != "http.request" or size > link_forms.LONGEST:
            return b""
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
