"""What every engine of the store does alike: rows and their order, races, snapshots, the chain, copies, and errors."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path
from statistics import median
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flow_store import BAD, GOOD, WEEK, add_people, assignments, entry, import_rows, open_the_week, records, send, vote
from postgres_server import Server, shared_server
from quick_stores import ON_POSTGRES
from round_trips import counted_trips
from store_databases import store_in

import storage.queries
from pages.parts.shared import visitor
from review.annotating.batch import batch
from review.annotating.submissions import receive
from review.audit.verifying import check_store
from review.basics.errors import ReviewError
from review.closing.closing import close_week
from review.current.settled import annotations_of
from review.experiments.versions.registry import Wanted, register
from review.golden.approve import approve, why_not_together
from review.golden.releases import release
from review.people.invitations import invite, leave, use
from review.people.link_cookie import cookie_name, cookie_value
from review.people.people import add_person, people
from review.serving.store_copies import check_whole, copy_store
from review.settings.access import Access
from review.settling.adjudication import adjudicate
from storage import postgres_opening
from storage.address import address_in, store_file, write_address
from storage.connection import NoStore, StorageError
from storage.copying import tables
from storage.migrations.around import m040_indexes_in_order
from storage.migrations.schema import STEPS
from storage.opening import open_for_copy, open_store
from storage.postgres_answers import Answers
from storage.postgres_connecting import close_pools
from storage.postgres_dialect import translated
from storage.postgres_engine import PostgresEngine
from storage.postgres_roles import grants
from storage.proof_key import VARIABLE
from storage.queries.annotations import median_seconds, seconds_by_rater
from storage.queries.erasing import erasures_so_far
from storage.queries.states import Written, annotations_written, latest_key, one_state
from storage.records import KEYS
from storage.records_experiments import PromptVersion
from storage.records_golden import GoldenExample, Release
from storage.records_people import AuditEntry, Rater, Setting
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import Assignment, Item, WeekClosing
from storage.store import Store, finding

pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="these tests choose the engine themselves")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of PostgreSQL, and the audit key that a store in a database needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "a key for the stores of these tests")
        yield shared_server()
        close_pools()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of a test; PostgreSQL is started only where it is needed."""
    if request.param == "postgres":
        request.getfixturevalue("server")
    return str(request.param)


def file_of(server: Server, file: Path) -> Path:
    """A file that names a new, empty database."""
    write_address(file, server.address(server.new_database()))
    return file


