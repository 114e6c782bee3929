"""Asking again under a new rubric version: who is asked what, what the browser gets, and what counts afterwards."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flow_store import (
    BAD,
    GOOD,
    REQUEST,
    WEEK,
    add_people,
    assignments,
    entry,
    import_rows,
    open_of,
    open_the_week,
    records,
    refusal,
    send,
    take_role,
)

from review.annotating.batch import batch
from review.basics.errors import InputError, Refused, UnknownError
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.current.assignments import owed_items
from review.current.progress import progress
from review.current.rubric_in_use import annotations_by_version, other_versions_sentence, used_version
from review.current.settled import settled_labels
from review.evidence import evidence
from review.evidence.chosen_weeks import weeks_between
from review.evidence.production import production_quality
from review.golden.reviewed import gather
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import current_rubric, rubric_from, save_rubric
from review.settling.adjudication import adjudicate, cases
from review.week.dealing import redistribute
from review.week.requeue import Again, planned, requeue, sample, to_ask_again
from storage.opening import open_store
from storage.records_people import AuditEntry
from storage.records_review import Annotation, Verdict
from storage.records_weeks import Assignment, Item, Reassignment, Week

NEW = {"dimensions": [{"name": "correctness", "values": ["bad", "good"], "positive": "bad"}]}
GOOD2, BAD2 = {"correctness": "good"}, {"correctness": "bad"}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A week of which ana has reviewed everything, ben nothing, and the rubric has changed since."""
    folder = tmp_path_factory.mktemp("requeue")
    store = open_store(folder / "spotcheck.db")
    add_people(store)
    import_rows(store, records())
    open_the_week(store)
    send(store, "ana", *(entry(a, GOOD) for a in assignments(store, "ana")))
    save_rubric(store, rubric_from({**NEW, "reveal": True}), by="lea")
    store.backup(folder / "copy.db")
    return folder / "copy.db"


@pytest.fixture
def store(template, tmp_path):
    open_store(template).backup(tmp_path / "spotcheck.db")
    return open_store(tmp_path / "spotcheck.db")


def dealt(store, version):
    return store.find(Assignment, week=WEEK, rubric_version=version)


def test_every_holder_is_asked_again_and_the_old_labels_stay(store):
    before = store.find(Annotation)
    done = requeue(store, WEEK, by="lea", reason=" new values ")
    old, new = dealt(store, 1), dealt(store, 2)
    assert {(a.item_id, a.rater_id) for a in new} == {(a.item_id, a.rater_id) for a in old}
    assert (done.rubric_version, done.items, done.assignments) == (2, len(store.find(Item, week=WEEK)), len(new))
    assert store.find(Annotation) == before
    # What ben and eva had not answered yet is taken away for the new one; what ana answered stays hers.
    taken = store.find(Reassignment)
    assert {r.assignment_id for r in taken} == {a.id for a in old if a.rater_id != "ana"}
    assert done.replaced == len(taken) and {r.reason for r in taken} == {"new values"}
    state = {p.rater_id: p for p in progress(store, WEEK)}
    mine = len(assignments(store, "ana")) // 2
    assert (state["ana"].dealt, state["ana"].done, state["ana"].left) == (2 * mine, mine, mine)
    assert state["ben"].left == len([a for a in new if a.rater_id == "ben"])
    log = store.find(AuditEntry)[-1]
    assert (log.actor, log.action, log.subject) == ("lea", "requeue", WEEK)
    assert log.detail["assignments"] == done.assignments and log.detail["reason"] == "new values"


def test_asking_twice_asks_once(store):
    first = requeue(store, WEEK, by="lea", share=0.3)
    entries = len(store.find(AuditEntry))
    again = requeue(store, WEEK, by="lea", share=0.3)
    assert first.assignments and not again.assignments and "nothing new" in again.sentence
    assert len(dealt(store, 2)) == first.assignments and len(store.find(AuditEntry)) == entries


