"""Statements on real engines, in processes that can be killed. What the proof refuses never reaches one."""

import csv
import math
import os
import resource
import select
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import requests
from postgres_server import new_database
from sql_databases import chdb_shop, duckdb_shop, postgres_shop, sqlite_shop

from review.basics.errors import InputError
from review.sql.engines.catalogue import SQL_ENGINES, place_of
from review.sql.engines.engine import Limits, sign_in_hint
from review.sql.engines.postgres import ENGINE
from review.sql.execution import kept
from review.sql.execution.child import Child
from review.sql.execution.perturbed import perturbed, told_apart
from review.sql.execution.runner import Runner
from review.sql.execution.unlimited import without_limit
from review.sql.proof.prove import may_run, prove
from review.sql.results.compare import compare
from review.sql.results.references import references_in
from review.sql.results.result import Result
from review.sql.results.stored import from_bytes, to_bytes
from review.sql.rules.policy import Policy

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
LIMITS = Limits(seconds=20, rows=50)


@pytest.fixture(scope="module")
def reader():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPOTCHECK_POSTGRES_USER", "reader")
        yield


@pytest.fixture(scope="module", params=["sqlite", "duckdb", "chdb", "postgresql"])
def shop(request, tmp_path_factory, reader):
    folder = tmp_path_factory.mktemp(request.param)
    made = {"sqlite": sqlite_shop, "duckdb": duckdb_shop, "chdb": chdb_shop}
    if request.param == "postgresql":
        with Runner(postgres_shop(), limits=LIMITS) as runner:
            yield runner
    else:
        with Runner(made[request.param](folder), limits=LIMITS) as runner:
            yield runner


def test_a_proved_statement_is_run_and_its_cells_have_types(shop):
    result = shop.run("SELECT name, credit, since FROM customers ORDER BY id -- the first ones")
    assert result.done and result.columns == ("name", "credit", "since") and not result.truncated
    name, credit, since = result.rows[1]
    assert (name, Decimal(str(credit)), str(since)[:10]) == ("Böla", 20, "2024-02-01")
    assert result.rows[2] == (None, None, None)


def test_the_schema_comes_from_the_database(shop):
    customers = shop.schema.table("customers")
    assert list(customers.columns) == ["id", "name", "credit", "since"]
    if shop.engine.dialect != "clickhouse":
        assert frozenset({"id"}) in customers.keys
    assert shop.schema.table("hidden") is None


def test_refused_statements_say_why_and_are_never_sent(shop):
    for sql in (
        "DELETE FROM customers",
        "SELECT x FROM customers",
        "SELECT id FROM secret",
        "SELECT (",
        "SELECT 1; SELECT 2",
    ):
        result = shop.run(sql)
        assert result.ending == "refused" and result.error, sql
    assert shop.run("SELECT count(*) AS n FROM customers").rows == ((3,),)


def test_a_proof_of_another_schema_or_for_reading_only_is_not_enough(shop):
    dialect = shop.engine.dialect
    assert shop.run_proved(prove("SELECT id FROM customers", dialect, shop.schema)).ending == "refused"
    other = shop.schema.with_keys({})
    assert shop.run_proved(may_run("SELECT id FROM customers", dialect, other, shop.policy)).ending == "refused"
    assert shop.run_proved(may_run("SELECT id FROM customers", dialect, shop.schema, shop.policy)).done


def test_the_engine_itself_refuses_to_write_what_the_proof_would_have_to_stop(shop):
    child = Child(shop.place, LIMITS) if not shop.engine.fragile else shop._idle.get()
    try:
        for sql in ("INSERT INTO orders VALUES (9, 9, 9, NULL)", "DROP TABLE orders", "CREATE TABLE x (a INTEGER)",
                    "UPDATE orders SET amount = 0"):  # fmt: skip
            assert child.run(sql).ending in ("failed", "refused"), sql
    finally:
        child.kill() if not shop.engine.fragile else shop._idle.put(child)
    assert shop.run("SELECT count(*) AS n FROM orders").rows[0] == (3,)


def test_too_many_rows_are_cut_and_say_so(shop):
    cross = "SELECT a.id FROM orders a CROSS JOIN orders b CROSS JOIN orders c CROSS JOIN orders d"
    result = shop.run(cross)
    assert result.truncated and len(result.rows) == 50
    assert compare(result, result).outcome == "truncated"


def test_errors_of_the_engine_are_failed_results(shop):
    # Right in the tree, wrong for the data: no proof sees it.
    bad = {"clickhouse": "SELECT toDate(name, name) FROM customers", "postgres": "SELECT 1 / (id - id) FROM customers"}
    result = shop.run(bad.get(shop.engine.dialect, "SELECT substr(name, 1, 2, 3) FROM customers"))
    assert result.ending == "failed" and result.error
    assert shop.run("SELECT max(id) AS m FROM orders").rows == ((3,),)


def test_columns_of_one_name_are_both_kept(shop):
    result = shop.run("SELECT c.id, o.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.id = 2")
    assert result.rows == ((1, 2),) and len(result.columns) == 2


@pytest.fixture(scope="module")
def lite(tmp_path_factory):
    return sqlite_shop(tmp_path_factory.mktemp("lite"))


