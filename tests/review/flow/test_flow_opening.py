"""Opening a week: one draw, a complete ledger, and everything or nothing."""

import json
import sqlite3
from dataclasses import replace
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from flow_store import (
    BEFORE,
    DOUBTFUL,
    FAILING,
    RATERS,
    REQUEST,
    SIZE,
    WEEK,
    add_people,
    assignments,
    conversation,
    entry,
    import_rows,
    open_the_week,
    records,
    send,
    take_role,
    write_log,
)

from review.audit import chain
from review.basics.errors import InputError, NothingToDo, Refused, ReviewError, UnknownError
from review.basics.weeks import next_due_date
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.evidence import evidence
from review.people.people import add_person
from review.privacy.reveal import revealed
from review.rubric.rubric import current_rubric
from review.sampling.key import chosen, sample_digest
from review.settings.privacy import Privacy
from review.settings.project import Project, project_of
from review.week import drawing, opening
from review.week.drawing import Request, preview, wishes_of
from review.week.items_from_draw import target_turn, verdicts_in
from review.week.opening import open_week
from review.week.so_far import week_so_far
from storage.records_log import Conversation, Draw, Stratum
from storage.records_people import AuditEntry
from storage.records_review import Verdict
from storage.records_weeks import Assignment, Item, Week

ALL = {f"c{i:03d}" for i in range(SIZE)}


def ids_of(store, week=WEEK):
    return {i.conversation_id for i in store.find(Item, week=week)}


def test_every_item_knows_draw_group_and_probability(opened, items):
    lines = evidence.ledger(opened, [WEEK])
    (draw,) = opened.find(Draw)
    for item in items:
        line = lines[item.week, item.stratum]
        group = "failing" if item.id in FAILING else "low_confidence" if item.id in DOUBTFUL else "rest"
        assert item.stratum == group and item.draw_id == draw.id and not item.purposive
        assert 0 < line.probability <= 1
    # 10 failing of which 8 are asked for: 8/10. 16 doubtful, 5 asked for: 5/16 = .3125. The rest at 5 %.
    shape = {n: (line.population, line.probability) for (_, n), line in lines.items()}
    assert shape == {"failing": (10, 0.8), "low_confidence": (16, 0.3125), "rest": (374, 0.05)}
    counts = {n: sum(i.stratum == n for i in items) for n in shape}
    assert {n: line.sampled for (_, n), line in lines.items()} == counts
    assert counts["failing"] == 8 and counts["low_confidence"] == 5
    assert {i.id for i in items if i.stratum == "rest"} == {
        i for i in ALL - FAILING - DOUBTFUL if chosen(WEEK, i, 0.05)
    }
    assert draw.digest == sample_digest(ids_of(opened)) and draw.seed == WEEK and draw.rate == 0.05
    assert draw.frame["distinct"] == SIZE


def test_the_week_is_written_with_what_was_asked(opened):
    week = opened.get(Week, WEEK)
    assert (week.raters, week.overlap, week.unit, week.rubric_version, week.seed) == (RATERS, 0.3, "session", 1, WEEK)
    # The Friday after the week, or the next one from the day of the draw on.
    assert week.due == next_due_date(WEEK, date.fromisoformat(week.opened_at[:10])).isoformat()
    assert opened.find(AuditEntry, action="draw")[0].actor == "lea"
    assert chain.verify(opened)[1] is None


def test_drawn_conversations_are_copied_as_the_log_holds_them(opened, items):
    kept = {c.id: c for c in opened.find(Conversation)}
    assert set(kept) == {i.conversation_id for i in items}
    one = kept[items[0].id]
    assert one.messages[-1]["content"].startswith("LAST-ANSWER") and one.content_hash and one.week == WEEK


