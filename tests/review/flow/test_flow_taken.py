"""Items that leave a reviewer's list while they are open: a sentence says so, and begun labels can be submitted."""

from flow_store import BAD, GOOD, WEEK, assignments, deal_item, entry, send

from review.annotating.batch import batch
from review.annotating.taken import taken_from
from review.basics.clock import now
from review.closing.closing import close_week
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.week.dealing import redistribute
from review.week.requeue import requeue
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Reassignment
from storage.store import Store


def hand_over(store: Store, *, rater: str = "ana", to: str = "kim") -> None:
    add_person(store, to, role="annotator", by="lea")
    redistribute(store, WEEK, rater=rater, to=[to], by="lea", reason="ill")


def test_the_browser_is_told_who_has_the_items_that_it_holds(opened):
    mine = assignments(opened, "ana")
    hand_over(opened)
    payload = batch(opened, "ana", week=WEEK, have=[mine[0].id])
    assert payload["order"] == [] and payload["items"] == []
    assert payload["taken"] == {
        mine[0].id: "This item was handed to kim while you had it open. Your labels are kept. Submit them as a late "
        "answer, or go on."
    }


def test_taken_names_only_items_that_this_browser_holds(opened):
    ben = assignments(opened, "ben")[0]
    hand_over(opened)
    hand_over(opened, rater="ben")
    assert batch(opened, "ana", week=WEEK)["taken"] == {}
    payload = batch(opened, "ana", week=WEEK, have=[ben.id, "nothing"], begun=[ben.id, "'; DROP TABLE items"])
    assert payload["taken"] == {} and payload["items"] == []


def test_a_begun_item_is_sent_once_more_and_its_late_answer_ends_it(opened):
    mine = assignments(opened, "ana")
    hand_over(opened)
    payload = batch(opened, "ana", week=WEEK, begun=[mine[0].id])
    assert [i["assignment"] for i in payload["items"]] == [mine[0].id]
    assert batch(opened, "ana", week=WEEK, begun=[mine[0].id], have=[mine[0].id])["items"] == []
    sent = entry(mine[0], BAD)
    send(opened, "ana", sent)
    assert [n.late for n in opened.find(Annotation)] == [True]
    after = batch(opened, "ana", week=WEEK, begun=[mine[0].id])
    assert after["taken"] == {} and after["done"] == [mine[0].id]
    # Taken back, it is somebody else's once more.
    send(opened, "ana", {"kind": "withdraw", "submission_id": "undo-1234", "withdraws": sent["submission_id"]})
    assert list(batch(opened, "ana", week=WEEK, begun=[mine[0].id])["taken"]) == [mine[0].id]


def test_a_withdrawn_item_has_its_own_sentence(opened):
    mine = assignments(opened, "ana")[0]
    opened.add(Reassignment(id="r1", assignment_id=mine.id, to_id=None, at=now(), by="lea", reason="not for review"))
    sentence = batch(opened, "ana", week=WEEK, have=[mine.id])["taken"][mine.id]
    assert sentence.startswith("This item was withdrawn while you had it open. Your labels are kept")


def test_an_item_handed_on_twice_names_who_took_it_from_this_rater(opened):
    mine = assignments(opened, "ana")[0]
    for name in ("kim", "lou"):
        add_person(opened, name, role="annotator", by="lea")
    first, second = deal_item(opened, mine.item_id, "kim"), deal_item(opened, mine.item_id, "lou")
    opened.add(Reassignment(id="r1", assignment_id=mine.id, to_id=first.id, at=now(), by="lea", reason=""))
    opened.add(Reassignment(id="r2", assignment_id=first.id, to_id=second.id, at=now(), by="lea", reason=""))
    assert taken_from(opened, "ana", WEEK)[mine.id].to == "kim"
    assert taken_from(opened, "kim", WEEK)[first.id].to == "lou"
    assert taken_from(opened, "lou", WEEK) == {}


def test_an_item_asked_again_under_a_new_version_is_no_hand_over(opened):
    mine = assignments(opened, "ana")[0]
    rubric = {"dimensions": [*DEFAULT_RUBRIC["dimensions"][:-1]]}
    save_rubric(opened, rubric_from(rubric), by="lea")
    requeue(opened, WEEK, by="lea", items=[mine.item_id])
    payload = batch(opened, "ana", week=WEEK, have=[mine.id], begun=[mine.id])
    assert payload["rubric"]["version"] == 2
    assert "asked again under a newer version" in payload["taken"][mine.id]
    # Its labels belong to the other rubric, so it is not sent as one of this one.
    assert mine.id not in {i["assignment"] for i in payload["items"]}
    assert opened.find(Assignment, item_id=mine.item_id, rater_id="ana")[-1].rubric_version == 2


def test_the_browser_is_told_that_the_week_is_closed(opened):
    assert batch(opened, "ana", week=WEEK)["week"]["closed"] is False
    send(opened, "ana", entry(assignments(opened, "ana")[0], GOOD))
    close_week(opened, WEEK, by="lea", reason="holidays")
    payload = batch(opened, "ana", week=WEEK)
    assert payload["week"]["closed"] is True and payload["order"]
