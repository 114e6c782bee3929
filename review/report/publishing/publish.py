"""Publish the results of some weeks: rows that are new or changed are written, and rows that left are removed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.audit import chain
from review.audit.store_secrets import store_id
from review.people.people import require
from review.report.publishing.catalogue import WAREHOUSES
from review.report.publishing.schema import TABLES, Row
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Published:
    """How many rows of each table were written and removed, and how many there are now of these weeks."""

    written: Mapping[str, int]
    removed: Mapping[str, int]
    rows: Mapping[str, int]


def publish(
    store: Store, to: str, address: str, weeks: Sequence[str], *, by: str, environment: Mapping[str, str] | None = None
) -> Published:
    """Publish some weeks, and what belongs to no week. Raises Refused without the role lead.

    Raises InputError or Refused when the warehouse cannot be written; the next run writes what is missing.
    """
    require(store, by, "lead")
    from review.report.publishing.rows import rows_of_store, rows_of_week  # with scipy, which nobody else waits for

    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    for found in (*(rows_of_week(store, week) for week in weeks), rows_of_store(store)):
        for name, rows in found.items():
            tables[name] += rows
    of_store, scope = store_id(store), {*weeks, ""}
    written, removed = {}, {}
    with WAREHOUSES[to].opened(address, os.environ if environment is None else environment) as warehouse:
        # All tables are looked at first, so that one that was changed stops the others too.
        there = {name: warehouse.digests(name, of_store) for name in tables}
        for name, rows in tables.items():
            held = {key: digest for key, (week, digest) in there[name].items() if week in scope}
            new = [row for row in rows if held.get(row["row_key"]) != row["digest"]]
            gone = sorted(held.keys() - {row["row_key"] for row in rows})
            if new or gone:
                warehouse.replace(name, gone, new)
            written[name], removed[name] = len(new), len(gone)
    if any((*written.values(), *removed.values())):
        with store.transaction():
            chain.record(store, by, "publish", to, weeks=list(weeks), written=sum(written.values()))
    return Published(written=written, removed=removed, rows={name: len(rows) for name, rows in tables.items()})
