"""Trouble with the whole run is one message before any opinion; keys never show; no other host is asked."""

from __future__ import annotations

import logging
import pickle
import signal
import socket
import threading
import traceback
from dataclasses import replace

import pytest
from llm_desk import QUICK, Memory, bench_on, mark, subjects
from openai_server import OpenAIServer, cut, drip, go_on, hang_up, not_json, redirect, status, trickle

from review.basics.errors import InputError, ReviewError
from review.judges.llm.kind import LONGEST_RATIONALE, judged
from review.judges.protocol.protocol import Options
from review.settings.judges import JudgeSettings

FRIENDLY = {"politeness": "friendly"}
KEY = "sk-planted-0123456789abcdef"


def run(bench, wanted):
    return list(judged(bench, wanted, pace=QUICK))


def sentence(bench, wanted=None, error=InputError):
    """The error of a run, which must come before anything is told; most are bad input, exit code 2."""
    told = judged(bench, subjects(5) if wanted is None else wanted, pace=QUICK)
    with pytest.raises(ReviewError) as caught:
        next(told)
    assert type(caught.value) is error
    return str(caught.value)


def closed_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def test_an_endpoint_that_is_not_there_is_named():
    with OpenAIServer() as server:
        bench = bench_on(server, endpoint=f"http://127.0.0.1:{closed_port()}/v1", options=Options(attempts=2))
    said = sentence(bench, error=ReviewError)
    assert "cannot be reached: the connection was refused. Start it, or correct the judge's endpoint" in said
    assert [c.error for c in bench.replies.calls] == ["unreachable"] * 2


def test_a_host_that_nobody_knows_is_named():
    with OpenAIServer() as server:
        bench = bench_on(server, endpoint="http://nobody.invalid/v1", options=Options(attempts=1))
    bench = replace(bench, settings=JudgeSettings(("nobody.invalid",)))
    assert "http://nobody.invalid/v1 cannot be reached: its name is not known" in sentence(bench, error=ReviewError)


def test_https_to_a_plain_endpoint_is_told():
    with OpenAIServer() as server:
        bench = bench_on(server, endpoint=f"https://{server.place}/v1", options=Options(attempts=1, timeout=5))
        assert "cannot be reached: the secure connection failed" in sentence(bench, error=ReviewError)


def test_an_endpoint_that_is_there_but_breaks_off_is_not_taken_for_missing():
    with OpenAIServer(lambda text: FRIENDLY, faults={mark(0): [cut(), hang_up(), cut()]}) as server:
        said = {s.subject: s.error for s in run(bench_on(server), subjects(3))}
    assert said == {"s0": "unreachable", "s1": "", "s2": ""}


def test_a_missing_key_is_named_by_its_variable():
    with OpenAIServer(key=KEY) as server:
        bench = bench_on(server, key_env="LLM_KEY", environment={"OTHER": KEY})
        assert "the environment variable LLM_KEY is not set" in sentence(bench)
        assert server.seen == []


def test_a_refused_key_is_one_sentence_for_the_whole_run():
    with OpenAIServer(key=KEY) as server:
        bench = bench_on(server, key_env="LLM_KEY", environment={"LLM_KEY": "sk-wrong"})
        said = sentence(bench, subjects(200))
        assert len(server.seen) == 1, "a wrong key is tried once"
    assert "refuses the key in the environment variable LLM_KEY (HTTP 401)" in said and "sk-wrong" not in said


def test_an_endpoint_that_wants_a_key_says_how_to_give_it():
    with OpenAIServer(key=KEY) as server:
        assert "wants a key (HTTP 401)" in sentence(bench_on(server))


def test_an_unknown_model_is_named_with_those_there_are():
    with OpenAIServer(key=KEY, models=("small", "large")) as server:
        bench = bench_on(server, model="huge", key_env="K", environment={"K": KEY})
        said = sentence(bench)
        assert len(server.seen) == 1
    assert "does not know the model 'huge' (HTTP 404). It has small, large. Correct" in said


@pytest.mark.parametrize(
    ("fault", "said", "error"),
    [
        (
            status(400, "huge is not a valid model ID"),
            "does not know the model 'small' (HTTP 400). It has small, large.",
            InputError,
        ),
        (status(402, "pay"), "no credit left", ReviewError),
        (status(429, "pay", "insufficient_quota"), "no credit left", ReviewError),
        (status(403, "go away"), "wants a key (HTTP 403)", InputError),
    ],
)
def test_what_holds_for_every_question_ends_the_run_at_the_first(fault, said, error):
    with OpenAIServer(faults={0: [fault]}) as server:
        assert said in sentence(bench_on(server), error=error)
        assert len(server.seen) == 1


