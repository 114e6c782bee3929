"""Anchors: items with known answers that nobody can tell apart, and that count in no figure of the week."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from flow_store import (
    BAD,
    BEFORE,
    GOOD,
    RATERS,
    WEEK,
    assignments,
    deal_item,
    entry,
    open_of,
    open_the_week,
    send,
    vote,
)
from quick_stores import copy_folder

from review.annotating.anchor_figures import accuracy_of, everybodys_accuracy, own_accuracy
from review.annotating.batch import batch
from review.annotating.own_figures import own_figures
from review.audit.verifying import check_store
from review.basics.errors import InputError, Refused
from review.closing.closing import close_week
from review.current.assignments import must_not_owe, owed_items
from review.current.known import items_of
from review.current.settled import annotations_of, settled_labels
from review.evidence.evidence import ratings_by_dimension
from review.evidence.withheld import withheld_items
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.examples import readable_examples
from review.golden.release_diff import since_last_release
from review.golden.releases import release
from review.golden.retire import retire
from review.golden.writers.catalogue import export
from review.judges.workbench.drafts import owed_examples, owed_examples_to_count
from review.people.people import add_person, person
from review.privacy.hidden_spans import conversations
from review.report.gather import week_report
from review.report.markdown import report_markdown
from review.report.page import report_html
from review.rubric.rubric import current_rubric
from review.serving.finding import find
from review.settings.anchors import Anchors
from review.settings.project import project_of
from review.settling.adjudication import cases
from review.settling.corrections import corrections
from review.settling.unsettled import unsettled
from review.week.anchors import choose, deal_anchors, is_readable
from review.week.dealing import redistribute
from review.week.drawing import Request
from review.week.fields import NOT_MY_FIELD
from storage.opening import open_store
from storage.queries.anchors import AnchorAnswer, examples_to_ask
from storage.queries.assignments import items_left_to_nobody
from storage.queries.dealing import items_held_by_nobody
from storage.records_calibration import Anchor
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

SETTINGS = "[sampling]\nanchors = 0.25\nanchors_after_weeks = 0\n"


@pytest.fixture(scope="module")
def ready_folder(imported_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve golden examples of the week before, which Zed and Yan reviewed and Eva approved."""
    folder = tmp_path_factory.mktemp("anchors") / "store"
    copy_folder(imported_folder, folder)
    store = open_store(folder / "spotcheck.db")
    for name in ("zed", "yan"):
        add_person(store, name, role="annotator", by="lea")
    open_the_week(store, Request(week=BEFORE, rate=1.0, raters=("zed", "yan"), overlap=1.0))
    items = [i.id for i in items_of(store, BEFORE)][:12]
    for k, item in enumerate(items):
        for rater in ("zed", "yan"):
            vote(store, item, rater, BAD if k % 3 == 0 else GOOD)
        approve(store, item, Wish(expected_answer=f"It arrives on Monday, {k}."), by="eva")
    close_week(store, BEFORE, by="lea", reason="enough")
    (folder / "spotcheck.toml").write_text(SETTINGS)
    store.close()
    return folder


@pytest.fixture
def ready(ready_folder: Path, tmp_path: Path) -> Store:
    copy_folder(ready_folder, tmp_path / "store")
    return open_store(tmp_path / "store" / "spotcheck.db")