def test_a_greater_share_only_adds(store):
    requeue(store, WEEK, by="lea", share=0.25)
    few = {a.item_id for a in dealt(store, 2)}
    items = len(store.find(Item, week=WEEK))
    assert len(few) == -(-items // 4)
    requeue(store, WEEK, by="lea", share=0.5)
    more = {a.item_id for a in dealt(store, 2)}
    assert few < more and len(more) == -(-items // 2)
    assert len({(a.item_id, a.rater_id) for a in dealt(store, 2)}) == len(dealt(store, 2))


def test_the_sample_is_a_fixed_share_of_the_items():
    rows = [
        Assignment(
            id=f"a{k}",
            item_id=f"i{k // 2}",
            rater_id=f"r{k % 2}",
            week=WEEK,
            position=k,
            rubric_version=1,
            at="",
            by="lea",
        )
        for k in range(200)
    ]
    # 100 items, each dealt to two: .07 of them are 7, although .07 * 100 is 7.000000000000001 in floating point.
    assert len(sample(rows, 0.07, seed="s")) == 7 and len(sample(rows, 0.001, seed="s")) == 1
    assert sample(rows, 0.2, seed="s") < sample(rows, 0.4, seed="s") and len(sample(rows, 1, seed="s")) == 100
    assert sample(rows, 0.2, seed="s") != sample(rows, 0.2, seed="t")


def test_people_who_have_the_item_already_or_lost_it_are_not_asked():
    def row(name, item, rater, version=1):
        return Assignment(
            id=name, item_id=item, rater_id=rater, week=WEEK, position=1, rubric_version=version, at="", by="lea"
        )

    rows = [row("a", "i", "ana"), row("b", "i", "ben"), row("c", "i", "eva"), row("d", "j", "ana")]
    rows += [row("e", "i", "ben", 2), row("f", "i", "ana")]
    asked = to_ask_again(rows, {"c"}, {"i"}, 2)
    assert asked == [Again("i", "ana", ("a", "f"))]


def test_named_items_are_asked_again(store):
    one, two = (i.id for i in store.find(Item, week=WEEK)[:2])
    assert requeue(store, WEEK, by="lea", items=[one]).items == 1
    assert {a.item_id for a in dealt(store, 2)} == {one}
    assert requeue(store, WEEK, by="lea", items=[one, two]).items == 1
    with pytest.raises(UnknownError, match="item 'c999' is not an item"):
        requeue(store, WEEK, by="lea", items=["c999"])


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        ({"by": "eva"}, Refused, "needs the role lead; eva has adjudicator"),
        ({"by": "lea", "share": 0}, InputError, "share: found 0, expected a number above 0"),
        ({"by": "lea", "share": 1.1}, InputError, "share: found 1.1"),
        ({"by": "lea", "share": float("nan")}, InputError, "share: found nan"),
        ({"by": "lea", "rubric_version": 9}, UnknownError, "rubric version 9 does not exist"),
    ],
)
def test_an_impossible_request_is_refused_and_nothing_is_written(store, arguments, kind, sentence):
    with pytest.raises(kind, match=sentence):
        requeue(store, WEEK, **arguments)
    assert dealt(store, 2) == [] and store.find(Reassignment) == []


def test_a_closed_week_is_left_alone(store):
    close_week(store, WEEK, by="lea", reason="holidays")
    with pytest.raises(Refused, match="is closed; its items are not asked again"):
        requeue(store, WEEK, by="lea")
    with pytest.raises(UnknownError, match="week '2026-W01'"):
        requeue(store, "2026-W01", by="lea")


def test_an_unchanged_rubric_gives_nothing_to_ask(store):
    assert requeue(store, WEEK, by="lea", rubric_version=1).assignments == 0


def test_somebody_without_a_role_is_not_asked_and_is_named(store):
    take_role(store, "ben")
    plan = planned(store, WEEK).result
    assert plan.without_role == ("ben",) and dealt(store, 2) == []
    assert requeue(store, WEEK, by="lea") == plan
    assert not [a for a in dealt(store, 2) if a.rater_id == "ben"]


