"""Tables of a lake as an engine: an Arrow data set, local or in a bucket, that DuckDB reads column by column.

Keys come from the environment, as the libraries of the lake look for them: never from an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import fs

from review.basics.errors import InputError
from review.sampling.engines.duckdb import ROWS, DuckDBEngine, connect, types_of
from review.sampling.engines.engine import Span

if TYPE_CHECKING:
    import pyarrow.dataset as ds

Reader = Callable[[Sequence[str], Span | None], Any]
"""Returns what DuckDB can read of these columns and this span: a data set, or batches that are read once."""
BUCKET_OPTIONS = ("region", "endpoint_override", "scheme")
MARGIN = timedelta(days=1)
"""A time without an offset is in a zone that only the query knows."""


def lake_engine(source: str, schema: pa.Schema, read: Reader, *, once: bool = False) -> DuckDBEngine:
    """Return an engine over what ``read`` gives; with ``once`` these are batches that can be read once."""
    connection = connect()
    connection.register("lake_shape", schema.empty_table())
    types = types_of(connection, "lake_shape")
    connection.unregister("lake_shape")

    def load(names: Sequence[str], span: Span | None) -> None:
        wanted = [name for name in schema.names if name in names]
        with said(source):
            found = read(wanted, span)
            if not once:
                connection.register(ROWS, found)
                return
            connection.register("lake_batches", found)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS SELECT * FROM lake_batches")  # noqa: S608 - our own names
            connection.unregister("lake_batches")

    return DuckDBEngine(connection, source, types, load=load)


def dataset_engine(source: str, table: ds.Dataset) -> DuckDBEngine:
    """Return an engine over a data set; of other weeks it reads no row group that says when its rows were made."""
    # It loads pandas, for a quarter of a second in each command that opens a source, and only lakes need it.
    import pyarrow.dataset as ds

    def read(names: Sequence[str], span: Span | None) -> ds.Dataset:
        if span is None or (bounds := bounds_of(table.schema, span)) is None:
            return table
        made = ds.field(span.column)
        return table.filter(((made >= bounds[0]) & (made < bounds[1])) | made.is_null())

    return lake_engine(source, table.schema, read)


def bounds_of(schema: pa.Schema, span: Span) -> tuple[Any, Any] | None:
    """Return the ends of a span as values of its column, with a margin; None for a column of no time."""
    if span.column not in schema.names:
        return None
    kind = schema.field(span.column).type
    ends = (span.start - MARGIN, span.end + MARGIN)
    if pa.types.is_date(kind):
        return ends[0].date(), ends[1].date()
    if not pa.types.is_timestamp(kind):
        return None
    low, high = (pa.scalar(end if kind.tz else _plain(end), pa.timestamp(kind.unit, kind.tz)) for end in ends)
    return low, high


def _plain(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def parquet_lake(source: str, path: str, system: fs.FileSystem) -> DuckDBEngine:
    """Open a Parquet file, or a folder of them with folders such as ``day=2026-11-16``, whose names are columns too."""
    import pyarrow.dataset as ds

    with said(source):
        if system.get_file_info(path).type == fs.FileType.NotFound:
            raise InputError(f"{source}: there is no such file or folder. Check the address.")
        shape: Any = ds.partitioning(flavor="hive")
        table = ds.dataset(path, filesystem=system, format="parquet", partitioning=shape, exclude_invalid_files=False)
        files = table.files
        if not files:
            raise InputError(f"{source}: found no Parquet files. Check the address.")
        # A column that was added later is in the last file.
        last = ds.dataset(files[-1], filesystem=system, format="parquet")
        schema = pa.unify_schemas([table.schema, last.schema], promote_options="permissive")
        return dataset_engine(source, table.replace_schema(schema))


def bucket(options: Mapping[str, str]) -> fs.FileSystem:
    """Return the file system of a bucket; Amazon's own names in the environment give the keys."""
    return fs.S3FileSystem(**{name: value for name, value in options.items() if name in BUCKET_OPTIONS})


def endpoint_in(options: Mapping[str, str]) -> str | None:
    """Return the URL of the server of a bucket, as Delta and Iceberg want it; None for Amazon's own."""
    host = options.get("endpoint_override")
    return None if host is None else f"{options.get('scheme', 'https')}://{host}"


@contextmanager
def said(source: str) -> Iterator[None]:
    """Turn an error of a library of the lake into a sentence."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{source}: {sentence(error)}") from None


def sentence(error: Exception) -> str:
    """Say what a library of the lake could not do."""
    whole = " ".join(str(error).split())
    text = whole[:300]
    keys = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, for a user who may read it"
    if any(sign in whole for sign in ("NO_SUCH_BUCKET", "NoSuchBucket", "bucket does not exist")):
        return "there is no such bucket. Check its name and region."
    if any(sign in whole for sign in ("ACCESS_DENIED", "AccessDenied", "Forbidden", "403 ")):
        return f"the bucket does not let you in. {keys}."
    if isinstance(error, FileNotFoundError):
        return f"a file of the table is gone ({text}). If the table was rewritten meanwhile, draw again."
    return f"not readable ({text})."
