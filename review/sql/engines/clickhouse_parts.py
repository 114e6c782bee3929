"""The state of the data of ClickHouse, as its system tables tell it.

Parts of MergeTree never change: each write makes new ones and each merge too, so their names and hashes name the data.
Tables of other engines (Memory, Log, Distributed, tables of other servers) tell nothing, and with one of them among
those that the user sees there is no name for the state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from review.basics.errors import InputError

QUERY = """SELECT currentUser(),
    (SELECT countIf(engine NOT LIKE '%MergeTree' AND engine NOT IN ('View', 'MaterializedView'))
     FROM system.tables WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')),
    (SELECT hex(groupBitXor(cityHash64(database, name, create_table_query)))
     FROM system.tables WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')),
    (SELECT hex(groupBitXor(cityHash64(database, table, name, hash_of_all_files)))
     FROM system.parts WHERE active AND database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema'))"""


def state_of(ask: Callable[[str], Iterable[bytes]]) -> str | None:
    """Return the user with a digest of all tables and of all parts, None where these do not tell or may not be read.

    ``ask`` sends a statement and gives names, types and rows, each a line of JSON.
    """
    try:
        user, others, *digests = json.loads(list(ask(QUERY))[2])
    except (InputError, RuntimeError, ValueError, OSError, IndexError):
        return None
    return None if int(others) else ":".join([user, *digests])