def test_items_handed_over_are_asked_of_their_new_holders(store):
    redistribute(store, WEEK, rater="ben", to=["lea"], by="lea")
    held = {a.item_id for a in dealt(store, 1) if a.rater_id == "lea"}
    requeue(store, WEEK, by="lea")
    new = dealt(store, 2)
    assert {a.item_id for a in new if a.rater_id == "lea"} == held
    # Items that everybody holds could not be handed over; ben still has those.
    assert not {a.item_id for a in new if a.rater_id == "ben"} & held


def test_a_browser_gets_one_rubric_at_a_time_the_latest_first(store):
    item = next(a for a in assignments(store, "ben")).item_id
    requeue(store, WEEK, by="lea", items=[item])
    first = batch(store, "ben", week=WEEK, size=1000)
    (new,) = [a for a in dealt(store, 2) if a.rater_id == "ben"]
    assert first["rubric"]["version"] == 2 and first["order"] == [new.id]
    assert [i["assignment"] for i in first["items"]] == [new.id]
    assert first["week"]["left"] == len(assignments(store, "ben")) - 1
    send(store, "ben", entry(new, BAD2, rubric_version=2))
    then = batch(store, "ben", week=WEEK, size=1000)
    assert then["rubric"]["version"] == 1 and new.id not in then["order"] and new.id not in then["done"]
    assert len(then["order"]) == len(assignments(store, "ben")) - 2
    assert {d["name"] for d in then["rubric"]["dimensions"]} == {d["name"] for d in DEFAULT_RUBRIC["dimensions"]}


def test_with_nothing_open_a_reviewer_looks_back_at_the_version_of_the_last_submission(store):
    assert batch(store, "ana", week=WEEK)["rubric"]["version"] == 1
    requeue(store, WEEK, by="lea")
    new = [a for a in assignments(store, "ana") if a.rubric_version == 2]
    send(store, "ana", *(entry(a, GOOD2, rubric_version=2) for a in new))
    payload = batch(store, "ana", week=WEEK)
    assert payload["rubric"]["version"] == 2 and payload["done"] == [a.id for a in new] and payload["order"] == []


def test_a_reviewer_who_is_asked_again_is_blind_again(store):
    item = assignments(store, "ana")[0].item_id
    assert "JUDGE-MARK" in json.dumps(batch(store, "ana", week=WEEK, size=1000)["reveals"])
    requeue(store, WEEK, by="lea")
    payload = batch(store, "ana", week=WEEK, size=1000)
    assert payload["reveals"] == {} and payload["done"] == []
    assert all(i["mine"] is None for i in payload["items"])
    assert "JUDGE-MARK" not in json.dumps(payload) and item in owed_items(store, "ana")
    (new,) = [a for a in dealt(store, 2) if a.rater_id == "ana" and a.item_id == item]
    send(store, "ana", entry(new, GOOD2))
    # Verdicts had been shown before: the new annotation says so.
    assert store.find(Annotation, assignment_id=new.id)[0].revealed


def test_an_answer_under_another_version_than_the_items_is_refused(store):
    requeue(store, WEEK, by="lea", share=0.1)
    new = dealt(store, 2)[0]
    said = refusal(store, new.rater_id, entry(new, GOOD2, rubric_version=1))
    assert "answered under version 1 of the rubric, but the item is dealt under version 2" in said
    assert store.find(Annotation, assignment_id=new.id) == []


def test_an_open_assignment_that_was_replaced_takes_a_late_answer_under_its_own_version(store):
    old = assignments(store, "ben")[0]
    requeue(store, WEEK, by="lea")
    send(store, "ben", entry(old, GOOD, rubric_version=1))
    (kept,) = store.find(Annotation, assignment_id=old.id)
    assert kept.late and kept.rubric_version == 1


