"""Tables of a lake in a bucket, read from a local S3 server, and what can be wrong with a lake or a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from postgres_server import Database, new_database
from pyarrow import fs

from review.basics.errors import InputError, NothingToDo
from review.basics.weeks import week_window
from review.sampling.allocate import Wishes
from review.sampling.draw import DrawResult, draw
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.engine import Span

WEEK = "2026-W47"
WINDOW = week_window(WEEK)
START = datetime(2026, 10, 1, tzinfo=UTC)
ROWS = pa.table(
    {
        "id": [f"c{k}" for k in range(2_400)],
        "created_at": pa.array([START + timedelta(hours=k) for k in range(2_400)], pa.timestamp("us", "UTC")),
        "status": ["error" if k % 10 == 0 else "ok" for k in range(2_400)],
        "month": [f"{START + timedelta(hours=k):%Y-%m}" for k in range(2_400)],
    }
)
OPTIONS = "region=us-east-1&scheme=http&endpoint_override="


class Bucket:
    """A bucket of the local server, filled with the rows in each form."""

    def __init__(self, port: int, folder: Path) -> None:
        self.where, self.folder = f"127.0.0.1:{port}", folder

    def address(self, kind: str, name: str = "log") -> str:
        if kind == "iceberg":
            return f"iceberg:///{self.folder}/catalog.db?table=shop.{name}&{OPTIONS}{self.where}"
        return f"{kind}://lake/{kind}/{name}?{OPTIONS}{self.where}"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    without = "the local S3 server (moto[s3,server]) is not installed"
    server = pytest.importorskip("moto.server", reason=without)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    made = Bucket(int(running.get_host_and_port()[1]), tmp_path_factory.mktemp("lake"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "key")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        system = fs.S3FileSystem(
            region="us-east-1", scheme="http", endpoint_override=made.where, allow_bucket_creation=True
        )
        system.create_dir("lake")
        shape = ds.partitioning(pa.schema([("month", pa.string())]), flavor="hive")
        ds.write_dataset(ROWS, "lake/s3/log", filesystem=system, format="parquet", partitioning=shape)
        yield made
    running.stop()


@pytest.fixture(scope="module")
def tables(bucket: Bucket) -> Bucket:
    deltalake = pytest.importorskip("deltalake", reason="deltalake (extra: lake) is not installed")
    sql = pytest.importorskip("pyiceberg.catalog.sql", reason="pyiceberg (extra: lake) is not installed")
    storage = {"AWS_ENDPOINT_URL": f"http://{bucket.where}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1"}
    deltalake.write_deltalake("s3://lake/delta/log", ROWS, partition_by=["month"], storage_options=storage)
    catalog = sql.SqlCatalog(
        "default", uri=f"sqlite:///{bucket.folder}/catalog.db", warehouse="s3://lake/iceberg",
        **{"s3.endpoint": f"http://{bucket.where}", "s3.region": "us-east-1"},
    )  # fmt: skip
    catalog.create_namespace("shop")
    catalog.create_table("shop.log", schema=ROWS.schema).append(ROWS)
    return bucket


def drawn(source: str) -> DrawResult:
    engine = open_source(source, week=WEEK)
    try:
        return draw(engine, Wishes(0.2), window=WINDOW, week=WEEK)
    finally:
        engine.close()


@pytest.mark.parametrize("kind", ["s3", "delta", "iceberg"])
def test_a_table_in_a_bucket_gives_the_same_draw_as_a_local_file(
    kind: str, bucket: Bucket, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = bucket if kind == "s3" else request.getfixturevalue("tables")
    pa.parquet.write_table(ROWS, tmp_path / "log.parquet")
    found, local = drawn(place.address(kind)), drawn(str(tmp_path / "log.parquet"))
    assert found.digest == local.digest and found.strata == local.strata and found.frame.rows == 168
    assert "key" not in found.frame.source.partition("://")[2] and "endpoint" not in found.frame.source


def test_only_the_window_is_read_of_a_table_with_typed_times(tables: Bucket) -> None:
    engine = open_source(tables.address("iceberg"))
    relation = engine.relation(["id", "created_at"], Span("created_at", WINDOW.start, WINDOW.end))
    from sqlglot import exp

    assert engine.query(exp.select(exp.Count(this=exp.Star())).from_(relation)) == [(9 * 24,)]
    engine.close()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("s3://nowhere/log?{0}", "there is no such (bucket|file)"),
        ("s3://lake/s3/nothing?{0}", "there is no such file or folder"),
        ("delta://lake/delta/nothing?{0}", "found no Delta table there"),
        ("delta://nowhere/log?{0}", "there is no such bucket"),
        ("delta:///no/such/folder", "found no Delta table there"),
        ("iceberg:///{1}/catalog.db?table=shop.nothing&{0}", "the catalogue has no table 'shop.nothing'"),
        ("iceberg:///no/such.db?table=shop.log", "there is no such SQLite catalogue"),
        ("iceberg://nobody?table=shop.log", "not readable as an Iceberg table"),
        ("s3://key:secret@lake/log", "found credentials in the address"),
        ("s3://lake/log?key=secret", "found the option 'key'"),
    ],
)
def test_what_is_not_there_is_a_sentence(tables: Bucket, source: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        open_source(source.format(f"{OPTIONS}{tables.where}", tables.folder))
    assert "secret" not in str(refused.value).replace("SECRET", "").replace("?key=secret", "")


def test_a_file_that_goes_while_it_is_drawn_is_a_sentence(bucket: Bucket, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    shape = ds.partitioning(pa.schema([("month", pa.string())]), flavor="hive")
    ds.write_dataset(ROWS, folder, format="parquet", partitioning=shape)
    engine = open_source(folder)
    for file in folder.glob("month=2026-11/*"):
        file.unlink()
    with pytest.raises(InputError, match="log: "):
        draw(engine, Wishes(0.2), window=WINDOW, week=WEEK)
    engine.close()


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = new_database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPOTCHECK_POSTGRES_USER", "log_reader")
        made.server.role("log_reader")
        rows = "SELECT 'c' || k AS id, timestamptz '2026-11-18' AS created_at, 'x' AS meta FROM generate_series(1, 9) k"
        made.sql(f"CREATE TABLE log AS {rows}")
        made.sql("CREATE TABLE hidden (id text, created_at timestamptz)")
        made.sql("CREATE VIEW broken AS SELECT id, created_at, 1 / (length(id) - 2) AS confidence FROM log")
        made.sql("GRANT SELECT ON log, broken TO log_reader")
        yield made


@pytest.mark.parametrize(
    ("table", "mapping", "words"),
    [
        ("nothing", {}, "found no table 'nothing', expected one of broken, log"),
        ("hidden", {}, "the role may not read it"),
        ("pg_catalog.pg_class", {}, "found no table"),
        ("log", {"id": "key"}, "found no column 'key' for the field 'id'"),
        ("log", {"id": "created_at"}, "an id of type timestamp with time zone"),
        ("log", {"status": "meta.deep.state"}, "invalid input syntax for type json"),
        ("broken", {}, "division by zero"),
        ("log; DROP TABLE log", {}, "found no table"),
    ],
)
def test_what_is_wrong_with_a_table_of_postgresql_is_a_sentence(
    database: Database, table: str, mapping: dict[str, str], words: str
) -> None:
    with pytest.raises(InputError, match=words), ExitStack() as closing:
        engine = open_source(database.source(table))
        closing.callback(engine.close)
        draw(engine, Wishes(0.2), window=WINDOW, week=WEEK, mapping=mapping)


def test_a_window_without_rows_a_table_that_goes_and_a_server_that_is_gone_are_sentences(database: Database) -> None:
    engine = open_source(database.source("log"))
    with pytest.raises(NothingToDo, match="holds no conversation created in 2026-W40"):
        draw(engine, Wishes(0.2), window=week_window("2026-W40"), week="2026-W40")
    database.sql("INSERT INTO log SELECT 'new', now()")
    assert draw(engine, Wishes(1.0), window=None, week="all").frame.rows == 9, "a draw sees one state of the table"
    engine.close()
    engine = open_source(database.source("log"))
    engine.connection.rollback()
    database.sql("ALTER TABLE log RENAME TO moved")
    with pytest.raises(InputError, match="the table is gone"):
        draw(engine, Wishes(1.0), window=None, week="all")
    engine.close()
    with pytest.raises(InputError, match="no connection"):
        open_source("postgresql://127.0.0.1:9/shop?table=log")
