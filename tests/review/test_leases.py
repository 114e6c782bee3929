"""Several servers with one database: of a night, of a run and of the assembling of traces there is one at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import Server, postgres_server
from quick_stores import ON_POSTGRES

from storage.address import write_address
from storage.leases import is_held_elsewhere
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.proof_key import VARIABLE

pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="these tests start a server of their own")
ROOT = Path(__file__).resolve().parents[2]
KINDS = {"assembling": "assembling", "run": "run r1", "nightly": "nightly"}
"""What is done by one, and the name of its lock."""

SERVER = """
import sys, threading
from pathlib import Path
from types import SimpleNamespace
sys.path.insert(0, {root!r})
from filelock import Timeout
from review.basics.errors import Refused
from review.judges.runs import locks
from review.serving.nightly import run_nightly
from review.sources.collecting import filling
from storage.opening import open_store

locks.PATIENCE = filling.LOCK_SECONDS = 0.1
file, ended = Path(sys.argv[1]), threading.Event()

def inside(*_):
    print("in", flush=True)
    sys.stdin.readline()
    ended.set()
    return "done"

def act(kind):
    ended.clear()
    store = open_store(file)
    if kind == "nightly":
        run_nightly(store, steps={{"x": inside}})
    elif kind == "run":
        with locks.held(store, "r1", None):
            inside()
    else:
        filling.Assembler = lambda *_, **__: SimpleNamespace(step=inside)
        filling.in_words = str
        filling.fill_the_log(file, by=str, after=0.1, ended=ended, say=str)

print("ready", flush=True)
for kind in map(str.strip, sys.stdin):
    try:
        act(kind)
        print("ended", flush=True)
    except (Refused, Timeout):
        print("refused", flush=True)
"""


class Machine:
    """A server with a folder, and so with lock files, of its own."""

    def __init__(self, file: Path, address: str) -> None:
        file.parent.mkdir()
        write_address(file, address)
        words = [sys.executable, "-c", SERVER.format(root=str(ROOT)), str(file)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def said(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch, postgres_server() as running:
        patch.setenv(VARIABLE, "a key for the stores of these tests")
        yield running
        close_pools()


def test_one_of_two_servers_does_it_and_the_other_takes_over_when_it_is_killed(server: Server, tmp_path: Path) -> None:
    file, address = tmp_path / "s.db", server.address(server.new_database())
    write_address(file, address)
    open_store(file)
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
                said["in"].process.wait()
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
            one.process.communicate()
