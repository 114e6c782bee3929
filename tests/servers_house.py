"""What the compose file of several servers starts, as plain processes: PostgreSQL, three servers, nginx, a collector.

People have logins by link, as in the compose file. The servers fork from a process that has imported the application.
"""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pyarrow.parquet as pq
import pytest
from annotate_app import APP, THREE, WEEK, _free_port, _healthy, build_store
from container_parts import THREE as COMPOSE
from container_parts import certificate, command, environment, proxy, service
from postgres_server import FAST, Server, postgres_server
from raw_client import Visit
from warm_servers import Running, start
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from review.basics.log_paths import log_of
from review.log.log import log_files
from review.people.invitations import invite, use
from review.people.link_cookie import cookie_name, cookie_value
from review.serving import server as serving
from review.settings.access import URL
from review.settings.project import project_of
from review.sources.collecting.frames import frames, spool_files, spool_of
from review.sources.collecting.otlp_requests import seen
from storage.address import FOLDER, store_file
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.postgres_roles import grants
from storage.proof_key import VARIABLE
from storage.store import Store

HOST = "localhost"
KEY = "0123456789abcdef" * 3
TOKEN = "a token for the spans of the tests"
COMPONENT = "spotcheck_annotator"
NAMES = ("one", "two", "three")
"""The servers, as the cookie of the proxy names them."""


@dataclass(kw_only=True)
class House:
    """The running parts. ``ports`` and ``processes`` are those of the servers, by their names."""

    folder: Path
    database: Server
    store: Store
    url: str
    trusted: Path
    ports: Mapping[str, int]
    collector: int
    variables: Mapping[str, str]
    processes: dict[str, Running] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one server, without waiting for it."""
        access, variables = project_of(self.store.path).access, {**os.environ, **self.variables}
        flags = serving.access_flags(self.store.path, access, address=serving.ADDRESS, environment=variables)
        words = serving.command(APP, port=self.ports[name], access_flags=flags)
        with self.log(name).open("ab") as out:
            self.processes[name] = start(words, environment=variables, out=out)

    def ready(self, name: str) -> None:
        """Wait until one server answers."""
        assert _healthy(self.processes[name], self.ports[name], self.log(name)), self.log(name).read_text()

    def kill(self, name: str) -> None:
        """End one server as a machine without power does."""
        self.processes[name].kill()
        self.processes[name].wait(timeout=20)

    def log(self, name: str) -> Path:
        """What a server says."""
        return self.folder / f"{name}.log"

    def cookie(self, rater: str) -> str:
        """The login of a person, made with a link."""
        if rater not in self.logins:
            login = use(self.store, invite(self.store, rater, role="annotator", by="lea").token)
            self.logins[rater] = f"{cookie_name(self.store)}={cookie_value(self.store, login)}"
        return self.logins[rater]

    @contextmanager
    def visit(self, rater: str, server: str = "") -> Iterator[Visit]:
        """A session of a person's browser through the proxy; ``server`` is what its cookie says. See ``served_by``."""
        cookies = "; ".join([self.cookie(rater), *([f"spotcheck_server={server}"] if server else [])])
        with connect(
            self.url.replace("https", "wss") + "/_stcore/stream",
            ssl=ssl.create_default_context(cafile=str(self.trusted)),
            additional_headers=[("Cookie", cookies)],
            subprotocols=[Subprotocol("streamlit")],
            origin=Origin(self.url),
            open_timeout=60,
            max_size=None,
            proxy=None,
        ) as wire:
            yield Visit(wire)


def served_by(one: Visit, server: str) -> str:
    """The server that the cookie names after a session was opened with the cookie ``server``."""
    assert one.wire.response is not None
    said = one.wire.response.headers.get("Set-Cookie", "")
    return said.partition("spotcheck_server=")[2].partition(";")[0] or server


