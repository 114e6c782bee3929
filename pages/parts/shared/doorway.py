"""The door of the server: what the guard needs to know from Streamlit, and what happens when the server starts."""

from __future__ import annotations

import functools
import logging
import os
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.middleware import Middleware
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime

from pages.parts.shared.away import path_of_store
from pages.parts.shared.loading_ahead import load_ahead
from review.basics.clock import now
from review.basics.errors import ReviewError
from review.basics.request_id import begin_process
from review.people.identity import Nobody, Visitor
from review.people.link_cookie import cookie_name, visitor_of
from review.serving.callers import Secrets, role_of
from review.serving.component_state import is_sound
from review.serving.door import Rules
from review.serving.figures import figures
from review.serving.guard import Guard
from review.serving.interpreter import prepare
from review.serving.link_pages import LinkPages
from review.serving.listener import send_at_once
from review.serving.log_lines import begin_logging
from review.serving.login_cookie import cookies_named
from review.serving.reading_ahead import read_ahead
from review.serving.upload_room import MEGABYTE, UploadRoom
from review.settings.access import SECRET, Access, hosts_of, public_url, refusal
from review.settings.project import project_of
from storage.connection import StorageError
from storage.opening import open_store
from storage.store import Store

_log = logging.getLogger(__name__)
PAGES = frozenset({"start", *(file.stem for file in Path(__file__).parents[2].glob("*.py"))})
STATES = ("json_value", "json_trigger_value")
FILES_OF_A_PERSON = 2
FILES_TOGETHER = 8
"""How many of the largest uploads one person and all people together may have on the server at once."""


@functools.cache
def _access(path: str) -> Access:
    return project_of(path).access


@functools.cache
def _store(path: str) -> Store:
    return open_store(path, create=False)


@functools.cache
def _login_secrets() -> tuple[str, str]:
    auth = st.secrets["auth"]
    return str(auth["cookie_secret"]), str(auth["redirect_uri"])


def rules() -> Rules:
    """Return how this server tells people apart. [access] is read once, as the pages read it."""
    path, address = path_of_store(), st.get_option("server.address")
    try:
        access, refused = _access(path), ""
        url = public_url(access, os.environ)
    except ReviewError as error:
        access, refused, url = Access(), str(error), ""
    cookie, redirect = _login_secrets() if access.mode == "oidc" else ("", "")
    accepted = hosts_of(access, address=address or "", redirect_uri=redirect, url=url)
    hosts = st.get_option("server.allowedHosts") or accepted
    unsafe = refusal(access, address=address, hosts=hosts, environment=os.environ)
    return Rules(
        access=access,
        secrets=Secrets(proxy=os.environ.get(SECRET, ""), cookie=cookie, redirect_uri=redirect),
        hosts=hosts,
        pages=PAGES,
        role_of=lambda visitor: _role(path, visitor),
        now=_seconds,
        refused=refused or ("" if unsafe is None else str(unsafe)),
        base=st.get_option("server.baseUrlPath") or "",
        by_link=lambda cookies: _by_link(_store(path), cookies),
    )


def _by_link(store: Store, cookies: str) -> Visitor | Nobody:
    return visitor_of(store, cookies_named(cookies, cookie_name(store)))


def _seconds() -> float:
    return datetime.fromisoformat(now()).timestamp()


def _role(path: str, visitor: Visitor) -> str:
    return role_of(_store(path), visitor)


def held() -> Mapping[str, int]:
    """Return the bytes of all uploaded files that the server holds, by address.

    Raises AttributeError where another Streamlit keeps them elsewhere, so that it takes no upload that nobody counts.
    """
    if not Runtime.exists():
        return {}
    # Streamlit's type is the protocol of any store of uploads, and only its own one has the files.
    uploads: Any = Runtime.instance().uploaded_file_mgr
    return {
        f"/_stcore/upload_file/{session}/{file}": len(record.data)
        for session, records in list(uploads.file_storage.items())
        for file, record in list(records.items())
    }


def guards() -> list[Middleware]:
    """Return what stands before Streamlit in the server."""
    largest = int(st.get_option("server.maxUploadSize")) * MEGABYTE
    room = UploadRoom(held, file=largest, person=FILES_OF_A_PERSON * largest, total=FILES_TOGETHER * largest)
    links = LinkPages(
        lambda: _store(path_of_store()), own_url=lambda: public_url(_access(path_of_store()), os.environ), now=_seconds
    )
    return [Middleware(Guard, rules=rules, room=room, sound=sound, links=links, figures=_figures)]


def _figures() -> bytes:
    try:
        store = _store(path_of_store())
    except (ReviewError, StorageError):
        store = None
    return figures(store)


def sound(message: bytes) -> bytes | None:
    """Return a browser's message without the states of components that are no sound JSON, None if it is no message.

    Streamlit reads these states before any page runs, so that a page could only show an exception.
    """
    asked = BackMsg()
    try:
        asked.ParseFromString(message)
    except DecodeError:
        return None
    widgets = asked.rerun_script.widget_states.widgets
    states = {k: w.json_value or w.json_trigger_value for k, w in enumerate(widgets) if w.WhichOneof("value") in STATES}
    bad = {k for k, state in states.items() if not is_sound(state)}
    if not bad:
        return message
    kept = [widget for k, widget in enumerate(widgets) if k not in bad]
    del widgets[:]
    widgets.extend(kept)
    return asked.SerializeToString()


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Prepare the interpreter and the listener when the server starts, and read ahead in a big store."""
    begin_process()
    with suppress(ReviewError):  # the pages say what is wrong with the settings
        begin_logging(project_of(path_of_store()).log)
    prepare()
    send_at_once(int(st.get_option("server.port")))
    threading.Thread(target=_read_ahead, args=(path_of_store(),), name="read ahead", daemon=True).start()
    yield


def _read_ahead(path: str) -> None:
    try:
        store = open_store(path, create=False)
        read_ahead(store)
        load_ahead(store)
    except (ReviewError, StorageError) as error:
        # The pages say the same to the first visitor, with what to do.
        _log.warning("Nothing was read ahead: %s", error)
