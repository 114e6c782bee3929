"""Label files: imported completely or not at all, once, without losing earlier labels of a rater."""

import csv
import sqlite3
from dataclasses import replace

import orjson
import pyarrow.parquet as pq
import pytest
from examples import examples
from golden_store import BAD, GOOD, WEEK, add_item, new_store, open_test_week, reviewed_store, store_of_two, vote
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused, ReviewError
from review.current.settled import annotations_of, settled_labels
from review.exchange.label_export import export_labels
from review.exchange.labels import import_labels, read_labels
from review.people.people import people, person
from review.privacy.hidden_spans import hide_span
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.sources.import_into import import_into
from review.sources.options import ImportOptions
from storage.queries.assignments import OPEN_SQL
from storage.records_log import Conversation
from storage.records_people import AuditEntry
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Reassignment, Week, WeekClosing


@pytest.fixture
def store(tmp_path):
    return store_of_two(tmp_path)


def table(tmp_path, text, name="labels.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_labels(path)


HEADER = "item,rater,dimension,label,at,comment\n"
FILE = HEADER + (
    "u1,ana,correctness,wrong,2026-11-20T10:00:00Z,no date\n"
    "u1,ana,reasons,incomplete|wrong_fact,2026-11-20T10:00:00Z,no date\n"
    "u1,ben,correctness,correct,,\n"
    "u2,ana,politeness,rude,2026-11-20 11:00+01:00,\n"
    "u2,ben,politeness,,,\n"
)


def load(store, tmp_path, text, **options):
    return import_labels(store, table(tmp_path, text), by="lea", **options)


def test_the_rows_of_one_rater_on_one_item_are_one_annotation(store, tmp_path):
    done = load(store, tmp_path, FILE)
    assert (done.rows, done.annotations, done.empty, done.new_items, done.new_raters) == (5, 3, 1, 0, ())
    assert (done.weeks, done.dimensions) == ((WEEK,), ("correctness", "reasons", "politeness"))
    found = {(n.item_id, n.rater_id): n for n in annotations_of(store, [WEEK])}
    one = found["u1", "ana"]
    # A set keeps the order of its scale, whatever the order in the file.
    assert one.labels == {"correctness": "wrong", "reasons": ["wrong_fact", "incomplete"]}
    assert (one.at, one.comment, one.rubric_version) == ("2026-11-20T10:00:00.000+00:00", "no date", 1)
    assert found["u2", "ana"].at == "2026-11-20T10:00:00.000+00:00"
    assert settled_labels(store, [WEEK])["u1", "correctness"].rule == "tie"


def test_the_same_file_again_adds_nothing(store, tmp_path):
    load(store, tmp_path, FILE)
    again = load(store, tmp_path, FILE)
    assert (again.annotations, again.unchanged, again.new_items) == (0, 3, 0)
    assert len(store.find(Annotation)) == 3 and len(store.find(Assignment)) == 3


def test_an_open_assignment_is_used_and_others_are_added_after_the_last(store, tmp_path):
    store.add(
        Assignment(id="a1", item_id="u1", rater_id="ana", week=WEEK, position=7, rubric_version=1, at=now(), by="lea")
    )
    load(store, tmp_path, FILE)
    mine = {a.item_id: a for a in store.find(Assignment, rater_id="ana")}
    assert mine["u1"].id == "a1" and mine["u2"].position == 8
    assert store.select(Assignment, OPEN_SQL, {"week": WEEK, "rater": "ana"}) == []


def test_a_label_for_an_assignment_that_was_taken_away_is_late(store, tmp_path):
    store.add(
        Assignment(id="a1", item_id="u1", rater_id="ana", week=WEEK, position=1, rubric_version=1, at=now(), by="lea")
    )
    store.add(Reassignment(id="r1", assignment_id="a1", to_id=None, at=now(), by="lea", reason="ill"))
    load(store, tmp_path, FILE)
    assert {n.item_id: n.late for n in store.find(Annotation, rater_id="ana")} == {"u1": True, "u2": False}


def test_a_file_with_one_dimension_keeps_the_labels_in_the_others(store, tmp_path):
    first = vote(store, "u1", "ana", GOOD, comment="fine", corrected_answer="x")
    done = load(store, tmp_path, "item,rater,label\nu1,ana,rude\n", dimension="politeness")
    assert (done.annotations, done.changed) == (1, 1)
    [current] = annotations_of(store, [WEEK])
    assert current.labels == {**GOOD, "politeness": "rude"}
    assert (current.supersedes, current.comment, current.corrected_answer) == (first, "fine", "x")


def test_reasons_are_dropped_when_the_answer_is_called_correct(store, tmp_path):
    vote(store, "u1", "ana", BAD)
    load(store, tmp_path, HEADER + "u1,ana,correctness,correct,,\n")
    [current] = annotations_of(store, [WEEK])
    assert current.labels == {"correctness": "correct", "intent": "order_status", "politeness": "neutral"}


def test_a_label_older_than_the_current_one_does_not_replace_it(store, tmp_path):
    load(store, tmp_path, HEADER + "u1,ana,politeness,rude,2026-11-20,\n")
    later = load(store, tmp_path, HEADER + "u1,ana,politeness,neutral,2026-11-21,\n")
    earlier = load(store, tmp_path, HEADER + "u1,ana,politeness,friendly,2026-11-19,\n")
    assert (later.changed, earlier.older, earlier.annotations) == (1, 1, 0)
    assert [n.labels for n in annotations_of(store, [WEEK])] == [{"politeness": "neutral"}]


def test_unknown_raters_are_added_without_a_role_and_it_is_logged(store, tmp_path):
    done = load(
        store,
        tmp_path,
        "item,rater,dimension,label\nu1,R 001,politeness,rude\nu2,r 001,politeness,rude\nu1,ANA,politeness,rude\n",
    )
    assert done.new_raters == ("R 001",)
    assert person(store, "R 001").role == "" and len(people(store)) == 5
    assert [e.subject for e in store.find(AuditEntry, action="person")] == ["r-001"]
    assert store.find(AuditEntry, action="import labels")[0].detail["annotations"] == 3
    assert chain.verify(store)[1] is None


def test_unknown_items_become_hand_picked_items_of_the_chosen_week(store, tmp_path):
    done = load(
        store, tmp_path, "item,rater,dimension,label\n17,ana,politeness,rude\n17,ben,politeness,rude\n", week="2026-W40"
    )
    assert (done.new_items, done.weeks) == (1, ("2026-W40",))
    item = store.get(Item, "labels/17")
    assert (item.purposive, item.stratum, item.draw_id, item.week) == (True, None, None, "2026-W40")
    assert store.get(Conversation, item.conversation_id).messages == ()
    week = store.get(Week, "2026-W40")
    assert (week.raters, week.seed, week.rubric_version) == (("ana", "ben"), "2026-W40", 1)
    assert week.due >= now()[:10]
    # It is found again by the name in the file, and a conversation of production with that id stays another one.
    assert load(store, tmp_path, "item,rater,dimension,label\n17,ana,politeness,rude\n", week="2026-W41").unchanged == 1
    assert store.get(Week, "2026-W41") is None


def test_an_existing_week_is_not_opened_again(store, tmp_path):
    before = store.get(Week, WEEK)
    load(store, tmp_path, "item,rater,dimension,label\nnew,ana,politeness,rude\n", week=WEEK)
    assert store.get(Week, WEEK) == before and len(store.find(Week)) == 1


def test_a_conversation_id_means_its_item_unless_it_has_several(store, tmp_path):
    item = store.get(Item, "u1")
    store.add(replace(item, id="turn-1", conversation_id="u2", target_turn=1))
    with pytest.raises(InputError, match=r"line 2, column 'item'.*has 2"):
        store.add(Conversation(id="c9", source="production", source_id="c9", created_at=None, week=WEEK, messages=()))
        store.add(replace(item, id="c9#1", conversation_id="c9"), replace(item, id="c9#3", conversation_id="c9"))
        load(store, tmp_path, "item,rater,dimension,label\nc9,ana,politeness,rude\n")
    load(store, tmp_path, "item,rater,dimension,label\nc9#1,ana,politeness,rude\n")
    assert store.find(Annotation)[0].item_id == "c9#1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("item,rater,dimension,label\nu1,ana,politeness,kind\n", "rubric does not have: 'kind' (1). Expected: rude"),
        ("item,rater,dimension,label\nu1,ana,reasons,wrong_fact|nice\n", "line 2, column 'label'"),
        ("item,rater,dimension,label\nu1,ana,tone,rude\n", "[rubric] in spotcheck.toml"),
        ("item,rater,label\nu1,ana,rude\n", "name one with --dimension"),
        ("item,rater,dimension,label\n,ana,politeness,rude\n", "line 2, column 'item'"),
        ("item,rater,dimension,label\nu1,,politeness,rude\n", "line 2, column 'rater'"),
        ("item,rater,dimension,label\nu1,!!,politeness,rude\n", "line 2, column 'rater'"),
        ("item,rater,dimension,label,at\nu1,ana,politeness,rude,yesterday\n", "line 2, column 'at': found 'yesterday'"),
        ("item,rater,dimension,label\nu1,ana,politeness,rude\nu1,ANA,politeness,neutral\n", "the label of line 2"),
        ("item,rater,dimension,label\nu1,ana,politeness\n", "line 2"),
        ("item,dimension,label\nu1,politeness,rude\n", "column 'rater' is missing"),
        ("", "empty"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_nothing_is_taken(store, tmp_path, text, message):
    with pytest.raises(InputError) as error:
        load(store, tmp_path, text)
    assert message in str(error.value) and "labels.csv" in str(error.value)
    assert store.find(Annotation) == [] and store.find(Assignment) == [] and len(people(store)) == 4


def test_a_file_with_an_error_in_its_last_row_imports_nothing(store, tmp_path):
    rows = "new,zoe,politeness,rude\nu1,ana,politeness,rude\nu1,ben,politeness,odd\n"
    entries = len(store.find(AuditEntry))
    with pytest.raises(InputError, match="line 4"):
        load(store, tmp_path, "item,rater,dimension,label\n" + rows)
    assert len(people(store)) == 4 and store.find(Annotation) == [] and len(store.find(Item)) == 2
    assert len(store.find(AuditEntry)) == entries


def test_only_a_lead_imports_labels_of_others_and_a_closed_week_takes_none(store, tmp_path):
    for who in ("ana", "eva"):
        with pytest.raises(Refused, match="role lead"):
            import_labels(store, table(tmp_path, FILE), by=who)
    store.add(WeekClosing(WEEK, now(), "lea", {}))
    with pytest.raises(Refused, match=f"week {WEEK} is closed"):
        load(store, tmp_path, FILE)
    assert store.find(Annotation) == []
    with pytest.raises(InputError, match="expected an ISO week"):
        load(store, tmp_path, "item,rater,dimension,label\nx,ana,politeness,rude\n", week="47")


def test_the_rubric_of_the_items_week_decides(store, tmp_path):
    extra = {"name": "clarity", "scale": "nominal", "values": ["low", "high"]}
    save_rubric(store, rubric_from({"dimensions": [*DEFAULT_RUBRIC["dimensions"], extra]}), by="lea")
    with pytest.raises(InputError, match=f"the rubric of {WEEK}, version 1"):
        load(store, tmp_path, "item,rater,dimension,label\nu1,ana,clarity,high\n")
    load(store, tmp_path, "item,rater,dimension,label\nx,ana,clarity,high\n", week="2026-W40")
    assert [n.rubric_version for n in annotations_of(store, ["2026-W40"])] == [2]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_what_is_exported_can_be_imported_here_and_elsewhere(tmp_path, ending):
    store = reviewed_store(tmp_path)
    load(
        store, tmp_path, FILE.replace("u1", "=1+1").replace("u2", "@two").replace("no date", "-1 + =x"), week="2026-W40"
    )
    target = tmp_path / f"out{ending}"
    rows = export_labels(store, target, by="eva")
    # 6 annotations of 3 labels, 3 of 4 (the wrong ones give reasons), and 4 labels of the file: 18 + 12 + 4.
    assert rows == 34
    here = import_labels(store, read_labels(target), by="lea")
    assert (here.annotations, here.unchanged) == (0, 12)
    (tmp_path / "other").mkdir()
    other = new_store(tmp_path / "other")
    there = import_labels(other, read_labels(target), by="lea", week="2026-W47")
    assert (there.annotations, there.new_items) == (12, 7)

    def said(one):
        weeks = [w.name for w in one.find(Week)]
        found = annotations_of(one, weeks)
        return {
            (n.item_id.removeprefix("labels/"), n.rater_id, str(sorted(n.labels.items())), n.comment, n.at)
            for n in found
        }

    assert said(store) == said(other)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_an_export_has_the_rubric_version_and_whether_a_label_was_late(store, tmp_path, ending):
    vote(store, "u1", "ana", GOOD)
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE annotations SET rubric_version = 2, late = 1")
    vote(store, "u2", "ben", GOOD)
    target = tmp_path / f"out{ending}"
    export_labels(store, target, by="eva")
    if ending == ".csv":
        rows = list(csv.DictReader(target.open(encoding="utf-8")))
    elif ending == ".jsonl":
        rows = [orjson.loads(line) for line in target.read_bytes().splitlines()]
    else:
        rows = pq.read_table(target).to_pylist()
    assert [name for name in rows[0] if name != "marks"][-2:] == ["rubric_version", "late"]
    native = {("u1", 2, True), ("u2", 1, False)}
    as_text = {("u1", "2", "true"), ("u2", "1", "false")}
    assert {(r["item"], r["rubric_version"], r["late"]) for r in rows} == (as_text if ending == ".csv" else native)
    again = read_labels(target)
    ignored = "rubric_version, late, marks" if ending == ".jsonl" else "rubric_version, late"
    assert again.notes == (f"{target}: ignored column(s) {ignored}",)


def test_an_item_asked_again_is_exported_and_imported_under_the_later_version_alone(store, tmp_path):
    vote(store, "u1", "ana", BAD)
    save_rubric(store, rubric_from({**DEFAULT_RUBRIC, "reveal": False}), by="lea")
    store.add(
        Assignment(
            id="again", item_id="u1", rater_id="ana", week=WEEK, position=9, rubric_version=2, at=now(), by="lea"
        )
    )
    store.add(
        Annotation(
            submission_id="newer-1234",
            assignment_id="again",
            item_id="u1",
            rater_id="ana",
            rubric_version=2,
            labels=GOOD,
            at=now(),
        )
    )
    target = tmp_path / "both.csv"
    assert export_labels(store, target, by="eva") == len(GOOD)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    other = new_store(fresh)
    open_test_week(other)
    add_item(other, "u1")
    assert import_labels(other, read_labels(target), by="lea").annotations == 1
    assert [n.labels for n in annotations_of(other, [WEEK])] == [GOOD]


def test_the_export_is_safe_for_a_spreadsheet_logged_and_replaces_nothing(store, tmp_path):
    vote(store, "u1", "ana", GOOD, comment="=cmd()")
    target = tmp_path / "out.csv"
    export_labels(store, target, by="eva")
    rows = list(csv.DictReader(target.open(newline="")))
    assert {r["comment"] for r in rows} == {"'=cmd()"} and [r["rater"] for r in rows] == ["ana"] * 3
    assert store.find(AuditEntry, action="export labels")[0].actor == "eva"
    with pytest.raises(Refused, match="--force"):
        export_labels(store, target, by="eva")
    assert len(store.find(AuditEntry, action="export labels")) == 1
    assert export_labels(store, target, by="eva", force=True) == 3
    with pytest.raises(InputError, match=r"ending '\.txt'"):
        export_labels(store, tmp_path / "out.txt", by="eva")
    with pytest.raises(Refused, match="role"):
        export_labels(store, tmp_path / "b.csv", by="ana")


def test_hidden_spans_are_not_in_exported_comments(store, tmp_path):
    vote(store, "u1", "ana", GOOD, comment="the customer of order u1 called")
    hide_span(store, "u1", "order u1", by="ana")
    export_labels(store, tmp_path / "out.csv", by="eva")
    assert "the customer of [HIDDEN_1] called" in (tmp_path / "out.csv").read_text()


def test_an_empty_store_has_nothing_to_export(store, tmp_path):
    with pytest.raises(NothingToDo):
        export_labels(store, tmp_path / "out.csv", by="eva")
    assert list(tmp_path.glob("out*")) == []


cells = st.text(alphabet="ab|=,\n\"' é1.", max_size=6)


@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells, cells, cells, cells), max_size=3))
def test_any_table_is_imported_or_refused_with_a_sentence(store, tmp_path, rows):
    lines = [dict(zip(("item", "rater", "dimension", "label", "at"), r, strict=True)) for r in rows]
    text = "".join(orjson.dumps(line).decode() + "\n" for line in lines)
    try:
        load_from = table(tmp_path, text or "\n", "any.jsonl")
        import_labels(store, load_from, by="lea", week="2026-W40", dimension="politeness")
    except ReviewError as error:
        assert str(error).endswith((".", "?"))
    assert chain.verify(store)[1] is None


