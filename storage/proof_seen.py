"""The newest entry of a chain that this machine has seen, kept beside the key: it shows that the end was cut off.

The chain itself cannot show it: what is left after a cut is whole. The note is keyed, one for each store and the path
it was written at, so that a copy elsewhere goes its own way.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from storage.engine import Connection
from storage.proof_key import ProofError, key_file

RESTORED = "restore"
"""The action of an entry about a restored backup: its subject is the hash of the newest entry, which is lost since."""


READS = 3
"""How often a note is read before it counts as changed: another process may be writing it."""
AT = 32
"""Characters that the time takes in a note."""


class Seen(NamedTuple):
    """An entry of the chain as this machine noted it."""

    sequence: int
    hash: str
    at: str


def seen_file(store_id: str, path: str | Path) -> Path:
    """Return where this user keeps the note of a store at ``path``. Raises ProofError for an id that no store has."""
    place = hashlib.sha256(os.path.realpath(path).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return key_file(store_id).with_suffix(f".{place}.seen")


def last_seen(file: Path, key: bytes) -> Seen | None:
    """Return the note; None when there is none, or it cannot be read. Raises ProofError when somebody changed it."""
    for _ in range(READS):
        try:
            text = file.read_bytes()
        except OSError:
            return None
        seen = _read(text, key)
        if seen is not None or not text:  # a power cut can leave a new file empty
            return seen
    raise ProofError(
        f"The note of the newest entry, {file}, was changed by other means than Spotcheck. Compare the store with a "
        "backup, then remove that file."
    )


def _read(text: bytes, key: bytes) -> Seen | None:
    """Return the note in a text that has the right code, else None."""
    body, _, mac = text.removesuffix(b"\n").rpartition(b"\t")
    if not hmac.compare_digest(mac, _mac(key, body)):
        return None
    sequence, digest, at = body.decode().split("\t")
    return Seen(int(sequence), digest, at.strip())


def note_seen(connection: Connection, path: Path, store_id: str, key: bytes, seen: Seen, previous: str) -> None:
    """Note the newest entry of the store at ``path`` beside the key, after the entry was committed.

    A note that names a later entry, or one that the chain has lost, stays. ``previous`` is the hash of the entry before
    ``seen``: a note that names it needs no question. A machine that cannot keep a note goes on without one: the entry
    is written, and the check says so.
    """
    with suppress(ProofError, OSError):
        file = seen_file(store_id, path)
        before = last_seen(file, key)
        newer = before is None or before.sequence < seen.sequence
        follows = before is not None and (before.sequence + 1, before.hash) == (seen.sequence, previous)
        if before is None or follows or (newer and is_in_chain(connection, before)) or is_given_up(connection, before):
            _write(file, key, seen)


def is_in_chain(connection: Connection, seen: Seen) -> bool:
    """Return whether the chain has this entry at its place."""
    row = connection.execute("SELECT hash FROM audit WHERE sequence = ?", (seen.sequence,)).fetchone()
    return row is not None and row[0] == seen.hash


def is_given_up(connection: Connection, seen: Seen) -> bool:
    """Return whether an entry says that a restore has lost this one."""
    sql = "SELECT 1 FROM audit WHERE action = ? AND subject = ?"
    return connection.execute(sql, (RESTORED, seen.hash)).fetchone() is not None


def _write(file: Path, key: bytes, seen: Seen) -> None:
    """Write the note in place, in one piece that is always as long, which takes a tenth of the time of a renaming.

    It is not synced: an older one, after a power cut, names an entry there is.
    """
    body = f"{seen.sequence:012d}\t{seen.hash}\t{seen.at:<{AT}}".encode()
    try:
        target = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(target, body + b"\t" + _mac(key, body) + b"\n")
    finally:
        os.close(target)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"seen\0" + body, "sha256").hex().encode()