def test_verdicts_of_the_log_are_kept_also_those_that_cannot_be_read(opened, items):
    number = {i.id: int(i.id[1:]) for i in items}
    unreadable = [i for i in number if number[i] % 3 == 1]
    readable = [i for i in number if number[i] % 3 != 1]
    assert unreadable and readable
    for item in readable:
        found = {v.dimension: v for v in opened.find(Verdict, item_id=item, judge="JUDGE-MARK")}
        assert found["correctness"].value == ("wrong" if number[item] % 5 == 0 else "correct")
        assert found["correctness"].error == "" and found["correctness"].version == "log"
    for item in unreadable:
        found = {v.dimension: v for v in opened.find(Verdict, item_id=item, judge="JUDGE-MARK")}
        assert found["correctness"].value is None and found["correctness"].raw == "terrible"
        assert found["correctness"].error.startswith("unparseable: expected one of wrong, partly, correct")
        assert found["politeness"].value is None and found["politeness"].error == "missing"
        # A set stands as a|b, in the declared order, as in an exchanged file.
        assert found["reasons"].value == "wrong_fact|incomplete"


def test_verdicts_in_other_dimensions_and_odd_shapes_are_left_out(imported):
    rubric = current_rubric(imported)
    base = Conversation(id="x", source="production", source_id="x", created_at=None, week=WEEK, messages=())
    item = Item(id="x", conversation_id="x", week=WEEK, at="2026-11-09T00:00:00+00:00")
    odd = replace(base, verdicts={"j": {"mood": "good", "correctness": 1}, "k": "wrong", "l": None})
    only, baseline = verdicts_in(odd, item, rubric)
    assert (only.judge, only.dimension, only.value, only.raw) == ("j", "correctness", None, "1")
    assert (baseline.judge, baseline.version) == ("politeness-heuristic", "1")
    assert (baseline.value, baseline.error) == (None, "missing")
    assert [v.id for v in verdicts_in(odd, item, rubric)] == [only.id, baseline.id]


def test_a_preview_writes_nothing_and_gives_the_draw_that_follows(imported):
    shown = preview(imported, project_of(imported.path), REQUEST)
    assert imported.find(Week) == [] and imported.find(Draw) == []
    assert open_the_week(imported).result.digest == shown.digest


def test_items_for_several_people_that_one_alone_reviews_are_named(imported):
    for name in RATERS[1:]:
        add_person(imported, name, role="annotator", by="lea", scope="elsewhere")
    notes = open_the_week(imported).result.notes
    shared = sum(item.overlap for item in imported.find(Item))
    said = f"{shared} items for several people went to one person, because nobody else reviews their field."
    assert shared > 1 and said in notes


def test_a_second_identical_call_adds_nothing(opened):
    before = {r: opened.find(r) for r in (Week, Draw, Item, Assignment, Conversation, Verdict)}
    lines = evidence.ledger(opened, [WEEK])
    again = open_the_week(opened)
    assert (again.new_items, again.assignments) == (0, 0)
    assert {r: opened.find(r) for r in before} == before
    assert evidence.ledger(opened, [WEEK]) == lines
    assert again.result.digest == opened.find(Draw)[0].digest


def test_a_raise_stays_with_the_source_of_the_sealed_frame(opened, tmp_path):
    other = write_log(tmp_path / "elsewhere.jsonl", [conversation(1)])
    with pytest.raises(Refused, match=r"was drawn from .*; found .*elsewhere\.jsonl"):
        open_the_week(opened, replace(REQUEST, rate=0.5, source=str(other)))


def test_a_higher_rate_only_adds(opened, items):
    dealt = opened.find(Assignment)
    raised = open_the_week(opened, replace(REQUEST, rate=0.2, failing="all"))
    after = opened.find(Item, week=WEEK)
    assert after[: len(items)] == items and len(after) == len(items) + raised.new_items > len(items)
    assert opened.find(Assignment)[: len(dealt)] == dealt
    assert ids_of(opened) >= FAILING
    assert set(ids_of(opened) - FAILING - DOUBTFUL) == {i for i in ALL - FAILING - DOUBTFUL if chosen(WEEK, i, 0.2)}
    # Every item, old or new, has the probability of the latest draw.
    lines = evidence.ledger(opened, [WEEK])
    assert lines[WEEK, "failing"].probability == 1.0 and lines[WEEK, "rest"].probability == 0.2
    counts = {n: sum(i.stratum == n for i in after) for n in ("failing", "low_confidence", "rest")}
    assert {n: line.sampled for (_, n), line in lines.items()} == counts
    places = [a.position for a in assignments(opened, "ana")]
    assert places == list(range(1, len(places) + 1))