@pytest.mark.parametrize("words", ["temperature is out of range", "This model does not support temperature"])
def test_three_questions_refused_alike_end_the_run_with_the_endpoints_words(words):
    with OpenAIServer(lambda text: status(400, words)) as server:
        said = sentence(bench_on(server), subjects(50))
        assert len(server.seen) == 3
    assert f"refuses the questions (HTTP 400: {words}). Correct the judge's parameters" in said


@pytest.mark.parametrize("code", ["", "context_length_exceeded"])
def test_questions_that_are_too_long_are_missing_verdicts_each(code):
    # Without a code the sentences differ, because each says how long it found the question.
    faults = {mark(k): [status(400, f"{9000 + k * (not code)} tokens are too many", code)] for k in range(5)}
    with OpenAIServer(lambda text: FRIENDLY, faults=faults) as server:
        said = {s.subject: s.error for s in run(bench_on(server), subjects(7))}
    assert said == {f"s{k}": "http_error" for k in range(5)} | {"s5": "", "s6": ""}


def test_a_question_that_is_refused_alone_is_a_missing_verdict():
    with OpenAIServer(lambda text: FRIENDLY, faults={mark(0): [status(400, "too long")]}) as server:
        said = {s.subject: (s.value, s.error, s.raw) for s in run(bench_on(server), subjects(2))}
    assert said["s1"] == ("friendly", "", "") and said["s0"][:2] == (None, "http_error") and "too long" in said["s0"][2]


def test_a_key_that_is_refused_in_the_middle_is_a_missing_verdict():
    with OpenAIServer(lambda text: FRIENDLY, faults={mark(1): [status(401)]}) as server:
        assert {s.subject: s.error for s in run(bench_on(server), subjects(3))}["s1"] == "http_error"


@pytest.mark.parametrize("first", [True, False])
def test_a_redirect_is_not_followed(first):
    with OpenAIServer(lambda text: FRIENDLY) as other, OpenAIServer(lambda text: FRIENDLY, key=KEY) as server:
        server.faults = {mark(0 if first else 1): [redirect(f"{other.url}/chat/completions")]}
        bench = bench_on(server, key_env="K", environment={"K": KEY})
        if first:
            assert f"{server.place} redirects to another address (HTTP 307), which is not followed" in sentence(bench)
        else:
            assert {s.subject: s.error for s in run(bench, subjects(3))}["s1"] == "http_error"
        assert other.seen == []


def test_a_host_that_is_no_longer_allow_listed_is_sent_nothing():
    with OpenAIServer(lambda text: FRIENDLY) as server:
        bench = replace(bench_on(server), settings=JudgeSettings(("elsewhere",)))
        with pytest.raises(InputError, match=r'hosts = \["elsewhere", "127.0.0.1:[0-9]+"\]'):
            run(bench, subjects(2))
        assert server.seen == []


