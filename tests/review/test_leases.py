"""Several servers with one database: of a night, of a run and of the assembling of traces there is one at a time."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import Timeout
from postgres_server import Server, shared_server
from quick_stores import ON_POSTGRES
from store_databases import store_in

from review.basics.errors import Refused
from review.judges.runs import locks
from review.serving.nightly import run_nightly
from review.sources.collecting import filling
from storage.address import address_in, write_address
from storage.leases import is_held_elsewhere
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.proof_key import VARIABLE

pytestmark = [
    pytest.mark.skipif(ON_POSTGRES, reason="these tests start a server of their own"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # a fork beside threads
]
KINDS = {"assembling": "assembling", "run": "run r1", "nightly": "nightly"}
"""What is done by one, and the name of its lock."""

FORKED = multiprocessing.get_context("fork")
"""A server is a fork of this process, because a new one would import for seconds. Kills and locks are the same."""


def serve(file: Path, wire: Connection) -> None:
    """Do what the wire asks for, one kind after the other, and wait inside each for a word more."""
    locks.PATIENCE = filling.LOCK_SECONDS = 0.1
    ended = threading.Event()

    def inside(*_: Any) -> str:
        wire.send("in")
        wire.recv()
        ended.set()
        return "done"

    filling.Assembler = lambda *_, **__: SimpleNamespace(step=inside)
    filling.in_words = str
    wire.send("ready")
    while True:
        kind = wire.recv()
        ended.clear()
        store = open_store(file)
        try:
            if kind == "nightly":
                run_nightly(store, steps={"x": inside})
            elif kind == "run":
                with locks.held(store, "r1", None):
                    inside()
            else:
                filling.fill_the_log(file, by=str, after=0.1, ended=ended, say=str)
            wire.send("ended")
        except (Refused, Timeout):
            wire.send("refused")


class Machine:
    """A server with a folder, and so with lock files, of its own."""

    def __init__(self, file: Path, address: str) -> None:
        file.parent.mkdir()
        write_address(file, address)
        close_pools()  # their threads do not come along
        self._wire, theirs = FORKED.Pipe()
        self.process = FORKED.Process(target=serve, args=(file, theirs))
        self.process.start()
        theirs.close()

    def tell(self, line: str) -> None:
        self._wire.send(line)

    def said(self) -> str:
        return str(self._wire.recv())


@pytest.fixture
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "a key for the stores of these tests")
        yield shared_server()
        close_pools()


def test_one_of_two_servers_does_it_and_the_other_takes_over_when_it_is_killed(server: Server, tmp_path: Path) -> None:
    file = store_in(server, tmp_path / "s.db")
    address = str(address_in(file))
    both = [Machine(tmp_path / name / "s.db", address) for name in ("a", "b")]
    try:
        assert [one.said() for one in both] == ["ready", "ready"]
        for kind, name in KINDS.items():
            for one in both:
                one.tell(kind)
            said = {one.said(): one for one in both}
            assert set(said) == {"in", "refused"}, kind
            assert is_held_elsewhere(file, name) and not is_held_elsewhere(file, "run r2")
            if kind == "nightly":
                said["in"].process.kill()
                said["in"].process.join()
                while is_held_elsewhere(file, name):  # until the database has noticed
                    pass
                said["refused"].tell(kind)
                assert said["refused"].said() == "in"
                said["refused"].tell("end")
                assert said["refused"].said() == "ended"
            else:
                said["in"].tell("end")
                assert said["in"].said() == "ended" and not is_held_elsewhere(file, name)
    finally:
        for one in both:
            one.process.kill()
            one.process.join()