def test_a_lower_rate_is_refused(opened):
    with pytest.raises(Refused, match=r"found 0\.01, but the week was drawn at 0\.05"):
        open_the_week(opened, replace(REQUEST, rate=0.01))
    with pytest.raises(Refused, match="failing"):
        open_the_week(opened, replace(REQUEST, failing=2))
    assert len(opened.find(Draw)) == 1


def test_a_budget_without_names_counts_the_people_of_the_week(opened):
    # 400 items at one minute each are far more than 60 minutes of three people: 60 * 3 / 1.6 = 112 judgements'
    # worth of items (30 % overlap: 1 + .3 * 2 = 1.6 judgements per item). For one person it would be 60.
    asked = replace(REQUEST, raters=(), minutes=60, failing=None, low_confidence=None)
    raised = preview(opened, project_of(opened.path), asked)
    assert 95 <= raised.sampled <= 130


def test_a_budget_for_an_open_week_rests_on_the_overlap_of_the_week(opened):
    asked = replace(REQUEST, raters=(), minutes=60, failing=None, low_confidence=None)
    found = {overlap: wishes_of(replace(asked, overlap=overlap), week_so_far(opened, WEEK)) for overlap in (0.0, 0.9)}
    assert found[0.0] == found[0.9]
    assert found[0.0].budget.overlap == opened.get(Week, WEEK).overlap


def test_rows_that_arrive_late_are_counted_and_left_out(opened, items):
    import_rows(opened, [{**conversation(i), "id": f"late{i}"} for i in range(60)], "late.jsonl")
    raised = open_the_week(opened, replace(REQUEST, rate=1.0))
    assert raised.result.frame.late == 60 and any("arrived after" in n for n in raised.result.notes)
    assert not [i for i in ids_of(opened) if i.startswith("late")]
    assert ids_of(opened) == ALL
    assert {n: line.population for (_, n), line in evidence.ledger(opened, [WEEK]).items()} == {
        "failing": 10,
        "low_confidence": 16,
        "rest": 374,
    }


def test_a_raised_week_may_be_dealt_to_others(opened):
    raised = open_the_week(opened, replace(REQUEST, rate=0.3, raters=("lea",)))
    new = opened.find(Assignment)[-raised.assignments :]
    assert {a.rater_id for a in new} == {"lea"}


def test_a_raised_week_is_dealt_to_those_who_may_still_annotate_and_the_others_are_named(opened, items):
    take_role(opened, "ben")
    raised = open_the_week(opened, replace(REQUEST, rate=0.3, raters=()))
    new = opened.find(Assignment)[-raised.assignments :]
    assert {a.rater_id for a in new} == {"ana", "eva"} and raised.without_role == ("ben",)
    assert raised.left_out == "ben may not annotate any more and got none of the new items"
    with pytest.raises(Refused, match="ben has no role"):
        open_the_week(opened, replace(REQUEST, rate=0.5, raters=("ana", "ben")))
    for rater in ("ana", "eva"):
        take_role(opened, rater)
    with pytest.raises(Refused, match=r"None of the reviewers of 2026-W45 \(ana, ben, eva\) may annotate any more"):
        open_the_week(opened, replace(REQUEST, rate=0.5, raters=()))


