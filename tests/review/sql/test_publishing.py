"""Results in a warehouse: the estimates shown are sums over rows, and a second run changes nothing."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml
from command_line import spotcheck
from judged_store import NAMES, WEEK, judged
from sql_databases import postgres_shop

from review.audit.store_secrets import store_id
from review.basics.errors import InputError, Refused
from review.current.verdicts import REPLACES
from review.report.publishing.catalogue import WAREHOUSES, addresses
from review.report.publishing.dbt import write_dbt
from review.report.publishing.publish import publish
from review.report.publishing.schema import PREFIX, TABLES, columns_of
from review.serving.nightly import publish_the_results
from review.settings.project import project_of
from storage.queries.weeks import weeks_in_use
from storage.records_review import Adjudication, Verdict, Withdrawal

SHARE = "sum(s.weight * s.positive) / sum(s.weight)"
FOUND = f"""SELECT s.week, s.dimension, {SHARE}, any_value(e.value) FROM {PREFIX}settlements s
JOIN {PREFIX}estimates e ON e.store = s.store AND e.week = s.week AND e.dimension = s.dimension AND e.basis = 'people'
WHERE s.positive IS NOT NULL AND s.weight > 0 AND e.value IS NOT NULL GROUP BY s.week, s.dimension"""


def weeks_of(store):
    return [week.name for week in weeks_in_use(store)]


def test_a_name_that_no_warehouse_has_is_an_error_and_paths_are_beside_the_settings(store):
    toml = store.path.parent / "spotcheck.toml"
    toml.write_text('[publish]\nduckdb = "r.duckdb"\npostgres = "postgresql://host/db"\n')
    beside = {"duckdb": str(toml.parent / "r.duckdb"), "postgres": "postgresql://host/db"}
    assert addresses(project_of(store.path)) == beside
    toml.write_text('[publish]\nduckbd = "r.duckdb"\n')
    with pytest.raises(InputError, match="found setting 'duckbd', expected one of clickhouse"):
        addresses(project_of(store.path))


def test_the_share_in_sql_is_the_estimate_that_is_shown(demo, tmp_path):
    path = str(tmp_path / "results.duckdb")
    first = publish(demo, "duckdb", path, weeks_of(demo), by="visitor")
    assert all(first.rows[name] == n for name, n in first.written.items()) and first.rows["settlements"] > 100
    with duckdb.connect(path, read_only=True) as db:
        found = db.execute(FOUND).fetchall()
        groups = {row[0] for row in db.execute(f'SELECT DISTINCT "group" FROM {PREFIX}items').fetchall()}
        bare = db.execute(
            f'SELECT count(*) FROM {PREFIX}labels WHERE weight IS NULL OR ("group" IS NOT NULL) <> (weight > 0)'
        ).fetchone()
    assert len(groups) > 1 and bare == (0,)
    assert len(found) >= 2 and all(share == pytest.approx(shown, abs=1e-12) for *_, share, shown in found), found
    again = publish(demo, "duckdb", path, weeks_of(demo), by="visitor")
    assert set(again.written.values()) == set(again.removed.values()) == {0} and again.rows == first.rows


@contextmanager
def duckdb_file(folder):
    path = str(folder / "results.duckdb")

    def rows(sql):
        with duckdb.connect(path, read_only=True) as db:
            return db.execute(sql).fetchall()

    yield path, {}, rows


@contextmanager
def parquet_folder(folder):
    def rows(sql):
        with duckdb.connect() as db:
            for name in TABLES:
                db.execute(f"CREATE VIEW {PREFIX}{name} AS SELECT * FROM '{folder}/results/{name}.parquet'")
            return db.execute(sql).fetchall()

    yield str(folder / "results"), {}, rows


@contextmanager
def postgres_server(folder):
    psycopg = pytest.importorskip("psycopg")
    parts = urlsplit(postgres_shop())
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    own = f"postgresql://{parts.netloc}{parts.path}?socket={options['socket']}"

    def rows(sql):
        with psycopg.connect(
            host=options["socket"], port=parts.port, dbname=parts.path.strip("/"), user="owner"
        ) as connection:
            return connection.execute(sql).fetchall()

    yield own, {"SPOTCHECK_POSTGRES_USER": "owner"}, rows


@contextmanager
def clickhouse_server(folder):
    """An HTTP server that does what ClickHouse would with the statements, in DuckDB."""
    db = duckdb.connect(str(folder / "house.duckdb"))
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def do_POST(self):
            given = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(given.get("query", "") or body.decode())
            try:
                answer = in_duckdb(db, given, body).encode()
                status = 200
            except duckdb.Error as error:
                answer, status = str(error).encode(), 500
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"clickhouse://127.0.0.1:{server.server_port}/default", {}, lambda sql: db.execute(sql).fetchall()
    finally:
        server.shutdown()
        server.server_close()
        db.close()


def in_duckdb(db, given, body):
    sql = given.get("query") or body.decode()
    for word, other in (
        ("Nullable(String)", "VARCHAR"),
        ("Nullable(Float64)", "DOUBLE"),
        ("Nullable(Int64)", "BIGINT"),
    ):
        sql = sql.replace(word, other)
    sql = sql.replace("` String", "` VARCHAR").replace("`", '"').split(" ENGINE")[0]
    if sql.startswith("DESCRIBE"):
        name = sql.split()[2]
        return "".join(json.dumps({"name": row[0]}) + "\n" for row in db.execute(f"DESCRIBE {name}").fetchall())
    if sql.startswith("INSERT"):
        table = sql.split()[2]
        for line in body.splitlines():
            row = json.loads(line)
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
        return ""
    if "{store:String}" in sql:
        found = db.execute(sql.replace("{store:String}", "?").split(" FORMAT")[0], [given["param_store"]])
        names = [column[0] for column in found.description]
        return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in found.fetchall())
    db.execute(sql)
    return ""


EMBEDDED = """
import sys
from chdb.session import Session
from review.report.publishing.clickhouse import _Writing
from review.report.publishing.schema import PREFIX, columns_of

