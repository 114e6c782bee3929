"""What every kind of target does when the product misbehaves: a cause or a refusal in words, and never a hang."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asked_targets import opened, question
from run_cases import agent

from review.basics.errors import InputError
from review.experiments.targets.catalogue import TARGETS
from review.experiments.targets.target import CAUSES

BAD = ("half a line", "too much", "wrong id", "same id twice", "nothing", "endless stderr", "never ends", "forks")
ELSEWHERE = "it runs on a machine of its own, of which nothing but its replies is seen"
LONG = 11_000_000


@dataclass(frozen=True)
class Does:
    """What a target does: ``how`` it misbehaves, and the ``cause`` of the missing answer ("": the answer counts)."""

    how: Any
    cause: str = ""


@dataclass(frozen=True)
class Refused:
    """A file with this content that is refused when it is opened, with these words."""

    how: str
    words: str


@dataclass(frozen=True)
class Apart:
    """Why something cannot happen to a target."""

    why: str


def body(fields: dict[str, Any]) -> bytes:
    content = json.dumps(fields).encode()
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)


def chat(*texts: str) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": text}} for text in texts]}


ANSWER = {"id": "c-1", "answer": "42"}
BROKEN_OFF = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 900\r\n\r\n{"answer": "4'
TWO_LINES = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 60\r\n\r\n"
    + (json.dumps(ANSWER).encode() + b"\n").ljust(30) * 2
)
DOES: dict[str, dict[str, Does | Refused | Apart]] = {
    "exec": {
        "half a line": Does("half of it", "half_line"),
        "too much": Does("long", "too_long"),
        "wrong id": Does("wrong id", "wrong_id"),
        "same id twice": Does("twice"),
        "nothing": Does("nothing", "ended"),
        "endless stderr": Does("stderr without end"),
        "never ends": Does("never ends", "timed_out"),
        "forks": Does("forks and ends", "ended"),
    },
    "python": {
        "half a line": Does("os.write(1, b'{\"id\": '); os._exit(0)", "ended"),
        "too much": Does(f"return 'x' * {LONG}", "too_long"),
        "wrong id": Does("return {'id': 'c-9', 'answer': 'no'}", "wrong_id"),
        "same id twice": Does("print(json.dumps({'id': asked['id'], 'answer': '43'})); return '42'"),
        "nothing": Does("return None", "no_answer"),
        "endless stderr": Does("threading.Thread(target=shout, daemon=True).start(); return '42'"),
        "never ends": Does("time.sleep(600)", "timed_out"),
        "forks": Does("subprocess.Popen(['sleep', '600']); os._exit(0)", "ended"),
    },
    "http": {
        "half a line": Does(BROKEN_OFF, "unreachable"),
        "too much": Does(body({"answer": "x" * LONG}), "too_long"),
        "wrong id": Does(body({"id": "c-9", "answer": "no"}), "wrong_id"),
        "same id twice": Does(TWO_LINES, "not_json"),
        "nothing": Does(b"", "unreachable"),
        "endless stderr": Apart(ELSEWHERE),
        "never ends": Does(None, "timed_out"),
        "forks": Apart(ELSEWHERE),
    },
    "openai": {
        "half a line": Does(BROKEN_OFF, "unreachable"),
        "too much": Does(body(chat("x" * LONG)), "too_long"),
        "wrong id": Apart("a reply of a chat endpoint names no case: it answers what was posted on its connection"),
        "same id twice": Does(body(chat("42", "43"))),
        "nothing": Does(b"", "unreachable"),
        "endless stderr": Apart(ELSEWHERE),
        "never ends": Does(None, "timed_out"),
        "forks": Apart(ELSEWHERE),
    },
    "file": {
        "half a line": Refused('{"id": "c-1", "answer": "42"}\n{"id": "c-2", "ans', "line 2"),
        "too much": Does(json.dumps({"id": "c-1", "answer": "x" * LONG}), "too_long"),
        "wrong id": Refused('{"id": "nobody", "answer": "no"}\n', "none of its ids is a case of the release"),
        "same id twice": Refused('{"id": "c-1", "answer": "42"}\n' * 2, "line 1 answers it too"),
        "nothing": Refused("", "found nothing|holds no row|is empty"),
        "endless stderr": Apart("no program runs: somebody else's program wrote the file"),
        "never ends": Refused("/dev/zero", "expected a file"),
        "forks": Apart("no program runs: somebody else's program wrote the file"),
    },
}
"""What each kind of target makes of each way to misbehave. A new kind of target needs its row."""
FUNCTION = """
import json, os, subprocess, sys, threading, time