def test_another_week_is_drawn_beside_it(opened):
    open_the_week(opened, replace(REQUEST, week=BEFORE, rate=1.0))
    assert ids_of(opened, BEFORE) == {f"b{i}" for i in range(1, 21)}
    assert set(evidence.ledger(opened, [BEFORE, WEEK])) >= {(BEFORE, "rest"), (WEEK, "rest")}


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"week": "2099-W01"}, Refused, "is drawn after it has ended"),
        ({"week": "2026-W60"}, InputError, "has no week 60"),
        ({"week": "last"}, InputError, "expected an ISO week"),
        ({"raters": ("ana", "zed")}, UnknownError, "nobody called 'zed'"),
        ({"raters": ()}, InputError, "Choose at least one reviewer"),
        ({"rate": 0.0}, InputError, "expected a share"),
        ({"rate": 1.5}, InputError, "expected a share"),
        ({"rate": float("nan")}, InputError, "expected a share"),
        ({"overlap": -0.1}, InputError, "expected a share"),
        ({"overlap": 1.1}, InputError, "expected a share"),
        ({"overlap_raters": -1}, InputError, "overlap_raters: found -1"),
        ({"failing": "some"}, InputError, "failing: found 'some'"),
        ({"failing": "²"}, InputError, "failing: found '²'"),
        ({"low_confidence": 0}, InputError, "low_confidence: found 0"),
        ({"minutes": 0.0}, InputError, "minutes"),
        ({"minutes": float("inf")}, InputError, "minutes"),
        ({"due": "friday"}, InputError, "due: found 'friday'"),
        ({"unit": "page"}, InputError, "unit: found 'page'"),
        ({"source": "nowhere.jsonl"}, InputError, "nowhere.jsonl"),
        ({"week": "2026-W10"}, NothingToDo, "holds no conversation"),
    ],
    ids=lambda value: "" if isinstance(value, type) else str(value),
)
def test_what_cannot_be_drawn_is_refused_and_leaves_nothing(imported, change, error, sentence):
    before = len(imported.find(AuditEntry))
    with pytest.raises(error, match=sentence):
        open_the_week(imported, replace(REQUEST, **change))
    for record in (Week, Draw, Stratum, Item, Conversation, Assignment, Verdict):
        assert imported.find(record) == []
    assert len(imported.find(AuditEntry)) == before and not imported.db.conn.in_transaction


def test_a_raise_for_an_unknown_person_leaves_the_week_as_it_was(opened, items):
    with pytest.raises(UnknownError):
        open_the_week(opened, replace(REQUEST, rate=0.5, raters=("ana", "zed")))
    assert opened.find(Item) == items and len(opened.find(Draw)) == 1


def test_opening_is_for_leads(imported):
    with pytest.raises(Refused, match="needs the role lead"):
        open_week(imported, project_of(imported.path), REQUEST, by="eva")


def test_a_closed_week_is_not_drawn_again(opened):
    close_week(opened, WEEK, by="lea", reason="holidays")
    with pytest.raises(Refused, match=f"{WEEK} is closed"):
        open_the_week(opened, replace(REQUEST, rate=0.5))


def test_the_error_of_an_empty_log_says_what_to_do(store):
    add_people(store)
    with pytest.raises(NothingToDo, match=r"the log at .* is empty.*Import conversations first"):
        open_the_week(store)


def test_a_conversation_is_reviewed_once_whatever_week_a_source_puts_it_in(opened, tmp_path):
    # The same id in two weeks of a file: the second would be an item of the first week.
    taken = next(iter(ids_of(opened)))
    path = write_log(tmp_path / "again.jsonl", [{**conversation(1), "id": taken, "created_at": "2026-10-28T08:00:00Z"}])
    with pytest.raises(Refused, match=f"'{taken}'.*{WEEK}"):
        open_the_week(opened, replace(REQUEST, week=BEFORE, source=str(path), rate=1.0))
    assert [w.name for w in opened.find(Week)] == [WEEK]


def cells(row):
    return {k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in row.items()}


def jsonl(folder):
    return str(write_log(folder / "raw.jsonl", records()))


def csv(folder):
    import csv as writer

    rows = [cells(r) for r in records()]
    names = list(dict.fromkeys(k for r in rows for k in r))
    with (folder / "raw.csv").open("w", newline="", encoding="utf-8") as file:
        table = writer.DictWriter(file, names)
        table.writeheader()
        table.writerows(rows)
    return str(folder / "raw.csv")