def test_labels_settle_like_those_from_the_browser(store, tmp_path):
    vote(store, "u1", "ben", BAD)
    load(store, tmp_path, HEADER + "u1,ana,correctness,wrong,,\nu1,ana,intent,order_status,,\n")
    found = settled_labels(store, [WEEK])
    assert (found["u1", "correctness"].rule, found["u1", "politeness"].rule) == ("unanimous", "single")


def test_a_new_name_like_a_known_one_is_noted_and_can_be_refused(store, tmp_path):
    text = "item,rater,dimension,label\nu1,anna,politeness,rude\nu1,Zoltan,politeness,rude\n"
    with pytest.raises(InputError, match=r"line 2, column 'rater': found 'anna', expected one of .*did you mean 'ana'"):
        load(store, tmp_path, text, new_people=False)
    assert "anna" not in [p.id for p in people(store)]
    done = load(store, tmp_path, text)
    assert done.new_raters == ("anna", "Zoltan")
    (said,) = [n for n in done.notes if "did you mean" in n]
    assert "'anna' is new (did you mean 'ana'?)" in said


def test_an_export_names_items_as_their_file_did_and_finds_them_again(store, tmp_path):
    load(
        store, tmp_path, "item,rater,dimension,label\n17,ana,politeness,rude\nu2,ana,politeness,rude\n", week="2026-W40"
    )
    target = tmp_path / "out.csv"
    export_labels(store, target, by="eva")
    assert [r["item"] for r in csv.DictReader(target.open(encoding="utf-8"))] == ["17", "u2"]
    again = import_labels(store, read_labels(target), by="lea")
    assert (again.unchanged, again.annotations, again.new_items) == (2, 0, 0)
    # An item of production that is called 17 too makes the bare name mean another item.
    add_item(store, "17")
    export_labels(store, target, by="eva", force=True)
    assert [r["item"] for r in csv.DictReader(target.open(encoding="utf-8"))] == ["labels/17", "u2"]
    assert import_labels(store, read_labels(target), by="lea").unchanged == 2