@pytest.fixture(scope="module")
def dealt_folder(ready_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("anchors-dealt") / "store"
    copy_folder(ready_folder, folder)
    store = open_store(folder / "spotcheck.db")
    open_the_week(store)
    store.close()
    return folder


@pytest.fixture
def dealt(dealt_folder: Path, tmp_path: Path) -> Store:
    copy_folder(dealt_folder, tmp_path / "store")
    return open_store(tmp_path / "store" / "spotcheck.db")


def anchors_of(store: Store, rater: str) -> list[Assignment]:
    known = {a.item_id for a in store.find(Anchor)}
    return [a for a in assignments(store, rater) if a.item_id in known]


def known_labels(store: Store, held: Assignment) -> dict[str, Any]:
    """The known answer of an anchor."""
    (anchor,) = store.find(Anchor, item_id=held.item_id)
    return next(e.labels for e in examples_to_ask(store, "9999") if e.example_id == anchor.example_id)


def test_without_the_setting_there_is_none(ready: Store) -> None:
    (ready.path.parent / "spotcheck.toml").write_text("[sampling]\nanchors_after_weeks = 0\n")
    open_the_week(ready)
    assert not ready.find(Anchor) and {i.kind for i in ready.find(Item, week=WEEK)} == {None}
    first = batch(ready, "ana", week=WEEK, size=1)["items"][0]
    assert first["item"] != first["assignment"]


def test_examples_must_be_old_enough(ready: Store) -> None:
    (ready.path.parent / "spotcheck.toml").write_text("[sampling]\nanchors = 0.25\n")
    open_the_week(ready)
    assert not ready.find(Anchor)


def test_they_are_dealt_at_the_rate_to_those_who_do_not_know_them(dealt: Store) -> None:
    for rater in ("ana", "ben"):
        n, own = len(assignments(dealt, rater)), len(anchors_of(dealt, rater))
        assert 0.25 * (n - own) - 1 < own < 0.25 * (n - own) + 1 and own
    assert anchors_of(dealt, "eva") == [], "she approved all of them"
    assert check_store(dealt).holds


def test_nobody_gets_an_anchor_outside_their_field(ready: Store) -> None:
    (ready.path.parent / "spotcheck.toml").write_text("[sampling]\nanchors_after_weeks = 0\n")
    open_the_week(ready)
    add_person(ready, "ben", role="annotator", by="lea", scope="returns")
    (week,) = ready.find(Week, name=WEEK)
    held = [*assignments(ready, "ana"), *assignments(ready, "ben")]
    settings, rubric = Anchors(rate=0.25, after_weeks=0), current_rubric(ready)
    with ready.transaction():
        assert deal_anchors(ready, week, held, settings=settings, rubric=rubric, by="lea")
    assert anchors_of(ready, "ana") and not anchors_of(ready, "ben")


def test_the_same_example_is_not_asked_twice(dealt: Store) -> None:
    before = {a.original for a in dealt.find(Anchor)}
    open_the_week(dealt, Request(week=WEEK, rate=0.2, raters=RATERS, overlap=0.3, failing=8, low_confidence=5))
    asked = [
        (r, x.original)
        for r in ("ana", "ben")
        for a in anchors_of(dealt, r)
        for x in dealt.find(Anchor, item_id=a.item_id)
    ]
    assert len(asked) == len(set(asked)) and {original for _, original in asked} > before


def test_nothing_in_the_payload_tells_them_apart(dealt: Store) -> None:
    own = {a.id for a in anchors_of(dealt, "ana")}
    payload = batch(dealt, "ana", week=WEEK, size=200)
    shown = {item["assignment"]: item for item in payload["items"]}
    assert own < set(shown) and set(shown) == set(payload["order"])
    assert {tuple(sorted(item)) for item in shown.values()} == {tuple(sorted(shown[next(iter(own))]))}
    assert all(item["item"] == item["assignment"] for item in shown.values())
    text = orjson.dumps(payload)
    for word in (b"anchor", b"golden", *(a.item_id.encode() for a in dealt.find(Anchor)), BEFORE.encode()):
        assert word not in text
    places = [payload["order"].index(name) for name in own]
    assert min(places) < len(shown) / 2 and max(places) - min(places) > len(places), "they are not together"


def test_verdicts_are_revealed_on_them_as_on_others(dealt: Store) -> None:
    (held, *_), (other, *_) = anchors_of(dealt, "ana"), assignments(dealt, "ana")
    send(dealt, "ana", entry(held, GOOD), entry(other, GOOD))
    revealed = batch(dealt, "ana", week=WEEK)["reveals"]
    assert set(revealed[held.id]) == set(revealed[other.id]) != set()


def test_the_golden_example_stays_hidden_while_it_is_asked(dealt: Store) -> None:
    originals = {x.original for a in anchors_of(dealt, "ana") for x in dealt.find(Anchor, item_id=a.item_id)}
    assert originals <= owed_items(dealt, "ana") and not originals & owed_items(dealt, "eva")


def test_they_count_in_no_figure_and_the_accuracy_waits_for_the_end_of_the_week(dealt: Store) -> None:
    known = {a.item_id for a in dealt.find(Anchor)}
    own = anchors_of(dealt, "ana")
    for k, held in enumerate(own):
        right = known_labels(dealt, held)
        send(dealt, "ana", entry(held, right if k else (GOOD if right["correctness"] == "wrong" else BAD)))
    for held in anchors_of(dealt, "ben"):
        send(dealt, "ben", entry(held, known_labels(dealt, held)))
    assert not annotations_of(dealt, [WEEK]) and not settled_labels(dealt, [WEEK])
    assert not known & {i.id for i in items_of(dealt, WEEK)} and not cases(dealt, WEEK, viewer="lea")
    assert not any(len(r) for r in ratings_by_dimension(dealt, [WEEK], viewer=None).values())
    assert own_accuracy(dealt, "ana", viewer="ana").shares == {}
    close_week(dealt, WEEK, by="lea", reason="early")
    found = own_accuracy(dealt, "ana", viewer="ana").shares
    assert (found["correctness"].value, found["correctness"].n) == ((len(own) - 1) / len(own), len(own))
    assert found["intent"].value == 1 and found["correctness"].ci is not None
    assert {one.name: one.shares["correctness"].value for one in everybodys_accuracy(dealt, viewer="lea")} == {
        "ana": (len(own) - 1) / len(own),
        "ben": 1.0,
    }
    assert own_figures(dealt, "ana", viewer="ana").overall == {}
    for verb in (lambda: own_accuracy(dealt, "ana", viewer="ben"), lambda: everybodys_accuracy(dealt, viewer="eva")):
        with pytest.raises(Refused):
            verb()


def test_an_example_that_was_retired_since_counts_no_more(dealt: Store) -> None:
    held, *_ = anchors_of(dealt, "ana")
    send(dealt, "ana", entry(held, known_labels(dealt, held)))
    (anchor,) = dealt.find(Anchor, item_id=held.item_id)
    retire(dealt, anchor.example_id, by="eva", note="wrong")
    close_week(dealt, WEEK, by="lea", reason="early")
    assert own_accuracy(dealt, "ana", viewer="ana").shares == {}


def test_the_report_of_a_closed_week_says_how_often_known_answers_were_given(dealt: Store) -> None:
    for rater in ("ana", "ben"):
        send(dealt, rater, *(entry(a, GOOD) for a in anchors_of(dealt, rater)))
    assert week_report(dealt, WEEK, bootstrap=20).beside.known == {}, "while it is open, it would tell anchors apart"
    close_week(dealt, WEEK, by="lea", reason="early")
    report = week_report(dealt, WEEK, bootstrap=20)
    share = report.beside.known["Correctness"]
    assert share.value is not None and share.n == len(anchors_of(dealt, "ana")) + len(anchors_of(dealt, "ben"))
    assert "How often people gave the answer that was known" in report_html(report)
    assert "Items with known answers, Correctness: people gave the known label" in report_markdown(report)


def test_a_corrected_anchor_is_in_the_list_of_corrections_like_any_other(dealt: Store) -> None:
    first, second, *_ = anchors_of(dealt, "ana")
    (anchor,) = dealt.find(Anchor, item_id=first.item_id)
    expected = next(e for e in examples_to_ask(dealt, "9999") if e.example_id == anchor.example_id)
    send(
        dealt,
        "ana",
        entry(first, BAD, corrected_answer=expected.content["expected_answer"]),
        entry(second, BAD, corrected_answer="Nobody knows."),
    )
    assert {one.outcome for one in corrections(dealt, "ana", viewer="ana")} == {"waits"}
    close_week(dealt, WEEK, by="lea", reason="early")
    found = {one.item: one.outcome for one in corrections(dealt, "ana", viewer="ana")}
    assert found == {first.item_id: "known", second.item_id: "otherwise"}


def test_no_count_tells_which_items_are_anchors(dealt: Store) -> None:
    originals = {x.original for a in anchors_of(dealt, "ana") for x in dealt.find(Anchor, item_id=a.item_id)}
    assert originals and withheld_items(dealt, [BEFORE], viewer="ana") == 0
    assert week_report(dealt, BEFORE, viewer="ana", bootstrap=20).withheld == 0
    readable, counted = readable_examples(dealt, viewer="ana")
    assert counted == 0 and not originals & {e.item_id for e in readable}, "they stay hidden"
    assert unsettled(dealt, BEFORE, viewer="ana").hidden == 0
    shown = since_last_release(dealt, viewer="ana")
    assert (len(shown.entries), shown.withheld) == (12 - len(originals), 0)
    prompt = [{"conversation_id": e.conversation_id} for e in readable_examples(dealt, viewer="eva")[0]]
    assert len(owed_examples(dealt, prompt, viewer="ana")) == len(originals)
    assert owed_examples_to_count(dealt, prompt, viewer="ana") == 0
    release(dealt, "autumn", by="eva")
    add_person(dealt, "ana", role="adjudicator", by="lea")
    with pytest.raises(Refused, match="ana cannot export release 'autumn' with items to review"):
        export(dealt, "autumn", to="csv", target=dealt.path.parent, by="ana")
    with pytest.raises(Refused, match="while you have items to review"):
        must_not_owe(dealt, min(originals), "ana")


def test_nobody_is_given_an_anchor_that_they_know(dealt: Store) -> None:
    own = {a.id for a in anchors_of(dealt, "ana")}
    n = len(open_of(dealt, "ana"))
    assert redistribute(dealt, WEEK, rater="ana", to=["zed"], by="lea") == n - len(own)
    assert not anchors_of(dealt, "zed") and not open_of(dealt, "ana"), "zed reviewed all of them"
    known = {a.item_id for a in dealt.find(Anchor)}
    assert not known & {i.id for i in items_held_by_nobody(dealt, WEEK)} and not items_left_to_nobody(dealt, WEEK)
    for rater in ("zed", "yan", "eva"):
        add_person(dealt, rater, role="annotator", by="lea", scope="SCENARIO-MARK")
    (held, *_) = anchors_of(dealt, "ben")
    sent = {"kind": "skip", "submission_id": "skip-0002", "assignment": held.id, "reason": NOT_MY_FIELD}
    send(dealt, "ben", sent)
    add_person(dealt, "cem", role="annotator", by="lea", scope="SCENARIO-MARK")
    (held, *_) = [a for a in anchors_of(dealt, "ben") if a.id != held.id]
    send(dealt, "ben", {**sent, "submission_id": "skip-0003", "assignment": held.id})
    assert [len(anchors_of(dealt, who)) for who in ("zed", "yan", "eva", "cem")] == [0, 0, 0, 1]


def test_an_anchor_that_everybody_knows_can_be_taken_alone(dealt: Store) -> None:
    for one in assignments(dealt, "ana"):
        if one.id not in {a.id for a in anchors_of(dealt, "ana")}:
            send(dealt, "ana", entry(one, GOOD))
    assert redistribute(dealt, WEEK, rater="ana", to=["zed", "yan"], by="lea") == 0
    assert not open_of(dealt, "ana") and not anchors_of(dealt, "yan")


def test_the_search_finds_the_item_and_never_its_anchor(dealt: Store) -> None:
    (held, *_) = anchors_of(dealt, "ana")
    send(dealt, "ana", entry(held, GOOD))
    (anchor,) = dealt.find(Anchor, item_id=held.item_id)
    eva = person(dealt, "eva")
    assert "Items" not in find(dealt, held.item_id, eva).hits
    words = conversations(dealt, [c := dealt.find(Item, id=anchor.original)[0].conversation_id])[c].question
    assert [hit.query["item"] for hit in find(dealt, words, eva).hits["Items"]] == [anchor.original]


def test_a_rubric_without_a_known_value_leaves_the_example_and_the_dimension_out(dealt: Store) -> None:
    example = examples_to_ask(dealt, "9999")[0]
    rubric = current_rubric(dealt)
    assert is_readable(example, rubric)
    assert not is_readable(replace(example, labels={"correctness": "awful"}), rubric)
    assert not is_readable(replace(example, labels={"tone": "awful"}), rubric)
    said = AnchorAnswer("ana", 1, {"correctness": "wrong", "reasons": ["b", "a"]}, {"correctness": "awful"})
    assert accuracy_of([said], {1: rubric}) == {}


def test_the_share_is_right_on_average() -> None:
    class Example:
        def __init__(self, k: int) -> None:
            self.example_id = self.item_id = f"e{k}"

    examples: Any = [Example(k) for k in range(50)]
    total = sum(
        len(own) for k in range(400) for own in choose(examples, {"ana": 7}, {}, rate=0.05, seed=str(k)).values()
    )
    assert total == pytest.approx(400 * 0.35, rel=0.15)
    assert (
        choose(examples, {"ana": 4}, {f"e{k}": {"ana"} for k in range(49)}, rate=0.5, seed="s")["ana"] == examples[49:]
    )


@pytest.mark.parametrize("line", ["anchors = 0.6", "anchors = -0.1", 'anchors = "many"', "anchors_after_weeks = -1"])
def test_a_wrong_setting_is_named(ready: Store, line: str) -> None:
    (ready.path.parent / "spotcheck.toml").write_text(f"[sampling]\n{line}\n")
    with pytest.raises(InputError, match=r"sampling\.anchors"):
        project_of(ready.path)


def test_what_a_reviewer_can_do_with_other_items_works_with_anchors(dealt: Store) -> None:
    first, second, *_ = anchors_of(dealt, "ana")
    marks = [{"start": 0, "end": 11, "quote": "LAST-ANSWER"}]
    send(dealt, "ana", entry(first, BAD, marks=marks, comment="Look."))
    send(dealt, "ana", {"kind": "flag", "submission_id": "flag-0001", "assignment": first.id, "flag": "unclear"})
    send(dealt, "ana", {"kind": "skip", "submission_id": "skip-0001", "assignment": second.id, "reason": "Broken"})
    shown = {i["assignment"]: i for i in batch(dealt, "ana", week=WEEK, size=0)["items"]}
    mine: Any = shown[first.id]["mine"]
    assert mine["marks"] == marks and shown[second.id]["mine"] is not None
    send(dealt, "ana", {"kind": "withdraw", "submission_id": "undo-0001", "withdraws": "skip-0001"})
    assert second.id in batch(dealt, "ana", week=WEEK)["order"]


def test_an_answer_by_somebody_who_knows_the_example_does_not_count(dealt: Store) -> None:
    (held, *_), moved = anchors_of(dealt, "ana"), "zed"
    labels = known_labels(dealt, held)
    given = deal_item(dealt, held.item_id, moved)
    send(dealt, moved, entry(given, labels))
    close_week(dealt, WEEK, by="lea", reason="early")
    assert own_accuracy(dealt, moved, viewer="lea").shares == {}
