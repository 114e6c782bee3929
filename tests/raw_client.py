"""The real server with the flags of ``spotcheck serve``, and a visitor who is no browser and may say anything."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotate_app import APP, _free_port, _healthy
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from warm_servers import start
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from review.serving.server import ADDRESS, access_flags, command
from review.settings.project import project_of

CLOCK = "SPOTCHECK_TEST_CLOCK"
CLOCK_APP = Path(__file__).with_name("clock_app.py")
"""The application with a clock that is ahead by the seconds in the file that the variable ``CLOCK`` names."""

FINISHED = {
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
}


@contextmanager
def served(store: Path, environment: Mapping[str, str], *, port: int | None = None, app: Path = APP) -> Iterator[int]:
    """The application on ``store`` as its project says; gives the port."""
    port = port or _free_port()
    log = store.with_suffix(".log.txt")
    flags = access_flags(store, project_of(store).access, address=ADDRESS, environment=environment)
    arguments = command(app, port=port, access_flags=flags)
    environment = {**os.environ, **environment, "SPOTCHECK_STORE": str(store)}
    with log.open("wb") as out:
        process = start(arguments, environment=environment, out=out, warm=app == APP)
    try:
        assert _healthy(process, port, log), log.read_text()
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


class Visit:
    """One session on the wire."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire
        self.fragments: list[str] = []
        self.session = ""
        self.buttons: dict[str, str] = {}
        self.components: dict[str, str] = {}
        self.data: dict[str, Any] = {}
        self.redirect = ""
        self.pages: list[str] = []
        """The pages that the server knows for this visitor, listed or not."""

    def run(self, page: str = "week", **asked: Any) -> str:
        """Everything that the server sends for one run, as text; runs that the first asks for belong to it."""
        self.ask(page, **asked)
        return self.hear()

    def ask(
        self,
        page: str = "week",
        *,
        query: str = "",
        fragment: str = "",
        press: str = "",
        triggers: Sequence[str] = (),
        states: Mapping[str, str] | None = None,
    ) -> None:
        """Ask for a run: ``press`` names a button that was seen, ``triggers`` are ids of any, ``states`` are values of
        components by id. A fragment that the session does not know is not answered.
        """
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        asked.rerun_script.context_info.url = f"http://{ADDRESS}/{page}"
        asked.rerun_script.fragment_id = fragment
        if press:
            asked.rerun_script.widget_states.widgets.add(id=self.buttons[press], trigger_value=True)
        for name in triggers:
            asked.rerun_script.widget_states.widgets.add(id=name, trigger_value=True)
        for name, value in (states or {}).items():
            asked.rerun_script.widget_states.widgets.add(id=name, json_value=value)
        self.wire.send(asked.SerializeToString())

    def hear(self) -> str:
        """What the server sends until a run is finished."""
        said = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(bytes(self.wire.recv(timeout=60)))  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind in ("delta", "auth_redirect"):
                said.append(str(message))
                self.fragments += [message.delta.fragment_id] if message.delta.fragment_id else []
            if kind == "navigation":
                self.pages = [page.url_pathname for page in message.navigation.app_pages]
            if kind == "auth_redirect":
                self.redirect = message.auth_redirect.url
            button = message.delta.new_element.button
            if button.id:
                self.buttons[button.label] = button.id
            component = message.delta.new_element.bidi_component
            if component.id:
                self.components[component.component_name] = component.id
                self.data[component.component_name] = json.loads(component.json or component.mixed.json or "null")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id or self.session
            if kind == "script_finished" and message.script_finished in FINISHED:
                return "\n".join(said)


@contextmanager
def visit(
    port: int,
    *,
    headers: Sequence[tuple[str, str]] = (),
    host: str = ADDRESS,
    origin: str | None = None,
    tokens: Sequence[str] = ("streamlit",),
    sock: socket.socket | None = None,
) -> Iterator[Visit]:
    """Connect with any headers, under any host name, from any origin, over any open socket."""
    with connect(
        f"ws://{host}:{port}/_stcore/stream",
        sock=sock or socket.create_connection((ADDRESS, port), timeout=20),
        additional_headers=list(headers),
        subprotocols=[Subprotocol(t) for t in tokens],
        origin=None if origin is None else Origin(origin),
        open_timeout=20,
        max_size=None,
        proxy=None,
    ) as wire:
        yield Visit(wire)


def seen(port: int, page: str = "week", *, query: str = "", **how: object) -> str:
    """What a visitor sees of one page."""
    with visit(port, **how) as one:  # type: ignore[arg-type]
        return one.run(page, query=query)
