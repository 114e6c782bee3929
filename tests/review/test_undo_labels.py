"""The undo of an import of labels: nothing is deleted or counts, and what was made of it stands in the way."""

import orjson
import pytest
from click.testing import CliRunner
from golden_store import BAD, GOOD, WEEK, add_item, new_store, open_test_week, vote

from review.annotating.anchoring import anchoring
from review.audit import chain
from review.audit.verifying import check_store
from review.basics.clock import now
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.commands.cli import spotcheck
from review.current.known import items_of
from review.current.progress import progress
from review.current.settled import annotations_of
from review.evidence.weekly_change import weeks_before
from review.exchange.labels import import_labels, read_labels
from review.exchange.undoing_labels import undo_labels, undone_label_imports, why_not
from review.people.people import add_person, people_in_use, person
from review.settling.adjudication import adjudicate, cases
from storage.queries.assignments import items_left_to_nobody, owed_item_ids
from storage.queries.dealing import items_held_by_nobody
from storage.queries.items import items_of_week, weeks_with_items
from storage.queries.weeks import weeks_in_use
from storage.records_comments import Comment
from storage.records_golden import GoldenExample
from storage.records_review import Annotation, Verdict, Withdrawal
from storage.records_weeks import Assignment, Item, WeekClosing

HEADER = "item,rater,dimension,label\n"
FILE = HEADER + "u1,ana,correctness,wrong\nu1,Zoe,correctness,wrong\nx1,Zoe,correctness,correct\n"


@pytest.fixture
def store(tmp_path):
    store = new_store(tmp_path)
    open_test_week(store)
    add_item(store, "u1")
    return store


def load(store, tmp_path, text=FILE, **options):
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return import_labels(store, read_labels(path), by="lea", **options)


def said(store):
    return sorted((n.item_id, n.rater_id, n.labels["correctness"]) for n in annotations_of(store, [WEEK]))


def test_an_undone_import_counts_no_more_and_what_was_said_before_counts_again(store, tmp_path):
    vote(store, "u1", "ana", GOOD)
    before, rows = said(store), len(store.find(Annotation))
    done = load(store, tmp_path)
    assert said(store) != before and why_not(store, done.id) == ""
    undone = undo_labels(store, done.id, by="lea", reason="wrong file")
    assert (undone.file, undone.annotations) == ("labels.csv", 3)
    assert said(store) == before and undone_label_imports(store) == {done.id}
    assert len(store.find(Annotation)) == rows + 3 and len(store.find(Withdrawal)) == 3
    entry = chain.head(store)
    assert (entry.action, entry.subject, entry.detail["reason"]) == ("undo labels", "labels.csv", "wrong file")
    assert check_store(store).holds
    with pytest.raises(NothingToDo, match="undone already"):
        undo_labels(store, done.id, by="lea")


def test_items_people_and_assignments_that_came_with_it_leave_the_lists(store, tmp_path):
    done = load(store, tmp_path)
    assert "Zoe" in [p.name for p in people_in_use(store)] and len(items_of_week(store, WEEK)) == 2
    undo_labels(store, done.id, by="lea")
    assert "Zoe" not in [p.name for p in people_in_use(store)] and person(store, "Zoe").role == ""
    assert [i.id for i in items_of_week(store, WEEK)] == ["u1"] and len(store.find(Item)) == 2
    assert items_held_by_nobody(store, WEEK) == [store.get(Item, "u1")] and items_left_to_nobody(store, WEEK) == 1
    assert {p.rater_id: p.dealt for p in progress(store, WEEK) if p.dealt} == {}
    assert owed_item_ids(store, "zoe", settles=True) == set()


def test_a_week_that_only_an_undone_import_opened_leaves_the_lists_and_comes_back_with_new_labels(store, tmp_path):
    done = load(store, tmp_path, week="2026-W48", text=HEADER + "x1,Zoe,correctness,wrong\n")
    assert [w.name for w in weeks_in_use(store)] == [WEEK, "2026-W48"]
    undo_labels(store, done.id, by="lea")
    assert [w.name for w in weeks_in_use(store)] == [WEEK]
    load(store, tmp_path, text=HEADER + "x1,Zoe,correctness,wrong\n")
    assert [w.name for w in weeks_in_use(store)] == [WEEK, "2026-W48"]
    assert "Zoe" in [p.name for p in people_in_use(store)]


def test_the_same_file_comes_in_again_after_its_undo_as_often_as_it_was_undone(store, tmp_path):
    first = load(store, tmp_path)
    expected = said(store)
    for _ in range(2):
        undo_labels(store, first.id, by="lea")
        first = load(store, tmp_path)
        assert (first.annotations, first.unchanged) == (3, 0) and said(store) == expected
        again = load(store, tmp_path)
        assert (again.annotations, again.unchanged, again.id) == (0, 3, "")
    assert not any(n.late for n in annotations_of(store, [WEEK]))


def test_what_was_made_of_the_labels_stands_in_the_way_and_is_named(store, tmp_path):
    done = load(store, tmp_path)
    adjudicate(store, "u1", labels=BAD, by="eva")
    assert "1 item ('u1') was settled since" in why_not(store, done.id)
    later = load(store, tmp_path, HEADER + "x1,Zoe,politeness,rude\n")
    with pytest.raises(Refused, match=r"adds to its labels and has to be undone first"):
        undo_labels(store, done.id, by="lea")
    undo_labels(store, later.id, by="lea")
    vote_of = next(n.submission_id for n in store.find(Annotation, import_id=done.id) if n.item_id == "labels/x1")
    store.add(
        GoldenExample(
            id="g", example_id="g", conversation_id="labels/x1", item_id="labels/x1", content={}, labels={},
            votes=({"submission_id": vote_of},), rubric_version=1, approved_by="lea", at=now(),
        )
    )  # fmt: skip
    store.add(WeekClosing(week=WEEK, at=now(), by="lea", checklist={}))
    why = why_not(store, done.id)
    assert "('labels/x1') was approved as golden examples" in why and f"{WEEK} is closed" in why and "later" not in why
    assert len(store.find(Withdrawal)) == 1


