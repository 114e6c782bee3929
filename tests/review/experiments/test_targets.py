"""Every kind of target, asked really: commands, servers, functions and files. What goes wrong has its cause."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from asked_targets import once, opened, question
from openai_faults import too_many
from openai_server import OpenAIServer
from run_cases import agent

from review.basics.errors import InputError
from review.experiments.targets.catalogue import TARGETS, checked_options
from review.experiments.targets.reading import FIELDS, answer_of, read_answer, read_line
from review.experiments.targets.results.catalogue import RESULTS, read_results_of
from review.experiments.targets.target import CAUSES, Asker
from review.experiments.values import ANSWER_FIELDS, Answer, ToolCall


class _Answering(BaseHTTPRequestHandler):
    reply: Callable[[dict[str, Any]], tuple[int, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, content = type(self).reply({"path": self.path, **json.loads(body)})
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[Callable[[Callable[[dict[str, Any]], tuple[int, bytes]]], str]]:
    servers = []

    def start(reply: Callable[[dict[str, Any]], tuple[int, bytes]]) -> str:
        handler = type("Handler", (_Answering,), {"reply": staticmethod(reply)})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/ask"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=TARGETS)
def working(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Asker]:
    """One of every kind, which answers 42."""
    kind = request.param
    if kind == "exec":
        yield opened("exec", {"command": agent(tmp_path)})
    elif kind == "python":
        (tmp_path / "shop_agent.py").write_text("def answer(asked):\n    print('noise')\n    return '42'\n")
        yield opened("python", {"function": "shop_agent:answer", "folder": str(tmp_path)})
    elif kind == "file":
        path = tmp_path / "answers.jsonl"
        path.write_text('{"id": "c-1", "answer": "42"}\n')
        yield opened("file", {"path": str(path)})
    elif kind == "openai":
        with OpenAIServer(lambda text: "42") as server:
            yield opened("openai", {"url": server.url}, hosts=(server.place,))
    elif kind == "http":
        start = request.getfixturevalue("endpoint")
        url = start(lambda asked: (200, json.dumps({"answer": "42"}).encode()))
        yield opened("http", {"url": url}, hosts=("127.0.0.1",))
    else:
        yield opened(kind, TARGETS[kind].sample, hosts=("127.0.0.1",))


def test_every_kind_of_target_answers_and_is_described(working: Asker) -> None:
    said = once(working)
    assert said.cause == "" and said.fields["answer"] == "42", said
    assert answer_of("c-1", 1, said.fields).digest == answer_of("c-1", 2, {"answer": "42"}).digest
    assert working.notes == []
    assert all(t.title and t.about and t.metavar and t.main not in t.options for t in TARGETS.values())


def test_an_answer_read_back_is_the_record_with_these_fields() -> None:
    asked = {
        "answer": "42",
        "sql": None,
        "cost": 0.1,
        "steps": [{"text": "look"}],
        "context": ["a page"],
        "said": "noise",
    }
    calls = [{"name": "query", "arguments": {"limit": 3}}, {"name": "stop"}]
    told = answer_of("c-1", 2, asked | {"tool_calls": calls})
    assert told == Answer(
        case="c-1",
        repeat=2,
        answer="42",
        cost=0.1,
        steps=({"text": "look"},),
        context=("a page",),
        tool_calls=(ToolCall("query", {"limit": 3}), ToolCall("stop")),
    )
    assert answer_of("c-2", 1, {}) == Answer(case="c-2")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("text", "not_json"),
        ("field", "bad_field"),
        ("error", "error"),
    ],
)
def test_a_command_that_answers_in_another_form_gives_a_cause_and_then_goes_on(
    tmp_path: Path, text: str, cause: str
) -> None:
    asker = opened("exec", {"command": agent(tmp_path)})
    try:
        said = asker.ask(question(text))
        assert said.cause == cause and cause in CAUSES, said
        assert asker.ask(question("how many", "c-2")).fields["answer"] == "42"
    finally:
        asker.close_thread()
        asker.close()


def test_an_answer_that_comes_twice_counts_once_and_is_noted(tmp_path: Path) -> None:
    asker = opened("exec", {"command": agent(tmp_path)})
    assert asker.ask(question("twice", "c-1")).fields["answer"] == "42"
    assert asker.ask(question("how many", "c-2")).fields["answer"] == "42"
    asker.close_thread()
    asker.close()
    assert asker.notes and "1 lines" in asker.notes[0]


def test_a_line_without_an_id_is_taken_for_no_case(tmp_path: Path) -> None:
    script = tmp_path / "logs.py"
    script.write_text(
        "import json, sys\nfor line in sys.stdin:\n    asked = json.loads(line)\n"
        "    print(json.dumps({'log': 'thinking'}), flush=True)\n"
        "    print(json.dumps({'answer': 'about ' + asked['id']}), flush=True)\n"
    )
    asker = opened("exec", {"command": f"{sys.executable} {script}"})
    said = [asker.ask(question("how many", name)) for name in ("c-1", "c-2", "c-3")]
    asker.close_thread()
    asker.close()
    assert [(one.cause, one.fields) for one in said] == [("wrong_id", {})] * 3
    assert said[0].why == "found no id among log, expected 'c-1'"


@pytest.mark.parametrize(
    "fields",
    [
        {"tool_calls": [{"function": "f"}]},
        {"tool_calls": [{"function": None, "name": 7}]},
        {"tokens_in": 1e30},
        {"tokens_out": 2**70},
        {"latency_ms": 1e300},
    ],
)
def test_an_odd_field_is_a_cause_and_never_ends_the_run(fields: dict[str, Any]) -> None:
    assert read_line(json.dumps({"id": "c-1", "answer": "42", **fields}).encode(), "c-1").cause == "bad_field"


def test_what_a_command_starts_ends_with_it(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import json, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "for line in sys.stdin:\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'answer': str(child.pid)}))\n"
    )
    said = once(opened("exec", {"command": f"{sys.executable} {script}"}))
    child = int(said.fields["answer"])
    for _ in range(200):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        threading.Event().wait(0.02)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the child of the command is still running")


def test_a_command_is_told_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTCHECK_AUDIT_KEY", "secret")
    script = tmp_path / "env.py"
    script.write_text(
        "import json, os, sys\n"
        "for line in sys.stdin:\n"
        "    told = os.environ.get('SPOTCHECK_AUDIT_KEY', 'none')\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'answer': told}))\n"
    )
    assert once(opened("exec", {"command": f"{sys.executable} {script}"})).fields["answer"] == "none"


@pytest.mark.parametrize("reads", [False, True])
def test_a_process_that_ends_when_the_next_case_comes_is_replaced_unless_it_read_that(
    tmp_path: Path, reads: bool
) -> None:
    script = tmp_path / "one.py"
    script.write_text(
        "import json, os, select, sys\n"
        f"open({str(tmp_path / 'starts')!r}, 'a').write('.')\n"
        "asked = json.loads(os.read(0, 65536))\n"
        "print(json.dumps({'id': asked['id'], 'answer': '42'}), flush=True)\n"
        "select.select([0], [], [])\n" + ("os.read(0, 65536)\n" if reads else "")
    )
    asker = opened("exec", {"command": f"{sys.executable} {script}"})
    try:
        said = [asker.ask(question("how many", f"c-{k}")) for k in range(3)]
    finally:
        asker.close_thread()
        asker.close()
    expected = ["", "ended", ""] if reads else ["", "", ""]
    assert [one.cause for one in said] == expected
    assert (tmp_path / "starts").read_text() == "." * (2 if reads else 3)


@pytest.mark.parametrize("way", ["sys.stderr", "sys.stdout"])
def test_a_key_that_a_command_writes_by_mistake_is_not_kept(tmp_path: Path, way: str) -> None:
    key = "sk-proj-" + "a1B2c3D4" * 5
    script = tmp_path / "trace.py"
    script.write_text(
        f"import sys\nsys.stdin.readline()\nprint('401 for Bearer {key}, try again', file={way}, flush=True)\n"
    )
    said = once(opened("exec", {"command": f"{sys.executable} {script}"}))
    assert said.cause in ("ended", "not_json") and key[:12] not in said.why
    assert "401 for Bearer [SECRET], try again" in said.why


def test_a_command_that_does_not_exist_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(InputError, match="there is no program 'no-such-program'"):
        opened("exec", {"command": "no-such-program --x"})
    with pytest.raises(InputError, match="there is no program"):
        opened("exec", {"command": "cat \0"})


def test_a_function_that_raises_is_an_error_of_the_product(tmp_path: Path) -> None:
    (tmp_path / "broken_agent.py").write_text("def answer(asked):\n    raise ValueError('no table')\n")
    said = once(opened("python", {"function": "broken_agent:answer", "folder": str(tmp_path)}))
    assert (said.cause, said.why) == ("error", "ValueError: no table")


@pytest.mark.parametrize(
    ("reply", "cause", "again"),
    [
        ((200, b"not json"), "not_json", False),
        ((200, b"[1]"), "not_json", False),
        ((200, b'{"id": "c-9", "answer": "42"}'), "wrong_id", False),
        ((200, b'{"answer": "' + b"x" * 8_000_000 + b'"}'), "too_long", False),
        ((200, b"{}"), "no_answer", False),
        ((404, b"{}"), "http_error", False),
        ((503, b"{}"), "http_error", True),
        ((429, b"{}"), "limited", True),
    ],
)
def test_an_endpoint_that_misbehaves_gives_a_cause(
    endpoint: Any, reply: tuple[int, bytes], cause: str, again: bool
) -> None:
    said = once(opened("http", {"url": endpoint(lambda asked: reply)}, hosts=("127.0.0.1",)))
    assert (said.cause, said.again) == (cause, again)


def test_paths_say_where_question_and_answer_stand(endpoint: Any) -> None:
    def reply(asked: dict[str, Any]) -> tuple[int, bytes]:
        assert asked["path"] == "/ask?stage=1"
        text = f"{asked['input']['text']} by {asked['v']}"
        return 200, json.dumps({"output": [{"text": text}], "usage": {"cost": 0.25}}).encode()

    options = {
        "url": endpoint(reply) + "?stage=1",
        "send": {"question": "input.text", "version.id": "v"},
        "receive": {"answer": "output.0.text", "cost": "usage.cost"},
    }
    said = once(opened("http", options, hosts=("127.0.0.1",)))
    assert said.fields["answer"] == "how many by v1" and said.fields["cost"] == 0.25


def test_nothing_is_sent_to_a_host_that_is_not_allowed(endpoint: Any) -> None:
    for kind in ("http", "openai"):
        with pytest.raises(InputError, match="not among the hosts that may receive masked text"):
            opened(kind, {"url": endpoint(lambda asked: (200, b"{}"))}, hosts=("example.org",))


def test_a_chat_endpoint_gets_prompt_model_and_parameters_and_its_tokens_are_priced() -> None:
    with OpenAIServer(lambda text: "42", faults={0: [too_many(7)]}) as server:
        options = {"url": server.url, "price_in": 1.0, "price_out": 10.0}
        asker = opened("openai", options, hosts=(server.place,))
        limited = asker.ask(question("how many"))
        assert (limited.cause, limited.again, limited.pause) == ("limited", True, 7.0)
        said = asker.ask(question("how many"))
        asker.close_thread()
    body = server.seen[-1].body
    assert (body["model"], body["temperature"]) == ("small", 0)
    assert [m["content"] for m in body["messages"]] == ["Be brief.", "how many"]
    assert (said.fields["tokens_in"], said.fields["tokens_out"]) == (100, 20)
    assert said.fields["cost"] == pytest.approx((100 * 1 + 20 * 10) / 1e6)


def test_a_file_that_answers_a_case_twice_or_no_case_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("id,answer\nc-1,42\nc-1,43\n")
    with pytest.raises(InputError, match=r"line 3, column 'id': found 'c-1'.*\(line 2 answers it too\)"):
        opened("file", {"path": str(path)})
    assert opened("file", {"path": str(path)}, repeats=2).ask(question("", "c-1", 2)).fields["answer"] == "43"
    path.write_text("id,answer\nx-1,42\n")
    with pytest.raises(InputError, match="none of its ids is a case of the release"):
        opened("file", {"path": str(path)})
    path.write_text("id,answer\nx-1,42\nc-1,42\n")
    asker = opened("file", {"path": str(path)})
    assert asker.notes == ["1 ids of the file are no case of the release: 'x-1'."]
    assert asker.ask(question("", "c-2")).cause == "not_in_file"


@pytest.mark.parametrize("kind", RESULTS)
def test_results_of_every_other_runner_come_in(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"results{RESULTS[kind].suffix}"
    path.write_text(RESULTS[kind].sample)
    head = path.read_bytes()
    assert next(name for name, one in RESULTS.items() if one.fits(path, head)) == kind
    rows = list(read_results_of(path))
    assert len(rows) == 1 and "c-1" in rows[0].names
    said = once(opened("file", {"path": str(path)}))
    assert said.cause == "" and (said.fields.get("answer") == "42" or said.fields.get("reported") == 1.0)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("promptfoo", "[]"),
        ("pytest-json", "[]"),
        ("spotcheck", '{"spotcheck_run": 1}\n7\n'),
        ("spotcheck", '{"spotcheck_run": 1}\n{"answer": "42"}\n'),
        ("spotcheck", '{"spotcheck_run": 1}\n{"id": "c-1", "repeat": "x"}\n'),
    ],
)
def test_results_of_another_form_are_refused_in_words(tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / "results"
    path.write_text(text)
    with pytest.raises(InputError, match=r"found .* expected"):
        list(RESULTS[kind].read(path))


def test_rows_without_a_name_are_no_case(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('[{"actualOutput": "42"}]')
    with pytest.raises(InputError, match=r"none of its ids is a case of the release \('row 1'\)"):
        opened("file", {"path": str(path)})


def test_a_report_with_a_doctype_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    path.write_text('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite/>')
    with pytest.raises(InputError, match="found a DOCTYPE"):
        list(read_results_of(path))


def test_a_test_that_failed_scores_zero_and_one_that_did_not_run_has_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_text(
        '<testsuite><testcase name="t[c-1]"><failure message="no"/></testcase>'
        '<testcase name="t[c-2]"><error message="crash"/></testcase>'
        '<testcase name="t[c-3]"><skipped/></testcase></testsuite>'
    )
    asker = opened("file", {"path": str(path)})
    assert asker.ask(question("", "c-1")).fields == {"reported": 0.0}
    assert asker.ask(question("", "c-2")).cause == "error"
    assert asker.ask(question("", "c-3")).cause == "not_in_file"


def test_options_that_a_target_does_not_have_are_named() -> None:
    with pytest.raises(InputError, match="comand"):
        checked_options("exec", {"comand": "x"})
    with pytest.raises(InputError, match="expected URL"):
        checked_options("http", {})
    with pytest.raises(InputError, match="expected one of exec, http, openai, python, file"):
        checked_options("smtp", {})


def test_fields_are_read_by_their_types() -> None:
    assert set(FIELDS) == set(ANSWER_FIELDS)
    call = {"type": "function", "function": {"name": "look_up", "arguments": '{"id": 7}'}}
    said = read_answer({"answer": "a", "tool_calls": [call, "other"], "result": [{"n": 1}], "context": [{"text": "p"}]})
    assert said.fields == {
        "answer": "a",
        "result": {"columns": ["n"], "rows": [[1]]},
        "tool_calls": [{"name": "look_up", "arguments": {"id": 7}}, {"name": "other", "arguments": None}],
        "context": ["p"],
    }
    for wrong in ({"cost": -1}, {"tokens_in": 1.5}, {"labels": []}, {"steps": {}}, {"reported": 2}, {"sql": 7}):
        assert read_answer({"answer": "a", **wrong}).cause == "bad_field", wrong