def answered(store, item, *pairs):
    """Votes of some people on one item, under the version of their latest assignment of it."""
    for rater, labels in pairs:
        held = store.find(Assignment, item_id=item, rater_id=rater, order_by="rubric_version")
        send(store, rater, entry(held[-1], labels, rubric_version=held[-1].rubric_version))


def shared_item(store):
    return next(i.id for i in store.find(Item, week=WEEK) if i.overlap)


def test_an_item_asked_again_is_settled_anew(store):
    item = shared_item(store)
    answered(store, item, ("ben", BAD), ("eva", GOOD))
    adjudicate(store, item, by="lea", labels=GOOD, reason="slip")
    assert settled_labels(store, [WEEK])[item, "correctness"].rule == "adjudicated"
    requeue(store, WEEK, by="lea", items=[item])
    # Until somebody has answered under the new version the earlier labels stand.
    assert settled_labels(store, [WEEK])[item, "correctness"].value == "correct"
    answered(store, item, ("ana", BAD2), ("ben", GOOD2))
    found = {d: s for (i, d), s in settled_labels(store, [WEEK]).items() if i == item}
    assert {d: (s.value, s.rule) for d, s in found.items()} == {"correctness": (None, "tie")}
    (case,) = [c for c in cases(store, WEEK, viewer="lea") if c.item.id == item]
    assert case.kind == "disputed" and case.settled is None
    assert {n.rubric_version for n in case.annotations} == {2} and len(case.annotations) == 2
    with pytest.raises(Refused, match="is disputed; settle it first"):
        gather(store, item, by="lea")
    second = adjudicate(store, item, by="lea", labels=BAD2, reason="hard case")
    assert second.rubric_version == 2 and second.supersedes is not None
    assert settled_labels(store, [WEEK])[item, "correctness"].value == "bad"
    assert gather(store, item, by="lea").rubric_version == 2


