"""A folder with one Parquet file for each table. A file that changes is replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from review.basics.errors import InputError
from review.basics.whole_files import replacing
from review.report.publishing.arrow import arrow_table
from review.report.publishing.schema import Row, columns_of
from review.report.publishing.warehouse import Warehouse, check_columns


class _Writing:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, table: str) -> Path:
        return self._folder / f"{table}.parquet"

    def _rows(self, table: str) -> list[Row]:
        found: list[Row] = pq.read_table(self._path(table)).to_pylist()
        return found

    def digests(self, table: str, store: str) -> dict[str, tuple[str, str]]:
        """Return what the file holds of a store."""
        path = self._path(table)
        if not path.exists():
            self._write(table, [])
        try:
            check_columns(str(path), pq.read_schema(path).names, list(columns_of(table)))
        except pa.ArrowInvalid as error:
            raise InputError(f"{path}: no Parquet file ({error}). Nothing was written.") from None
        rows = pq.read_table(path, columns=["row_key", "store", "week", "digest"]).to_pylist()
        return {row["row_key"]: (row["week"], row["digest"]) for row in rows if row["store"] == store}

    def replace(self, table: str, gone: Sequence[str], rows: Sequence[Row]) -> None:
        """Write the file anew, without some rows and with others."""
        changed = {*gone, *(row["row_key"] for row in rows)}
        kept = [row for row in self._rows(table) if row["row_key"] not in changed]
        self._write(table, [*kept, *rows])

    def _write(self, table: str, rows: Sequence[Row]) -> None:
        with replacing(self._path(table)) as part:
            pq.write_table(arrow_table(table, rows), part, compression="zstd")


@contextmanager
def opened(address: str, environment: Mapping[str, str]) -> Iterator[_Writing]:
    """Use a folder, which is made where it is missing."""
    folder = Path(address)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: found a file, expected a folder for Parquet files.")
    folder.mkdir(parents=True, exist_ok=True)
    yield _Writing(folder)


WAREHOUSE = Warehouse(about="a folder of Parquet files", example="results/", opened=opened, local=True)
