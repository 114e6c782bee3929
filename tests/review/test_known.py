"""What is remembered is made once, changes with its state, and is never kept from inside a transaction."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from review.basics.remembered import Remembered, forget_everything
from review.current.known import Known
from review.serving import interpreter
from storage.opening import open_store

SESSIONS = 30


def test_thirty_sessions_that_ask_together_make_a_value_once(tmp_path: Path) -> None:
    store, known = open_store(tmp_path / "s.db"), Known[int](4)
    together, made, found = threading.Barrier(SESSIONS), list[int](), list[int]()

    def make() -> int:
        made.append(1)
        return 7

    def ask() -> None:
        together.wait()
        found.append(known.get(store, "week", lambda: 1, make))

    threads = [threading.Thread(target=ask) for _ in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, made) == ([7] * SESSIONS, [1])


def test_a_value_follows_its_state_and_no_transaction_leaves_one(tmp_path: Path) -> None:
    store, known = open_store(tmp_path / "s.db"), Known[str](4)
    assert known.get(store, "k", lambda: 1, lambda: "one") == "one"
    assert known.get(store, "k", lambda: 1, lambda: "other") == "one"
    assert known.get(store, "k", lambda: 2, lambda: "two") == "two"
    with store.transaction():
        assert known.get(store, "k", lambda: 2, lambda: "unsure") == "unsure"
    assert known.get(store, "k", lambda: 2, lambda: "unsure") == "two"


def test_everything_can_be_forgotten() -> None:
    one, made = Remembered[int](2), list[int]()
    for _ in range(2):
        one.get("k", lambda: made.append(1) or 1)
    forget_everything()
    one.get("k", lambda: made.append(1) or 1)
    assert len(made) == 2


@pytest.fixture
def settings() -> Iterator[None]:
    before = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(before[0])
    gc.set_threshold(*before[1])
    gc.unfreeze()


@pytest.mark.usefixtures("settings")
def test_the_server_takes_short_turns_and_leaves_modules_out_of_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter.prepare()
    assert sys.getswitchinterval() == pytest.approx(interpreter.SWITCH_SECONDS)
    assert gc.get_threshold()[0] == interpreter.YOUNG_OBJECTS
    monkeypatch.setattr(interpreter, "_loaded", 0)
    gc.unfreeze()
    interpreter.keep_modules()
    kept = gc.get_freeze_count()
    assert kept > 0
    gc.unfreeze()
    interpreter.keep_modules()
    assert gc.get_freeze_count() == 0  # nothing was loaded since
