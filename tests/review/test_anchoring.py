"""The rate of changes of mind after the reveal: pure counts, and the rows that a real week leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from review.annotating.anchoring import NOBODY, Revealed, anchoring, changes_among, rate_of
from review.annotating.submissions import receive
from review.basics.clock import now
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.statistics.intervals import wilson
from storage.opening import open_store
from storage.records_log import Conversation
from storage.records_review import Verdict
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

WEEK = "2026-W45"
WRONG = {"correctness": "wrong", "reasons": ["incomplete"], "intent": "other", "politeness": "neutral"}
RIGHT = {"correctness": "correct", "intent": "other", "politeness": "neutral"}


@pytest.fixture
def small(store: Store) -> Store:
    """Two people, three items dealt to ana; the judge has a verdict on a and b, none that can be read on c."""
    return fill(store, reveal=True)


def fill(store: Store, *, reveal: bool) -> Store:
    for name in ("lea", "ana"):
        add_person(store, name, role="lead", by="test")
    save_rubric(store, rubric_from({**DEFAULT_RUBRIC, "reveal": reveal}), by="lea")
    store.add(
        Week(
            name=WEEK,
            opened_at=now(),
            opened_by="lea",
            due="2026-11-13",
            seed=WEEK,
            unit="session",
            overlap=0.0,
            overlap_raters=0,
            raters=("ana",),
            rubric_version=1,
        )
    )
    for name, verdict in (("a", "wrong"), ("b", "correct"), ("c", None)):
        store.add(
            Conversation(
                id=name,
                source="production",
                source_id=name,
                created_at=None,
                week=WEEK,
                messages=({"role": "user", "content": "Hello?"},),
            )
        )
        store.add(Item(id=name, conversation_id=name, week=WEEK, at=now(), purposive=True))
        store.add(
            Assignment(
                id=f"deal-{name}-000",
                item_id=name,
                rater_id="ana",
                week=WEEK,
                position=1,
                rubric_version=1,
                at=now(),
                by="lea",
            )
        )
        store.add(
            Verdict(
                id=f"v-{name}",
                item_id=name,
                judge="judge",
                version="1",
                dimension="correctness",
                value=verdict,
                at=now(),
            )
        )
    return store


def say(store: Store, item: str, labels: Any) -> str:
    identity = uuid4().hex
    sent = {"kind": "annotation", "submission_id": identity, "assignment": f"deal-{item}-000", "labels": labels}
    assert receive(store, "ana", [sent]).rejected == ()
    return identity


def undo(store: Store, submission: str) -> None:
    sent = {"kind": "withdraw", "submission_id": uuid4().hex, "withdraws": submission}
    assert receive(store, "ana", [sent]).rejected == ()


def test_the_rate_is_changed_over_seen_with_wilsons_interval() -> None:
    same, other = {"q": "x"}, {"q": "y"}
    cases = [Revealed(same, [other], {"q": {"y"}})] + [Revealed(same, [], {"q": {"y"}})] * 8
    cases += [Revealed(same, [same], {"q": {"y"}}), Revealed(same, [{"q": "z"}], {"q": {"y"}})]
    found = rate_of(changes_among(cases))
    # 11 seen; two changed (x to y, x to z), the first of them to what the judge said: 2/11
    assert (found.seen, found.changed, found.followed) == (11, 2, 1)
    assert found.rate.value == pytest.approx(2 / 11)
    assert found.rate.ci == wilson(2, 11)


def test_a_set_follows_the_judge_when_it_is_the_same_set() -> None:
    case = Revealed({"why": ["a"]}, [{"why": ["a", "b"]}], {"why": {"a|b"}})
    assert changes_among([case]).followed == 1


def test_it_is_undefined_when_nobody_could_have_changed(small: Store) -> None:
    assert anchoring(small, [WEEK]).rate.undefined == NOBODY
    say(small, "c", RIGHT)
    found = anchoring(small, [WEEK])
    assert (found.seen, found.rate.value, found.rate.undefined) == (0, None, NOBODY)


def test_a_rubric_that_reveals_nothing_anchors_nobody(tmp_path: Path) -> None:
    store = fill(open_store(tmp_path / "blind.db"), reveal=False)
    say(store, "a", RIGHT)
    say(store, "a", WRONG)
    assert anchoring(store, [WEEK]).seen == 0


def test_a_second_look_without_a_change_is_no_change(small: Store) -> None:
    say(small, "a", RIGHT)
    say(small, "a", RIGHT)
    found = anchoring(small, [WEEK])
    assert (found.seen, found.changed) == (1, 0)


def test_a_changed_label_counts_once_and_tells_whether_it_followed_the_judge(small: Store) -> None:
    say(small, "a", RIGHT)
    say(small, "a", WRONG)
    say(small, "a", {**WRONG, "politeness": "rude"})
    say(small, "b", RIGHT)
    say(small, "b", {**RIGHT, "politeness": "rude"})
    found = anchoring(small, [WEEK])
    # a: correct -> wrong, as the judge said; b: only the tone, of which the judge said nothing
    assert (found.seen, found.changed, found.followed) == (2, 2, 1)


def test_undone_and_sent_again_otherwise_is_a_change_and_an_undone_change_is_none(small: Store) -> None:
    undo(small, say(small, "a", RIGHT))
    say(small, "a", WRONG)
    say(small, "b", RIGHT)
    undo(small, say(small, "b", WRONG))
    found = anchoring(small, [WEEK])
    assert (found.seen, found.changed) == (2, 1)


def test_what_was_undone_and_never_sent_again_is_not_submitted(small: Store) -> None:
    undo(small, say(small, "a", RIGHT))
    assert anchoring(small, [WEEK]).seen == 0


def test_other_weeks_do_not_count(small: Store) -> None:
    say(small, "a", RIGHT)
    assert anchoring(small, ["2026-W01"]).seen == 0