@contextmanager
def several_servers(
    folder: Path,
    *,
    raters: Sequence[str],
    items: int,
    flags: str = FAST,
    collector: bool = False,
) -> Iterator[House]:
    """The parts while inside, on a store with one open week in which every item is dealt to each rater."""
    with ExitStack() as during:
        database = during.enter_context(postgres_server(flags))
        during.callback(close_pools)
        database.sql("CREATE ROLE application LOGIN")
        name = database.new_database()
        patch = during.enter_context(pytest.MonkeyPatch.context())
        for variable, value in ((VARIABLE, KEY), (FOLDER, str(folder))):
            patch.setenv(variable, value)
        owner = store_file(f"postgresql:///{name}?host={database.home}&user=owner")
        (folder / "spotcheck.toml").write_text('[access]\nmode = "links"\n')
        build_store(Path(owner), items=items, raters=tuple(raters), rubric=THREE)
        database.sql(grants("application"), name)
        close_pools()
        # The servers have a role that can change no row, and the file that names the database names that role.
        Path(owner).unlink()
        store = open_store(store_file(f"postgresql:///{name}?host={database.home}&user=application"), create=False)
        https = _free_port()
        ports = {one: _free_port() for one in NAMES}
        trusted = certificate(folder / "certificates", HOST)
        values = {
            "SPOTCHECK_HOST": HOST,
            **{f"APPLICATION_{n + 1}": f"127.0.0.1:{ports[one]}" for n, one in enumerate(NAMES)},
            "COLLECTOR": f"127.0.0.1:{_free_port()}",
            "CERTIFICATES": str(trusted.parent),
            "HTTP_PORT": str(_free_port()),
            "HTTPS_PORT": str(https),
        }
        house = House(
            folder=folder,
            database=database,
            store=store,
            url=f"https://{HOST}:{https}",
            trusted=trusted,
            ports=ports,
            collector=int(values["COLLECTOR"].rpartition(":")[2]),
            variables={"SPOTCHECK_STORE": str(store.path), VARIABLE: KEY, URL: f"https://{HOST}:{https}"},
        )
        during.callback(_end, house.processes)
        for one in NAMES:
            house.start(one)
        if collector:
            during.enter_context(_collecting(house))
        during.enter_context(proxy(folder / "nginx", values, COMPOSE))
        for one in NAMES:
            house.ready(one)
        yield house


@contextmanager
def _collecting(house: House) -> Iterator[None]:
    """The collector of the compose file. Its log is filled by a process beside it."""
    values = {"SPOTCHECK_HOST": HOST, "SPOTCHECK_AUDIT_KEY": KEY, "SPOTCHECK_COLLECT_TOKEN": TOKEN}
    more = {name: "" for name in service("collector", COMPOSE)["environment"] if name.startswith("PG")}
    own = environment("collector", {**values, "APPLICATION_PASSWORD": ""}, house.store.path, COMPOSE)
    variables = {key: text for key, text in own.items() if key not in more}
    words = command("collector", values, port=house.collector, more=["--log-after", "1"], compose=COMPOSE)
    words[words.index("0.0.0.0")] = "127.0.0.1"
    with (house.folder / "collector.log").open("wb") as out:
        process = subprocess.Popen(words, env=variables, cwd=house.folder, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _end(processes: Mapping[str, Running]) -> None:
    for process in processes.values():
        process.terminate()
    for process in processes.values():
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def submit(one: Visit, rater: str, assignment: str, sequence: int) -> str:
    """Submit an item as the browser does, and return its submission id once the server has acknowledged it."""
    entry = {
        "submission_id": str(uuid5(NAMESPACE_URL, assignment)),
        "kind": "annotation",
        "assignment": assignment,
        "at": "",
        "labels": {"correctness": "correct", "usefulness": "good", "politeness": "neutral"},
        "seconds": 12.5,
        "rubric_version": 1,
    }
    outbox = {"rater": rater, "sequence": sequence, "have": [], "wants": 1, "begun": [], "entries": [entry]}
    states = {one.components[COMPONENT]: json.dumps({"outbox": outbox})}
    one.run("annotate", query=f"week={WEEK}", fragment=one.fragments[-1], states=states)
    if entry["submission_id"] not in one.data[COMPONENT].get("ack", []):
        raise ConnectionError(f"{assignment} was not acknowledged: {one.data[COMPONENT]}")
    return str(entry["submission_id"])


def arrived(house: House) -> set[str]:
    """The traces that the collector has kept: in its spool, or in the log already."""
    found: set[str] = set()
    for path in spool_files(spool_of(house.store.path)).values():
        with contextlib.suppress(FileNotFoundError):  # it has gone into the log meanwhile
            found |= {part.trace for frame in frames(path) for part in seen(frame.kind, frame.payload)}
    files = log_files(log_of(house.store.path))
    return found.union(*(pq.read_table(path, columns=["source_id"])["source_id"].to_pylist() for path in files))
