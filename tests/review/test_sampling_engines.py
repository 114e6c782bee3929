"""The same rows as JSONL, CSV, Parquet, a DuckDB table, a SQLite table and in Python give the same frame and sample."""

import csv
import gzip
import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sampling_oracle import stratum_of
from sampling_rows import COLUMNS, ODD_IDS, WEEK, WINDOW, expected, rows_of_a_week
from sqlglot import exp

from review.basics.errors import InputError
from review.basics.times import read_time
from review.basics.weeks import week_window
from review.sampling.allocate import Wishes
from review.sampling.choose import all_of
from review.sampling.draw import draw
from review.sampling.engines.catalogue import open_source
from review.sampling.frame import read_frame
from review.sampling.key import chosen, digest, sample_digest
from review.sampling.strata import DEFAULT_GROUPS


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    lines = [
        json.dumps({k: json.loads(v) if k == "verdicts" and v else v for k, v in r.items()}, ensure_ascii=i % 2 == 0)
        for i, r in enumerate(rows_of_a_week())
    ]
    (folder / "log.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    with gzip.open(folder / "log.ndjson.gz", "wt", encoding="utf-8") as out:
        out.write("\r\n".join(reversed(lines)))
    for name, delimiter in (("log[1].csv", ","), ("log.tsv", "\t")):
        with (folder / name).open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, COLUMNS, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(
                {**r, "low_confidence": {True: "True", False: "False"}.get(r["low_confidence"])}
                for r in rows_of_a_week()
            )
    table = pa.Table.from_pylist(rows_of_a_week())
    pq.write_table(table, folder / "log.parquet")
    parts = folder / "imported" / "b1"
    parts.mkdir(parents=True)
    (folder / "imported" / ".partial-b2").mkdir()
    pq.write_table(table.slice(0, 5), folder / "imported" / ".partial-b2" / "2026-W47-0001.parquet")
    pq.write_table(table.slice(0, 1500), parts / "2026-W47-0001.parquet")
    pq.write_table(table.slice(1500), parts / "2026-W46-0002.parquet")
    base = duckdb.connect(str(folder / "shop.duckdb"))
    base.execute("CREATE SCHEMA s")
    base.register("tabled", table)
    base.execute("CREATE TABLE s.log AS SELECT * FROM tabled")
    base.close()
    lite = sqlite3.connect(folder / "shop.db")
    lite.execute(f"CREATE TABLE log ({', '.join(COLUMNS)})")
    lite.executemany(
        f"INSERT INTO log VALUES ({', '.join('?' * len(COLUMNS))})",
        [tuple(r[c] for c in COLUMNS) for r in rows_of_a_week()],
    )
    lite.commit()
    lite.close()
    return folder


KINDS = {
    "JSONL": "{0}/log.jsonl",
    "JSONL, compressed, in another order": "{0}/log.ndjson.gz",
    "CSV with a bracket in its name": "{0}/log[1].csv",
    "TSV": "{0}/log.tsv",
    "Parquet": "{0}/log.parquet",
    "a pattern": "{0}/*.parquet",
    "a folder as the imports leave it": "{0}/imported",
    "DuckDB": "duckdb:///{0}/shop.duckdb?table=s.log",
    "DuckDB by suffix": "{0}/shop.duckdb#s.log",
    "SQLite": "sqlite:///{0}/shop.db?table=log",
    "SQLite by suffix": "{0}/shop.db#log",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_of_the_same_rows_gives_the_frame_and_the_sample_of_python(sources, kind):
    strata, rows = expected(rows_of_a_week())
    engine = open_source(KINDS[kind].format(sources), week=WEEK)
    result = draw(engine, Wishes(0.05, {"failing": 20}), window=WINDOW, week=WEEK, overlap=0.2)
    frame = result.frame
    engine.close()
    assert (frame.rows, frame.null_ids, frame.undated) == (rows, 1, 2)
    assert (frame.duplicate_ids, frame.duplicate_rows, frame.duplicate_examples) == (1, 2, ("twice",))
    assert frame.populations == {name: len(ids) for name, ids in strata.items()}
    wanted = set()
    for name, ids in strata.items():
        count = {"failing": 20, "low_confidence": 50, "rest": 0}[name]
        by_rate = {i for i in ids if chosen(WEEK, i, 0.05)}
        exact = set(sorted(ids, key=lambda i: digest(WEEK, i))[:count])
        wanted |= exact if count / len(ids) > 0.05 else by_rate
    assert set(all_of(result.ids)) == wanted
    assert result.digest == sample_digest(wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_counts_the_same_verdicts(sources, kind):
    engine = open_source(KINDS[kind].format(sources), week=WEEK)
    frame, _ = read_frame(engine, window=WINDOW, week=WEEK)
    engine.close()
    reference, _ = read_frame(open_source(sources / "log.parquet"), window=WINDOW, week=WEEK)
    assert frame.verdicts == reference.verdicts
    counted = sum(n for of in frame.verdicts.values() for n in of["kind"]["correctness"].values())
    assert set(frame.verdicts["rest"]["kind"]["correctness"]) == {"wrong", "correct"}
    assert 0 < counted < frame.distinct


@pytest.mark.parametrize("kind", ["JSONL", "Parquet", "SQLite"])
def test_odd_ids_come_out_as_they_went_in(sources, kind):
    engine = open_source(KINDS[kind].format(sources))
    result = draw(engine, Wishes(1.0), window=WINDOW, week=WEEK)
    engine.close()
    assert set(ODD_IDS) <= set(all_of(result.ids))


def write_lines(path, rows):
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def ids_of(source, **options):
    engine = open_source(source)
    result = draw(engine, Wishes(1.0), **{"window": WINDOW, "week": WEEK, **options})
    engine.close()
    return sorted(all_of(result.ids))


def test_uuids_and_integers_have_the_same_text_typed_and_as_text(tmp_path):
    uuid = "12345678-9abc-def0-1234-56789abcdef0"
    for column, kind, ids in (("u", "UUID", [uuid]), ("n", "BIGINT", ["17", "-3"])):
        typed = duckdb.connect(str(tmp_path / f"{column}.duckdb"))
        typed.execute(f"CREATE TABLE conversations (id {kind}, created_at TIMESTAMPTZ)")
        typed.executemany("INSERT INTO conversations VALUES (?, '2026-11-16T00:00:00Z')", [(i,) for i in ids])
        typed.execute(f"COPY conversations TO '{tmp_path}/{column}.parquet'")
        typed.close()
        assert ids_of(tmp_path / f"{column}.duckdb") == ids_of(tmp_path / f"{column}.parquet") == sorted(ids)


def test_a_uuid_in_capitals_keeps_its_capitals_in_json(tmp_path):
    uuid = "ABCDEF01-9ABC-DEF0-1234-56789ABCDEF0"
    assert ids_of(write_lines(tmp_path / "a.jsonl", [{"id": uuid, "created_at": "2026-11-16"}])) == [uuid]


@pytest.mark.parametrize("kind", ["DOUBLE", "TIMESTAMP", "DATE", "BLOB"])
def test_an_id_without_a_stable_text_is_refused(tmp_path, kind):
    base = duckdb.connect(str(tmp_path / "a.duckdb"))
    base.execute(f"CREATE TABLE conversations (id {kind}, created_at TIMESTAMP)")
    base.close()
    with pytest.raises(InputError, match=f"an id of type {kind}"):
        ids_of(tmp_path / "a.duckdb")


def test_typed_times_are_utc_unless_they_say_otherwise(tmp_path):
    base = duckdb.connect(str(tmp_path / "a.duckdb"))
    base.execute("SET TimeZone = 'Asia/Tokyo'")
    base.execute("CREATE TABLE conversations (id VARCHAR, created_at TIMESTAMP, aware TIMESTAMPTZ)")
    # Midnight of Monday in Tokyo is Sunday 15:00 in UTC: the aware one lies in the week before.
    base.execute("INSERT INTO conversations VALUES ('a', '2026-11-16 00:00:00', '2026-11-16 00:00:00')")
    base.execute("INSERT INTO conversations VALUES ('b', '2026-11-22 23:59:59', '2026-11-16 09:00:00')")
    base.close()
    assert ids_of(tmp_path / "a.duckdb") == ["a", "b"]
    assert ids_of(tmp_path / "a.duckdb", mapping={"created_at": "aware"}) == ["b"]


def test_the_window_follows_the_time_zone(tmp_path):
    times = {
        "a": "2026-11-15T22:59:59Z",
        "b": "2026-11-15T23:00:00Z",
        "c": "2026-11-22T22:59:59.999Z",
        "d": "2026-11-22T23:00:00Z",
    }
    file = write_lines(tmp_path / "a.jsonl", [{"id": i, "created_at": t} for i, t in times.items()])
    assert ids_of(file) == ["c", "d"]
    assert ids_of(file, window=week_window(WEEK, "Europe/Berlin")) == ["b", "c"]


def test_undated_rows_belong_to_the_week_they_were_imported_for(tmp_path):
    rows = [
        {"id": "a", "created_at": None, "week": WEEK},
        {"id": "b", "created_at": "2026-11-18", "week": "2026-W01"},
        {"id": "c", "week": "2026-W46"},
        {"id": "d"},
    ]
    file = write_lines(tmp_path / "a.jsonl", rows)
    frame, _ = read_frame(open_source(file), window=WINDOW, week=WEEK)
    # a by its week, b by its date; c belongs to another week, d to none.
    assert (frame.rows, frame.undated_included, frame.undated) == (2, 1, 1)
    assert ids_of(file) == ["a", "b"]


def test_without_a_window_the_whole_source_is_the_frame(tmp_path):
    file = write_lines(tmp_path / "a.jsonl", [{"id": "a"}, {"id": "b", "created_at": "soon"}])
    assert ids_of(file, window=None) == ["a", "b"]


def test_other_names_and_nested_fields_are_mapped(tmp_path):
    rows = [
        {
            "meta": {"key": f"k{i}", "at": "2026-11-18T00:00:00Z", "score": s},
            "a.b": "error" if i == 0 else "ok",
            "note": n,
        }
        for i, (s, n) in enumerate([(0.9, None), (0.2, None), (0.9, {"thumb": "down", "copied": True}), (0.9, "good")])
    ]
    mapping = {
        "id": "meta.key",
        "created_at": "meta.at",
        "confidence": "meta.score",
        "status": "a.b",
        "feedback": "note",
    }
    lines = write_lines(tmp_path / "a.jsonl", rows)
    pq.write_table(
        pa.Table.from_pylist(
            [{**r, "note": json.dumps(r["note"]) if isinstance(r["note"], dict) else r["note"]} for r in rows]
        ),
        tmp_path / "a.parquet",
    )
    lite = sqlite3.connect(tmp_path / "a.sqlite")
    lite.execute('CREATE TABLE conversations (meta, "a.b", note)')
    lite.executemany(
        "INSERT INTO conversations VALUES (?, ?, ?)",
        [
            (json.dumps(r["meta"]), r["a.b"], json.dumps(r["note"]) if isinstance(r["note"], dict) else r["note"])
            for r in rows
        ],
    )
    lite.commit()
    lite.close()
    for source in (lines, tmp_path / "a.parquet", tmp_path / "a.sqlite"):
        engine = open_source(source)
        result = draw(
            engine, Wishes(1.0), window=WINDOW, week=WEEK, mapping=mapping, values={"feedback": {"good": "up"}}
        )
        engine.close()
        assert {k: set(v) for k, v in result.ids.items()} == {
            "failing": {"k0", "k2"},
            "low_confidence": {"k1"},
            "rest": {"k3"},
        }, source
    engine = open_source(lines)
    result = draw(engine, Wishes(1.0), window=WINDOW, week=WEEK, mapping=mapping, values={"feedback": {"good": "down"}})
    assert "k3" in result.ids["failing"]
    engine.close()


def test_a_field_that_first_appears_late_in_a_json_file_is_read(tmp_path):
    rows = [{"id": f"c{i}", "created_at": "2026-11-18"} for i in range(3_000)] + [
        {"id": "z", "created_at": "2026-11-18", "status": "error"}
    ]
    engine = open_source(write_lines(tmp_path / "a.jsonl", rows))
    frame, _ = read_frame(engine, window=WINDOW, week=WEEK)
    assert frame.populations["failing"] == 1


def test_a_row_joins_the_first_group_that_fits_in_sql_as_in_python(tmp_path):
    cells = {
        "status": [None, "ok", "ERROR ", ""],
        "feedback": [None, "down", "up,down"],
        "confidence": [None, "0.2", "0.5", "abc", ""],
        "repaired": [None, "false"],
        "repair_rounds": [None, "0", "2"],
        "error_message": [None, "boom"],
    }
    rows = [{}]
    for name, values in cells.items():
        rows = [{**r, name: v} for r in rows for v in values]
    rows = [{"id": f"c{i}", "created_at": "2026-11-18", **r} for i, r in enumerate(rows)]
    file = write_lines(tmp_path / "a.jsonl", rows)
    lite = sqlite3.connect(tmp_path / "a.db")
    lite.execute(f"CREATE TABLE conversations ({', '.join(rows[0])})")
    lite.executemany(
        f"INSERT INTO conversations VALUES ({', '.join('?' * len(rows[0]))})", [tuple(r.values()) for r in rows]
    )
    lite.commit()
    lite.close()
    wanted = {r["id"]: stratum_of(r, DEFAULT_GROUPS) for r in rows}
    for source in (file, tmp_path / "a.db"):
        engine = open_source(source)
        result = draw(engine, Wishes(1.0), window=WINDOW, week=WEEK)
        engine.close()
        assert {i: name for name, ids in result.ids.items() for i in ids} == wanted


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.jsonl", b'{"id": 1}\n{"id": 2\n{"id": 3}\n', "line 2"),
        ("a.jsonl", b'{"id": 1, "created_at": "2026-11-18"}\n' * 2_000 + b"[1, 2]\n", "line 2001"),
        ("a.jsonl", b"\xef\xbb\xbf" + b'{"id": 1}\n', "byte order mark"),
        ("a.jsonl", b"", "empty"),
        ("a.jsonl", b'{"key": 1}\n', "no column 'id'.*found key.*--map id=COLUMN"),
        ("a.jsonl", b'{"id": "caf\xe9"}\n', "line 1"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"id,created_at\n1,2026-11-18\n2\n", "line 3: found '1 fields', expected 2"),
        ("a.csv", b"id,created_at\n1,caf\xe9\n", "UTF-8"),
        ("a.csv", b"id,when\n1,2026-11-18\n", "no column 'created_at'.*found id, when"),
        ("a.parquet", b"not parquet", "not readable as Parquet"),
        ("a.duckdb", b"not a database at all" * 10, "not readable as a DuckDB database"),
        ("a.db", b"not a database at all" * 100, "not readable as a SQLite database"),
    ],
)
def test_a_source_that_cannot_be_read_is_a_sentence_with_its_place(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as failed:
        ids_of(tmp_path / name)
    assert re.search(says, failed.value.with_hint)


@pytest.mark.parametrize(
    "source",
    [
        "log.xlsx", "missing.jsonl", "missing.duckdb", "missing.db", "https://example.com/log.jsonl", "mysql://h/d",
        "clickhouse://user:secret@h:8123/d", "clickhouse:///d", "duckdb://a.duckdb", "duckdb:///a.duckdb?tabel=t", "clickhouse://h:port/d",
    ],
)  # fmt: skip
def test_a_source_without_an_engine_is_refused(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        open_source(source)
    assert "secret" not in str(refused.value)


def test_a_table_that_is_not_there_is_named_with_those_that_are(tmp_path):
    duckdb.connect(str(tmp_path / "a.duckdb")).execute("CREATE TABLE other (id VARCHAR)").close()
    sqlite3.connect(tmp_path / "a.db").execute("CREATE TABLE other (id)").connection.close()
    for name in ("a.duckdb", "a.db"):
        with pytest.raises(InputError, match="no table 'log', expected one of other"):
            open_source(f"{tmp_path / name}#log")


def test_the_databases_are_opened_read_only(sources):
    with pytest.raises(duckdb.Error, match="read-only"):
        open_source(f"{sources}/shop.duckdb#s.log").connection.execute("DROP TABLE s.log")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        open_source(f"{sources}/shop.db#log").connection.execute("DROP TABLE log")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_times_are_read_alike_in_duckdb_sqlite_and_on_import(tmp_path, zone):
    texts = [
        "2026-11-18T10:00:00Z", "2026-11-18 10:00:00", "2026-11-18", "2026-11-18T10:00:00.123456+05:30",
        "2026-11-18T10:00:00+0200", "2026-11-18T10:00:00+02", "2026-11-18 10:00:00 UTC", "1794996000", "1794996000.5",
        "1794996000123", "1794996000123456",
        "1794996000123456789", "17", "soon", "2026-W47", "infinity", "epoch", "", "2026-13-01",
    ]  # fmt: skip
    file = write_lines(tmp_path / "a.jsonl", [{"id": i, "created_at": t} for i, t in enumerate(texts)])
    engine = open_source(file)
    table = engine.relation(["id", "created_at"])
    read = dict(engine.query(exp.select(engine.text("id"), engine.instant("created_at", zone=zone)).from_(table)))
    lite = open_source(make_sqlite(tmp_path, texts))
    for i, text in enumerate(texts):
        moment = read_time(text, ZoneInfo(zone))
        wanted = None if moment is None else (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        assert read[str(i)] == wanted, text
        given = [exp.Literal.string(text), exp.Literal.string(zone)]
        assert lite.query(exp.select(exp.Anonymous(this="utc_micros", expressions=given))) == [(wanted,)]


def make_sqlite(folder, texts):
    lite = sqlite3.connect(folder / "times.db")
    lite.execute("CREATE TABLE conversations (id, created_at)")
    lite.commit()
    lite.close()
    return folder / "times.db"


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A database with a table, views over it and over files, and a file that nobody may read through it."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "secret.csv").write_text("id,question\nsecret-1,secret\n")
    base = duckdb.connect(str(folder / "a.duckdb"))
    base.execute("CREATE TABLE log AS SELECT 'a' AS id, 'q' AS question")
    base.execute("CREATE VIEW fine AS SELECT * FROM log")
    for name, source in (
        ("text", f"read_text('{folder}/secret.csv')"),
        ("csv", f"read_csv('{folder}/secret.csv')"),
        ("bare", f"'{folder}/secret.csv'"),
        ("globbed", f"glob('{folder}/*')"),
    ):
        base.execute(f"CREATE VIEW {name}_view AS SELECT * FROM {source}")
    base.execute("CREATE VIEW second AS SELECT * FROM csv_view")
    base.execute("CREATE SCHEMA s; CREATE TABLE s.log AS SELECT 'b' AS id, 'q' AS question")
    base.execute("CREATE MACRO m() AS TABLE SELECT 1 AS id")
    base.close()
    return folder


def test_a_table_or_view_of_the_database_is_read(locked):
    for name in ("log", "fine", "s.log", "main.log", "a.main.log", "LOG"):
        engine = open_source(f"{locked}/a.duckdb#{name}")
        assert list(engine.columns()) == ["id", "question"]
        engine.close()


@pytest.mark.parametrize(
    "name",
    [
        "{0}/secret.csv", "secret.csv", '"{0}/secret.csv"', "'{0}/secret.csv'", "read_text('{0}/secret.csv')",
        "m()", "m",
        "duckdb_settings()", "duckdb_secrets", "information_schema.tables", "pg_catalog.pg_class", "temp.main.x", "",
        "log; DROP TABLE log", "log UNION SELECT 1", "b.main.log", "sqlite_master", "../a.duckdb",
        "https://example.com/x.csv",
    ],
)  # fmt: skip
def test_a_name_that_is_no_table_of_the_database_is_refused(locked, name):
    with pytest.raises(InputError, match=r"found no table .* expected one of"):
        open_source(f"duckdb:///{locked}/a.duckdb?table={quote(name.format(locked))}")


@pytest.mark.parametrize("name", ["text_view", "csv_view", "bare_view", "globbed_view", "second"])
def test_a_view_that_reads_files_is_refused_in_a_sentence(locked, name):
    with pytest.raises(InputError, match="outside this database") as refused:
        open_source(f"{locked}/a.duckdb#{name}")
    assert "secret-1" not in str(refused.value) and "Error" not in str(refused.value)


def test_an_open_database_stays_locked(locked):
    engine = open_source(f"{locked}/a.duckdb#log")
    for statement in (
        f"SELECT * FROM read_text('{locked}/secret.csv')",
        f"ATTACH '{locked}/b.duckdb'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        f"COPY log TO '{locked}/out.csv'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            engine.connection.execute(statement)
    engine.close()


def test_sqlite_reads_its_own_tables_alone(tmp_path):
    base = sqlite3.connect(tmp_path / "a.db")
    base.executescript("CREATE TABLE log (id TEXT); CREATE TABLE 'x.y' (id TEXT); CREATE VIEW v AS SELECT * FROM log")
    base.close()
    for name in ("log", "v", "x.y"):
        assert list(open_source(f"sqlite:///{tmp_path}/a.db?table={name}").columns()) == ["id"]
    for name in ("sqlite_master", "sqlite_schema", "pragma_database_list", "json_each", "temp.log", "log;"):
        with pytest.raises(InputError, match="found no table"):
            open_source(f"sqlite:///{tmp_path}/a.db?table={quote(name)}")
    with pytest.raises(sqlite3.Error):
        open_source(f"{tmp_path}/a.db#log").connection.execute(f"ATTACH '{tmp_path}/b.db' AS b")


@pytest.mark.parametrize("name", ["system.users", "other.log", "a.b.c", "shop.x.y"])
def test_clickhouse_reads_the_named_database_alone(name):
    with pytest.raises(InputError, match="expected a table of the database 'shop'"):
        open_source(f"clickhouse://127.0.0.1:9/shop?table={name}")
