"""Browser contexts that tests use one after the other. A new one would load and compile all of Streamlit's scripts.

Between two tests a context loses its pages, cookies, permissions, routes and all storage of the origins it visited. The
cache of static files stays, and of the pages that ``page_of`` gave one, emptied: a page that is loaded where another of
the application was costs a third less, because its process has compiled the scripts.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, NamedTuple
from urllib.parse import urlsplit

VIEWPORT = {"width": 1280, "height": 800}
LEAVING = 5_000
"""Milliseconds after which a page that does not let itself be emptied is closed."""
PATIENCE = 60_000
"""Milliseconds after which a page is given up: a quiet machine never waits so long, a busy one may have to."""
HASTE = 100
"""How much faster than for people a page moves. An expander that opens for half a second lays the page out 30 times."""


def all_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a context with those that every test wants."""
    return {"viewport": VIEWPORT, "reduced_motion": "reduce", **options}


class Used(NamedTuple):
    """A context in use: its options as text (None: closed after the test), its listener, the origins it visited."""

    context: Any
    key: str | None
    on_error: Any
    on_page: Any
    origins: set[str]


READY: dict[Any, Any] = {}
"""Emptied pages, by their context."""
LENT: set[Any] = set()
"""Pages that ``page_of`` gave to the running test."""


def page_of(context: Any) -> Any:
    """Return a new page of a context, or one that a test before has left and that holds nothing of it.

    Not for tests that add a script to the page, listen to it or stop its clock: those stay.
    """
    page = READY.pop(context, None) or context.new_page()
    LENT.add(page)
    return page


class KeptContexts:
    """The idle contexts of one browser, by their options."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.idle: defaultdict[str, list[Any]] = defaultdict(list)

    def take(self, options: dict[str, Any], errors: list[str], *, fresh: bool) -> Used:
        """Return an idle context with these options, else a new one. Errors of its pages go into ``errors``."""
        key = None if fresh else json.dumps(options, sort_keys=True)
        context = self.idle[key].pop() if key and self.idle[key] else self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        origins: set[str] = set()

        def on_error(error: Any) -> None:
            errors.append(str(error.error))

        def note_origins(page: Any) -> None:
            page.on("framenavigated", lambda frame: origins.add(origin_of(frame.url)))

        def on_page(page: Any) -> None:
            hasten(page)
            note_origins(page)

        context.on("weberror", on_error)
        context.on("page", on_page)
        for page in context.pages:
            note_origins(page)
        return Used(context, key, on_error, on_page, origins)

    def give_back(self, used: Used) -> None:
        """Empty a context and keep it, or close it for good."""
        context = used.context
        context.remove_listener("weberror", used.on_error)
        context.remove_listener("page", used.on_page)
        if used.key is None:
            context.close()
            return
        context.set_offline(False)
        context.unroute_all()
        spare = next((page for page in context.pages if page in LENT and emptied(page, json.loads(used.key))), None)
        for page in context.pages:
            LENT.discard(page)
            if page not in (spare, READY.get(context)):
                page.close()
        if spare is not None:
            READY[context] = spare
        context.clear_cookies()
        context.clear_permissions()
        page = READY.get(context) or context.new_page()
        devtools = context.new_cdp_session(page)
        for origin in used.origins - {""}:
            devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        devtools.detach()
        if page is not READY.get(context):
            page.close()
        self.idle[used.key].append(context)


class LastingPages:
    """Pages that several tests use one after the other without loading them anew, one for each set of options."""

    def __init__(self, contexts: KeptContexts, errors: list[str]) -> None:
        self.contexts = contexts
        self.errors = errors
        self.used: dict[str, Used] = {}
        self.pages: dict[str, Any] = {}

    def page(self, **options: Any) -> Any:
        """Return the page of a context with these options: without an application at first, later as it was left."""
        key = json.dumps(options, sort_keys=True)
        if key not in self.used:
            self.used[key] = self.contexts.take(all_options(options), self.errors, fresh=False)
            self.pages[key] = page_of(self.used[key].context)
        return self.pages[key]

    def close(self) -> None:
        """Give the contexts back, which closes the pages."""
        for one in self.used.values():
            self.contexts.give_back(one)
        self.used.clear()
        self.pages.clear()


def hasten(page: Any) -> None:
    """Let all animations of a page, in whatever it loads, end almost at once; each still runs and ends as it would."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Animation.enable")
    devtools.send("Animation.setPlaybackRate", {"playbackRate": HASTE})


def emptied(page: Any, options: dict[str, Any]) -> bool:
    """Leave a page for a text of the same server; False when it cannot be left so, as after the server has ended."""
    from playwright.sync_api import Error

    origin = origin_of(page.url)
    if not origin:
        return False
    try:
        page.unroute_all()
        page.goto(f"{origin}/_stcore/health", timeout=LEAVING)
        page.evaluate("sessionStorage.clear()")
        page.set_viewport_size(options["viewport"])
        page.emulate_media(media="null", color_scheme=options.get("color_scheme", "null"), reduced_motion="reduce")
    except Error:
        return False
    return True


def origin_of(url: str) -> str:
    """Return the origin of an address over http, "" for any other."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""
