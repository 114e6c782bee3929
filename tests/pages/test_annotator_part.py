"""What the server does with whatever a browser sends, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from annotate_app import THREE, WEEK, build_store
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.desk import annotator
from pages.parts.desk.component import FOLDER
from pages.parts.desk.outbox import ITEMS_AT_ONCE, Answer, read_outbox
from review.annotating import batch
from review.rubric.keys import COMMAND_KEYS
from storage.records_review import Annotation
from storage.store import Store

LABELS = {"correctness": "wrong", "usefulness": "great", "politeness": "friendly"}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all tests of this module; each writes to assignments of its own."""
    yield build_store(tmp_path_factory.mktemp("part") / "s.db", items=30, rubric=THREE)


def entry(number: int, assignment: str, **fields: Any) -> dict[str, Any]:
    identity = f"00000000-0000-4000-8000-{number:012d}"
    return {
        "submission_id": identity,
        "kind": "annotation",
        "assignment": assignment,
        "at": "",
        "labels": LABELS,
    } | fields


def outbox(*entries: Any, rater: str | None = "ana", have: Any = ()) -> dict[str, Any]:
    return {"rater": rater, "sequence": 1, "have": list(have), "entries": list(entries)}


def handle(store: Store, rater: str, state: Any) -> Answer:
    """What the server answers to a component's state."""
    return annotator.handle(store, rater, read_outbox(state, rater).entries)


def test_an_outbox_sent_twice_is_acknowledged_twice_and_saved_once(week: Store) -> None:
    sent = outbox(entry(1, "ana-0000"), entry(2, "ana-0001"))
    first, second = handle(week, "ana", sent), handle(week, "ana", sent)
    assert first == second
    assert len(first["ack"]) == 2
    assert first["rejected"] == []
    assert len(week.find(Annotation, assignment_id=["ana-0000", "ana-0001"])) == 2


def test_one_bad_entry_does_not_stop_the_others(week: Store) -> None:
    bad = entry(3, "ana-0002", labels={"correctness": "wrong"})
    answer = handle(week, "ana", outbox(bad, "no entry at all", entry(4, "ana-0003")))
    assert answer["ack"] == [entry(4, "")["submission_id"]]
    ((submission, why),) = answer["rejected"]
    assert submission == bad["submission_id"]
    assert "usefulness" in why


def test_an_item_of_somebody_else_is_refused(week: Store) -> None:
    answer = handle(week, "ana", outbox(entry(5, "ben-0000")))
    assert answer["ack"] == []
    assert "not dealt to you" in answer["rejected"][0][1]


def test_an_outbox_made_for_another_rater_is_ignored(week: Store) -> None:
    answer = handle(week, "ben", outbox(entry(6, "ana-0004"), rater="ana"))
    assert answer == {"ack": [], "rejected": [], "trouble": None}


def test_somebody_who_may_not_annotate_gets_a_sentence(week: Store) -> None:
    answer = handle(week, "nobody", outbox(entry(7, "ana-0004"), rater=None))
    assert answer["ack"] == []
    assert answer["trouble"]


def test_a_store_that_cannot_be_written_keeps_the_browser_waiting(week: Store, tmp_path: Path) -> None:
    week.backup(tmp_path / "copy.db")
    copy = Store(tmp_path / "copy.db")
    copy.db.conn.execute("PRAGMA query_only = ON")
    answer = handle(copy, "ana", outbox(entry(8, "ana-0005")))
    assert (answer["ack"], answer["rejected"]) == ([], [])
    assert answer["trouble"]


@given(sent=ANYTHING | st.fixed_dictionaries({"entries": ANYTHING | st.lists(ANYTHING, max_size=3), "have": ANYTHING}))
def test_nothing_that_a_browser_can_send_raises(week: Store, sent: Any) -> None:
    before = len(week.find(Annotation))
    answer = handle(week, "ana", sent)
    assert answer["ack"] == []
    assert all(isinstance(one, str) for one in read_outbox(sent, "ana").have)
    assert len(week.find(Annotation)) == before


def test_only_items_that_the_browser_lacks_are_sent(week: Store) -> None:
    have = read_outbox(outbox(have=["ana-0006", "ana-0007", 3, None]), "ana").have
    assert have == {"ana-0006", "ana-0007"}
    sent = {item["assignment"] for item in batch.batch(week, "ana", week=WEEK, have=have)["items"]}
    assert "ana-0008" in sent
    assert not sent & have


def test_an_answer_brings_back_a_limited_number_of_items() -> None:
    wanted = [f"ana-{k:04d}" for k in range(100)]
    assert read_outbox({"back": [None, *wanted]}, "ana").back == set(wanted[: ITEMS_AT_ONCE - 1])
    assert read_outbox({"back": "ana-0000"}, "ana").back == frozenset()


def test_the_answer_and_the_batch_can_be_sent_as_json(week: Store) -> None:
    data = {**batch.batch(week, "ana", week=WEEK), **handle(week, "ana", outbox())}
    assert orjson.loads(orjson.dumps(data)).keys() == data.keys()
    assert not {"ack", "rejected", "trouble"} & batch.batch(week, "ana", week=WEEK).keys()


def test_no_value_of_a_rubric_can_use_a_letter_that_is_a_command() -> None:
    desks = [FOLDER / name for name in ("annotator/annotating.js", "shared/keys.js", "adjudicator/adjudicating.js")]
    source = "\n".join(desk.read_text(encoding="utf-8") for desk in desks)
    commands = re.findall(r'^ +"?(\S)"?: \(view\) =>', source, flags=re.MULTILINE)
    assert set(commands) == set(COMMAND_KEYS)
