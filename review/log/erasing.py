"""Take the texts of some conversations out of the files of the log, and their originals: file by file, each at once.

Each file is written beside the old one and then takes its name. So a reader finds the old one or the new one, and a
process that is killed loses nothing. Batches of imports that were undone are files of the log too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.basics.whole_files import sync
from review.log.late import listed
from review.privacy.erased import ERASED, erased_content, erased_feedback, erased_verdicts
from storage.records_log import ERASED_HASH

CATEGORIES = ("error_type", "scenario", "language")
"""Columns that group conversations and may hold a person's own words: a value that somebody else has stays."""
SAID = ("content", "verdicts", "error_message", "feedback", "lists", "tags")
"""Columns of the log that hold texts."""
_JSON = orjson.OPT_NON_STR_KEYS
PART = ".part"


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What leaves the log: conversations by id, and users, for whom ``alias`` stands from then on.

    ``values`` are those of verdicts that stay, ``shared`` those of ``CATEGORIES`` that other conversations have.
    """

    conversations: Collection[str]
    users: Collection[str]
    alias: str
    values: Collection[str] = ()
    shared: Mapping[str, Collection[str]] = field(default_factory=dict)

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of the log still has texts to take out."""
        named = row["id"] in self.conversations and row.get("content_hash") != ERASED_HASH
        return named or (row.get("user_id") is not None and row["user_id"] in self.users)

    def category(self, name: str, value: str | None) -> str | None:
        """Return a value of a column of ``CATEGORIES`` as it stays."""
        return value if value is None or value in self.shared.get(name, ()) else ERASED


def conversation_files(log: LogPaths) -> list[Path]:
    """Return the files of conversations, those of undone imports included."""
    return _with_columns(log.logs, {"id", "user_id", "content"})


def told_files(log: LogPaths) -> list[Path]:
    """Return the files of late rows, those of undone imports included."""
    return _with_columns(log.logs, {"id", "lists", "number"})


def original_files(log: LogPaths) -> list[Path]:
    """Return the files of originals, those of undone imports included."""
    return _with_columns(log.originals, {"id", "encrypted", "content"})


def user_files(log: LogPaths) -> list[Path]:
    """Return the files that hold figures of users by day, without a text."""
    return [path for path in _with_columns(log.logs, {"user_id"}) if "content" not in pq.read_schema(path).names]


def users_among(path: Path, users: Collection[str]) -> int:
    """Return how many rows of a file are about some users."""
    return sum(user in users for user in pq.read_table(path, columns=["user_id"], partitioning=None)[0].to_pylist())


def rename_users(path: Path, users: Collection[str], alias: str) -> int:
    """Put ``alias`` in the place of some users in a file of figures; return in how many rows."""
    n = users_among(path, users)
    if n:
        table = pq.ParquetFile(path).read()
        names = [alias if user in users else user for user in table["user_id"].to_pylist()]
        place = table.schema.get_field_index("user_id")
        field = table.schema.field(place)
        write_anew(path, table.set_column(place, field, pa.array(names, field.type)))
    return n


def _with_columns(folder: Path, wanted: set[str]) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.parquet")) if wanted <= set(pq.read_schema(path).names)]


def shared_values(log: LogPaths, conversations: Collection[str]) -> dict[str, set[str]]:
    """Return which values of ``CATEGORIES`` other conversations have, of those that these conversations have."""
    files = conversation_files(log)
    if not files or not conversations:
        return {}
    found = {}
    with in_memory() as db:
        db.register("leaving", pa.table({"id": sorted(conversations)}))
        for name in CATEGORIES:
            theirs = f"SELECT DISTINCT {name} FROM {listed(files)} SEMI JOIN leaving USING (id)"  # noqa: S608 - our own names and paths
            others = f"SELECT {name} FROM {listed(files)} ANTI JOIN leaving USING (id)"  # noqa: S608 - our own names and paths
            rows = db.execute(f"{theirs} INTERSECT {others}").fetchall()
            found[name] = {str(value) for (value,) in rows if value is not None}
    return found


def contents_with(files: Sequence[Path], pattern: str, *, without: Collection[str]) -> Iterator[str]:
    """Yield what some files say of conversations where it matches a pattern of RE2, ``without`` some of them."""
    if not files:
        return
    names = set(pq.read_schema(files[0]).names)
    said = f"concat_ws(chr(10), {', '.join(name for name in SAID if name in names)})"
    with in_memory() as db:
        db.register("leaving", pa.table({"id": pa.array(sorted(without), pa.string())}))
        others = f"(SELECT {said} AS said FROM {listed(files)} ANTI JOIN leaving USING (id))"  # noqa: S608 - our own names and paths
        sql = f"SELECT said FROM {others} WHERE regexp_matches(said, ?)"  # noqa: S608 - our own names and paths
        rows = db.execute(sql, [pattern])
        while some := rows.fetchmany(200):
            yield from (str(content) for (content,) in some)