def parquet(folder):
    rows = [cells(r) for r in records()]
    names = list(dict.fromkeys(k for r in rows for k in r))
    pq.write_table(pa.Table.from_pylist([{n: r.get(n) for n in names} for r in rows]), folder / "raw.parquet")
    return str(folder / "raw.parquet")


def duck(folder):
    source = parquet(folder)
    with duckdb.connect(str(folder / "raw.duckdb")) as base:
        base.execute(f"CREATE TABLE talks AS SELECT * FROM '{source}'")
    return f"{folder / 'raw.duckdb'}#talks"


def sqlite(folder):
    rows = [cells(r) for r in records()]
    names = list(dict.fromkeys(k for r in rows for k in r))
    with sqlite3.connect(folder / "raw.db") as base:
        base.execute(f"CREATE TABLE talks ({', '.join(names)})")
        marks = ", ".join("?" for _ in names)
        base.executemany(f"INSERT INTO talks VALUES ({marks})", [[r.get(n) for n in names] for r in rows])
    base.close()
    return f"{folder / 'raw.db'}#talks"


@pytest.mark.parametrize("source", [jsonl, csv, parquet, duck, sqlite], ids=lambda f: f.__name__)
def test_a_source_gives_the_same_week_as_the_log(imported, opened, tmp_path, source):
    done = open_the_week(imported, replace(REQUEST, source=source(tmp_path)))
    (mine,), (logs,) = imported.find(Draw), opened.find(Draw)
    assert mine.digest == logs.digest == done.result.digest
    assert [(i.id, i.stratum, i.overlap) for i in sorted(imported.find(Item), key=lambda i: i.id)] == [
        (i.id, i.stratum, i.overlap) for i in sorted(opened.find(Item), key=lambda i: i.id)
    ]
    assert evidence.ledger(imported, [WEEK]) == evidence.ledger(opened, [WEEK])
    assert mine.frame["verdicts"] == logs.frame["verdicts"]
    said = {c.id: c for c in opened.find(Conversation)}
    for found in imported.find(Conversation):
        # A CSV has texts for numbers and so on; what people see is the same.
        wanted = said[found.id]
        assert (found.messages, found.context, found.steps, found.result) == (
            wanted.messages,
            wanted.context,
            wanted.steps,
            wanted.result,
        )
        assert (found.status, found.confidence, found.verdicts) == (wanted.status, wanted.confidence, wanted.verdicts)
        assert found.content_hash == wanted.content_hash
    verdicts = {v.id: (v.value, v.raw, v.error) for v in opened.find(Verdict)}
    assert {v.id: (v.value, v.raw, v.error) for v in imported.find(Verdict)} == verdicts


def test_a_source_with_names_of_its_own_is_mapped_and_masked(imported, tmp_path):
    rows = [
        {"key": f"k{i}", "at": "2026-11-04T10:00:00Z", "q": f"I am jo{i}@example.org", "a": "Hello", "state": "broken"}
        for i in range(12)
    ]
    mapping = {"id": "key", "created_at": "at", "question": "q", "answer": "a", "status": "state"}
    project = Project(path=imported.path.parent / "spotcheck.toml", values={"status": {"broken": "error"}})
    request = Request(
        week=WEEK, rate=1.0, raters=("ana",), source=str(write_log(tmp_path / "own.jsonl", rows)), mapping=mapping
    )
    open_week(imported, project, request, by="lea")
    found = imported.find(Conversation)
    assert {c.id for c in found} == {f"k{i}" for i in range(12)}
    assert all(c.question == "I am [EMAIL_1]" and c.status == "error" and c.redacted == 1 for c in found)
    assert {i.stratum for i in imported.find(Item)} == {"failing"}
    # The original is kept apart; a lead may look, and the look is written down first.
    with pytest.raises(Refused, match="needs the role lead"):
        revealed(imported, "k3", by="eva")
    assert "jo3@example.org" in json.dumps(revealed(imported, "k3", by="lea"))
    with pytest.raises(UnknownError, match="no original"):
        revealed(imported, "nobody", by="lea")
    assert [e.subject for e in imported.find(AuditEntry, action="reveal")] == ["k3", "nobody"]


