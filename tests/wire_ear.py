"""Everything that a page sends to somebody when all its parts are opened: frames of its WebSocket, files they name.

A browser receives the same bytes and then draws them, which costs ten times as much.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

from raw_client import ADDRESS, Visit, visit
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FILE = re.compile(rb"/media/[0-9a-f]+\.[a-z]+")
DEFERRED = "deferred_file_id"
MOST = 60
"""Runs of one page that are asked for at most; a page that has more parts than this fails its test."""

ALL_ITEMS = json.dumps({"outbox": {"rater": None, "sequence": 1, "have": [], "wants": 100, "entries": []}})
"""What a desk asks for when it wants more items than come at first."""

States = Mapping[str, Any]
"""What a browser would send of each part that was opened or chosen, by its id: True, a label, or a list of labels."""


class Ear:
    """What was received: the frames and the files. Files of Streamlit itself hold nothing of the store."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.frames: list[bytes] = []
        self.files: dict[str, bytes] = {}

    def comes(self, page: str, query: str) -> None:
        """Open a page by its address, then once each whatever hides something, and take the files that it offers."""
        with visit(self.port) as one:
            one.wire = Listening(one.wire, self.frames)  # type: ignore[assignment]
            waiting: list[dict[str, Any]] = [{}]
            tried: set[str] = set()
            runs = 0
            while waiting:
                states = waiting.pop(0)
                runs += 1
                assert runs < MOST, f"{page} has more parts than anybody opens"
                begin = len(self.frames)
                self._runs(one, page, query, states)
                if runs == 1:
                    for name in dict(one.components).values():
                        one.run(page, query=query, states={name: ALL_ITEMS})
                self._takes_files(self.frames[begin:])
                told = [message(frame) for frame in self.frames[begin:]]
                opened = dict.fromkeys(folded(told), True)
                more = {str(found): found for found in choices(told) if str(found) not in tried}
                if opened.keys() - states.keys():
                    waiting.append({**states, **opened})
                waiting += [{**states, **opened, name: value} for name, value in more.values()]
                tried |= more.keys()

    def _runs(self, one: Visit, page: str, query: str, states: States) -> None:
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        asked.rerun_script.context_info.url = f"http://{ADDRESS}/{page}"
        for name, value in states.items():
            state = asked.rerun_script.widget_states.widgets.add(id=name)
            if isinstance(value, bool):
                state.bool_value = value
            elif isinstance(value, str):
                state.string_value = value
            else:
                state.string_array_value.data.extend(value)
        one.fragments.clear()
        one.wire.send(asked.SerializeToString())
        one.hear()
        for fragment in dict.fromkeys(one.fragments):
            one.run(page, query=query, fragment=fragment)

    def _takes_files(self, frames: list[bytes]) -> None:
        """Take what these frames offer, before another run takes it away."""
        for name in {found.decode() for frame in frames for found in FILE.findall(frame)} - self.files.keys():
            with urllib.request.urlopen(f"http://{ADDRESS}:{self.port}{name}", timeout=20) as answer:
                self.files[name] = answer.read()

    def heard(self, word: str) -> bool:
        return any(word.encode() in part for part in (*self.frames, *self.files.values()))


class Listening:
    """A connection that notes what it receives."""

    def __init__(self, wire: Any, frames: list[bytes]) -> None:
        self.wire = wire
        self.frames = frames

    def send(self, data: bytes) -> None:
        self.wire.send(data)

    def recv(self, timeout: float) -> bytes:
        self.frames.append(bytes(self.wire.recv(timeout=timeout)))
        return self.frames[-1]


def message(frame: bytes) -> ForwardMsg:
    read = ForwardMsg()
    read.ParseFromString(frame)
    return read


def folded(told: list[ForwardMsg]) -> Iterator[str]:
    """Ids of what runs the page when it is opened; all others come whole, open or not."""
    for one in told:
        block = one.delta.add_block
        yield from filter(None, (block.expandable.id, block.popover.id))


def choices(told: list[ForwardMsg]) -> Iterator[tuple[str, Any]]:
    """Each option of each group of buttons, each tab that runs the page."""
    containers = [one.delta.add_block.tab_container.id for one in told if one.delta.add_block.tab_container.id]
    for one in told:
        group, tab = one.delta.new_element.button_group, one.delta.add_block.tab.label
        yield from ((group.id, [option.content]) for option in group.options if not group.disabled)
        yield from ((name, tab) for name in containers if tab)
