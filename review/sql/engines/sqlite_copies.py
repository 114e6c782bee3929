"""What a table of SQLite shows of others: full-text indexes with their shadow tables, and generated columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

SHADOWS = ("content", "data", "idx", "docsize", "config", "segments", "segdir", "stat", "node", "rowid", "parent")
"""How the names of the tables end in which a virtual table keeps its data (FTS3 to FTS5, R*Tree)."""
_VIRTUAL = re.compile(r"\s*CREATE\s+VIRTUAL\s+TABLE\b.*?\bUSING\s+(\w+)\s*(?:\((.*)\))?\s*$", re.I | re.S)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:'([^']*)'|"([^"]*)"|\[([^\]]*)\]|(\w+))""", re.IGNORECASE)
_OWN_DATA = ("fts3", "fts4", "fts5", "rtree", "rtree_i32", "geopoly")
_OF_ANOTHER = ("fts5vocab", "fts4aux")
_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[(),]|\w+|\S""", re.DOTALL
)  # fmt: skip


class Copies(NamedTuple):
    """What a table shows: others, each of its columns anything of them where it is ``opaque``.

    ``unclear`` says that nothing tells.
    """

    shows: tuple[str, ...] = ()
    opaque: bool = False
    unclear: bool = False


def virtual_tables(rows: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """Return the names of the virtual tables among (name, statement), in lower case."""
    return frozenset(name.lower() for name, sql in rows if _VIRTUAL.match(sql or ""))


def copies(name: str, sql: str, virtual: Collection[str]) -> Copies:
    """Return what a table shows of others, by its statement and the names of all virtual tables."""
    owner, _, end = name.lower().rpartition("_")
    if owner in virtual and end in SHADOWS:
        return Copies((owner,), opaque=True)
    made = _VIRTUAL.match(sql)
    if made is None:
        return Copies()
    module, arguments = made[1].lower(), made[2] or ""
    if module in _OF_ANOTHER:
        # One argument names the table, of three the first its database.
        given = [part.strip("'\"`[] \n") for part in arguments.split(",")]
        return Copies((given[1] if len(given) > 2 else given[0],), opaque=True)
    if module not in _OWN_DATA:
        return Copies(unclear=True)
    content = next((text for found in _CONTENT.findall(arguments) for text in found if text), "")
    return Copies((content,) if content else ())


def expressions(sql: str, generated: Iterable[str]) -> dict[str, str]:
    """Return the expressions of generated columns; the whole statement where one is not found in it."""
    definitions = list(_definitions(sql))
    found = {}
    for column in generated:
        mine = next((d for d in definitions if d and d[0].strip("\"'`[]").lower() == column.lower()), [])
        words = [word.lower() for word in mine]
        found[column] = " ".join(mine[words.index("as") + 1 :]) if "as" in words else sql
    return found


def _definitions(sql: str) -> Iterator[list[str]]:
    """The words of each column or constraint of a CREATE TABLE."""
    depth, words = 0, list[str]()
    for word in _TOKEN.findall(sql):
        if word.startswith(("--", "/*")):
            continue
        depth += {"(": 1, ")": -1}.get(word, 0)
        if (depth == 1 and word in "(,") or depth == 0:
            yield words
            words = []
        else:
            words.append(word)
    yield words