def test_a_statement_without_end_is_killed_with_its_group_and_replaced(lite):
    with Runner(lite, limits=Limits(seconds=0.3)) as runner:
        child = runner._idle.get()
        runner._idle.put(child)
        start = time.monotonic()
        result = runner.run(ENDLESS)
        assert result.ending == "timed_out" and time.monotonic() - start < 10
        with pytest.raises(ProcessLookupError):
            os.killpg(child.pid, 0)
        assert runner.run("SELECT count(*) FROM orders").rows == ((3,),)


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_a_statement_on_postgresql_may_use_a_share_of_the_memory_and_as_much_on_disk_as_is_granted(shop):
    import psycopg

    limits = Limits(seconds=20, memory=16_000_000)
    session = ENGINE.open(shop.place, limits)
    shown = {n: session.connection.execute(f"SHOW {n}").fetchone()[0] for n in ("work_mem", "temp_file_limit", "jit")}
    assert shown == {"work_mem": "1953kB", "temp_file_limit": "-1", "jit": "off"}
    big = "SELECT count(*) FROM (SELECT md5(g::text) AS m FROM generate_series(1, 600000) AS g ORDER BY m) AS s"
    assert session.run(big).done
    with psycopg.connect(host=shop.place.options["socket"], user="owner", dbname="postgres", autocommit=True) as owner:
        if owner.info.server_version < 150000:
            pytest.skip("a server before version 15 grants no single setting")
        owner.execute("GRANT SET ON PARAMETER temp_file_limit TO reader")
    limited = ENGINE.open(shop.place, limits).run(big)
    assert limited.ending == "failed" and "temp_file_limit" in limited.error


def test_memory_is_limited(lite):
    grow = "WITH RECURSIVE s(x) AS (SELECT 'aaaaaaaa' UNION ALL SELECT x || x FROM s LIMIT 60) SELECT length(x) FROM s"
    with Runner(lite, limits=Limits(seconds=20, memory=50_000_000)) as runner:
        assert runner.run(grow).ending == "failed"
        assert runner.run("SELECT count(*) FROM orders").done


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell what a process holds")
@pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
def test_memory_that_the_engine_does_not_count_is_limited_too(shop):
    with Runner(shop.place, limits=Limits(seconds=60, memory=200_000_000)) as runner:
        result = runner.run("SELECT len(range(1000000000))")
        assert result.ending == "failed" and "lack of memory" in result.error
        assert runner.run("SELECT count(*) FROM orders").done


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="processes of others cannot be waited for here")
def test_a_process_ends_when_its_parent_is_gone(lite):
    told = f"""
from review.sql.engines.catalogue import place_of
from review.sql.engines.engine import Limits
from review.sql.execution.child import Child
child = Child(place_of({lite!r}), Limits(seconds=600))
print(child.pid, flush=True)
child.run({ENDLESS!r})
"""
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    waiting = select.poll()
    waiting.register(child, select.POLLIN)
    try:
        assert waiting.poll(60_000), "the process of the engine goes on without its parent"
    finally:
        os.close(child)


def test_large_results_are_cut_by_their_size(lite):
    with Runner(lite, limits=Limits(result_bytes=1_000)) as runner:
        result = runner.run(
            "SELECT a.name || b.name || '" + "x" * 300 + "' FROM customers a, customers b WHERE b.id < 3"
        )
        assert result.truncated and len(result.rows) < 6


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2_000, reason="few files may be open here")
def test_a_process_with_many_open_files_runs_statements(lite):
    beyond = 1_024  # select.select() refuses descriptors from here on
    held = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while held[-1] < beyond:
            held.append(os.dup(held[0]))
        with Runner(lite) as runner:
            assert runner.run("SELECT count(*) FROM orders").rows == ((3,),)
    finally:
        for number in held:
            os.close(number)


def test_leaving_the_runner_ends_all_processes(lite):
    with Runner(lite, processes=2) as runner:
        assert [r.rows for r in runner.run_all(["SELECT count(*) FROM orders"] * 4)] == [((3,),)] * 4
        pids = [child.pid for child in runner._living]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.killpg(pid, 0)


def test_a_view_that_cannot_be_described_leaves_the_other_tables(tmp_path):
    address = sqlite_shop(tmp_path)
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.executescript(
            "CREATE TABLE old (a); CREATE VIEW gone AS SELECT a FROM old; CREATE VIEW above AS SELECT a FROM gone; "
            "CREATE VIEW x AS SELECT * FROM y; CREATE VIEW y AS SELECT * FROM x; DROP TABLE old; "
            "CREATE VIEW own AS SELECT my_function(id) AS a FROM orders; CREATE VIEW fine AS SELECT id FROM orders;"
        )
    connection.close()
    with Runner(address) as runner:
        assert {"gone", "above", "x", "y", "own"}.isdisjoint(t.name for t in runner.schema)
        assert runner.run("SELECT count(*) FROM fine").rows == ((3,),)
        assert runner.run("SELECT a FROM gone").ending == "refused"


def test_results_are_kept_until_the_data_changes(tmp_path):
    address = sqlite_shop(tmp_path)
    with Runner(address) as runner:
        first = runner.run("SELECT count(*) FROM orders")
        assert runner.run("SELECT count(*) FROM orders") is first
        assert runner.run("SELECT date('now')") is not runner.run("SELECT date('now')")
        connection = sqlite3.connect(tmp_path / "shop.db")
        connection.execute("INSERT INTO orders VALUES (4, 2, 1, NULL)")
        connection.commit()
        connection.close()
        assert runner.run("SELECT count(*) FROM orders").rows == ((4,),)