def test_proxies_and_passwords_of_the_environment_have_no_part(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with OpenAIServer(lambda text: FRIENDLY) as server:
        assert [s.value for s in run(bench_on(server), subjects(2))] == ["friendly"] * 2
        assert not [s for s in server.seen if "authorization" in s.headers]


@pytest.mark.parametrize("fault", [trickle(0.02), drip(0.02), go_on(0.02)], ids=["body", "header", "continue"])
def test_an_answer_that_trickles_in_ends_with_the_time_out(fault):
    with OpenAIServer(lambda text: FRIENDLY, faults={mark(1): [fault] * 2}) as server:
        # So that a run which hangs fails here.
        late = threading.Timer(20, server.closing.set)
        late.start()
        bench = bench_on(server, options=Options(timeout=0.5, attempts=2))
        said = {s.subject: s.error for s in run(bench, subjects(3))}
        late.cancel()
        assert server.count([mark(1)]) == {mark(1): 2}
    assert said == {"s0": "", "s1": "timed_out", "s2": ""}
    assert all(400 < c.latency_ms < 5_000 for c in bench.replies.calls if c.error)


def test_a_key_never_shows(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    echo = f'{{"politeness": {{"label": "rude", "rationale": "your key is {KEY}"}}}}'
    faults = {
        mark(1): [status(500, f"Bearer {KEY} broke", KEY)] * 3,
        mark(2): [status(400, f"key={KEY}")],
        mark(3): [cut()] * 3,
        mark(4): [not_json()] * 3,
    }
    written = []
    with OpenAIServer(lambda text: echo, key=KEY, faults=faults) as server:
        memory = Memory()
        bench = bench_on(server, replies=memory, key_env="LLM_KEY", environment={"LLM_KEY": KEY})
        written += [repr(s) for s in run(bench, subjects(6))]
        assert all(s.headers["authorization"] == f"Bearer {KEY}" for s in server.seen)
        bench = replace(bench, spec=replace(bench.spec, model="large"))
        for fault in (
            status(401, f"Incorrect: {KEY}", KEY),
            status(404, KEY),
            status(400, KEY),
            redirect(f"http://{KEY}/"),
        ):
            server.faults = {k: [fault] for k in range(len(server.seen), len(server.seen) + 3)}
            with pytest.raises(ReviewError) as caught:
                run(bench, subjects(3))
            written += traceback.format_exception(caught.value)
            written += [str(e) for e in (caught.value.__cause__, caught.value.__context__)]
    written += [repr(c) for c in memory.calls] + [pickle.dumps(memory.calls).decode("latin-1")]
    written += [r.getMessage() + repr(r.args) for r in caplog.records] + list(capfd.readouterr())
    assert len(memory.calls) > 15 and [w for w in written if "[key]" in w], "the echoes were there to be blotted out"
    assert not [w for w in written if KEY in w or "sk-planted" in w]


@pytest.mark.parametrize("escaped", ["/", r"\/", r"\u002f", r"\u002F"])
def test_a_key_that_json_escapes_shows_in_no_verdict_and_no_call(escaped):
    key = "sk-planted/0123456789"
    rationale = "x" * (LONGEST_RATIONALE - 8) + key.replace("/", escaped)
    echo = f'{{"politeness": {{"label": "rude", "rationale": "{rationale}"}}}}'
    with OpenAIServer(lambda text: echo) as server:
        bench = bench_on(server, key_env="K", environment={"K": f" {key}\n"})
        told = run(bench, subjects(1))
    assert told[0].value == "rude" and told[0].rationale.endswith("x[key]")
    assert "sk-planted" not in repr(told) + repr(bench.replies.calls)


def test_a_key_that_stands_in_a_remembered_reply_shows_in_no_verdict():
    # Replies that were kept before escaped keys were blotted out.
    with OpenAIServer(lambda text: FRIENDLY) as server:
        bench = bench_on(server, key_env="K", environment={"K": "sk-planted/0123"})
        run(bench, subjects(1))
        text = r'{"politeness": {"label": "rude", "rationale": "sk-planted\/0123"}}'
        bench.replies.calls[:] = [replace(c, reply={"text": text}) for c in bench.replies.calls]
        told = run(bench, subjects(1))
    assert (told[0].value, told[0].rationale) == ("rude", "[key]")


def test_an_interrupt_does_not_wait_for_an_endpoint_that_does_not_answer(monkeypatch, request):
    monkeypatch.setattr("review.judges.llm.client.GRACE", 0.1)
    # Tests that a shell started in its background have inherited that interrupts are ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    arrived = threading.Semaphore(0)

    def answer(text):
        if mark(0) not in text:
            arrived.release()
            server.closing.wait(60)
        return FRIENDLY

    with OpenAIServer(answer) as server:
        told = judged(bench_on(server, options=Options(concurrency=3, timeout=60)), subjects(9), pace=QUICK)
        assert next(told).subject == "s0"

        def interrupt():
            for _ in range(3):
                arrived.acquire(timeout=20)
            signal.pthread_kill(main, signal.SIGINT)

        main = threading.main_thread().ident
        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            next(told)
        thread.join()
        assert len(server.seen) == 4, "nothing new began"
    # Their server has gone, so they end; the next test is to find none of them.
    for left in [t for t in threading.enumerate() if t.name.startswith("judge ")]:
        left.join(20)
        assert not left.is_alive()


def test_no_request_goes_out_after_the_caller_stops_reading(monkeypatch):
    monkeypatch.setattr("review.judges.llm.client.GRACE", 20.0)
    with OpenAIServer(lambda text: FRIENDLY) as server:
        told = judged(bench_on(server, options=Options(concurrency=2)), subjects(500), pace=QUICK)
        next(told)
        next(told)
        told.close()
        asked = len(server.seen)
        assert not [t for t in threading.enumerate() if t.name.startswith("judge ")]
        assert len(server.seen) == asked < 500


def test_an_error_of_the_log_is_raised_where_the_run_is_made():
    class Full(Memory):
        def log(self, call):
            if len(self.calls) == 3:
                raise OSError("disk full")
            super().log(call)

    with OpenAIServer(lambda text: FRIENDLY) as server, pytest.raises(OSError, match="disk full"):
        run(bench_on(server, replies=Full()), subjects(20))