def test_only_a_lead_undoes_and_an_unknown_id_names_the_known_ones(store, tmp_path):
    done = load(store, tmp_path)
    with pytest.raises(Refused, match="needs the role lead"):
        undo_labels(store, done.id, by="ana")
    with pytest.raises(UnknownError, match=rf"expected one of {done.id} \(labels.csv"):
        undo_labels(store, "nothing", by="lea")


def test_what_a_reviewer_answered_meanwhile_stays(store, tmp_path):
    done = load(store, tmp_path)
    add_person(store, "Zoe", role="annotator", by="lea")
    mine = store.find(Assignment, rater_id="zoe", item_id="labels/x1")[0]
    store.add(
        Annotation(
            submission_id="in-app-1", assignment_id=mine.id, item_id="labels/x1", rater_id="zoe", rubric_version=1,
            labels=GOOD, at=now(),
        )
    )  # fmt: skip
    undo_labels(store, done.id, by="lea")
    assert said(store) == [("labels/x1", "zoe", "correct")] and len(items_of_week(store, WEEK)) == 2


def test_an_item_that_somebody_wrote_about_keeps_its_votes(store, tmp_path):
    done = load(store, tmp_path)
    before = said(store)
    store.add(Comment(id="k", item_id="labels/x1", rater_id="ana", rubric_version=1, text="Which order?", at=now()))
    with pytest.raises(Refused, match=r"1 item \('labels/x1'\) was discussed since"):
        undo_labels(store, done.id, by="lea")
    assert said(store) == before


def test_the_command_undoes_by_the_id_that_the_import_printed(store, tmp_path):
    def run(*words):
        return CliRunner().invoke(spotcheck, ["labels", "import", *words, "--as", "lea", "--store", str(store.path)])

    path = tmp_path / "labels.csv"
    path.write_text(FILE, encoding="utf-8")
    done = orjson.loads(run(str(path), "--json").stdout)
    undone = run("--undo", done["id"])
    assert "Undone: the 3 annotations of labels.csv no longer count." in undone.stdout
    assert said(store) == []
    assert run("--undo", done["id"], str(path)).exit_code == 2 and run().exit_code == 2
    assert f"id {orjson.loads(run(str(path), '--json').stdout)['id']}" not in undone.stdout


def test_people_from_outside_review_nothing_until_a_lead_makes_them_reviewers(store, tmp_path):
    done = load(store, tmp_path)
    assert done.new_raters == ("Zoe",) and not person(store, "Zoe").may("annotator")
    listed = CliRunner().invoke(spotcheck, ["people", "list", "--store", str(store.path)]).stdout
    assert "from outside" in listed
    assert add_person(store, "Zoe", role="annotator", by="lea").id == "zoe" and person(store, "Zoe").may("annotator")


def test_a_week_opened_by_labels_has_no_people_from_outside_among_its_reviewers(store, tmp_path):
    load(store, tmp_path, week="2026-W48", text=HEADER + "x1,Zoe,correctness,wrong\nx1,ana,correctness,wrong\n")
    assert [w.raters for w in weeks_in_use(store)][-1] == ("ana",)


def test_imported_labels_are_not_counted_as_seen_or_changed_after_the_reveal(store, tmp_path):
    verdict = {"item_id": "u1", "judge": "j", "version": "1", "dimension": "correctness", "value": "wrong"}
    store.add(Verdict(id="v", at=now(), **verdict))
    vote(store, "u1", "ben", GOOD)
    before = anchoring(store, [WEEK])
    load(store, tmp_path)
    load(store, tmp_path, HEADER + "u1,ana,correctness,correct\n")
    assert before.seen == 1 and anchoring(store, [WEEK]) == before


def test_a_week_that_labels_open_late_is_not_due_in_the_past_and_it_is_said(store, tmp_path):
    done = load(store, tmp_path, week="2024-W10", text=HEADER + "x1,Zoe,correctness,wrong\n")
    (week,) = [w for w in weeks_in_use(store) if w.name == "2024-W10"]
    assert week.due >= now()[:10]
    passed = "because its usual day, 2024-03-15, has passed."
    assert f"2024-W10 was not open and is open now, due on {week.due}, {passed}" in done.notes
    later = load(store, tmp_path, week="2099-W10", text=HEADER + "x2,Zoe,correctness,wrong\n")
    assert "2099-W10 was not open and is open now, due on 2099-03-13." in later.notes


def test_an_item_that_comes_in_again_after_an_undo_is_known_again(store, tmp_path):
    text = HEADER + "new,ana,correctness,wrong\nnew,ben,correctness,correct\n"
    before = [i.id for i in items_of(store, WEEK)]
    undo_labels(store, load(store, tmp_path, text).id, by="lea")
    assert [i.id for i in items_of(store, WEEK)] == before
    load(store, tmp_path, text)
    assert len(items_of(store, WEEK)) == len(before) + 1
    assert len(cases(store, WEEK, viewer="lea")) >= 1


def test_a_week_that_only_an_undone_import_opened_is_no_week_before(store, tmp_path):
    later = "2027-W01"
    done = load(store, tmp_path, HEADER + "far,ana,correctness,wrong\n", week=later)
    assert weeks_before(store, "2027-W02", 8)[-1:] == [later] and later in weeks_with_items(store)
    undo_labels(store, done.id, by="lea")
    assert later not in weeks_before(store, "2027-W02", 8) and later not in weeks_with_items(store)