def test_side_by_side_a_hundred_statements_cost_little_more_than_the_engine_alone(tmp_path):
    address = sqlite_shop(tmp_path)
    connection = sqlite3.connect(tmp_path / "shop.db")
    rows = [(k, k % 97, k * 0.5) for k in range(10, 8_000)]
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?, NULL)", rows)
    connection.commit()
    statements = [
        f"SELECT customer_id, sum(amount), count(DISTINCT id) FROM orders WHERE id > {k} GROUP BY customer_id"
        for k in range(100)
    ]

    def alone():
        began = time.process_time()
        found = [tuple(connection.execute(sql).fetchall()) for sql in statements]
        return time.process_time() - began, found

    def used():
        """Processor seconds of this process and of the children, which count once they have ended."""
        return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])

    def spent(some):
        before = used()
        with Runner(address, processes=2) as runner, ThreadPoolExecutor(2) as threads:
            # What a proof may cost is a limit of its own.
            proving = time.process_time()
            proofs = [may_run(sql, "sqlite", runner.schema, runner.policy) for sql in some]
            before += time.process_time() - proving
            results = list(threads.map(runner.run_proved, proofs))
        return used() - before, results

    # Two statements start both processes. The least of up to six counts: on a busy machine the same work costs more.
    raw_engine = start = both = math.inf
    for _ in range(6):
        (engine, raw), (starting, _) = alone(), spent(statements[:2])
        whole, results = spent([*statements[:2], *statements])
        assert [r.rows for r in results[2:]] == raw
        raw_engine, start, both = min(raw_engine, engine), min(start, starting), min(both, whole)
        if both - start <= 2 * raw_engine:
            break
    connection.close()
    assert both - start <= 2 * raw_engine, f"{both - start:.2f} s beyond the start, against {raw_engine:.2f} s"


@pytest.mark.parametrize("shop", ["postgresql", "duckdb"], indirect=True)
def test_times_of_postgres_and_duckdb_are_times(shop):
    assert shop.run("SELECT made FROM orders WHERE id = 1").rows == ((datetime(2024, 3, 1, 10),),)
    assert shop.run("SELECT since FROM customers WHERE id = 1").rows == ((date(2024, 1, 1),),)


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_an_unknown_user_hears_where_the_user_comes_from(shop, monkeypatch):
    monkeypatch.setenv("SPOTCHECK_POSTGRES_USER", "nobody-of-this-server")
    with pytest.raises(InputError, match="Set SPOTCHECK_POSTGRES_USER and SPOTCHECK_POSTGRES_PASSWORD"):
        Runner(shop.place)
    refused = "Code: 516. DB::Exception: ana: Authentication failed. (AUTHENTICATION_FAILED)"
    assert "SPOTCHECK_CLICKHOUSE_USER" in sign_in_hint(refused, SQL_ENGINES["clickhouse"].secrets)
    assert not sign_in_hint("Code: 47. Missing columns: 'password'", SQL_ENGINES["clickhouse"].secrets)


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("role", "why"), [("owner", "permission denied"), ("nobody_here", "does not exist")])
def test_a_role_that_the_user_cannot_take_on_is_named(role, why, shop):
    with pytest.raises(InputError, match=f"'reader' cannot take on the role '{role}' .*{why}.*Grant the role"):
        ENGINE.open(shop.place._replace(options={**shop.place.options, "role": role}), LIMITS)


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_postgres_refuses_a_superuser(shop, monkeypatch):
    monkeypatch.setenv("SPOTCHECK_POSTGRES_USER", "owner")
    with pytest.raises(InputError, match="superuser"):
        Runner(shop.place)
    with Runner(shop.place._replace(options={**shop.place.options, "role": "reader"})) as runner:
        assert runner.run("SELECT count(*) FROM orders").rows == ((3,),)
        assert runner.schema.table("hidden") is None
        assert runner.run('SELECT "Id" FROM "Mixed"').done
        assert runner.run("SELECT Id FROM Mixed").ending == "refused"