def test_a_week_moves_to_the_new_version_when_half_of_it_is_asked_again(store):
    opened = store.get(Week, WEEK)
    labelled = len({a.item_id for a in assignments(store, "ana")})
    assert used_version(store, opened) == 1
    requeue(store, WEEK, by="lea")
    new = [a for a in assignments(store, "ana") if a.rubric_version == 2]
    half = -(-labelled // 2)
    send(store, "ana", *(entry(a, GOOD2) for a in new[: half - 1]))
    assert used_version(store, opened) == 1
    counts = annotations_by_version(store, [WEEK])
    assert counts == {1: labelled, 2: half - 1}
    assert other_versions_sentence(counts, 1).endswith(f"other versions: {half - 1} under version 2.")
    send(store, "ana", entry(new[half - 1], GOOD2))
    assert used_version(store, opened) == 2
    assert evidence.latest_used_rubric(store, [WEEK]).version == 2
    assert {n.rubric_version for n in evidence.said_under_one_rubric(store, [WEEK])} == {2}
    assert list(evidence.ratings_by_dimension(store, [WEEK])) == ["correctness"]
    assert weeks_between(store, None) == (WEEK,)


def test_items_drawn_later_are_asked_under_the_version_of_the_rest(imported):
    open_the_week(imported)
    save_rubric(imported, rubric_from(NEW), by="lea")
    first = {i.id for i in imported.find(Item, week=WEEK)}
    requeue(imported, WEEK, by="lea")
    answer = {a.id for a in dealt(imported, 2)}
    send(imported, "ana", *(entry(a, GOOD2) for a in assignments(imported, "ana") if a.id in answer))
    open_the_week(imported, replace(REQUEST, rate=0.5))
    later = [a for a in imported.find(Assignment, week=WEEK) if a.item_id not in first]
    assert len({a.item_id for a in later}) > len(first) and {a.rubric_version for a in later} == {2}
    # "correct" is no value of the new version, so that the log's verdict on a new item is none under it.
    assert {v.value for v in imported.find(Verdict, item_id=later[0].item_id, dimension="correctness")} == {None}
    send(imported, "ana", *(entry(a, BAD2) for a in later if a.rater_id == "ana"))
    assert used_version(imported, imported.get(Week, WEEK)) == 2
    assert {n.rubric_version for n in evidence.said_under_one_rubric(imported, [WEEK])} == {2}


def test_a_small_sample_that_is_asked_again_does_not_change_the_version_of_later_items(imported):
    open_the_week(imported)
    save_rubric(imported, rubric_from(NEW), by="lea")
    first = {i.id for i in imported.find(Item, week=WEEK)}
    requeue(imported, WEEK, by="lea", share=0.2)
    open_the_week(imported, replace(REQUEST, rate=0.5))
    later = [a for a in imported.find(Assignment, week=WEEK) if a.item_id not in first]
    assert {a.rubric_version for a in later} == {1}


def test_nothing_is_left_out_where_there_is_one_version():
    assert other_versions_sentence({1: 9}, 1) is None and other_versions_sentence({}, 1) is None


def test_production_quality_does_not_mix_versions(store):
    answered_items = [a.item_id for a in assignments(store, "ana")]
    correctness = rubric_from(DEFAULT_RUBRIC)["correctness"]
    before = production_quality(store, [WEEK], correctness, positive="wrong").people
    requeue(store, WEEK, by="lea", items=answered_items[:2])
    for item in answered_items[:2]:
        answered(store, item, ("ana", BAD2))
    after = production_quality(store, [WEEK], correctness, positive="wrong").people
    # The two items count under version 2 now, so they are no labels of version 1, whatever their word is called.
    assert after.n == before.n - 2


def test_asking_again_on_the_command_line(store):
    def run(*arguments):
        where = ["--store", str(store.path), "--as", "lea"]
        return CliRunner().invoke(spotcheck, ["week", "requeue", WEEK, *arguments, *where], catch_exceptions=False)

    take_role(store, "eva")
    result = run("--share", "0.2", "--reason", "new values", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0 and found["rubric_version"] == 2 and found["without_role"] == ["eva"]
    assert found["assignments"] == len(dealt(store, 2)) and "eva may not annotate any more" in result.stderr
    assert "nothing new" in run("--share", "0.2").stdout
    assert current_rubric(store).version == 2


@pytest.mark.parametrize("kind", ["annotation", "skip"])
def test_an_undo_after_an_item_was_asked_again_does_not_open_the_old_version_too(store, kind):
    mine = open_of(store, "ben")[0]
    first, changed = ({**entry(mine, GOOD), "kind": kind, "reason": "no"} for _ in range(2))
    send(store, "ben", first, changed)
    requeue(store, WEEK, by="lea", items=[mine.item_id])
    (new,) = [a for a in dealt(store, 2) if a.rater_id == "ben"]
    undo = {"kind": "withdraw", "submission_id": "undo-0001", "withdraws": changed["submission_id"]}
    send(store, "ben", undo)
    # What was said before the change stands, so that the old assignment is not open.
    assert store.find(Reassignment, assignment_id=mine.id) == []
    send(store, "ben", {**undo, "submission_id": "undo-0002", "withdraws": first["submission_id"]})
    assert [a.id for a in open_of(store, "ben") if a.item_id == mine.item_id] == [new.id]
    assert [(r.to_id, r.by) for r in store.find(Reassignment, assignment_id=mine.id)] == [(new.id, "ben")]
    assert mine.id not in batch(store, "ben", week=WEEK, size=1000)["order"]


def test_an_item_answered_under_the_newer_version_is_no_longer_owed(store):
    # Ben has reviewed nothing: his old assignments are replaced by the new ones.
    requeue(store, WEEK, by="lea")
    assert len(owed_items(store, "ben")) == progress(store, WEEK, rater_id="ben")[0].left > 0
    send(store, "ben", *(entry(a, GOOD2, rubric_version=2) for a in assignments(store, "ben") if a.rubric_version == 2))
    assert owed_items(store, "ben") == set()