session = Session(sys.argv[1])
session.query("CREATE DATABASE IF NOT EXISTS warehouse ENGINE = Atomic")
session.query("USE warehouse")

class Embedded(_Writing):
    def _asked(self, sql, data=b"", **parameters):
        for name, value in parameters.items():
            sql = sql.replace("{" + name + ":String}", "'" + value + "'")
        return session.query(sql + " " + data.decode()).data() or ""

def row(key, **more):
    found = {**dict.fromkeys(columns_of("settlements")), "row_key": key, "store": "s", "week": "w", "digest": "1"}
    return found | more

house = Embedded(None, "", "")
assert house.digests("settlements", "s") == {}
house.replace("settlements", [], [row("it's", weight=2.0, positive=1, group="rest"), row("b", weight=1.0, positive=0)])
assert set(house.digests("settlements", "s")) == {"it's", "b"}
house.replace("settlements", [], [row("b", weight=2.0, positive=0, digest="2")])
house = Embedded(None, "", "")
assert house.digests("settlements", "s") == {"it's": ("w", "1"), "b": ("w", "2")}
share = session.query(f"SELECT sum(weight * positive) / sum(weight) AS share, count() FROM {PREFIX}settlements", "CSV")
assert share.data().strip() == "0.5,2", share.data()
house.replace("settlements", ["it's"], [])
assert set(house.digests("settlements", "s")) == {"b"}
session.close()
"""


def test_the_statements_for_clickhouse_are_those_of_a_real_one(tmp_path):
    pytest.importorskip("chdb", reason="the embedded ClickHouse (extra: clickhouse) is not installed")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    words = [sys.executable, "-c", EMBEDDED, str(tmp_path / "chdb")]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@contextmanager
def path_alone(folder):
    """Where a warehouse of files writes whose rows no SQL of this test can read."""
    yield str(folder / "results"), {}, None


PLACES = {
    "duckdb": duckdb_file,
    "parquet": parquet_folder,
    "postgres": postgres_server,
    "clickhouse": clickhouse_server,
}
"""How to start each warehouse and ask it in SQL. One of files needs no place, a server does."""


def place_of(to):
    assert to in PLACES or WAREHOUSES[to].local, f"{to} is a server: say in PLACES how the tests start it"
    return PLACES.get(to, path_alone)


def held(store, to, address, environment, table):
    with WAREHOUSES[to].opened(address, environment) as warehouse:
        return warehouse.digests(table, store_id(store))


@pytest.mark.parametrize("to", WAREHOUSES)
def test_rows_are_written_once_changed_in_place_and_removed(store, tmp_path, to):
    judged(store)
    share = f"SELECT {SHARE}, sum(s.weight) FROM {PREFIX}settlements s WHERE s.dimension = 'correctness'"
    with place_of(to)(tmp_path) as (address, environment, rows):
        first = publish(store, to, address, [WEEK], by="lea", environment=environment)
        assert first.written["settlements"] == 2 * len(NAMES) and first.written["items"] == len(NAMES)
        before = held(store, to, address, environment, "settlements")
        assert len(before) == 2 * len(NAMES) and {week for week, _ in before.values()} == {WEEK}
        if rows is not None:
            assert rows(share) == [(pytest.approx(0.25), pytest.approx(400))]
        again = publish(store, to, address, [WEEK], by="lea", environment=environment)
        assert not any((*again.written.values(), *again.removed.values()))
        labels = {"correctness": "wrong", "politeness": "neutral"}
        store.add(
            Adjudication(
                id="j", item_id=NAMES[3], rubric_version=1, labels=labels, rationale="It is wrong.",
                adjudicator="eva", at="2026-11-21T10:00:00.000+00:00",
            ),
            Withdrawal(
                submission_id="w", withdraws=f"n-{NAMES[5]}", rater_id="ana", at="2026-11-21T10:00:00.000+00:00"
            ),
        )  # fmt: skip
        changed = publish(store, to, address, [WEEK], by="lea", environment=environment)
        assert changed.removed["labels"] == 2 and changed.removed["settlements"] == 2
        after = held(store, to, address, environment, "settlements")
        assert set(after) < set(before) and len(after) == 2 * len(NAMES) - 2
        assert sum(after[key] != before[key] for key in after) == changed.written["settlements"] > 0
        if rows is not None:
            of_one = f"FROM {PREFIX}settlements WHERE item = '{NAMES[3]}' AND dimension = 'correctness'"
            assert len(rows(f"SELECT row_key {of_one}")) == 1
            [(n, keys)] = rows(f"SELECT count(*), count(DISTINCT row_key) FROM {PREFIX}settlements")
            assert n == keys == len(after)
            of_people = f"FROM {PREFIX}estimates WHERE dimension = 'correctness' AND basis = 'people'"
            [(shown,)] = rows(f"SELECT value {of_people}")
            assert rows(f"{share} AND positive IS NOT NULL AND weight > 0")[0][0] == pytest.approx(shown)


def test_the_published_verdict_is_the_one_that_counts(store, tmp_path):
    """A missing verdict that replaced a value counts, one that came by itself does not."""
    judged(store)
    at = "2026-11-21T10:00:00.000+00:00"
    said = [
        ("slow", "yes", ""),
        ("slow", None, "time-out"),
        ("wrong", "yes", ""),
        ("wrong", None, f"{REPLACES}mistake"),
    ]
    for n, (judge, value, error) in enumerate(said):
        named = {"item_id": NAMES[0], "judge": judge, "version": "1", "dimension": "correctness"}
        store.add(Verdict(id=f"v-{n}", value=value, at=at, error=error, **named))
    path = str(tmp_path / "results.duckdb")
    publish(store, "duckdb", path, [WEEK], by="lea")
    with duckdb.connect(path, read_only=True) as db:
        found = db.execute(f"SELECT judge, value FROM {PREFIX}verdicts WHERE judge IN ('slow', 'wrong')").fetchall()
    assert dict(found) == {"slow": "yes", "wrong": None}


def test_a_table_that_somebody_changed_stops_the_run_before_anything_is_written(store, tmp_path):
    judged(store)
    path = str(tmp_path / "results.duckdb")
    publish(store, "duckdb", path, [WEEK], by="lea")
    with duckdb.connect(path) as db:
        db.execute(f"ALTER TABLE {PREFIX}verdicts DROP COLUMN score")
        db.execute(f"DELETE FROM {PREFIX}items")
    with pytest.raises(InputError, match="has no column 'score'"):
        publish(store, "duckdb", path, [WEEK], by="lea")
    with duckdb.connect(path) as db:
        assert db.execute(f"SELECT count(*) FROM {PREFIX}items").fetchone() == (0,)
    folder = tmp_path / "folder"
    publish(store, "parquet", str(folder), [WEEK], by="lea")
    (folder / "labels.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="no Parquet file"):
        publish(store, "parquet", str(folder), [WEEK], by="lea")


@pytest.mark.parametrize(
    ("to", "address", "word"),
    [
        ("postgres", "postgresql://ann:secret@host/db", "without user and password"),
        ("postgres", "postgresql://127.0.0.1:1/db", "nothing was written"),
        ("clickhouse", "http://host", "clickhouse://host:8123"),
        ("clickhouse", "clickhouse://127.0.0.1:1/db", "does not answer"),
    ],
)
def test_a_warehouse_that_cannot_be_reached_is_named(store, to, address, word):
    if to == "postgres":
        pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra: postgres) is not installed")
    judged(store)
    with pytest.raises((InputError, Refused), match=word) as error:
        publish(store, to, address, [WEEK], by="lea", environment={})
    assert "secret" not in str(error.value)
    with pytest.raises(Refused, match="lead"):
        publish(store, to, address, [WEEK], by="ana", environment={})


def test_what_a_server_refuses_half_way_comes_with_the_next_run_and_nothing_twice(store, tmp_path, monkeypatch):
    judged(store)
    taken, refuses = in_duckdb, [True]

    def refusing(db, given, body):
        if refuses and given.get("query", "").startswith(f"INSERT INTO {PREFIX}labels"):
            raise duckdb.IOException("the memory is full")
        return taken(db, given, body)

    monkeypatch.setitem(globals(), "in_duckdb", refusing)
    counted = f"SELECT count(*), count(DISTINCT row_key) FROM {PREFIX}"
    with clickhouse_server(tmp_path) as (address, environment, rows):
        with pytest.raises(InputError, match="the memory is full"):
            publish(store, "clickhouse", address, [WEEK], by="lea", environment=environment)
        assert rows(f"{counted}items") == [(len(NAMES), len(NAMES))] and rows(f"{counted}labels") == [(0, 0)]
        refuses.clear()
        done = publish(store, "clickhouse", address, [WEEK], by="lea", environment=environment)
        n = done.rows["labels"]
        assert (done.written["items"], done.written["labels"]) == (0, n) and rows(f"{counted}labels") == [(n, n)]


@pytest.mark.parametrize("stops", [f"INSERT INTO {PREFIX}settlements", f"DELETE FROM {PREFIX}settlements"])
def test_a_server_that_stops_while_rows_change_loses_none_and_has_each_once_after_the_next_run(
    store, tmp_path, monkeypatch, stops
):
    judged(store)
    taken, refuses = in_duckdb, []

    def refusing(db, given, body):
        if refuses and (given.get("query") or body.decode()).startswith(stops):
            raise duckdb.IOException("the server stops")
        return taken(db, given, body)

    monkeypatch.setitem(globals(), "in_duckdb", refusing)
    with clickhouse_server(tmp_path) as (address, environment, rows):
        publish(store, "clickhouse", address, [WEEK], by="lea", environment=environment)
        labels = {"correctness": "wrong", "politeness": "neutral"}
        store.add(
            Adjudication(
                id="j", item_id=NAMES[3], rubric_version=1, labels=labels, rationale="It is wrong.",
                adjudicator="eva", at="2026-11-21T10:00:00.000+00:00",
            )
        )  # fmt: skip
        refuses.append(True)
        with pytest.raises(InputError, match="the server stops"):
            publish(store, "clickhouse", address, [WEEK], by="lea", environment=environment)
        keys = f"SELECT count(DISTINCT row_key), count(*) FROM {PREFIX}settlements"
        n = 2 * len(NAMES)
        assert rows(keys) == [(n, n if stops.startswith("INSERT") else n + 2)]
        refuses.clear()
        publish(store, "clickhouse", address, [WEEK], by="lea", environment=environment)
        assert rows(keys) == [(n, n)]
        changed = f"SELECT value FROM {PREFIX}settlements WHERE item = '{NAMES[3]}' AND dimension = 'correctness'"
        assert rows(changed) == [("wrong",)]


def test_dbt_finds_each_table_and_column(tmp_path):
    files = {path.name: path for path in write_dbt(tmp_path / "dbt")}
    [source] = yaml.safe_load(files["sources.yml"].read_text())["sources"]
    found = {table["name"]: [column["name"] for column in table["columns"]] for table in source["tables"]}
    assert found == {f"{PREFIX}{name}": list(columns_of(name)) for name in TABLES}
    assert "unique" in source["tables"][0]["columns"][0]["tests"]
    assert "basis = 'people'" in files["people_estimate.sql"].read_text()
    page = files["SCHEMA.md"].read_text()
    assert "## spotcheck_settlements" in page
    without = [name for name, table in TABLES.items() if "weight" not in table.columns]
    assert without == [name for name, table in TABLES.items() if table.unweighted] == ["estimates", "releases"]
    assert page.count("Rows have no group, probability and weight: ") == 2


DBT = "SPOTCHECK_DBT"
"""The program ``dbt`` of an environment with tests/clients/dbt.txt."""
PROFILE = """spotcheck:
  target: here
  outputs: {here: {type: duckdb, path: results.duckdb, schema: main, threads: 1}}
