"""Which item a row of a label or verdict file means, and the writing of such files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from review.basics.csv_safe import csv_text
from review.basics.errors import InputError
from review.basics.labels import Value
from review.basics.tables import Row
from review.basics.whole_files import check_target, replacing
from review.rubric.rubric import Dimension, Rubric
from review.sources.names import plain_name
from storage.records_log import Conversation
from storage.records_weeks import Item
from storage.store import Store

PREFIX = "labels/"
"""Begins the id of an item that came with a label file: a production conversation may have the same id."""

FORMATS = (".csv", ".jsonl", ".parquet")
"""Endings of the files that can be written."""
NUMBERS = ("score", "latency_ms", "cost", "seconds")


def known_items(store: Store, names: Iterable[str]) -> dict[str, tuple[Item, ...]]:
    """Return the items that each name of a file may mean: by item id, imported item id, or conversation id.

    A conversation is also known by its id in its own source: a tool writes the id of a trace without our source.
    A conversation with several items under review (one per answer) gives several; an unknown name gives none. A name
    with an address in it also means the item whose id has the hash of the address in its place.
    """
    given = list(names)
    stored_as = {name: plain for name in given if (plain := plain_name(store, name)) != name}
    found = _known_items(store, [*given, *stored_as.values()])
    return {name: found[name] or found[stored_as.get(name, name)] for name in given}


def _known_items(store: Store, names: Iterable[str]) -> dict[str, tuple[Item, ...]]:
    wanted = set(names)
    prefixed = [imported_id(n) for n in wanted]
    by_id = {i.id: i for i in store.find(Item, id=[*wanted, *prefixed]) if i.kind is None}
    by_conversation: dict[str, list[Item]] = {}
    for item in store.find(Item, conversation_id=list(wanted), kind=None):
        by_conversation.setdefault(item.conversation_id, []).append(item)
    found = {}
    for name in wanted:
        exact = by_id.get(name)
        imported = by_id.get(imported_id(name))
        others = by_conversation.get(name) or ([imported] if imported else [])
        found[name] = (exact,) if exact else tuple(others)
    return found | _by_source_id(store, [name for name, items in found.items() if not items])


def _by_source_id(store: Store, names: Sequence[str]) -> dict[str, tuple[Item, ...]]:
    """Return the items of the conversations that have these ids in their source, of each name that has one."""
    sources = {c.id: c.source_id for c in store.find(Conversation, source_id=list(names))}
    found: dict[str, list[Item]] = {}
    for item in store.find(Item, conversation_id=list(sources)):
        found.setdefault(sources[item.conversation_id], []).append(item)
    return {name: tuple(items) for name, items in found.items()}


def names_of(store: Store, ids: Iterable[str]) -> dict[str, str]:
    """Return the name under which each item is exported: that of the file it came with, where it means this item alone.

    :func:`known_items` finds the item by this name again.
    """
    found = {id_: id_ for id_ in ids}
    bare = {id_: id_.removeprefix(PREFIX) for id_ in found if id_.startswith(PREFIX)}
    meant = known_items(store, bare.values())
    found.update({id_: name for id_, name in bare.items() if [item.id for item in meant[name]] == [id_]})
    return found


def imported_id(name: str) -> str:
    """Return the id of an item that came with a label file."""
    return name if name.startswith(PREFIX) else f"{PREFIX}{name}"


def the_item(row: Row, name: str, found: Sequence[Item]) -> Item | None:
    """Return the one item that a row means, or None. Raises InputError when it may mean several."""
    if len(found) > 1:
        ids = ", ".join(i.id for i in found[:3])
        raise row.error("item", name, f"one item; this conversation has {len(found)}", f"Write the item's id: {ids}.")
    return found[0] if found else None


def dimension_of(row: Row, default: str | None, rubric: Rubric, *, where: str = "the rubric") -> Dimension:
    """Return the dimension that a row is about. Raises InputError that says how to declare a missing one."""
    name = row.text("dimension") or default or ""
    if not name:
        raise row.error("dimension", "", "a dimension of the rubric", "Add the column, or name one with --dimension.")
    if name not in rubric.names:
        raise row.error(
            "dimension",
            name,
            f"one of {', '.join(rubric.names)} ({where} has no other)",
            "Declare it under [rubric] in spotcheck.toml and update the rubric.",
        )
    return rubric[name]


def stored(value: Value) -> str | list[str]:
    """Return a canonical label as the store keeps it."""
    return list(value) if isinstance(value, tuple) else value


def label_text(value: Any) -> str:
    """Return a stored label as one cell; a set is ``a|b``."""
    return "|".join(value) if isinstance(value, list | tuple) else str(value)


def write_table(target: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, force: bool) -> None:
    """Write rows as CSV, JSON Lines or Parquet, by the ending of ``target``; completely or not at all.

    Raises InputError for another ending, Refused when ``target`` exists and ``force`` is not given.
    """
    if target.suffix not in FORMATS:
        raise InputError(f"{target}: found the ending {target.suffix!r}, expected one of {', '.join(FORMATS)}.")
    check_target(target, force=force)
    with replacing(target) as temporary:
        if target.suffix == ".csv":
            temporary.write_text(csv_text(columns, rows), encoding="utf-8", newline="")
        elif target.suffix == ".jsonl":
            lines = (orjson.dumps({c: r.get(c) for c in columns}, option=orjson.OPT_APPEND_NEWLINE) for r in rows)
            temporary.write_bytes(b"".join(lines))
        else:
            _write_parquet(temporary, columns, rows)


def _write_parquet(target: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = dict.fromkeys(NUMBERS, pa.float64()) | {"rubric_version": pa.int64(), "late": pa.bool_()}
    schema = pa.schema([(c, kinds.get(c, pa.string())) for c in columns])
    pq.write_table(pa.Table.from_pylist([{c: r.get(c) for c in columns} for r in rows], schema=schema), target)
