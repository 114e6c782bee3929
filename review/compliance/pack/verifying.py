"""Verify a pack: its signature, every line, the sample drawn again, and where it is given the store or the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from review.audit.erased_rows import erased_rows
from review.basics.errors import InputError
from review.basics.log_paths import LogPaths, log_of
from review.compliance.pack.file import LINE, Pack, line_digests, read_lines, read_pack
from review.compliance.pack.making import ROWS, frame_part
from review.compliance.pack.missing import not_expired
from review.compliance.pack.redraw import Redrawn, redrawn
from review.compliance.pack.rows import rows_now
from review.compliance.pack.signing import digest, signature_holds
from review.log.columns import COLUMNS
from review.log.digests import row_digests
from review.log.gone import Gone, gone_of
from storage.store import Store

MEMBER, ROW = ("id", "group", "digest"), ("table", "key", "digest")
"""What each line of a frame, and each row of the store, has."""


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was signed: ``where`` (a part, the store, the log), its name, and what is wrong."""

    where: str
    name: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What the verification found. ``key_known`` is None while nobody said which key to expect.

    ``compared`` counts what was compared with a store or a log, by name.
    """

    key: str
    signature_holds: bool
    key_known: bool | None
    manifest: dict[str, Any]
    differences: Sequence[Difference]
    draws: Sequence[Redrawn]
    compared: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether everything is as it was signed, and each sample is the one that its key chooses."""
        signed = self.signature_holds and self.key_known is not False
        return signed and not self.differences and all(one.same for one in self.draws)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "holds": self.holds,
            "signature_holds": self.signature_holds,
            "key": self.key,
            "key_known": self.key_known,
            "from": self.manifest.get("from"),
            "to": self.manifest.get("to"),
            "made_at": self.manifest.get("made_at"),
            "weeks": [w["week"] for w in self.manifest.get("weeks", [])],
            "rows": self.manifest.get("rows"),
            "differences": [asdict(one) for one in self.differences],
            "draws": [{**asdict(one), "same": one.same} for one in self.draws],
            "compared": self.compared,
        }


def verify_pack(file: Path, *, key: str = "", store: Store | None = None, log: Path | None = None) -> Verified:
    """Verify a pack without any secret. ``key`` is the public key to expect.

    With a ``store`` its rows, and with a ``log`` (its folder; a store has one) the conversations of the frames are
    compared with the pack. Raises InputError for a file that is no pack.
    """
    pack = read_pack(file)
    differences = list(_parts(pack))
    compared: dict[str, int] = {}
    if store is not None:
        differences += _rows(pack, store, compared)
    paths = LogPaths(log, log) if log is not None else log_of(store.path) if store is not None else None
    if paths is not None and paths.logs.is_dir():
        differences += _log(pack, paths, compared, store)
    draws = [
        one
        for week in pack.manifest["weeks"]
        if frame_part(week["week"]) in pack.parts
        for one in redrawn(week, pack.rows(frame_part(week["week"]), MEMBER))
    ]
    return Verified(
        key=pack.key,
        signature_holds=signature_holds(pack.manifest_bytes, key=pack.key, signature=pack.signature),
        key_known=pack.key == key.strip().lower() if key else None,
        manifest=dict(pack.manifest),
        differences=differences,
        draws=draws,
        compared=compared,
    )


def _parts(pack: Pack) -> Iterator[Difference]:
    """Yield what of the parts is not as the manifest says, line by line where the list of their digests holds."""
    signed = pack.manifest["parts"]
    for name in sorted({*signed, *pack.parts}):
        if name not in pack.parts:
            yield Difference(name, name, "the part is missing")
        elif name not in signed:
            yield Difference(name, name, "the part was added")
        elif digest(pack.parts[name]) != signed[name]:
            lines = f"{name}.lines"
            if lines in signed and digest(pack.parts.get(lines, b"")) == signed[lines]:
                yield from _lines(name, pack.parts[name], pack.parts[lines])
            else:
                yield Difference(name, name, "the part was changed")


