"""Quick stores for tests: copied from a template that is already migrated, and never synced to the disk.

A new store takes 3 ms instead of 54, a commit 0.04 ms instead of 1.6. The product knows nothing of this: ``quickly``
replaces the functions of ``storage`` that open a connection and make a store, in the process of the tests alone.
With SPOTCHECK_TEST_STORE=postgres each new store is a database of a server that runs for the tests.
Tests of power cuts, full disks and migrations carry the mark ``durable`` and get stores as the product opens them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from database_images import Image, fill, image_of, shape_of
from postgres_server import Server, postgres_server

from storage import opening
from storage import sqlite as stores
from storage.address import address_in, write_address
from storage.copying import copy
from storage.postgres_connecting import close_pools
from storage.postgres_engine import PostgresEngine
from storage.proof_key import VARIABLE
from storage.store import Store

if TYPE_CHECKING:
    from sqlite_utils import Database

as_in_the_product = stores.connect
made_in_the_product = opening._create


ON_POSTGRES = os.environ.get("SPOTCHECK_TEST_STORE") == "postgres"
"""Whether the stores of this run of the tests are databases."""
in_words_of_sqlite = pytest.mark.skipif(ON_POSTGRES, reason="this test changes or asks the store in words of SQLite")
_SERVERS: list[_Databases] = []


@contextmanager
def quickly(template: Path) -> Iterator[None]:
    """Open stores quickly while inside. A store that does not exist yet becomes a copy of ``template``."""

    def connect(path: Path) -> Database:
        database = as_in_the_product(path)
        database.execute("PRAGMA synchronous = OFF")
        return database

    def create(path: Path) -> Store:
        shutil.copyfile(template, path)
        return Store(path)

    with ExitStack() as during:
        patch = during.enter_context(pytest.MonkeyPatch.context())
        if ON_POSTGRES:
            patch.setattr(opening, "_create", during.enter_context(_databases(template)))
            patch.setattr(Store, "backup", lambda store, target: _copy_database(store.path, target))
        else:
            if not template.exists():
                with durably():
                    opening.open_store(template).close()
            patch.setattr(opening, "_create", create)
        patch.setattr(stores, "connect", connect)
        yield


class _Databases:
    """The databases of a run of the tests. Those of finished tests, whose folders are gone, serve the next ones."""

    def __init__(self, server: Server, whole: str) -> None:
        self.server, self._whole = server, whole
        self._made: dict[Path, tuple[str, int]] = {}
        self._free: list[str] = []
        with self._connected(whole) as connection:
            self._empty, self._shape = image_of(connection), shape_of(connection)

    def give(self, path: Path, source: str | None = None) -> None:
        """Make the database of the store ``path``: an empty store, or a copy of the database ``source``."""
        self._collect()
        image = self._empty if source is None else self.rows_of(self.server.address(source))
        name = self._free.pop() if self._free else self.server.new_database(self._whole)
        with self._connected(name) as connection:
            fill(connection, image)
        write_address(path, self.server.address(name))
        self._made[path] = name, os.open(path, os.O_RDONLY)

    def rows_of(self, address: str) -> Image:
        """The rows of a database."""
        with self._connected(urlsplit(address).path.strip("/")) as connection:
            return image_of(connection)

    def _collect(self) -> None:
        for path, (name, file) in list(self._made.items()):
            # A file that was moved names its database still: the demonstration is built beside its place.
            if path.exists() or os.fstat(file).st_nlink:
                continue
            del self._made[path]
            os.close(file)
            close_pools(self.server.address(name))
            with self._connected(name) as connection:
                as_it_was = shape_of(connection) == self._shape
            if as_it_was:
                self._free.append(name)
            else:
                self.server.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _connected(self, name: str) -> Any:
        import psycopg

        return psycopg.connect(self.server.address(name), autocommit=True)


@contextmanager
def _databases(template: Path) -> Iterator[Callable[[Path], Store]]:
    """What makes a store in a database of its own, on a server that runs while inside."""
    os.environ.setdefault(VARIABLE, "the key of the tests, which everybody knows")
    with postgres_server() as server:
        whole = server.new_database()
        write_address(template, server.address(whole))
        opening.open_store(template)
        close_pools()
        databases = _Databases(server, whole)
        _SERVERS.append(databases)

        def create(path: Path) -> Store:
            databases.give(path)
            return opening.open_store(path)

        yield create
        close_pools()
        _SERVERS.remove(databases)


@contextmanager
def durably() -> Iterator[None]:
    """Open stores as the product does while inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "connect", as_in_the_product)
        patch.setattr(opening, "_create", made_in_the_product)
        yield


def damage(store: Store, sql: str) -> None:
    """Change rows as an attacker with the file or the database would, whatever names them."""
    if isinstance(store.engine, PostgresEngine):
        in_json = re.sub(r"replace\((\w+), (.*)\)", r"replace(\1::text, \2)::json", sql)
        store.engine.run(f"BEGIN; SET LOCAL session_replication_role = replica; {in_json}; COMMIT", ())
    else:
        store.db.execute("PRAGMA foreign_keys = OFF")
        store.db.execute(sql)
        store.db.conn.commit()


@contextmanager
def unchecked(store: Store) -> Iterator[None]:
    """A transaction in which rows may name rows that are not there."""
    if isinstance(store.engine, PostgresEngine):
        with store.transaction():
            store.engine.run("SET LOCAL session_replication_role = replica", ())
            yield
        return
    store.db.execute("PRAGMA foreign_keys = OFF")
    with store.transaction():
        yield
    store.db.execute("PRAGMA foreign_keys = ON")


def texts_by_table(address: str) -> dict[str, str]:
    """Everything that a database holds, as text."""
    (databases,) = _SERVERS
    return {table: rows.decode() for table, rows in databases.rows_of(address).items()}


def all_text_of(store: Store) -> str:
    """Everything that a store holds, as text."""
    if not isinstance(store.engine, PostgresEngine):
        return "\n".join(store.db.conn.iterdump())
    return "\n".join(texts_by_table(store.engine.address).values())


def copy_store(source: Path, target: Path) -> Path:
    """Copy a store that nobody has open, with the folders beside it (log, originals, runs); return ``target``."""
    for part in source.parent.glob(f"{source.name}*"):
        place = target.with_name(target.name + part.name.removeprefix(source.name))
        if part.is_dir():
            shutil.copytree(part, place)
        elif part == source and ON_POSTGRES:
            _copy_database(source, target)
        elif not part.name.endswith(".lock"):
            shutil.copyfile(part, place)
    return target


def copy_folder(source: Path, target: Path) -> Path:
    """Copy a folder with stores that nobody has open; return ``target``. Databases are copied too."""
    shutil.copytree(source, target)
    for part in target.iterdir() if ON_POSTGRES else ():
        if part.is_file() and address_in(part) is not None:
            _copy_database(source / part.name, part)
    return target


def _copy_database(source: Path, target: Path) -> None:
    """Copy a store into a database of its own, from a file or from another database."""
    (databases,) = _SERVERS
    address = address_in(source)
    if address is None:
        copy(Store(source), opening.open_store(target))
    else:
        databases.give(target, urlsplit(address).path.strip("/"))
