"""What travels per submission on the annotate page: bytes on the wire in a week of 500 items."""

from __future__ import annotations

import hashlib
import json
import socket
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from annotate_app import THREE, WEEK, Server, build_store, serving
from annotate_timing import LABELS, heavy
from raw_client import Visit, visit

from pages.parts.desk.packing import packed, without_empty
from review.annotating.batch import batch
from review.annotating.guess import Guess, Lists, read_guess

COMPONENT = "spotcheck_annotator"
MOST = 5_000
"""Bytes: the goal."""
HEAVY = range(40, 80)


def name_of(rater: str, k: int) -> str:
    """A name like those that the product gives: 32 digits that do not compress."""
    return hashlib.md5(f"{rater}{k}".encode(), usedforsecurity=False).hexdigest()


class Counting(socket.socket):
    """A socket that counts its bytes; websockets writes and reads through these two."""

    received = 0
    sent = 0

    def recv(self, *arguments: Any) -> bytes:
        got = super().recv(*arguments)
        self.received += len(got)
        return got

    def sendall(self, data: Any, *arguments: Any) -> None:
        self.sent += len(data)
        super().sendall(data, *arguments)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("travel") / "s.db"
    special = {k: heavy(k) for k in HEAVY}
    with serving(
        build_store(path, items=500, raters=("ana", "ben"), rubric=THREE, special=special, names=name_of)
    ) as up:
        yield up


class Reviewer:
    """A browser without a screen: it keeps the lists and says what it expects, as ``guess.js`` does."""

    def __init__(self, one: Visit, wire: Counting, rater: str) -> None:
        self.one, self.wire, self.rater, self.sequence = one, wire, rater, 0
        for _ in range(2):  # the first visitor of a fresh server is led to the first page
            one.run("annotate", query=f"rater={rater}&week={WEEK}")
        found = self.answer
        self.lists = Lists(found["order"], found["done"], found["skipped"])
        self.have = [item["assignment"] for item in found["items"]]

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = self.one.data[COMPONENT]
        return found

    def submit(self) -> tuple[int, int]:
        """Submit the first open item, ask for one more, and return how many bytes were received and sent."""
        received, sent, (first, *rest) = self.wire.received, self.wire.sent, self.lists.order
        self.sequence += 1
        self.lists = Lists(rest, [*self.lists.done, first], self.lists.skipped)
        names = [*rest, *self.lists.done]
        held = [[names.index(name), names.index(name) + 1] for name in self.have]
        entry = {"submission_id": str(uuid4()), "kind": "annotation", "assignment": first, "at": "", "labels": LABELS}
        outbox = {
            "rater": self.rater, "sequence": self.sequence, "have": [], "begun": [], "back": [], "wants": 1,
            "guess": {"check": self.lists.check, "held": merged(held)},
            "entries": [{**entry, "seconds": 12.5, "rubric_version": 1, "comment": "", "corrected_answer": ""}],
        }  # fmt: skip
        states = {self.one.components[COMPONENT]: json.dumps({"outbox": outbox})}
        self.one.run(
            "annotate", query=f"rater={self.rater}&week={WEEK}", fragment=self.one.fragments[-1], states=states
        )
        assert self.answer["ack"] == [entry["submission_id"]] and self.answer["same"]
        self.have += [item["assignment"] for item in self.answer["items"]]
        return self.wire.received - received, self.wire.sent - sent


def merged(places: list[list[int]]) -> list[list[int]]:
    found: list[list[int]] = []
    for first, last in sorted(places):
        if found and found[-1][1] == first:
            found[-1][1] = last
        else:
            found.append([first, last])
    return found