def test_without_originals_nothing_unmasked_is_kept(imported, tmp_path):
    row = {**conversation(3), "messages": [{"role": "user", "content": "I am jo@example.org"}]}
    project = Project(path=imported.path.parent / "spotcheck.toml", privacy=Privacy(originals="none"))
    request = Request(week=WEEK, rate=1.0, raters=("ana",), source=str(write_log(tmp_path / "one.jsonl", [row])))
    open_week(imported, project, request, by="lea")
    with pytest.raises(UnknownError):
        revealed(imported, "c003", by="lea")
    kept = [p for p in imported.path.parent.rglob("*") if p.is_file() and b"jo@example.org" in p.read_bytes()]
    assert kept == []


def test_a_drawn_row_that_cannot_be_read_is_named_and_leaves_nothing(imported, tmp_path):
    rows = [{**conversation(i), "confidence": 7} for i in range(5)]
    with pytest.raises(InputError, match=r"confidence: found .*in a drawn conversation"):
        open_the_week(imported, replace(REQUEST, rate=1.0, source=str(write_log(tmp_path / "odd.jsonl", rows))))
    assert imported.find(Week) == []


def test_with_single_answers_the_key_chooses_which(imported):
    open_the_week(imported, replace(REQUEST, unit="turn", rate=0.5))
    items = imported.find(Item)
    assert {i.target_turn for i in items} == {1, 3}
    assert all(i.id == f"{i.conversation_id}#{i.target_turn}" for i in items)
    # Each of two answers is as likely: of n items half, give or take 4 standard errors of sqrt(n)/2.
    first = sum(i.target_turn == 1 for i in items)
    assert abs(first - len(items) / 2) < 4 * len(items) ** 0.5 / 2
    again = imported.find(Conversation)[0]
    assert target_turn(again, WEEK) == next(i.target_turn for i in items if i.conversation_id == again.id)


def test_a_conversation_without_any_answer_is_reviewed_as_a_whole(imported, tmp_path):
    row = {**conversation(3), "messages": [{"role": "user", "content": "Hello?"}]}
    open_the_week(
        imported, replace(REQUEST, unit="turn", rate=1.0, source=str(write_log(tmp_path / "one.jsonl", [row])))
    )
    (item,) = imported.find(Item)
    assert (item.id, item.target_turn) == ("c003", None)


def test_the_measured_pace_sets_the_budget(opened):
    send(opened, "ana", *(entry(a, seconds=30) for a in assignments(opened, "ana")))
    # Twice as quick as the assumed minute: twice the items of the same hour, 60 * 60 * 3 / 30 / 1.6 = 225.
    asked = replace(REQUEST, raters=RATERS, minutes=60, failing=None, low_confidence=None)
    assert 205 <= preview(opened, project_of(opened.path), asked).sampled <= 245


def test_a_dry_run_uses_the_measured_pace_as_the_draw_does(opened):
    send(opened, "ana", *(entry(a, seconds=5) for a in assignments(opened, "ana")))
    asked = ["sample", "--week", BEFORE, "--rate", "0.01", "--minutes", "1", "--raters", "ana"]
    dry, real = (
        json.loads(CliRunner().invoke(spotcheck, [*asked, *more, "--json", "--store", str(opened.path)]).stdout)
        for more in (["--dry-run"], ["--as", "lea"])
    )
    # Twelve of five seconds in a minute; at the assumed minute each it would be one.
    assert dry["sampled"] == real["sampled"] == 12 and dry["digest"] == real["digest"]


def dry_run(store, *more):
    asked = ["sample", "--week", WEEK, "--dry-run", "--json", "--store", str(store.path)]
    return json.loads(CliRunner().invoke(spotcheck, [*asked, *more], catch_exceptions=False).stdout)


