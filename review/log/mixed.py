"""Files of the log that hold rows of several imports: what retention left, and what was merged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths, literal_path
from review.basics.sql_literals import sql_literal
from review.log.late import FOLDER, late_files
from review.log.log import log_files, rows_of
from review.log.replaced import MERGED, RETAINED


def is_mixed(path: Path) -> bool:
    """Whether a file of conversations or late rows stands in a folder that is of no single import."""
    return _folder(path).startswith((MERGED, RETAINED))


def _folder(path: Path) -> str:
    """Return the name of the folder of a file of conversations or late rows: mostly the id of its import."""
    return path.parent.parent.name if path.parent.name == FOLDER else path.parent.name


def rows_by_import(files: Sequence[Path]) -> dict[Path, dict[str, int]]:
    """Return how many rows of each import some files hold; reads one column of them."""
    found: dict[Path, dict[str, int]] = {path: {} for path in files}
    if not files:
        return found
    rows = "read_parquet(?, union_by_name = true, filename = true)"
    sql = f"SELECT filename, import_id, count(*) FROM {rows} GROUP BY ALL ORDER BY ALL"  # noqa: S608 - our own names
    with in_memory() as db:
        for name, import_id, n in db.execute(sql, [list(map(literal_path, files))]).fetchall():
            found[Path(name)][import_id] = n
    return found


def holding(files: Sequence[Path], imports: Collection[str]) -> list[Path]:
    """Return those of some files that hold rows of one of the imports."""
    return [path for path, held in rows_by_import(files).items() if not held.keys().isdisjoint(imports)]


def holding_any(db: duckdb.DuckDBPyConnection, files: Sequence[Path], ids: str) -> list[Path]:
    """Return those of some files that hold something of conversations; ``ids`` is a table or query of their ids."""
    if not files:
        return []
    rows = "read_parquet(?, union_by_name = true, filename = true)"
    sql = f"SELECT DISTINCT filename FROM {rows} SEMI JOIN {ids} USING (id)"  # noqa: S608 - our own names
    held = {row[0] for row in db.execute(sql, [list(map(literal_path, files))]).fetchall()}
    return [path for path in files if str(path) in held]


def mixed_originals(log: LogPaths) -> list[Path]:
    """Return the files of originals of several imports, those too that others have replaced, sorted."""
    return sorted(path for prefix in (MERGED, RETAINED) for path in log.originals.glob(f"{prefix}*/*.parquet"))


def of_imports(files: Sequence[Path], imports: Collection[str]) -> list[Path]:
    """Return those of some files that hold rows of one of the imports: their own, and those that they share."""
    wanted = set(imports)
    own = [path for path in files if _folder(path) in wanted]
    return [*own, *holding([path for path in files if is_mixed(path)], wanted)]


def files_of_import(log: LogPaths, import_id: str) -> list[Path]:
    """Return the files that hold conversations of one import."""
    return of_imports(log_files(log), [import_id])


def late_files_of_import(log: LogPaths, import_id: str) -> list[Path]:
    """Return the files that hold what one import told of conversations of other imports."""
    return of_imports(late_files(log.logs), [import_id])


def import_relation(log: LogPaths, import_id: str) -> str:
    """Return SQL for DuckDB with the conversations of one import as it brought them, without what arrived later."""
    return rows_of_import(files_of_import(log, import_id), import_id)


def rows_of_import(files: Sequence[Path], import_id: str) -> str:
    """Return SQL for DuckDB with the rows of one import in some files of conversations or late rows."""
    return f"(SELECT * FROM {rows_of(files)} WHERE import_id = {sql_literal(import_id)})"  # noqa: S608 - our own names and paths
