"""Replies are remembered, and calls from several threads arrive once and whole."""

import sqlite3
import threading

import pytest
from quick_stores import in_words_of_sqlite
from run_store import OPTIONS, OVER, store_with_judge

from review.judges.protocol.protocol import Call, Opinion
from review.judges.runs import running
from review.judges.runs.recording import ROWS_AT_ONCE, Recording
from review.judges.runs.replies import StoreReplies
from review.judges.runs.work_run import work
from storage.connection import StorageError
from storage.records_judges import JudgeCall, JudgeResult


def call(key, *, error="", text="x"):
    return Call(
        subject="c00",
        key=key,
        attempt=1,
        at="2026-11-20",
        host="host",
        model="m",
        status=200,
        error=error,
        latency_ms=1.0,
        tokens_in=1,
        tokens_out=1,
        cost=0.0,
        reply={"text": text},
    )


def begun(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    return running.start_run(store, "j", OVER, OPTIONS, by="eva")


def test_whole_replies_are_known_again_and_failed_ones_are_not(store, monkeypatch):
    run = begun(store, monkeypatch)
    replies = StoreReplies(store, run.id)
    for one in (call("a", text="old"), call("b", error="truncated"), call("a", text="new")):
        replies.log(one)
    assert replies.known(["a", "b", "c"]) == {"a": {"text": "new"}}, "before anything is written"
    store.add(*replies.take())
    assert replies.take() == []
    assert StoreReplies(store, "other").known(["a", "b", "c", "a"]) == {"a": {"text": "new"}}
    assert replies.known([]) == {}


def test_many_keys_are_asked_for_at_once(store, monkeypatch):
    run = begun(store, monkeypatch)
    replies = StoreReplies(store, run.id)
    for k in range(12_000):
        replies.log(call(f"k{k}", text=str(k)))
    store.add(*replies.take())
    found = replies.known([f"k{k}" for k in range(0, 12_000, 2)] + ["none"])
    assert len(found) == 6_000 and found["k2"] == {"text": "2"}


def test_calls_of_many_threads_arrive_once_and_whole(store, monkeypatch):
    run = begun(store, monkeypatch)
    with Recording(store, run, (), items=(), is_paused=lambda: False) as recording:
        threads = [
            threading.Thread(target=lambda n=n: [recording.replies.log(call(f"t{n}-{k}")) for k in range(500)])
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({c.key for c in store.find(JudgeCall)}) == 4_000 > 2 * ROWS_AT_ONCE


@in_words_of_sqlite
def test_what_cannot_be_written_ends_the_run_and_says_so(store, monkeypatch):
    asked = []

    def speak(bench, subjects):
        waiting = threading.Event()
        for s in subjects:
            asked.append(s.id)
            yield Opinion(subject=s.id, dimension="politeness", value="rude")
            store.db.conn.execute("DROP TABLE IF EXISTS judge_results")
            while not bench.stopped():
                waiting.wait(0.01)
            return

    store_with_judge(store, monkeypatch, speak, "politeness")
    run = running.start_run(store, "j", OVER, OPTIONS, by="eva")
    with pytest.raises(StorageError, match="no such table: judge_results"):
        work(store, run.id, environment={})
    assert len(asked) == 1


@in_words_of_sqlite
def test_a_result_and_its_verdict_stand_together_or_not_at_all(store, monkeypatch):
    def speak(bench, subjects):
        yield Opinion(subject=subjects[0].id, dimension="politeness", value="rude")

    store_with_judge(store, monkeypatch, speak, "politeness")
    run = running.start_run(store, "j", OVER, OPTIONS, by="eva")
    store.db.conn.execute("CREATE TRIGGER no_verdicts BEFORE INSERT ON verdicts BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError, match="no"):
        work(store, run.id, environment={})
    assert store.find(JudgeResult) == []