def _lines(name: str, data: bytes, signed: bytes) -> Iterator[Difference]:
    """Yield the lines of a part that were changed, added or removed."""
    found = line_digests(data)
    now = [found[k : k + LINE] for k in range(0, len(found), LINE)]
    then = [signed[k : k + LINE] for k in range(0, len(signed), LINE)]
    rows, strange, gone = list(read_lines(data)), _surplus(now, then), _surplus(then, now)
    yield from (Difference(name, _named(rows[k], k), "the row was changed or added") for k in strange)
    if len(now) != len(then):
        yield from (Difference(name, f"line {k + 1}", "the row was removed") for k in gone)
    if not strange and not gone:
        yield Difference(name, name, "rows were put into another order, or something stands after the last one")


def _surplus(some: Sequence[bytes], others: Sequence[bytes]) -> list[int]:
    """Return the places of lines that stand in ``some`` more often than in ``others``: the last ones of each."""
    left, places = Counter(others), []
    for k, one in enumerate(some):
        left[one] -= 1
        if left[one] < 0:
            places.append(k)
    return places


def _named(row: Any, at: int) -> str:
    """Return the name of a row: its table and key, or the id of a conversation."""
    if isinstance(row, dict) and "table" in row:
        return f"{row['table']} {row.get('key')}"
    if isinstance(row, dict) and "id" in row:
        return f"conversation {row['id']}"
    return f"line {at + 1}"


def _rows(pack: Pack, store: Store, compared: dict[str, int]) -> Iterator[Difference]:
    """Yield the rows that the store has otherwise than the pack, or no longer."""
    by_table: dict[str, dict[str, str]] = {}
    erased = erased_rows(store)
    for row in pack.rows(ROWS, ROW):
        by_table.setdefault(row["table"], {})[row["key"]] = row["digest"]
    for table, rows in by_table.items():
        now, emptied = rows_now(store, table, rows), erased.of(table)
        compared["rows"] = compared.get("rows", 0) + len(rows)
        renamed = sum(map(len, erased.relisted.get(table, {}).values()))  # rows of reviewers that have another key
        for key, signed in rows.items():
            if key not in now and renamed:
                renamed -= 1
                compared["emptied"] = compared.get("emptied", 0) + 1
            elif key not in now:
                yield Difference("store", f"{table} {key}", "the row is gone")
            elif now[key] != signed and key in emptied:
                compared["emptied"] = compared.get("emptied", 0) + 1
            elif now[key] != signed:
                yield Difference("store", f"{table} {key}", "the row was changed after the pack was made")


def _log(pack: Pack, log: LogPaths, compared: dict[str, int], store: Store | None) -> Iterator[Difference]:
    """Yield the conversations of the frames that the log has otherwise; those that expired are only counted."""
    columns, gone = _columns(pack.manifest), Gone() if store is None else gone_of(store)
    for week in (w["week"] for w in pack.manifest["weeks"]):
        members = {m["id"]: m["digest"] for m in pack.rows(frame_part(week), MEMBER)}
        now = {i: d for i, d in row_digests(log, week, columns) if i in members}
        compared["conversations"] = compared.get("conversations", 0) + len(now)
        missing = [one for one in members if one not in now]
        wrong = not_expired(missing, log, week, store)
        compared["expired"] = compared.get("expired", 0) + len(missing) - (len(wrong) if store else 0)
        yield from (Difference("log", name, what) for name, what in wrong)
        for identity, found in now.items():
            if found != members[identity] and gone.holds(identity, None):
                compared["emptied"] = compared.get("emptied", 0) + 1
            elif found != members[identity]:
                yield Difference("log", f"conversation {identity}", "the row was changed after the pack was made")


def _columns(manifest: Mapping[str, Any]) -> list[str] | None:
    """Return the columns that the pack's digests of conversations are of, None where it does not name them.

    Raises InputError for a name that the log does not have: such a pack is of a later version.
    """
    named = manifest.get("log_columns")
    if named is None:
        return None
    unknown = [str(name) for name in named if name not in COLUMNS] if isinstance(named, list) else [str(named)]
    if unknown:
        raise InputError(f"log_columns of the pack: found {unknown[0]!r}, expected one of {', '.join(COLUMNS)}.")
    return [str(name) for name in named]
