"""Empty stores in databases of the tests' server. Only the first is migrated, which takes a second; others copy it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from postgres_server import Server

from storage.address import write_address
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.proof_key import VARIABLE

_TEMPLATES: dict[tuple[Path, str], str] = {}


def store_in(server: Server, file: Path) -> Path:
    """Let ``file`` name a new database with an empty store, and return it. The variable of the audit key is set."""
    made = (server.home, os.environ[VARIABLE])
    if made not in _TEMPLATES:
        name = server.new_database()
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder, "template.db")
            write_address(first, server.address(name))
            open_store(first).close()
        close_pools(server.address(name))  # a database that is copied has no visitors
        _TEMPLATES[made] = name
    write_address(file, server.address(server.new_database(_TEMPLATES[made])))
    return file