def rows_with_texts(path: Path, leaving: Leaving) -> list[dict[str, Any]]:
    """Return the rows of a file of conversations or late rows that have texts to take out."""
    return [row for row in _rows(path, leaving) if leaving.has(row)]


def _rows(path: Path, leaving: Leaving) -> list[dict[str, Any]]:
    """Return the rows of a file about the conversations and users; of the others only their ids are read."""
    users = "user_id" in pq.read_schema(path).names
    wanted = "id IN (SELECT unnest($1))" + (" OR user_id IN (SELECT unnest($2))" if users else "")
    given = [sorted(leaving.conversations), *([sorted(leaving.users)] if users else [])]
    with in_memory() as db:
        found = db.execute(f"SELECT * FROM {listed([path])} WHERE {wanted}", given)  # noqa: S608 - our own paths
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def take_out(path: Path, leaving: Leaving) -> int:
    """Take the texts out of a file of conversations or late rows; return how many rows changed.

    The caller holds the lock of the log. Raises OSError when the disk is full; the file is as it was then.
    """
    if not rows_with_texts(path, leaving):
        return 0
    table = pq.ParquetFile(path).read()
    rows = table.to_pylist()
    places = [n for n, row in enumerate(rows) if leaving.has(row)]
    change = _emptied if "content" in table.column_names else _untold
    for n in places:
        rows[n].update(change(rows[n], leaving))
    # A file that DuckDB wrote says of a column without gaps that it can have none.
    schema = pa.schema([field.with_nullable(True) for field in table.schema])
    write_anew(path, pa.Table.from_pylist(rows, schema))
    return len(places)


def _emptied(row: Mapping[str, Any], leaving: Leaving) -> dict[str, Any]:
    content = erased_content(orjson.loads(row["content"]))
    user = row["user_id"]
    return {
        "user_id": leaving.alias if user in leaving.users else user,
        "error_message": ERASED if row["error_message"] else row["error_message"],
        "feedback": erased_feedback(row["feedback"]),
        "verdicts": _dumped(erased_verdicts(orjson.loads(row["verdicts"]), leaving.values)),
        "content": _dumped(content),
        "content_hash": ERASED_HASH,
        **{name: leaving.category(name, row[name]) for name in CATEGORIES},
        **({"raw_hash": None} if "raw_hash" in row else {}),
    }


def _untold(row: Mapping[str, Any], leaving: Leaving) -> dict[str, Any]:
    """Return what stays of a late row."""
    verdicts = erased_verdicts(orjson.loads(row["verdicts"]), leaving.values) if row["verdicts"] else None
    return {
        "feedback": erased_feedback(row["feedback"]),
        "error_type": leaving.category("error_type", row["error_type"]),
        "error_message": ERASED if row["error_message"] else row["error_message"],
        "verdicts": _dumped(verdicts) if verdicts else None,
        "tags": None,
        "lists": None,
        "content_hash": ERASED_HASH,
    }


def _dumped(value: Any) -> str:
    return orjson.dumps(value, option=_JSON).decode()


def originals_of(path: Path, conversations: Collection[str]) -> Iterator[tuple[str, bool, str]]:
    """Yield (conversation, whether it is encrypted, content) of a file of originals."""
    table = pq.read_table(path, partitioning=None)
    for row in zip(*(table[name].to_pylist() for name in ("id", "encrypted", "content")), strict=True):
        if row[0] in conversations:
            yield row


def drop_originals(path: Path, conversations: Collection[str]) -> int:
    """Remove the originals of some conversations from a file, and a file that is left without any."""
    table = pq.ParquetFile(path).read()
    mask = [name not in conversations for name in table["id"].to_pylist()]
    gone = mask.count(False)
    if gone and gone < len(mask):
        write_anew(path, table.filter(pa.array(mask)))
    elif gone:
        path.unlink()
        sync(path.parent)
    return gone


def write_anew(path: Path, table: pa.Table) -> None:
    """Put a table in the place of a file, readable by the same people."""
    replace_file(path, lambda part: pq.write_table(table, part, compression="zstd"))


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under a hidden name and give it the name of ``path``; the old one stays when anything fails."""
    part = path.with_name(f".{path.name}{PART}")
    try:
        part.touch(mode=0o600)
        write(part)
        part.chmod(path.stat().st_mode & 0o777)
        sync(part)
        part.replace(path)
        sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def sweep_parts(log: LogPaths) -> None:
    """Remove what a killed erasure left half written."""
    for folder in (log.logs, log.originals):
        for part in folder.rglob(f".*{PART}"):
            part.unlink(missing_ok=True)
