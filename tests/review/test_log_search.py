"""The log is searched by text, id, fields, verdicts and reasons; what occurs in it is offered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from review.basics.log_paths import LogPaths, log_of
from review.log import search_choices
from review.log.search_choices import choices
from review.log.searching import Judged, LogSearch, ids_found, other_sources, search_log
from review.sources.importing import import_file
from review.sources.options import ImportOptions

ROWS: list[dict[str, Any]] = [
    {
        "id": "a1",
        "question": "Wo ist die Größe 42?",
        "answer": 'Say "hello" (50%)',
        "created_at": "2026-11-10",
        "status": "ok",
        "feedback": "down,copied",
        "scenario": "shoes",
        "verdicts": {"j": {"correctness": {"value": "wrong", "score": 0.2}}},
    },
    {
        "id": "a2",
        "question": "Where is my order?",
        "answer": "On its way, my user",
        "created_at": "2026-11-18",
        "status": "error",
        "model": "m1",
        "verdicts": {"j": {"correctness": "correct"}, "k": {"correctness": "wrong"}},
    },
    {
        "id": "b_1",
        "question": "Cancel it",
        "answer": "Done, Mueller (Cafe\u0301). Café Crème",
        "created_at": "2026-11-19",
        "confidence": 0.2,
    },
]


@pytest.fixture
def log(tmp_path: Path) -> LogPaths:
    place = log_of(tmp_path / "it's [a].db")
    file = tmp_path / "log.jsonl"
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    import_file(file, ImportOptions(source="shop"), log=place, key=b"key", by="lea")
    return place


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({}, ["b_1", "a2", "a1"]),
        ({"text": "größe"}, ["a1"]),
        ({"text": "GRÖSSE"}, ["a1"]),
        ({"text": "grösse"}, ["a1"]),
        ({"text": "grosse 42"}, ["a1"]),
        ({"text": "Groesse 42?"}, ["a1"]),
        ({"text": "gro\u0308\u00dfe"}, ["a1"]),
        ({"text": "grusse"}, []),
        ({"text": "cafe crème"}, ["b_1"]),
        ({"text": "mueller"}, ["b_1"]),
        ({"text": "Müller (Café)."}, ["b_1"]),
        ({"text": "M.ller"}, []),
        ({"text": 'say "HELLO" (50%)'}, ["a1"]),
        ({"text": "user"}, ["a2"]),
        ({"text": "content"}, []),
        ({"id": "B_"}, ["b_1"]),
        ({"values": {"week": ["2026-W47"]}}, ["b_1", "a2"]),
        ({"values": {"week": ["2026-W46", "2026-W47"], "status": ["ok"]}}, ["b_1", "a1"]),
        ({"values": {"scenario": ["shoes"], "model": []}}, ["a1"]),
        ({"judged": Judged("j", "correctness", "wrong")}, ["a1"]),
        ({"judged": Judged("k", "correctness", "wrong")}, ["a2"]),
        ({"judged": Judged('no"ne', "x'y", "wrong")}, []),
        ({"reasons": ("error",)}, ["a2"]),
        ({"reasons": ("negative",), "negative": ("down",)}, ["a1"]),
        ({"reasons": ("judges", "unsure")}, ["b_1", "a2"]),
        ({"among": ["shop/a1", "shop/b_1", "none"]}, ["b_1", "a1"]),
        ({"among": []}, []),
        ({"checks": ["personal_data"]}, []),
    ],
)
def test_what_fits_is_found_latest_first(log: LogPaths, search: dict[str, Any], expected: list[str]) -> None:
    found = search_log(log, LogSearch(**search), most=10)
    assert [row["id"].removeprefix("shop/") for row in found.rows] == expected and found.total == len(expected)


def test_what_somebody_has_yet_to_review_is_not_told(log: LogPaths) -> None:
    owed = {"shop/a1", "shop/a2"}
    plain = search_log(log, LogSearch(text="order", without=owed), most=5)
    assert [row["id"] for row in plain.rows] == ["shop/a2"]
    assert all(row["feedback"] is None for row in search_log(log, LogSearch(without=owed), most=5).rows)
    told = (
        LogSearch(judged=Judged("j", "correctness", "wrong"), without=owed),
        LogSearch(reasons=("error", "judges"), without=owed),
        LogSearch(values={"feedback": ["down,copied"]}, without=owed),
    )
    assert [search_log(log, one, most=5).total for one in told] == [0, 0, 0]


def test_pages_and_choices(log: LogPaths) -> None:
    page = search_log(log, LogSearch(), most=1, skip=1)
    assert page.total == 3 and page.rows[0]["question"] == "Where is my order?"
    known = choices(log)
    assert known.values["week"] == ["2026-W47", "2026-W46"] and known.values["scenario"] == ["shoes"]
    assert known.judged == [
        Judged("j", "correctness", "correct"), Judged("j", "correctness", "wrong"), Judged("k", "correctness", "wrong")
    ]  # fmt: skip
    assert other_sources(log, ["a1", "a2", "x"], besides="production") == {"shop": 2}
    assert other_sources(log, ["a1"], besides="shop") == other_sources(log, [], besides="x") == {}


@pytest.mark.parametrize("search", [LogSearch(values={"id; DROP": ["x"]}), LogSearch(reasons=("none",))])
def test_what_the_log_cannot_be_searched_by_is_an_error(log: LogPaths, search: LogSearch) -> None:
    with pytest.raises(ValueError, match="cannot be searched"):
        search_log(log, search, most=1)


def test_an_empty_log_has_nothing(tmp_path: Path) -> None:
    empty = log_of(tmp_path / "none.db")
    assert search_log(empty, LogSearch(text="x"), most=5).total == 0
    assert choices(empty).judged == [] and other_sources(empty, ["a"], besides="x") == {}


def test_a_search_by_check_finds_what_that_check_flagged(tmp_path: Path) -> None:
    log, file = log_of(tmp_path / "s.db"), tmp_path / "log.jsonl"
    rows = [
        {"id": "a", "question": "How?", "answer": ""},
        {"id": "b", "question": "Why?", "answer": "Because."},
    ]
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    import_file(file, ImportOptions(), log=log, key=b"key", by="lea")
    known = choices(log)
    assert known.checks
    found = {name: [r["id"] for r in search_log(log, LogSearch(checks=[name]), most=9).rows] for name in known.checks}
    assert all(ids == ["a"] for ids in found.values()), found
    assert search_log(log, LogSearch(checks=["no such check"]), most=9).total == 0
    assert search_log(log, LogSearch(checks=known.checks, without=["a"]), most=9).total == 0
    assert ids_found(log, LogSearch(), most=9) == ["a", "b"] and ids_found(log, LogSearch(), most=1) == ["a"]


def test_lists_of_choices_that_are_cut_are_named(log: LogPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not choices(log).cut
    monkeypatch.setattr(search_choices, "MOST_CHOICES", 1)
    known = choices(log)
    assert set(known.cut) == {"week", "status", "judged"}
    assert known.values["week"] == ["2026-W47"] and len(known.judged) == 1