WRITING = {
    "GRANT INSERT ON orders TO {0}": "INSERT into the table public.orders.",
    "GRANT UPDATE (amount) ON orders TO {0}": "UPDATE the table public.orders.",
    "GRANT DELETE, TRUNCATE ON orders TO {0}": "DELETE from, TRUNCATE the table public.orders.",
    "CREATE TABLE own_{0} (a int); ALTER TABLE own_{0} OWNER TO {0}": "change and drop the table public.own_{0}.",
    "CREATE SEQUENCE ids_{0}; GRANT USAGE ON SEQUENCE ids_{0} TO {0}": "advance the sequence public.ids_{0}.",
    "GRANT CREATE ON SCHEMA public TO {0}": "CREATE in the schema public.",
    "CREATE SCHEMA own_{0}; GRANT ALL ON SCHEMA own_{0} TO {0}": "CREATE in the schema own_{0}.",
    "GRANT CREATE ON DATABASE DATABASE_ TO {0}": "CREATE in the database DATABASE_.",
    "ALTER ROLE {0} CREATEDB": "create databases.",
    "CREATE ROLE hand_{0}; GRANT DELETE ON orders TO hand_{0}; ALTER ROLE {0} NOINHERIT; GRANT hand_{0} TO {0}":
        "DELETE from the table public.orders through the role 'hand_{0}'.",
    "GRANT pg_write_server_files TO {0}":
        "write files or run programs on the server through the role 'pg_write_server_files'.",
    "GRANT owner TO {0}": "do everything as a superuser through the role 'owner'.",
    "GRANT CREATE ON SCHEMA public TO PUBLIC":
        "CREATE in the schema public as everybody may (it is granted to PUBLIC).",
    "GRANT INSERT ON orders TO {0}; GRANT CREATE ON SCHEMA public TO {0}":
        "INSERT into the table public.orders and CREATE in the schema public.",
}  # fmt: skip
"""Rights of a role, and how the error names them; DATABASE_ stands for the database."""


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_postgres_refuses_a_role_that_may_write_and_says_what_it_may_do(shop, monkeypatch):
    import psycopg

    place, accepted = shop.place, {**shop.place.options, "write_rights": "accepted"}
    name = place.path.strip("/")
    rights = [
        (granted.replace("DATABASE_", name), said.replace("DATABASE_", name)) for granted, said in WRITING.items()
    ]
    with psycopg.connect(host=place.options["socket"], user="owner", dbname=name, autocommit=True) as owner:
        for number, (granted, said) in enumerate(rights):
            role = f"writer{number}"
            owner.execute(f"CREATE ROLE {role} LOGIN; {granted.format(role)}")
            monkeypatch.setenv("SPOTCHECK_POSTGRES_USER", role)
            with pytest.raises(InputError) as caught:
                ENGINE.open(place, LIMITS)
            assert f"the role '{role}' may {said.format(role)} Expected a role that owns nothing" in str(caught.value)
            if "superuser" in said:
                with pytest.raises(InputError, match="superuser"):
                    ENGINE.open(place._replace(options=accepted), LIMITS)
            else:
                session = ENGINE.open(place._replace(options=accepted), LIMITS)
                for write in ("INSERT INTO orders VALUES (9, 9, 9, NULL)", "CREATE TABLE made (a integer)"):
                    assert session.run(write).ending == "failed", "the transaction only reads"
                session.connection.close()
            if "TO PUBLIC" in granted:
                assert "First revoke from PUBLIC the right to CREATE in the schema public" in str(caught.value)
                owner.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with pytest.raises(InputError, match="found write_rights=yes"):
        ENGINE.open(place._replace(options={**accepted, "write_rights": "yes"}), LIMITS)


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_postgres_lets_a_role_read_that_may_make_temporary_tables_alone(shop):
    import psycopg

    name = shop.place.path.strip("/")
    with psycopg.connect(host=shop.place.options["socket"], user="reader", dbname=name) as other:
        other.execute("CREATE TEMPORARY TABLE mine (a serial)")
        session = ENGINE.open(shop.place, LIMITS)
        assert session.run("SELECT count(*) FROM orders").rows == ((3,),)
        session.connection.close()


ODD = {
    "postgresql": "SELECT 'NaN'::float8 AS a, '-Infinity'::float8 AS b, '\\xff00'::bytea AS c, "
    "'2024-01-01 02:00+02'::timestamptz AS d, 0.1::numeric(38, 37) AS e, 1 AS x, 2 AS x",
    "duckdb": "SELECT 'NaN'::DOUBLE AS a, '-inf'::DOUBLE AS b, '\\xFF\\x00'::BLOB AS c, "
    "'2024-01-01 02:00:00+02'::TIMESTAMPTZ AS d, 0.1::DECIMAL(38, 37) AS e, 1 AS x, 2 AS x",
    "sqlite": "SELECT NULL AS a, -9e999 AS b, x'ff00' AS c, '2024-01-01T02:00:00+02:00' AS d, 0.1 AS e, 1 AS x, 2 AS x",
}


@pytest.mark.parametrize("shop", ODD, indirect=True)
def test_odd_values_come_through_and_equal_themselves(shop):
    sql = ODD[shop.place.scheme]
    [row] = shop.run(sql).rows
    assert row[0] is None or row[0] != row[0]
    assert row[1] == float("-inf") and bytes(row[2]) == b"\xff\x00" and row[5:] == (1, 2)
    midnight = Result(columns=("d",), rows=((datetime(2024, 1, 1),),))
    assert compare(Result(columns=("d",), rows=((row[3],),)), midnight).outcome == "equal"
    assert compare(shop.run(sql), shop.run(sql)).outcome == "equal"


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_times_without_an_end_are_read_as_text(shop):
    result = shop.run("SELECT 'infinity'::timestamp AS a, '-infinity'::date AS b, made FROM orders WHERE id = 1")
    assert result.rows == (("infinity", "-infinity", datetime(2024, 3, 1, 10)),)
    beyond = shop.run("SELECT '24:00'::time AS a, '9999999 years'::interval AS b, ARRAY['infinity'::date] AS c")
    assert beyond.rows == (("24:00:00", "9999999 years", ["infinity"]),)


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_every_gold_statement_of_defog_runs_and_equals_itself(shop, shared):
    import psycopg

    folder, socket = shared / "data" / "text2sql" / "defog", shop.place.options["socket"]
    gold = [
        (row["db_name"], references_in(row["query"], "postgres")[0])
        for name in ("questions_gen_postgres", "instruct_advanced_postgres", "instruct_basic_postgres")
        for row in csv.DictReader((folder / f"{name}.csv").open(encoding="utf-8"))
    ]
    owner = {"host": socket, "user": "owner", "autocommit": True}
    for name in ("broker", "car_dealership", "ewallet", "derm_treatment"):
        with psycopg.connect(**owner, dbname="postgres") as connection:
            connection.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(**owner, dbname=name) as connection:
            connection.execute((folder / f"{name}.sql").read_text(encoding="utf-8"))
            connection.execute("GRANT pg_read_all_data TO reader")
        with Runner(f"postgresql:///{name}?socket={socket}", limits=LIMITS) as runner:
            ours = [sql for database, sql in gold if database == name]
            assert len(ours) >= 30
            for sql in ours:
                result = runner.run(sql)
                again = runner.run(sql)
                assert result.done, (sql, result.error)
                found = compare(result, again, reference_sql=sql, dialect="postgres").outcome
                assert found in ("equal", "both_empty", "truncated"), sql