def shout():
    while True:
        sys.stderr.write("noise ")

def answer(asked):
    if asked["id"] == "c-2":
        return "42"
    {does}
"""


class Server(socketserver.ThreadingTCPServer):
    """A server that reads a request about c-1 and writes some bytes, or writes without end; others get 42."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, said: bytes | None, other: bytes) -> None:
        self.said, self.other, self.over = said, other, threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


class _Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        """Answer one request, and close."""
        headers = b"".join(iter(self.rfile.readline, b"\r\n")).lower()
        length = int(headers.partition(b"content-length:")[2].split()[0])
        if b"how many" in self.rfile.read(length):
            self.wfile.write(self.server.other)
        elif self.server.said is not None:
            self.wfile.write(self.server.said)
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            while not self.server.over.wait(0.02):
                self.wfile.write(b" ")


@pytest.fixture
def serve() -> Iterator[Any]:
    servers = []

    def start(said: bytes | None, other: bytes) -> str:
        servers.append(Server(said, other))
        return f"127.0.0.1:{servers[-1].server_address[1]}"

    yield start
    for server in servers:
        server.over.set()
        server.shutdown()
        server.server_close()


def test_every_kind_of_target_is_tried_in_every_way() -> None:
    assert {kind: tuple(does) for kind, does in DOES.items()} == dict.fromkeys(TARGETS, BAD)
    apart = {(kind, bad) for kind, does in DOES.items() for bad, one in does.items() if isinstance(one, Apart)}
    assert not [kind for kind, _ in apart if kind in ("exec", "python")], "what runs here can do all of it"


@pytest.mark.parametrize(
    ("kind", "bad"),
    [(kind, bad) for kind, does in DOES.items() for bad, one in does.items() if isinstance(one, Does)],
)
def test_what_misbehaves_gives_a_cause_and_the_next_case_is_answered(
    tmp_path: Path, serve: Any, kind: str, bad: str
) -> None:
    one = DOES[kind][bad]
    assert isinstance(one, Does)
    asked, setup, options = "misbehave", {"timeout": 1.0 if one.cause == "timed_out" else 20.0}, dict[str, Any]()
    if kind == "exec":
        asked, options = one.how, {"command": agent(tmp_path)}
    elif kind == "python":
        name = f"bad_{bad.replace(' ', '_')}"
        (tmp_path / f"{name}.py").write_text(FUNCTION.replace("{does}", one.how))
        options = {"function": f"{name}:answer", "folder": str(tmp_path)}
    elif kind == "file":
        (tmp_path / "answers.jsonl").write_text(one.how + '\n{"id": "c-2", "answer": "42"}\n')
        options = {"path": str(tmp_path / "answers.jsonl")}
    else:
        place = serve(one.how, body({"answer": "42"} if kind == "http" else chat("42")))
        options, setup["hosts"] = {"url": f"http://{place}/v1"}, (place,)  # type: ignore[assignment]
    asker = opened(kind, options, **setup)
    try:
        said = asker.ask(question(asked))
        assert said.cause == one.cause and (not said.cause or said.cause in CAUSES), said
        assert said.cause or said.fields["answer"] == "42", "what came first counts"
        assert asker.ask(question("how many", "c-2")).fields["answer"] == "42"
    finally:
        asker.close_thread()
        asker.close()


@pytest.mark.parametrize("bad", [bad for bad, one in DOES["file"].items() if isinstance(one, Refused)])
def test_a_file_that_misbehaves_is_refused_before_anything_is_asked(tmp_path: Path, bad: str) -> None:
    one = DOES["file"][bad]
    assert isinstance(one, Refused)
    path = tmp_path / "answers.jsonl"
    if one.how.startswith("/"):
        path = Path(one.how)
    else:
        path.write_text(one.how)
    with pytest.raises(InputError, match=one.words):
        opened("file", {"path": str(path)})


def test_a_pipe_is_no_file_of_answers(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "answers.jsonl")
    with pytest.raises(InputError, match="expected a file"):
        opened("file", {"path": str(tmp_path / "answers.jsonl")})
