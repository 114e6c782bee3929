"""The proof: every file of the store is read again, unpacked and decoded, and none of the person's texts may be left.

Rows of other conversations are not the person's: what stands there was said to somebody else. Other files in the
folder are read too; what stands there was copied out of the store, so they are named and not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from review.basics.leaves import leaves
from review.basics.read_apart import read_apart
from review.erasure.files import texts_of
from review.erasure.person import Person
from review.erasure.spool import in_spool
from review.erasure.texts import Finder, unescaped
from review.erasure.words import read_for_a_word
from storage.address import address_in
from storage.connection import StorageError
from storage.queries.erasing import cells_of_file
from storage.store import Store

HEAD = 8
"""Bytes of a text that are looked for first in the pages of SQLite."""
BLOCK = 1 << 22
LARGEST = 512 * 1024 * 1024
"""Bytes of the largest other file that is read."""
SKIPPED = frozenset((".git", ".venv", "venv", "node_modules", "__pycache__", ".cache"))
SQLITE = b"SQLite format 3\0"
WORKING = ".erasing"
"""Ending of the folder that holds what an erasure must know while it runs."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the proof read, the files of the store with texts that are ``left``, and ``copies`` elsewhere."""

    files: int = 0
    size: int = 0
    left: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    larger: tuple[str, ...] = field(default_factory=tuple)
    unproved: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the store keeps it; ``larger`` are other files that are too large, or closed to us.

        ``unproved`` says what of a database server could not be read, and what of a reviewer stays.
        """
        return {
            "files": self.files,
            "bytes": self.size,
            "left": list(self.left),
            "copies": list(self.copies),
            "larger": list(self.larger),
            "unproved": list(self.unproved),
        }


def proof_of(store: Store, person: Person) -> Proof:
    """Read every file of the store, and the other files of its folder."""
    finder, left, files, size = Finder(person.texts), [], 0, 0
    for path in list(own_files(store.path)):
        try:
            size += path.stat().st_size
        except FileNotFoundError:  # a file of a moment ago, such as the write-ahead log
            continue
        files += 1
        if person.texts and holds(path, finder, person.conversations):
            left.append(path.name if path.parent == store.path.parent else str(path.relative_to(store.path.parent)))
    if in_spool(store, person):
        left.append(f"{store.path.name}.spool")
    copies, larger = _elsewhere(store.path, finder) if person.texts else ([], [])
    unproved = (*store.engine.unproved(), *read_for_a_word(store, person))
    return Proof(
        files=files,
        size=size,
        left=tuple(left),
        copies=tuple(copies),
        larger=tuple(larger),
        unproved=unproved,
    )


def own_files(store_path: Path) -> Iterator[Path]:
    """Yield the files that belong to a store: its own, and those of the folders and files beside it.

    Backups that a restore has put aside are copies, and the folder of a running erasure says what is looked for.
    """
    name = store_path.name
    for path in sorted(store_path.parent.iterdir()):
        if not path.name.startswith(name):
            continue
        ending = path.name.removeprefix(name)
        if ending == WORKING or ending.startswith(".before-"):
            continue
        if path.is_dir():
            yield from (one for one in sorted(path.rglob("*")) if one.is_file())
        elif path.is_file():
            yield path


def _elsewhere(store_path: Path, finder: Finder) -> tuple[list[str], list[str]]:
    """Return the other files of the folder in which texts stand, and those that are too large or closed to us."""
    own, folder = set(own_files(store_path)), store_path.parent
    copies, larger = [], []
    for path in _walk(folder):
        if path in own or path.name == store_path.name or f"{store_path.name}{WORKING}" in path.parts:
            continue
        try:
            unread = path.is_dir() or path.stat().st_size > LARGEST
            if not unread and holds(path, finder, ()):
                copies.append(str(path.relative_to(folder)))
        except FileNotFoundError:  # somebody removed it meanwhile
            continue
        except PermissionError:
            unread = True
        if unread:
            larger.append(str(path.relative_to(folder)))
    return copies, larger


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, and the folders that we may not look into."""
    try:
        found = sorted(folder.iterdir())
    except PermissionError:
        yield folder
        return
    for path in found:
        if path.is_symlink() or path.name in SKIPPED:
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path


def holds(path: Path, finder: Finder, conversations: Collection[str]) -> bool:
    """Whether one of the texts stands in a file; rows of other conversations than these do not count."""
    try:
        with read_apart(path) as file:
            head = file.read(16)
    except FileNotFoundError:
        return False
    if head == SQLITE:
        return _in_rows(path, finder, conversations) or in_pages(path, finder)
    if address_in(path) is not None:
        return _in_rows(path, finder, conversations)
    if head[:4] == b"PAR1":
        return _in_table(path, finder, conversations)
    if path.name.endswith(("-wal", "-shm", "-journal")):
        return in_pages(path, finder)
    return any(finder.places([text]) for text in texts_of(path))


def _in_table(path: Path, finder: Finder, conversations: Collection[str]) -> bool:
    file = pq.ParquetFile(path)
    for batch in file.iter_batches(batch_size=2_000):
        rows = batch.to_pylist()
        if conversations and "id" in batch.schema.names:
            rows = [row for row in rows if row["id"] in conversations]
        if finder.places([unescaped("\0".join(leaves(row))) for row in rows]):
            return True
    return False


def _in_rows(path: Path, finder: Finder, conversations: Collection[str]) -> bool:
    batch: list[str] = []
    try:
        for table, _, cells in cells_of_file(path):
            if table == "conversations" and conversations and cells[0] not in conversations:
                continue
            batch.append("\0".join(unescaped(_text(cell)) for cell in cells))
            if len(batch) == 2_000:
                if finder.places(batch):
                    return True
                batch = []
    except StorageError:
        if address_in(path) is not None:
            raise
        return in_pages(path, finder)
    return bool(finder.places(batch))


def _text(cell: Any) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def in_pages(path: Path, finder: Finder) -> bool:
    """Whether one of the texts stands in the bytes of a file, such as freed pages of SQLite or its write-ahead log."""
    by_head: dict[int, list[bytes]] = {}
    short = []
    for text in finder.texts:
        data = text.encode("utf-8", "surrogatepass")
        if len(data) < HEAD:
            short.append(data)
        else:
            by_head.setdefault(int.from_bytes(data[:HEAD], "little"), []).append(data)
    heads = np.array(sorted(by_head), "<u8")
    longest = max((len(text) for texts in by_head.values() for text in texts), default=HEAD)
    for block in _blocks(path, longest):
        if any(text in block for text in short) or _starts_in(block, heads, by_head):
            return True
    return False


def _starts_in(block: bytes, heads: Any, by_head: Mapping[int, Sequence[bytes]]) -> bool:
    """Whether one of the texts stands in a block: first its first eight bytes are looked for at every place."""
    for offset in range(min(HEAD, len(block))):
        words = np.frombuffer(block, "<u8", count=(len(block) - offset) // HEAD, offset=offset)
        for place in np.flatnonzero(np.isin(words, heads)).tolist():
            at = offset + place * HEAD
            if any(block.startswith(text, at) for text in by_head[int(words[place])]):
                return True
    return False


def _blocks(path: Path, longest: int) -> Iterator[bytes]:
    """Yield the bytes of a file, each block with the end of the one before."""
    before = b""
    with read_apart(path) as file:
        while block := file.read(BLOCK):
            yield before + block
            before = block[-longest:]