"""


@pytest.mark.skipif(DBT not in os.environ, reason=f"{DBT} names no dbt with its adapter for DuckDB")
def test_dbt_itself_passes_the_tests_of_the_export_and_finds_what_is_wrong(store, tmp_path):
    judged(store)
    folder = tmp_path / "dbt"
    write_dbt(folder)
    path = str(folder / "results.duckdb")
    publish(store, "duckdb", path, [WEEK], by="lea")
    (folder / "profiles.yml").write_text(PROFILE)

    def build():
        words = [os.environ[DBT], "--no-send-anonymous-usage-stats", "--no-use-colors", "build", "--profiles-dir", "."]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(words, env=environment, capture_output=True, text=True, cwd=folder, timeout=300)

    done = build()
    assert done.returncode == 0 and "ERROR=0" in done.stdout, done.stdout + done.stderr
    with duckdb.connect(path) as db:
        db.execute(f"UPDATE {PREFIX}settlements SET weight = 3 * weight WHERE positive = 1")
        db.execute(f"UPDATE {PREFIX}items SET weight = NULL WHERE item = '{NAMES[0]}'")
    wrong = build()
    assert wrong.returncode == 1 and "ERROR=2" in wrong.stdout, wrong.stdout + wrong.stderr
    assert "people_estimate" in wrong.stdout and f"{PREFIX}items__weight_" in wrong.stdout


def test_the_command_and_the_night_publish(store, tmp_path):
    judged(store)
    folder = store.path.parent
    words = ("publish", "--to", "parquet", "--as", "lea", "--json")
    missing = spotcheck(folder, *words)
    assert missing.returncode == 2 and "--address" in missing.stderr
    (folder / "spotcheck.toml").write_text('[publish]\nparquet = "results"\n')
    done = json.loads(spotcheck(folder, *words, "--dbt", str(tmp_path / "dbt")).stdout)
    assert done["written"]["items"] == len(NAMES) and Path(done["dbt"][0]).exists()
    assert pq.read_table(folder / "results" / "items.parquet").num_rows == len(NAMES)
    assert publish_the_results(store, project_of(store.path)) == "parquet: no rows written"