@pytest.mark.parametrize("shop", ["chdb"], indirect=True)
def test_clickhouse_leaves_off_the_format_and_sends_the_rest_as_written(shop):
    assert shop.run("SELECT id FROM customers ORDER BY id LIMIT 1 FORMAT TabSeparatedWithNames;").rows == ((1,),)
    assert shop.run("SELECT id FROM shop.orders WHERE id = 2").rows == ((2,),)
    assert shop.run("SELECT throwIf(1)").ending == "refused"
    assert shop.run("SELECT id FROM orders INTO OUTFILE '/tmp/never'").ending == "refused"
    numbers = "SELECT nan AS a, 1 / 0 AS b, toDecimal128('0.1', 38) AS c, [1, 2] AS d FROM orders LIMIT 1"
    [row] = shop.run(numbers).rows
    assert row[0] != row[0] and row[1] == float("inf") and row[2:] == (Decimal("0.1"), [1, 2])
    odd = "SELECT unhex('ff00') AS a, ['x', unhex('fe')] AS b, 'é' AS c FROM orders LIMIT 1"
    assert shop.run(odd).rows == ((b"\xff\x00", ["x", b"\xfe"], "é"),)
    moments = [f"SELECT toDateTime64('{at}', 3, '{zone}') AS a FROM orders"
               for at, zone in (("2024-01-01 01:00:00", "Europe/Paris"), ("2024-01-01 00:00:00", "UTC"))]  # fmt: skip
    assert compare(*map(shop.run, moments)).outcome == "equal"


def test_clickhouse_over_http_is_asked_readonly_and_with_limits(tmp_path, monkeypatch):
    folder = chdb_shop(tmp_path).partition("?")[0].removeprefix("chdb:///")
    script = Path(__file__).with_name("clickhouse_http.py")
    server = subprocess.Popen([sys.executable, script, folder], stdout=subprocess.PIPE, text=True)
    monkeypatch.setenv("SPOTCHECK_CLICKHOUSE_USER", "reader")
    try:
        host = f"127.0.0.1:{int(server.stdout.readline())}"
        with Runner(f"clickhouse://{host}/shop", limits=Limits(seconds=7, rows=2)) as runner:
            assert set(runner.schema.table("customers").columns) == {"id", "name", "credit", "since"}
            assert runner.run("SELECT name, credit FROM customers WHERE id = 2").rows == (("Böla", Decimal("20")),)
            assert runner.run("SELECT id FROM orders ORDER BY id FORMAT JSON").rows == ((1,), (2,))
            assert runner.run("SELECT toDate(name, name) FROM customers").ending == "failed"
            assert runner.run("DROP TABLE orders").ending == "refused"
            assert runner.run("SELECT id FROM system.one").ending == "refused"
        seen = [s for s in requests.get(f"http://{host}/", timeout=10).json() if "system.parts" not in s["query"]]
        assert len(seen) == 5 and not any("DROP" in s["query"] or "system.one" in s["query"] for s in seen)
        assert all(s["readonly"] == "1" and s["max_execution_time"] == "7" and s["user"] == "reader" for s in seen)
        assert seen[3]["query"] == "SELECT id FROM orders ORDER BY id"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@contextmanager
