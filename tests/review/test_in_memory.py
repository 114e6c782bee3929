"""The DuckDB databases for all queries over files: what one query registers no other sees, also after a fork."""

from __future__ import annotations

import os

import duckdb
import pyarrow as pa
import pytest

from review.basics.in_memory import beside, in_memory, on_disk


def test_queries_side_by_side_see_nothing_of_each_other() -> None:
    with in_memory() as one, in_memory() as other:
        for number, db in enumerate((one, other)):
            db.register("asked", pa.table({"id": [number]}))
            db.execute("CREATE TEMP VIEW seen AS SELECT id + 10 AS id FROM asked")
        assert [db.execute("SELECT id FROM seen").fetchall() for db in (one, other)] == [[(10,)], [(11,)]]
    with in_memory() as later, pytest.raises(duckdb.CatalogException, match="asked"):
        later.execute("SELECT * FROM asked")


def test_a_file_that_was_replaced_is_read_anew(tmp_path) -> None:
    path, read = tmp_path / "rows.csv", []
    for number in (1, 2):
        path.write_text(f"n\n{number}\n")
        os.utime(path, (1, 1))
        with in_memory() as db:
            read += db.execute(f"SELECT n FROM '{path}'").fetchall()
    assert read == [(1,), (2,)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded")
def test_a_fork_asks_a_database_of_its_own() -> None:
    with in_memory() as db:
        db.execute("SELECT 1").fetchall()
    child = os.fork()
    if child == 0:
        with in_memory() as db:
            os._exit(db.execute("SELECT sum(range) FROM range(1000000)").fetchall() != [(499_999_500_000,)])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with in_memory() as db:
        assert db.execute("SELECT 1").fetchall() == [(1,)]


def test_after_an_error_that_ends_a_database_the_next_query_asks_another() -> None:
    with pytest.raises(duckdb.InternalException), in_memory() as db:
        db.execute("ATTACH ':memory:' AS of_this_database")
        raise duckdb.InternalException("INTERNAL Error: a bug of the engine")
    with in_memory() as db:
        assert "of_this_database" not in {
            row[0] for row in db.execute("SELECT database_name FROM duckdb_databases()").fetchall()
        }


def test_queries_with_the_same_limits_share_a_database_that_keeps_them() -> None:
    limits = {"memory_limit": "300MB", "threads": "2"}
    with in_memory(**limits) as one, in_memory(**limits) as other, in_memory() as free:
        one.execute("ATTACH ':memory:' AS shared_by_both")
        seen = [{row[0] for row in db.execute("SHOW DATABASES").fetchall()} for db in (other, free)]
        assert ["shared_by_both" in names for names in seen] == [True, False]
        kept = "SELECT current_setting('memory_limit'), current_setting('threads')"
        assert other.execute(kept).fetchone() == ("286.1 MiB", 2) != free.execute(kept).fetchone()
        one.execute("DETACH shared_by_both")


def test_tables_on_disk_stay_in_their_file_and_can_be_read_from_beside(tmp_path) -> None:
    with on_disk(tmp_path / "it's.duckdb") as db:
        db.execute("CREATE TABLE known AS SELECT range AS id FROM range(3)")
        second = beside(db)
        second.execute("SELECT id FROM known ORDER BY id")
        first = second.fetchmany(1)
        db.execute("INSERT INTO known VALUES (3)")
        assert first + second.fetchall() == [(0,), (1,), (2,)]
    with duckdb.connect(tmp_path / "it's.duckdb") as alone, in_memory() as later:
        assert alone.execute("SELECT count(*) FROM known").fetchone() == (4,)
        assert not any(row[0].startswith("file_") for row in later.execute("SHOW DATABASES").fetchall())


def test_after_an_error_the_file_is_let_go_too(tmp_path) -> None:
    with pytest.raises(duckdb.ConversionException), on_disk(tmp_path / "some.duckdb") as db:
        db.execute("SELECT CAST('no number' AS INTEGER)").fetchall()
    with on_disk(tmp_path / "some.duckdb") as again:
        assert again.execute("SELECT 1").fetchone() == (1,)
