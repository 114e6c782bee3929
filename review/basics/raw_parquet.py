"""Read raw records from Parquet, batch by batch: a value that Python cannot hold costs its row alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.basics.record import Raw, Unreadable, check_columns

PARQUET_ROWS = 2_000


def read_parquet(given: InputFile) -> Iterator[Raw]:
    """Yield the rows of a Parquet file. Raises InputError when the file as a whole cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    size, number = given.size, 0
    try:
        with given.anywhere() as opened, pq.ParquetFile(opened) as file:
            check_columns(given.name, file.schema_arrow.names)
            total = max(file.metadata.num_rows, 1)
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for record, error in _rows(batch):
                    number += 1
                    yield Raw(number, record, error, size * number // total)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{given.name}: not readable as Parquet ({error}).") from None


def _rows(batch: Any) -> Iterator[tuple[dict[str, Any] | None, Unreadable | None]]:
    try:
        records = batch.to_pylist()
    except (ValueError, OverflowError):
        for i in range(batch.num_rows):
            yield _row(batch, i)
    else:
        for record in records:
            yield record, None


def _row(batch: Any, i: int) -> tuple[dict[str, Any] | None, Unreadable | None]:
    record = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            record[name] = column[i].as_py()
        except (ValueError, OverflowError):
            return None, Unreadable(name, _found(column, i), f"a value of the type {column.type} in range")
    return record, None


def _found(column: Any, i: int) -> str:
    """Return a value that Python cannot hold as the number it is stored as."""
    import pyarrow as pa

    try:
        wide = pa.int32() if column.type.bit_width == 32 else pa.int64()
        return f"the number {column[i : i + 1].view(wide)[0].as_py()}"
    except (pa.ArrowException, ValueError, AttributeError):
        return "a value that cannot be read"