def clickhouse_that(answers):
    """The host of a server that answers each query by ``answers(query, settings)``, a status and a text."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"])).decode()
            settings = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            # This user may not read the system tables that tell the state of the data and the functions.
            hidden = "system.parts" in query or "system.functions" in query
            status, text = (
                (500, "Code: 497. DB::Exception: Not enough privileges") if hidden else answers(query, settings)
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


TABLES = "[]\n[]\n" + "".join(f'["shop","t","{name}","UInt8","","MergeTree",null,""]\n' for name in "ab")
SEVEN = '["a"]\n["UInt8"]\n[7]\n'


@pytest.mark.parametrize(
    ("status", "text", "ending"),
    [
        (503, "<html>Service Unavailable</html>", "unavailable"),
        (429, "", "unavailable"),
        (500, "Code: 202. DB::Exception: Too many simultaneous queries.", "unavailable"),
        (500, "Code: 241. DB::Exception: Memory limit (total) exceeded", "unavailable"),
        (500, "Code: 241. DB::Exception: Memory limit (for query) exceeded", "failed"),
        (500, "Code: 47. DB::Exception: Unknown identifier", "failed"),
        (500, "Code: 159. DB::Exception: Timeout exceeded", "timed_out"),
    ],
)
def test_a_failing_server_says_nothing_of_a_statement(status, text, ending):
    said = [(200, TABLES), (200, SEVEN), (status, text), (200, SEVEN)]
    with (
        clickhouse_that(lambda *_: said.pop(0)) as host,
        Runner(f"clickhouse://{host}/shop") as runner,
    ):
        good = runner.run("SELECT a FROM t")
        result = runner.run("SELECT a FROM t")
        assert result.ending == ending
        found = compare(result, good).outcome
        assert found == {"failed": "generated_failed"}.get(ending, ending)
        assert runner.run("SELECT a FROM t").rows == ((7,),)


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_a_connection_that_postgresql_ended_is_opened_again(shop):
    import psycopg

    owner = {"host": shop.place.options["socket"], "user": "owner", "dbname": shop.place.path.strip("/")}
    with Runner(shop.place) as runner, psycopg.connect(**owner, autocommit=True) as other:
        assert runner.run("SELECT id FROM orders WHERE id = 1").rows == ((1,),)
        newest = "SELECT pid FROM pg_stat_activity WHERE usename = 'reader' ORDER BY backend_start DESC LIMIT 1"
        assert other.execute(f"SELECT pg_terminate_backend(({newest}), 10000)").fetchone() == (True,)
        assert runner.run("SELECT id FROM orders WHERE id = 2").ending == "unavailable"
        assert runner.run("SELECT id FROM orders WHERE id = 2").rows == ((2,),)


def profile_of(readonly, asked):
    """A server whose user has a profile with ``readonly``; what it was asked goes into ``asked``."""

    def answers(query, settings):
        asked.append((query, settings))
        changed = set(settings) - {"database", "default_format", "wait_end_of_query"}
        if (readonly == 1 and changed) or (readonly and "readonly" in changed):
            return 500, "Code: 164. DB::Exception: Cannot modify 'readonly' setting in readonly mode."
        if "max_memory_usage" in changed and readonly is None:
            return 500, "Code: 164. DB::Exception: Cannot modify 'max_memory_usage' setting."
        if "getSetting" in query:
            return 200, f'["r","s","m","n"]\n[]\n["{readonly or 0}","30","0","0"]\n'
        if query == "SELECT b FROM t":
            return 500, "Code: 158. DB::Exception: Limit for rows exceeded."
        return 200, SEVEN.replace("7", '"7"') if query.startswith("SELECT a") else TABLES

    return answers


def test_a_user_of_clickhouse_with_readonly_2_keeps_every_limit():
    asked = []
    with (
        clickhouse_that(profile_of(2, asked)) as host,
        Runner(f"clickhouse://{host}/shop", limits=Limits(seconds=7, rows=2)) as runner,
    ):
        assert runner.run("SELECT a FROM t").rows == ((7,),)
    _, settings = asked[-1]
    assert "readonly" not in settings
    assert {k: settings[k] for k in ("max_execution_time", "max_memory_usage", "max_result_rows")} == {
        "max_execution_time": "7", "max_memory_usage": "1000000000", "max_result_rows": "3",
    }  # fmt: skip
    assert settings["output_format_json_quote_decimals"] == "1"
    assert ["readonly" in settings for _, settings in asked] == [True, False, False, False]


def test_a_user_of_clickhouse_that_may_set_nothing_is_served_by_its_own_profile():
    asked = []
    with clickhouse_that(profile_of(1, asked)) as host, Runner(f"clickhouse://{host}/shop") as runner:
        assert runner.run("SELECT a FROM t").rows == ((7,),)
        assert ["max_memory_usage" in settings for _, settings in asked] == [True, True, False, False, False]
        said = runner.run("SELECT b FROM t").error
        assert "those of the user's profile" in said and "max_execution_time = 30, max_memory_usage = 0" in said


def test_a_user_of_clickhouse_that_nothing_keeps_from_writing_is_refused():
    with (
        clickhouse_that(profile_of(None, [])) as host,
        pytest.raises(InputError, match="kept from writing neither"),
        Runner(f"clickhouse://{host}/shop"),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("oracle://host/x", "scheme"), ("postgresql://me:secret@host/x", "credentials"), ("shop.txt",
        "expected one of"),
        ("sqlite:///nope.db", "no such database"), ("sqlite:///x.db?mode=rw", "option"), ("sqlite://x.db",
        "three slashes"),
        ("chdb:///nope", "no folder"), ("postgresql://127.0.0.1:1/x", "no connection"), ("clickhouse://h:x/y",
        "no address"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_explained_and_keeps_no_secret(address, said):
    if address.startswith("postgresql://127"):
        pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra: postgres) is not installed")
    if address.startswith("chdb"):
        pytest.importorskip("chdb", reason="the embedded ClickHouse (extra: clickhouse) is not installed")
    with pytest.raises(InputError, match=said) as caught:
        Runner(address)
    assert "secret" not in str(caught.value)


def test_every_engine_says_what_it_is_and_its_example_is_an_address():
    for scheme, engine in SQL_ENGINES.items():
        assert engine.about and place_of(engine.example).scheme == scheme


def test_results_are_kept_in_a_folder_by_content_and_state_of_the_data(tmp_path, monkeypatch):
    address, folder = sqlite_shop(tmp_path), tmp_path / "kept"
    sql = "SELECT id, name, credit, x'00ff' AS b, 9e999 AS big FROM customers ORDER BY id"

    def run(text, **more):
        with Runner(address, kept_in=folder, **more) as runner:
            return runner.run(text)

    first = run(sql)
    assert first.done and [file.stat().st_mode & 0o777 for file in folder.iterdir()] == [0o600]
    with monkeypatch.context() as patch:
        patch.setattr(Child, "run", lambda *_: pytest.fail("the statement ran again"))
        again = run(sql)
        assert again == first and list(map(type, again.rows[0])) == list(map(type, first.rows[0]))
        with pytest.raises(pytest.fail.Exception):
            run(sql, limits=Limits(rows=2))
    assert not run("SELECT name FROM nothing").done and run("SELECT datetime('now')").done
    assert len(list(folder.iterdir())) == 1
    next(folder.iterdir()).write_bytes(b"{broken")
    assert run(sql) == first or run(sql).rows == first.rows
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("DELETE FROM customers WHERE id = 3")
    assert len(run(sql).rows) == 2
    monkeypatch.setattr(kept, "MOST", 1)
    run(sql)
    assert len(list(folder.iterdir())) == 1


CLOCKS = """
CREATE TABLE t (id INTEGER);
CREATE VIEW young AS SELECT id FROM t WHERE id > {now};
CREATE VIEW on_it AS SELECT y.id FROM young AS y;
CREATE VIEW plain AS SELECT id FROM t;
"""


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_nothing_is_kept_of_what_the_clock_or_chance_decides(dialect, tmp_path):
    import duckdb

    path = tmp_path / f"clock.{dialect}"
    now = "julianday('now')" if dialect == "sqlite" else "epoch(now())"
    connect = sqlite3.connect if dialect == "sqlite" else duckdb.connect
    connection = connect(str(path))
    for statement in CLOCKS.format(now=now).split(";"):
        connection.execute(statement) if statement.strip() else None
    if dialect == "duckdb":
        connection.execute("CREATE MACRO later(x) AS x + random()")
    connection.commit()
    connection.close()
    policy = Policy(functions=frozenset({"random", "later"}))
    changing = ["SELECT id FROM young", "SELECT id FROM on_it", "SELECT random() AS r FROM t"]
    changing += ["SELECT later(id) AS r FROM t", "SELECT id FROM t USING SAMPLE 1"] if dialect == "duckdb" else []
    with Runner(f"{dialect}:////{path}", policy=policy) as runner:
        for sql in [*changing, "SELECT id FROM plain"]:
            assert runner.run(sql).ending in ("done", "refused"), sql
        assert len(runner._kept) == 1


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    (tmp_path / "file").touch()
    with Runner(sqlite_shop(tmp_path), kept_in=tmp_path / "file" / "kept") as runner:
        assert runner.run("SELECT id FROM customers").done


@pytest.mark.parametrize(
    "cell",
    [None, True, 5, 2**70, 1.5, float("inf"), "a", b"\x00", Decimal("1.10"), date(2026, 1, 2), UUID(int=7),
     datetime(2026, 1, 2, 3, tzinfo=UTC), time_of_day(1, 2), timedelta(days=-1, microseconds=5), [1, (2, "x")],
     {"a": [Decimal(1)], 2: None}],
)  # fmt: skip
def test_every_cell_is_read_back_as_it_was(cell):
    data = to_bytes(Result(columns=("a",), rows=((cell,),), truncated=True))
    found = from_bytes(data)
    assert found.rows == ((cell,),) and type(found.rows[0][0]) is type(cell) and found.truncated
    assert to_bytes(Result(columns=("a",), rows=((object(),),))) is None


@pytest.mark.parametrize("made", [sqlite_shop, duckdb_shop])
def test_a_changed_copy_tells_queries_apart_that_are_equal_by_accident_and_leaves_the_original(made, tmp_path):
    place = place_of(made(tmp_path))

    def both(where):
        with Runner(where) as runner:
            return [runner.run(sql).rows for sql in ("SELECT count(*) FROM customers", "SELECT max(id) FROM customers")]

    before = both(place)
    assert before[0] == before[1] == ((3,),)
    found = []
    for seed in range(4):
        with perturbed(place, seed) as copy:
            found.append(both(copy))
        with perturbed(place, seed) as copy:
            assert both(copy) == found[-1]
    assert any(count != most for count, most in found) and both(place) == before
    with (
        pytest.raises(InputError, match="expected SQLite or DuckDB"),
        perturbed(place_of("postgresql://localhost/x"), 1),
    ):
        pass


def test_rows_that_others_point_at_are_removed_with_them(tmp_path):
    import duckdb

    made = (
        "CREATE TABLE a (id INTEGER PRIMARY KEY)", "INSERT INTO a SELECT unnest(range(50))",
        "CREATE TABLE b (id INTEGER, a INTEGER REFERENCES a(id))", "INSERT INTO b SELECT id, id FROM a",
        "CREATE VIEW v AS SELECT a.id FROM a",
    )  # fmt: skip
    file = tmp_path / "keys.duckdb"
    with duckdb.connect(str(file)) as connection:
        for statement in made:
            connection.execute(statement)
    place = place_of(f"duckdb:///{file}")
    count = "SELECT (SELECT count(*) FROM v), (SELECT count(*) FROM b), (SELECT count(*) FROM b JOIN a ON a.id = b.a)"
    with perturbed(place, 1) as copy, Runner(copy) as runner:
        assert "a.id" in runner.schema.table("v").definition and runner.schema.table("a").definition is None
        ((parents, children, joined),) = runner.run(count).rows
        assert 0 < children == joined < parents < 50
        assert told_apart([runner], "SELECT count(*) FROM a", "SELECT count(*) FROM b")
        assert not told_apart([runner], "SELECT nope FROM a", "SELECT count(*) FROM b")
        assert not told_apart([runner], "SELECT count(id) FROM a", "SELECT count(*) FROM v")
    with duckdb.connect(str(file)) as connection:
        connection.execute("DELETE FROM b")
        connection.execute("DELETE FROM a")
    with pytest.raises(InputError, match="no row could be removed"), perturbed(place, 1):
        pass


def test_results_of_postgresql_are_kept_until_something_is_written(reader, tmp_path, monkeypatch):
    database = new_database()
    database.server.role("reader")
    made = ("CREATE TABLE t (x integer)", "INSERT INTO t VALUES (1)", "CREATE VIEW v AS SELECT x AS y FROM t")
    for statement in (*made, "GRANT SELECT ON t, v TO reader"):
        database.sql(statement)
    address = f"postgresql:///{database.name}?socket={database.server.home}"
    with Runner(address, kept_in=tmp_path) as runner:
        assert "AS y" in runner.schema.table("v").definition and runner.schema.table("t").definition is None
        state, first = runner.state(), runner.run("SELECT x FROM t")
        assert state is not None and runner.state() == state and first.rows == ((1,),)
        with monkeypatch.context() as patch:
            patch.setattr(Child, "run", lambda *_: pytest.fail("the statement ran again"))
            assert runner.run("SELECT x FROM t") == first
        database.sql("UPDATE t SET x = 2")
        assert runner.state() != state and runner.run("SELECT x FROM t").rows == ((2,),)
        database.sql("CREATE FOREIGN DATA WRAPPER w")
        database.sql("CREATE SERVER s FOREIGN DATA WRAPPER w")
        database.sql("CREATE FOREIGN TABLE far (x integer) SERVER s")
        assert runner.state() is None and runner.run("SELECT x FROM t").rows == ((2,),)


def test_the_state_of_clickhouse_is_that_of_its_parts(tmp_path):
    pytest.importorskip("chdb", reason="the embedded ClickHouse (extra: clickhouse) is not installed")
    address, states = chdb_shop(tmp_path), []
    path = place_of(address).path
    for statement in (
        "CREATE VIEW shop.v AS SELECT name AS n FROM shop.customers",
        "INSERT INTO shop.orders VALUES (9, 1, 2, NULL)",
        "CREATE TABLE m (x UInt8) ENGINE = Log",
    ):
        code = f"from chdb.session import Session\ns = Session({path!r})\ns.query({statement!r})\ns.close()"
        subprocess.run([sys.executable, "-c", code.replace("TABLE m", "TABLE shop.m")], check=True)
        with Runner(address) as runner:
            states.append(runner.state())
            assert runner.state() == states[-1]
            assert "n" in runner.schema.table("v").definition and runner.schema.table("orders").definition is None
    assert len(set(states)) == 3 and states[2] is None and None not in states[:2]


@pytest.mark.parametrize(
    ("dialect", "sql", "text", "places"),
    [
        ("duckdb", "SELECT a, n FROM t ORDER BY n DESC LIMIT 2",
         "SELECT a, n FROM t ORDER BY n DESC", [1]),
        ("sqlite", "WITH a AS (SELECT x FROM t LIMIT 3) SELECT x -- of\nFROM a ORDER BY count(*) DESC LIMIT 5;",
         "WITH a AS (SELECT x FROM t LIMIT 3) SELECT x -- of\n, count(*) AS sort_key_0 FROM a ORDER BY count(*) DESC",
         [1]),
        ("postgres", "SELECT a IS DISTINCT FROM b AS q FROM t ORDER BY extract(day FROM d), 1 FETCH FIRST 3 ROWS ONLY",
         "SELECT a IS DISTINCT FROM b AS q, extract(day FROM d) AS sort_key_0 FROM t ORDER BY extract(day FROM d), 1",
         [1, 0]),
        ("sqlite", "SELECT a FROM t ORDER BY n LIMIT 3 OFFSET 2", "SELECT a, n AS sort_key_0 FROM t ORDER BY n",
         [1, 2]),
        ("sqlite", "SELECT a FROM t UNION SELECT b FROM t ORDER BY 1 LIMIT 3",
         "SELECT a FROM t UNION SELECT b FROM t ORDER BY 1", [0]),
        ("duckdb", "SELECT * FROM t ORDER BY a, n + 1 LIMIT 3",
         "SELECT *, n + 1 AS sort_key_1 FROM t ORDER BY a, n + 1", [0, 1]),
        ("postgres", "SELECT DISTINCT a AS a FROM t ORDER BY a LIMIT 3", "SELECT DISTINCT a AS a FROM t ORDER BY a",
         [0]),
        ("sqlite", "SELECT a FROM t LIMIT 3;", "SELECT a FROM t", []),
        ("sqlite", "SELECT DISTINCT a FROM t ORDER BY n LIMIT 3", None, []),
        ("clickhouse", "SELECT a FROM t ORDER BY a LIMIT 1 BY a", None, []),
        ("sqlite", "SELECT a FROM t ORDER BY a", None, []),
    ],
)  # fmt: skip
def test_a_reference_without_its_limit_is_made_of_its_own_text(dialect, sql, text, places):
    found = without_limit(sql, dialect, ("a",))
    if text is None:
        assert found is None
    else:
        keys, skipped = (places[:-1], 2) if "OFFSET" in sql else (places, 0)
        assert found == (text, keys, skipped)
