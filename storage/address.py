"""Where a store is: the file of an SQLite store, or a small file that names a PostgreSQL database.

Everything that belongs to a project stands beside its store: spotcheck.toml, the log, the runs of judges. A store in a
database is therefore named by a file in the project's folder, ``<database>-<digest>.postgresql``, whose one line is the
address. ``--store postgresql://...`` makes it in the folder SPOTCHECK_PROJECT, or in the current one.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from storage.connection import StorageError

FOLDER = "SPOTCHECK_PROJECT"
"""The environment variable that names the folder of the project of a store in a database."""
SCHEMES = ("postgresql://", "postgres://")
LONGEST = 4_096
"""An address has fewer bytes than this, and an SQLite store not."""


def is_address(text: str) -> bool:
    """Return whether a text is the address of a database."""
    return text.startswith(SCHEMES)


def store_file(store: str) -> str:
    """Return the file of a store that was named by its file or by the address of its database.

    Raises StorageError for an address with a password or without a database, and when the file cannot be written.
    """
    if not is_address(store):
        return store
    address = checked(store)
    database = re.sub(r"[^0-9A-Za-z_-]", "_", urlsplit(address).path.strip("/"))
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    file = Path(os.environ.get(FOLDER) or ".") / f"{database}-{digest}.postgresql"
    if address_in(file) != address:
        _refuse_second_file(file, address)
        write_address(file, address)
    return str(file)


def _refuse_second_file(file: Path, address: str) -> None:
    """Raise StorageError when the folder names the database already, such as by another user.

    The log stands beside the file, so a second one would begin an empty log for the same store.
    """
    for other in sorted(file.parent.glob("*.postgresql")):
        named = address_in(other)
        if other != file and named and _database(named) == _database(address):
            raise StorageError(
                f"{address}: {other.name} in the project's folder names this database already, as {named}, and its log "
                "belongs to that file. Use that address. For several roles, begin with an address without a user, "
                "and give the role in PGUSER."
            )


def _database(address: str) -> tuple[str, str]:
    """Return the server and the name of a database, without the user."""
    parts = urlsplit(address)
    server = parts.netloc.rpartition("@")[2].lower().removesuffix(":5432")
    options = {k: v for k, v in parse_qs(parts.query).items() if k in ("host", "hostaddr", "port", "dbname")}
    return f"{server}?{options}", parts.path.strip("/")


def checked(address: str) -> str:
    """Return an address as it is written. Raises StorageError when it holds a password or names no database."""
    try:
        parts = urlsplit(address)
        password = parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError as error:
        raise StorageError(f"store: this is no address of a database ({error}).") from None
    if password:
        raise StorageError(
            "store: the address holds a password. Leave it out, and give it in PGPASSWORD or in ~/.pgpass: "
            "an address is shown to people and kept in a file."
        )
    if not parts.path.strip("/"):
        raise StorageError(f"{address}: expected the name of a database, as in postgresql://user@host/database.")
    return "postgresql://" + address.partition("://")[2]


def address_in(file: Path) -> str | None:
    """Return the address that a file holds; None when it is no such file, or not there.

    The file of an SQLite store is never opened here: closing it would drop the locks that this process has on it,
    and another process would remove the -wal file that they use. It has at least one page, so its size tells.
    """
    try:
        if file.stat().st_size >= LONGEST:
            return None
        with file.open("rb") as opened:
            start = opened.read(LONGEST)
    except OSError:
        return None
    text = start.decode("utf-8", "replace").strip() if start.startswith(b"postgresql://") else ""
    return text or None


def write_address(file: Path, address: str) -> None:
    """Write the file that names a database. Raises StorageError when it cannot be written."""
    try:
        file.write_text(address + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{file}: the file that names the database cannot be written ({error.strerror}). "
            f"Start in the project's folder, or name the folder in {FOLDER}."
        ) from None