@pytest.mark.parametrize(("rater", "kind"), [("ana", "plain"), ("ben", "heavy")])
def test_a_submission_travels_in_less_than_five_kilobytes(server: Server, rater: str, kind: str) -> None:
    wire = Counting(socket.AF_INET, socket.SOCK_STREAM)
    wire.settimeout(20)
    wire.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
    with visit(int(server.url.rpartition(":")[2]), sock=wire) as one:
        ana = Reviewer(one, wire, rater)
        assert len(ana.have) == 25
        sizes = []
        for _ in range(40):
            came = len(ana.have)
            size = ana.submit()
            assert len(ana.have) == came + 1
            if (came in HEAVY) == (kind == "heavy"):
                sizes.append(size)
    assert len(sizes) > 10
    down, up = zip(*sizes, strict=True)
    print(f"{kind}: received {statistics.median(down):,.0f}, sent {statistics.median(up):,.0f} bytes")
    assert statistics.median(down) < MOST, sizes
    assert statistics.median(up) < MOST / 10, sizes


def test_pages_for_others_travel_only_to_those_who_ask_for_one(server: Server) -> None:
    with visit(int(server.url.rpartition(":")[2])) as one:
        one.run("annotate", query=f"rater=ana&week={WEEK}")
        assert {"week", "annotate", "judges"} <= {*one.pages} and not {"audit", "sampling", "golden"} & {*one.pages}
    with visit(int(server.url.rpartition(":")[2])) as one:
        assert "This page needs the role auditor; yours is annotator." in one.run("audit", query="rater=ana")
        assert {"week", "audit"} <= {*one.pages} and not {"sampling", "golden"} & {*one.pages}


def test_a_wrong_guess_brings_the_lists_and_no_item(tmp_path: Path) -> None:
    store = build_store(tmp_path / "s.db", items=40, raters=("ana",), rubric=THREE)
    first = batch(store, "ana", week=WEEK, size=5)
    right = Lists(first["order"], first["done"], first["skipped"])
    held = [name for name, _ in zip(right.order, range(5), strict=False)]
    good = batch(store, "ana", week=WEEK, size=2, guess=Guess(right.check, ((0, 5),), frozenset()))
    assert good["same"] and "order" not in good and "rubric" not in good
    assert [i["assignment"] for i in good["items"]] == right.order[5:7]
    wrong = batch(store, "ana", week=WEEK, size=2, guess=Guess(right.check ^ 1, ((0, 5),), frozenset()))
    assert wrong["unsure"] and wrong["order"] == right.order and wrong["items"] == []
    assert [i["assignment"] for i in batch(store, "ana", week=WEEK, have=held, size=2)["items"]] == right.order[5:7]


@pytest.mark.parametrize(
    "value",
    [None, 7, {}, {"check": True}, {"check": -1}, {"check": 2**32}, {"check": 1.5}, {"check": "1"}],
)
def test_what_is_no_guess_is_none(value: object) -> None:
    assert read_guess(value, [], 10) is None


def test_odd_places_of_a_guess_are_left_out() -> None:
    held = [[0, 2], [3], "x", [1, -1], [5, 10**40], [9, 4], [2, True]]
    found = read_guess({"check": 1, "held": held}, [{"assignment": "a"}, {"assignment": 3}, "b"], 10)
    assert found == Guess(1, ((0, 2), (9, 4)), frozenset({"a"}))
    assert list(Lists(["a", "b"], ["c"], [["d", 0]]).held(Guess(1, ((1, 9), (9, 4)), frozenset()))) == ["b", "c", "d"]


def test_an_item_travels_without_what_is_empty_and_an_even_table_by_column() -> None:
    names = {"columns": ["a", "b"]}
    even = {
        "sql": "SELECT",
        "sql_tokens": [["keyword", "SELECT"]],
        "result": {**names, "rows": [[1, 2]]},
        "error": None,
    }
    assert packed(even) == {"sql_tokens": even["sql_tokens"], "result": {**names, "by_column": [[1], [2]]}}
    one = {"columns": ["a"]}
    uneven = ({"columns": [], "rows": [[]]}, {**one, "rows": [[1], [1, 2]]}, {**one, "rows": []})
    for result in ({"text": "x"}, *uneven):
        assert packed({"sql": "x", "sql_tokens": [], "result": result, "mine": None}) == {"sql": "x", "result": result}
    assert without_empty({"a": 0, "b": "", "c": False, "d": None, "e": [], "f": {}}) == {"a": 0, "b": "", "c": False}