def test_a_dry_run_of_an_open_week_shows_what_a_raised_rate_draws_from_the_sealed_frame(opened):
    import_rows(opened, [{**conversation(i), "id": f"late{i}"} for i in range(300)], "late.jsonl")
    request = replace(REQUEST, rate=0.2, raters=(), failing=None, low_confidence=None)
    dry = dry_run(opened, "--rate", "0.2", "--ids")
    shown = preview(opened, project_of(opened.path), request)
    drawn = open_the_week(opened, request).result
    for result in (shown, drawn):
        assert dry["frame"]["late"] == result.frame.late == 300
        assert dry["strata"] == [s._asdict() for s in result.strata]
        assert (dry["seed"], dry["digest"]) == (result.seed, result.digest)
        assert (dry["overlap"]["share"], dry["overlap"]["ids"]) == (result.overlap, list(result.overlap_ids))
        assert dry["notes"] == list(result.notes)
    assert sum(s["population"] for s in dry["strata"]) == SIZE
    assert not [i for i in dry["ids"] if i.startswith("late")]


def test_a_dry_run_refuses_what_the_draw_of_an_open_week_refuses(opened, tmp_path):
    with pytest.raises(Refused, match=r"found 0\.01, but the week was drawn at 0\.05"):
        dry_run(opened, "--rate", "0.01")
    other = write_log(tmp_path / "elsewhere.jsonl", [conversation(1)])
    with pytest.raises(Refused, match=r"was drawn from .*; found .*elsewhere\.jsonl"):
        dry_run(opened, "--rate", "0.5", str(other))


@pytest.mark.parametrize(
    "asked, message",
    [
        ({"week": BEFORE, "unit": "page"}, "unit: found 'page'"),
        ({"week": BEFORE, "due": "friday"}, "due: found 'friday'"),
        ({"week": BEFORE, "raters": ("zed",)}, "nobody called 'zed'"),
        ({"week": BEFORE, "overlap_raters": -1}, "overlap_raters: found -1"),
        ({"week": BEFORE, "raters": ("lea", "ana", "guest")}, "guest"),
        ({"raters": ("guest",), "rate": 0.2}, "guest"),
    ],
)
def test_a_preview_refuses_what_the_draw_refuses(opened, asked, message):
    add_person(opened, "guest", role="none", by="lea")
    request = replace(REQUEST, **asked)
    with pytest.raises(ReviewError, match=message) as drawn:
        open_the_week(opened, request)
    with pytest.raises(type(drawn.value), match=message) as shown:
        preview(opened, project_of(opened.path), request)
    assert str(shown.value) == str(drawn.value)


def test_a_preview_of_a_closed_week_and_of_one_without_reviewers_is_refused(opened, monkeypatch):
    project, raised = project_of(opened.path), replace(REQUEST, rate=0.2, raters=())
    so_far = drawing.week_so_far(opened, WEEK)
    nobody = replace(so_far, reviewers=(), without_role=("Ana",))
    for found, message in ((replace(so_far, closed=True), "is closed"), (nobody, "may annotate any more")):
        for module in (drawing, opening):
            monkeypatch.setattr(module, "week_so_far", lambda *_, found=found, **__: found)
        for verb in (lambda: preview(opened, project, raised), lambda: open_the_week(opened, raised)):
            with pytest.raises(Refused, match=message):
                verb()


def test_a_draw_is_refused_when_somebody_else_drew_the_week_meanwhile(opened, monkeypatch):
    fetch = opening.fetch

    def slow(*arguments, **more):
        monkeypatch.setattr(opening, "fetch", fetch)
        open_the_week(opened, replace(REQUEST, rate=0.2))
        return fetch(*arguments, **more)

    monkeypatch.setattr(opening, "fetch", slow)
    with pytest.raises(Refused, match=f"somebody else drew from {WEEK} a moment ago"):
        open_the_week(opened, replace(REQUEST, rate=0.3))
    assert [d.rate for d in opened.find(Draw)] == [0.05, 0.2]