def test_what_a_reviewer_wrote_elsewhere_is_masked_on_import(store, tmp_path):
    told = "item,rater,dimension,label,comment\nu1,ana,politeness,rude,call jane@example.org\n"
    load(store, tmp_path, told)
    assert [n.comment for n in store.find(Annotation) if n.comment] == ["call [EMAIL_1]"]


def test_labels_of_logged_conversations_show_their_text_and_open_no_other_week(store, tmp_path):
    """A label for a conversation that was not drawn goes to the week under way, with the conversation of the log."""
    rows = [{"id": "t-1", "question": "How many?", "answer": "Seven.", "created_at": "2026-11-18T08:00:00Z"}]
    (tmp_path / "log.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    import_into(store, tmp_path / "log.jsonl", ImportOptions(source="desk"), by="lea")
    before = {w.name for w in store.find(Week)}
    load(store, tmp_path, "item,rater,dimension,label\nt-1,ana,politeness,rude\nnowhere,ana,politeness,rude\n")
    assert {w.name for w in store.find(Week)} == before == {WEEK}
    found = {i.id: store.get(Conversation, i.conversation_id) for i in store.find(Item, reason="imported labels")}
    assert (found["labels/t-1"].id, found["labels/t-1"].question) == ("desk/t-1", "How many?")
    assert found["labels/nowhere"].question == ""
