"""What stands behind the paths of the server. A path that nobody listed is closed to people without a login."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum

ADDRESSES = re.compile(rb"/(?:media/[0-9a-f]{8,128}|_stcore/upload_file/[0-9A-Za-z-]{1,64}/[0-9A-Za-z-]{1,64})")
"""The addresses of files as they stand in what the server sends to a browser."""


class Endpoint(Enum):
    """The kinds of endpoints; each has its own rule in ``guard``."""

    ASSET = "scripts and styles, the same for everybody"
    DOCUMENT = "a page's frame, without content"
    HEALTH = "whether the server runs"
    HOST_CONFIG = "what a browser asks before it connects"
    LOGIN = "to the provider and back"
    LINK = "an invitation, and the way out"
    STREAM = "a session's websocket"
    UPLOAD = "the address of an uploaded file"
    MEDIA = "the address of a picture or download"
    METRICS = "Streamlit's figures on the server"
    FIGURES = "our figures on the server, for Prometheus"
    AGENT = "the interface for agents, which is off"
    OTHER = "anything else"


EXACT = {
    "/_stcore/health": Endpoint.HEALTH,
    "/_stcore/host-config": Endpoint.HOST_CONFIG,
    "/_stcore/stream": Endpoint.STREAM,
    "/_stcore/metrics": Endpoint.METRICS,
    "/metrics": Endpoint.FIGURES,
    "/leave": Endpoint.LINK,
    "/auth/login": Endpoint.LOGIN,
    "/auth/logout": Endpoint.LOGIN,
    "/oauth2callback": Endpoint.LOGIN,
    "/": Endpoint.DOCUMENT,
    "/index.html": Endpoint.DOCUMENT,
    "/favicon.png": Endpoint.ASSET,
    "/manifest.json": Endpoint.ASSET,
}
PREFIXES = {
    "/_stcore/upload_file/": Endpoint.UPLOAD,
    "/_stcore/agent/": Endpoint.AGENT,
    "/invite/": Endpoint.LINK,
    "/media/": Endpoint.MEDIA,
    "/static/": Endpoint.ASSET,
}
READING = ("GET", "HEAD")


def endpoint(path: str, method: str, *, websocket: bool, pages: Collection[str]) -> Endpoint:
    """Return what a request asks for. ``pages`` are the addresses of the pages, without slash."""
    if websocket:
        return Endpoint.STREAM if path == "/_stcore/stream" else Endpoint.OTHER
    found = EXACT.get(path)
    if found is None and path.removeprefix("/").removesuffix("/") in pages:
        found = Endpoint.DOCUMENT
    if found in (Endpoint.DOCUMENT, Endpoint.ASSET, Endpoint.LOGIN, Endpoint.HEALTH, Endpoint.HOST_CONFIG):
        return found if method in READING else Endpoint.OTHER
    if found is not None:
        return Endpoint.OTHER if found is Endpoint.STREAM else found
    kind = next((kind for prefix, kind in PREFIXES.items() if path.startswith(prefix)), Endpoint.OTHER)
    return Endpoint.OTHER if kind is Endpoint.ASSET and method not in READING else kind


def address_of(path: str) -> str:
    """Return the address of a file without the suffix that Streamlit adds to it."""
    found = ADDRESSES.match(path.encode("utf-8", "surrogatepass"))
    return found[0].decode() if found else path