@pytest.fixture(scope="module")
def house(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with people, a log and an open week, on each engine; every test uses its own items of it."""
    file = tmp_path_factory.mktemp(engine) / "spotcheck.db"
    if engine == "postgres":
        store_in(request.getfixturevalue("server"), file)
    store = open_store(file)
    add_people(store)
    import_rows(store, records())
    open_the_week(store)
    return store


def both_at_once(store: Store, act: Callable[[Store], Any]) -> list[Any]:
    """Do the same in two sessions that begin at once; returns what each got, or the error that it met."""
    start = Barrier(2)

    def one(_: int) -> Any:
        own = open_store(store.path, create=False)
        start.wait(timeout=30)
        try:
            return act(own)
        except ReviewError as error:
            return error
        finally:
            own.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def settled_item(store: Store, place: int, *, agreed: bool = True) -> str:
    """An item of the week that two people have reviewed."""
    item = store.find(Item, week=WEEK)[place].id
    vote(store, item, "ana", GOOD)
    vote(store, item, "ben", GOOD if agreed else BAD)
    return item


def race_submission(store: Store) -> tuple[Callable[[Store], Any], type, dict[str, Any], int]:
    sent = entry(assignments(store, "ana")[5])
    return lambda own: receive(own, "ana", [sent]), Annotation, {"submission_id": sent["submission_id"]}, 2


def race_person(_: Store) -> tuple[Callable[[Store], Any], type, dict[str, Any], int]:
    return lambda own: add_person(own, "Zoe", role="annotator", by="lea"), Rater, {"name": "Zoe"}, 2


def race_decision(store: Store) -> tuple[Callable[[Store], Any], type, dict[str, Any], int]:
    item, name = settled_item(store, 0, agreed=False), uuid4().hex

    def act(own: Store) -> Any:
        return adjudicate(own, item, by="lea", labels=GOOD, rationale="It arrived.", decision_id=name)

    return act, Adjudication, {"item_id": item}, 2


def race_approval(store: Store) -> tuple[Callable[[Store], Any], type, dict[str, Any], int]:
    item = settled_item(store, 1)
    return lambda own: approve(own, item, by="lea"), GoldenExample, {"item_id": item}, 2


def race_release(store: Store) -> tuple[Callable[[Store], Any], type, dict[str, Any], int]:
    approve(store, settled_item(store, 2), by="lea")
    return lambda own: release(own, "v1", by="lea"), Release, {"name": "v1"}, 1


def race_version(_: Store) -> tuple[Callable[[Store], Any], type, dict[str, Any], int]:
    wanted = Wanted(id="v7", prompt="Answer.")
    return lambda own: register(own, wanted, by="lea"), PromptVersion, {"id": "v7"}, 2


def race_closing(_: Store) -> tuple[Callable[[Store], Any], type, dict[str, Any], int]:
    return lambda own: close_week(own, WEEK, by="lea", reason="a race"), WeekClosing, {"week": WEEK}, 1


RACES = (race_submission, race_person, race_decision, race_approval, race_release, race_version, race_closing)
"""Each returns what both sessions do, the rows of which one may be new, and how many of the two get an answer.

The last one closes the week.
"""


def test_a_batch_and_a_submission_take_few_ways_to_the_server_and_ask_nothing_in_vain(
    house: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(house.engine, PostgresEngine):
        pytest.skip("a file is near")
    used: set[str] = set()
    get = Answers.get

    def noted(self: Answers, sql: str, values: Any) -> Any:
        found = get(self, sql, values)
        used.update([sql] if found is not None else [])
        return found

    monkeypatch.setattr(Answers, "get", noted)
    batch(house, "eva", week=WEEK)
    with counted_trips() as trips:
        assert batch(house, "eva", week=WEEK)["items"]
    # The lists; the rubric and the items; their conversations; the end.
    assert len(trips) == 4, trips
    assert {sql for trip in trips for sql in trip if sql.startswith("SELECT")} <= {
        " ".join(sql.split()) for sql in used
    }

    used.clear()
    mine = assignments(house, "ana")[-1]
    with counted_trips() as trips:
        assert receive(house, "ana", [entry(mine)]).acknowledged
    # All that was sent is about; what the item is about; the answer; its digest and its entry; the end.
    assert len(trips) == 5, trips
    asked = {sql for trip in trips for sql in trip if sql.startswith("SELECT") and "pg_advisory" not in sql}
    assert asked <= {" ".join(sql.split()) for sql in used}


def test_whether_a_visitor_is_still_there_takes_three_ways_to_the_server(
    house: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    login, headers = use(house, invite(house, "ben", role="annotator", by="lea").token), Message()
    headers["Cookie"] = f"{cookie_name(house)}={cookie_value(house, login)}"
    monkeypatch.setattr(visitor, "st", SimpleNamespace(context=SimpleNamespace(headers=headers)))
    by_link = Access(mode="links")
    with counted_trips() as trips:
        assert visitor.is_still(house, by_link, "ben", "annotator") and not house.in_transaction
    # What is known of the rater and the store; the login; the end.
    assert len(trips) == (3 if isinstance(house.engine, PostgresEngine) else 0), trips
    assert not visitor.is_still(house, by_link, "ana", "annotator")
    assert not visitor.is_still(house, by_link, "ben", "lead")
    leave(house, login.id, login.secret)
    assert not visitor.is_still(house, by_link, "ben", "annotator")


def test_figures_that_are_read_together_ask_for_a_state_once(house: Store) -> None:
    def states() -> tuple[str, Written, int]:
        return latest_key(house, Setting), annotations_written(house), erasures_so_far(house)

    with one_state(house), counted_trips() as trips:
        before = states()
        open_store(house.path, create=False).add(Setting(uuid4().hex, "written meanwhile"))
        asked = len(trips)
        assert states() == before and len(trips) == asked
        with house.snapshot():
            assert latest_key(house, Setting) != before[0], "a transaction sees what there is"
    assert states()[0] != before[0]


def test_candidates_take_as_many_ways_to_the_server_as_one(house: Store) -> None:
    if not isinstance(house.engine, PostgresEngine):
        pytest.skip("a file is near")
    items = [settled_item(house, place) for place in (20, 21, 22)]
    with counted_trips() as one:
        assert why_not_together(house, items[:1], by="lea") == {items[0]: ""}
    with counted_trips() as several:
        assert set(why_not_together(house, items, by="lea").values()) == {""}
    assert len(several) == len(one), several


def test_two_sessions_that_do_the_same_at_once_do_it_once(house: Store) -> None:
    for race in RACES:
        act, record, where, answered = race(house)
        got = both_at_once(house, act)
        assert len(house.find(record, **where)) == 1, race.__name__
        assert sum(not isinstance(one, ReviewError) for one in got) == answered, (race.__name__, got)
    assert check_store(house).holds


def test_the_chain_counts_on_while_many_write(house: Store) -> None:
    before = len(house.find(AuditEntry))

    def write(place: int) -> None:
        own = open_store(house.path, create=False)
        for k in range(5):
            add_person(own, f"{place}-{k}", role="annotator", by="lea")
        own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    sequences = [e.sequence for e in house.find(AuditEntry)]
    assert sequences == list(range(1, len(sequences) + 1)) and len(sequences) >= before + 20
    assert check_store(house).holds


def test_a_transaction_that_fails_leaves_nothing_and_can_be_followed(house: Store) -> None:
    with pytest.raises(ZeroDivisionError), house.transaction():
        house.add(Setting("half", "done"))
        _ = 1 / 0
    assert house.get(Setting, "half") is None and not house.in_transaction
    house.add(Setting("whole", "done"))
    assert house.add(Setting("whole", "again")) == 0 and house.get(Setting, "whole") == Setting("whole", "done")


def test_a_snapshot_does_not_see_what_comes_later(house: Store) -> None:
    with house.snapshot():
        before = len(house.find(Setting))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: open_store(house.path, create=False).add(Setting(uuid4().hex, "later"))).result()
        assert len(house.find(Setting)) == before
    assert len(house.find(Setting)) == before + 1


def test_an_answer_holds_until_its_table_is_written(house: Store) -> None:
    name = uuid4().hex
    with house.transaction([finding(Setting, name=name), finding(Rater, id="ana")]):
        assert house.get(Setting, name) is None
        house.ask([finding(Setting, name=name), finding(Item, kind=None)])
        house.add(Setting(name, "written"))
        assert house.get(Setting, name) == Setting(name, "written") and house.get(Rater, "ana") is not None


def test_texts_numbers_and_json_come_back_as_they_were_written(house: Store) -> None:
    odd = "Ärger 🙂 'quoted' \\ %s $1 ? :name\n\t\u2028" + "x" * 70_000
    labels = {"z": "last", "a": ["b", odd], "empty": []}
    mine = assignments(house, "ben")[0]
    row = Annotation(
        submission_id=uuid4().hex, assignment_id=mine.id, item_id=mine.item_id, rater_id="ben", rubric_version=1,
        labels=labels, at="2026-11-01T00:00:00.000+00:00", comment=odd, seconds=0.1 + 0.2, late=True,
    )  # fmt: skip
    house.add(row)
    back = house.get(Annotation, row.submission_id)
    assert back == row and list(back.labels) == list(labels), "the order of keys is what was written"
    assert house.find(Annotation, comment=[odd, "other"]) == [row]
    assert house.find(Item, kind=None) and house.find(Assignment, position=[1, 2], rater_id="ana")


def test_rows_are_found_in_order_of_arrival_and_texts_in_order_of_bytes(house: Store) -> None:
    names = ["b", "Z", "ä", "a", "_"]
    house.add(*(Setting(f"order {name}", "x") for name in names))
    ours = [s.name for s in house.find(Setting) if s.name.startswith("order ")]
    by_name = [s.name for s in house.find(Setting, order_by="name") if s.name.startswith("order ")]
    assert ours == [f"order {n}" for n in names] and by_name == sorted(ours, key=str.encode)


def test_a_stream_can_be_left_and_other_questions_asked_meanwhile(house: Store) -> None:
    for row in house.stream("SELECT id FROM items ORDER BY rowid"):
        assert house.get(Item, row[0]) is not None
        break
    with house.snapshot():
        assert sum(house.get(Item, id_) is not None for (id_,) in house.stream("SELECT id FROM items")) > 5


def test_a_stream_of_few_rows_takes_two_ways_to_the_server_and_one_of_many_a_way_each_thousand(house: Store) -> None:
    if not isinstance(house.engine, PostgresEngine):
        pytest.skip("a file is near")
    with house.snapshot(), counted_trips() as trips:
        assert len(list(house.stream("SELECT id FROM items"))) > 5
        assert len(trips) == 2, trips
        nobody = house.stream("SELECT id FROM items WHERE week = ?", ("no such week",))
        assert list(nobody) == [] and len(trips) == 4, trips
        numbers = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 2500) SELECT k FROM n"
        assert [k for (k,) in house.stream(numbers)] == list(range(1, 2501)) and len(trips) == 8, trips
    left = house.stream("SELECT id FROM items")
    with house.snapshot():
        next(left)
    with house.snapshot():  # the cursor ended with its transaction, and this one has no such cursor
        left.close()
        assert house.find(Item)


def test_the_pace_of_a_week_is_the_median_of_what_was_timed(house: Store) -> None:
    for seconds in (0.5, 90, 7.25, None):
        send(house, "eva", entry(assignments(house, "eva")[-1], seconds=seconds))
        timed = [s for several in seconds_by_rater(house, WEEK, late=True).values() for s in several]
        assert median_seconds(house, WEEK, late=True) == median(timed)
    assert median_seconds(house, "2020-W01") is None


def test_each_index_ends_with_the_order_of_arrival(server: Server, tmp_path: Path) -> None:
    engine = open_store(store_in(server, tmp_path / "s.db")).engine
    assert isinstance(engine, PostgresEngine)
    sql = "SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'idx\\_%' AND indexdef NOT LIKE '%UNIQUE%'"
    made = sorted(line for (line,) in engine.run(sql, ()))
    assert len(made) > 30 and all(line.endswith((", rowid)", ", sequence)")) for line in made), made
    engine.run("DROP INDEX idx_audit_action; CREATE INDEX idx_audit_action ON audit (action)", ())
    m040_indexes_in_order(engine.db)
    assert sorted(line for (line,) in engine.run(sql, ())) == made


def test_what_the_engines_find_broken_is_nothing(house: Store) -> None:
    assert check_whole(house).holds


def statements() -> list[str]:
    """Every statement of storage/queries that stands in a constant."""
    found = set[str]()
    for part in pkgutil.iter_modules(storage.queries.__path__):
        for value in vars(importlib.import_module(f"storage.queries.{part.name}")).values():
            whole = isinstance(value, str) and "{" not in value.replace("'{}'", "")
            if whole and value.lstrip().startswith(("SELECT", "WITH")):
                found.add(value)
    return sorted(found)


def test_postgresql_accepts_every_statement_of_the_queries(server: Server, tmp_path: Path) -> None:
    store = open_store(store_in(server, tmp_path / "s.db"))
    refused = []
    with store.snapshot():
        for number, sql in enumerate(found := statements()):
            try:
                store.engine.run(f"PREPARE s{number} AS {translated(sql).sql}", ())
            except Exception as error:  # noqa: BLE001 - whatever it says belongs into the message
                refused.append(f"{error}\n{sql}")
                break
    assert len(found) > 100 and not refused, refused


def test_like_and_its_opposite_have_no_regard_to_case() -> None:
    said = translated("SELECT 1 FROM items i WHERE i.id LIKE 'A%' AND i.week NOT LIKE 'B%' AND NOT i.id LIKE 'C%'").sql
    assert said.count("ILIKE") == 3 and said.count("NOT ") == 2, said


def both(server: Server, tmp_path: Path, kind: str) -> tuple[Path, Path]:
    """A store with reviews of one engine, and a place for a copy of the other one."""
    file, base = tmp_path / "a.db", tmp_path / "b.db"
    if kind == "postgres":
        store_in(server, file)
    else:
        file_of(server, base)
    store = open_store(file)
    add_people(store)
    import_rows(store, records()[:40])
    open_the_week(store)
    send(store, "ana", *(entry(a) for a in assignments(store, "ana")[:3]))
    store.close()
    return file, base


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_copy_holds_every_row_and_goes_on(server: Server, tmp_path: Path, kind: str) -> None:
    here, there = both(server, tmp_path, kind)
    stopped = [t.name for t in tables()].index("assignments")

    def stop(done: Any) -> None:
        if done.table == tables()[stopped].name:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(here, there, progress=stop)
    half = open_for_copy(there)
    with pytest.raises((StorageError, ReviewError)):
        add_person(half, "eve", role="annotator", by="lea")
    half.close()
    made = copy_store(here, there)
    assert made.check.holds and made.check.rows > 40 and made.files > 0
    assert {t.table: t.new for t in made.tables}["items"] == 0, "what was copied is not copied again"
    ours, theirs = open_store(here), open_store(there)
    assert annotations_of(ours, WEEK) == annotations_of(theirs, WEEK)
    add_person(theirs, "new", role="annotator", by="lea")
    assert check_store(theirs).holds
    with pytest.raises(StorageError, match=r"differs from the one|is missing"):
        copy_store(here, there)


def test_a_place_that_holds_another_store_is_left_alone(server: Server, tmp_path: Path) -> None:
    here, there = both(server, tmp_path, "sqlite")
    other = open_store(there)
    add_people(other)
    with pytest.raises(StorageError, match="holds another store"):
        copy_store(here, there)
    assert [p.name for p in people(other)] == ["lea", "ana", "ben", "eva"]


def test_the_role_of_the_application_adds_rows_and_changes_none(server: Server, tmp_path: Path) -> None:
    file = store_in(server, tmp_path / "s.db")
    store = open_store(file)
    add_people(store)
    database = str(address_in(file)).partition("///")[2].partition("?")[0]
    for role, erasure in (("app", False), ("eraser", True)):
        server.role(role)
        for line in grants(role, erasure=erasure).splitlines():
            server.sql(line, database)
    files = SimpleNamespace(app=tmp_path / "app.db", eraser=tmp_path / "eraser.db")
    for role, own in vars(files).items():
        write_address(own, server.address(database, role))
    app, eraser = open_store(files.app), open_store(files.eraser)
    add_person(app, "new", role="annotator", by="lea")
    assert check_store(app).holds
    for store, sql in (
        (app, "UPDATE raters SET name = 'x'"),
        (app, "DELETE FROM raters"),
        (app, "INSERT INTO schema_steps (name) VALUES ('x')"),
        *((eraser, f"UPDATE audit SET {column} = 'x'") for column in ("action", "at", "hash", "previous")),
        (eraser, "UPDATE audit_rows SET digest = ''"),
        (app, "UPDATE audit SET detail = '{}'"),
        (eraser, "DELETE FROM annotations"),
    ):
        with pytest.raises(StorageError, match=r"permission denied.*how a role gets"), store.engine.plain_errors():
            store.engine.run(sql, ())
    eraser.engine.run("UPDATE raters SET name = 'erased' WHERE id = 'new'", ())
    # An erased person has another id in each entry and its list of rows, whose hashes stay.
    eraser.engine.run("UPDATE audit SET actor = 'reviewer-1' WHERE actor = 'new'", ())
    eraser.engine.run("UPDATE audit_rows SET key = 'reviewer-1' WHERE key = 'new'", ())
    # No table is an exception: leases are locks, and every state is the latest row.
    changes = "SELECT string_agg(relname, ' ' ORDER BY 1) FROM pg_class c WHERE relkind = 'r' AND relnamespace = "
    changes += "'public'::regnamespace AND ({})"
    may = " OR ".join(f"has_any_column_privilege('{{0}}', c.oid, '{do}')" for do in ("UPDATE", "REFERENCES"))
    may += " OR " + " OR ".join(f"has_table_privilege('{{0}}', c.oid, '{do}')" for do in ("DELETE", "TRUNCATE"))
    assert server.sql(changes.format(may.format("app")), database) == [(None,)]
    emptied = str(server.sql(changes.format(may.format("eraser")), database)[0][0]).split()
    assert set(emptied) == {table for table, _ in KEYS.values()} | {"audit_rows"}


def test_two_processes_that_start_on_an_old_schema_run_each_step_once(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(server, tmp_path / "s.db")
    ran: list[str] = []

    def noted(step: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(step)
        def run(db: Any) -> None:
            ran.append(step.__name__)
            step(db)

        return run

    with monkeypatch.context() as older:
        older.setattr(postgres_opening, "STEPS", STEPS[:-4])
        postgres_opening.open_database(file, str(address_in(file)), create=True, sign=False)
    monkeypatch.setattr(postgres_opening, "STEPS", [noted(step) for step in STEPS])
    together = Barrier(2)

    def start(_: int) -> int:
        together.wait()
        store = open_store(file)
        return store.add(Setting("started", "by both"))

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(start, range(2))) == [0, 1]
    assert ran == [step.__name__ for step in STEPS[-4:]]


def test_what_is_no_store_or_cannot_be_opened_says_why(server: Server, tmp_path: Path, monkeypatch: Any) -> None:
    empty = file_of(server, tmp_path / "empty.db")
    with pytest.raises(NoStore, match="no store in this database"):
        open_store(empty, create=False)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(StorageError, match=VARIABLE):
        open_store(empty)
    monkeypatch.setenv(VARIABLE, "a key for the stores of these tests")
    store = open_store(empty)
    store.engine.run("INSERT INTO schema_steps (name) VALUES ('m999_from_tomorrow')", ())
    with pytest.raises(StorageError, match="newer version"):
        open_store(empty)
    other = tmp_path / "other.db"
    write_address(other, server.address("postgres"))
    server.sql("CREATE TABLE IF NOT EXISTS theirs (x int)")
    with pytest.raises(StorageError, match="other tables"):
        open_store(other)
    write_address(other, server.address("nowhere"))
    with pytest.raises(StorageError, match=r"does not exist|does not answer"):
        open_store(other)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql://me:secret@host/db", "holds a password"),
        ("postgresql://host/db?password=secret", "holds a password"),
        ("postgresql://host", "expected the name of a database"),
        ("postgresql://[::1/db", "no address"),
    ],
)
def test_addresses_are_checked(address: str, sentence: str) -> None:
    with pytest.raises(StorageError, match=sentence):
        store_file(address)


def test_an_address_becomes_a_file_in_the_folder_of_the_project(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SPOTCHECK_PROJECT", str(tmp_path))
    file = Path(store_file("postgres://me@host/reviews"))
    assert file.parent == tmp_path and address_in(file) == "postgresql://me@host/reviews"
    assert store_file("spotcheck.db") == "spotcheck.db" and store_file("postgres://me@host/reviews") == str(file)


def test_one_database_has_one_file_so_another_user_does_not_begin_a_second_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTCHECK_PROJECT", str(tmp_path))
    first = Path(store_file("postgresql://me@host:5432/reviews"))
    for other in ("postgresql://app@host/reviews", "postgresql://host/reviews", "postgresql://host/reviews?user=app"):
        with pytest.raises(StorageError, match=rf"{first.name} .*postgresql://me@host:5432/reviews.*PGUSER"):
            store_file(other)
    assert list(tmp_path.iterdir()) == [first]
    for another in ("postgresql://me@host/others", "postgresql://me@host:5433/reviews", "postgresql://me@b/reviews"):
        store_file(another)
    assert store_file("postgresql://me@host:5432/reviews") == str(first) and len(list(tmp_path.iterdir())) == 4


def test_a_server_that_starts_again_is_found_again(server: Server, tmp_path: Path) -> None:
    store = open_store(file_of(server, tmp_path / "s.db"))  # no copy: those lose numbers of rows in a crash
    add_people(store)
    with pytest.raises(StorageError, match=r"connection to the database was lost|does not answer"), store.transaction():
        store.add(Setting("lost", "x"))
        server.stop()
        server.start()
        store.add(Setting("lost too", "x"))
    assert [p.name for p in people(store)] == ["lea", "ana", "ben", "eva"] and store.get(Setting, "lost") is None
    add_person(store, "later", role="annotator", by="lea")
    assert check_store(store).holds
