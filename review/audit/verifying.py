"""Check a store against its audit chain: the entries, and every row of every table that they cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from review.audit import end_of_chain
from review.audit.chain import Links
from review.audit.covered import CONTENT, altered
from review.audit.end_of_chain import End, end_of, is_restored
from review.audit.erased_rows import Erased, erased_rows
from review.audit.row_findings import Change, Found, Promises, TableCheck, check_table
from review.audit.store_secrets import store_id
from review.basics.words import counted
from storage.proof import COVERED, FIRST_SIGNED, NOT_COVERED, SIGNED, covered_row, shape_of
from storage.proof_key import VARIABLE, given_key, kept_key, key_id
from storage.queries.audit import all_entries, all_rows, covered_rows, covered_tables, first_entry_of, last_entry
from storage.records import KEYS
from storage.records_people import AuditEntry
from storage.store import Store

AUDIT = KEYS[AuditEntry][0]


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a check of the whole store found.

    ``altered`` are the entries whose rows are not all as they were written, ``changes`` the rows. ``trouble`` is a
    sentence about the chain as a whole, "" for none. ``unproven`` says why the content could not be proven, "" if it
    was: then only the links of the chain and the presence of rows were checked. ``unknown`` names what the file holds
    beside a store; triggers among it can change what is written, so they are trouble. ``end`` is what is known of the
    end of the chain, ``restores`` are the entries about backups that were restored and lacked newer entries.
    """

    entries: int
    broken_at: int | None
    altered: tuple[int, ...]
    changes: tuple[Change, ...]
    rows: int
    trouble: str
    unproven: str
    unknown: tuple[str, ...]
    end: End
    restores: tuple[AuditEntry, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found to be wrong."""
        return self.broken_at is None and not self.altered and not self.changes and not self.trouble


def check_store(store: Store) -> Check:
    """Check every entry of the chain and every row of every covered table, in one state of the store."""
    with store.snapshot():
        first = first_entry_of(store, FIRST_SIGNED)
        key = store.signing_key()
        erased = erased_rows(store)
        links, promises = Links(key, erased.of(AUDIT)), dict[str, Promises]()
        early, restores = False, list[AuditEntry]()
        for entry in all_entries(store):
            links.follow(entry)
            early = early or CONTENT in entry.detail
            if is_restored(entry):
                restores.append(entry)
            for table, promise in entry.detail.get(SIGNED, {}).items() if links.signed else ():
                promises.setdefault(table, {})[entry.sequence] = promise
        found = [_checked(store, record, promises, key, erased) for record in COVERED] if first else []
        tables = {table for table, _ in COVERED.values()}
        strange = [name for name in covered_tables(store) if name not in tables]
        objects = store.engine.objects()
        end = end_of(store, key)
        return Check(
            entries=links.count,
            broken_at=links.broken_at,
            altered=tuple(
                sorted({*(altered(store, erased.steps) if early else ()), *(e for one in found for e in one.entries)})
            ),
            changes=tuple(change for one in found for change in one.changes)
            + tuple(Change("added", "audit_rows", name) for name in strange),
            rows=sum(one.rows for one in found),
            trouble=" ".join(text for text in (_trouble(store, links.count, first, key, objects), end.trouble) if text),
            unproven=_unproven(signed=first is not None, key=key),
            unknown=tuple(n for kind, n in objects if kind != "trigger" and n not in tables | set(NOT_COVERED)),
            end=end,
            restores=tuple(restores),
        )


def _checked(
    store: Store, record: type, promises: dict[str, Promises], key: bytes | None, erased: Erased
) -> TableCheck:
    table, _ = COVERED[record]
    return check_table(
        table,
        promises.get(table, {}),
        lambda: covered_rows(store, table),
        lambda: _rows(store, record, key),
        key=key,
        emptied=erased.of(table),
        relisted=erased.relisted.get(table),
    )


def _rows(store: Store, record: type, key: bytes | None) -> Iterator[Found]:
    place = shape_of(record)[1]
    for values in all_rows(store, record):
        if key is None:
            yield Found(str(values[place]), None)
        else:
            row = covered_row(key, record, values)
            yield Found(row.key, row.digest)


def _trouble(
    store: Store, entries: int, first: AuditEntry | None, key: bytes | None, objects: list[tuple[str, str]]
) -> str:
    """Return what is wrong with the chain as a whole, in sentences; "" for nothing."""
    said = []
    kept = kept_key(store_id(store))
    if first is None and kept:
        said.append("This machine has an audit key for this store, but no entry is signed: the chain was replaced.")
    elif first is not None and key is not None and key_id(key) != first.subject:
        said.append("The chain is signed with another key than the one that this machine has for this store.")
    elif not entries:
        said.append("The store has no entries: its content is lost.")
    triggers = [name for kind, name in objects if kind == "trigger"]
    if triggers:
        said.append(f"The file holds {counted(len(triggers), 'trigger')} that no store has: {', '.join(triggers)}.")
    return " ".join(said)


def _unproven(*, signed: bool, key: bytes | None) -> str:
    """Return why the content of the store could not be proven; "" when it could."""
    if key is not None:
        return ""
    if not signed:
        return "No entry is signed yet, so only the links of the chain were checked. The next change signs all rows."
    other = f" {VARIABLE} holds the key of another store." if given_key() else f" Give it in {VARIABLE}."
    return f"The audit key is not here, so only links and the presence of rows were checked.{other}"


def _restored(entry: AuditEntry) -> str:
    lost = entry.detail.get("lost")
    if "failover" in entry.detail:
        return f"entry {entry.sequence} says that a failover lost entries up to entry {lost}"
    where = f"restored from a backup at entry {entry.sequence}"
    return f"{where}: entries up to entry {lost} of the former store are not in it"


def in_its_place(check: Check, store: Store) -> Check:
    """Return a check that was made before ``store`` came to its path, with the end of the chain as it is known there.

    The entry of a restore that has lost others is in it, too. The rows are not read again.
    """
    end = end_of(store, store.signing_key())
    newest = last_entry(store)
    if newest is None or newest.sequence <= check.entries or not is_restored(newest):
        return replace(check, end=end)
    return replace(check, entries=newest.sequence, end=end, restores=(*check.restores, newest))


def in_words(check: Check, most: int = 10) -> list[str]:
    """Return what a check found, one sentence a line."""
    entries = counted(check.entries, "entry", "entries")
    if check.broken_at is not None:
        lines = [f"the chain is broken at entry {check.broken_at} of {check.entries}"]
    elif not check.entries:
        lines = ["the chain has no entries"]
    else:
        lines = [f"{entries}, the chain holds" if check.holds else f"{entries}, linked without a gap"]
    if check.rows:
        lines[0] += f"; {counted(check.rows, 'row')} checked"
    for kind, words in _KINDS.items():
        rows = [c for c in check.changes if c.kind == kind]
        if rows:
            named = ", ".join(_named(c) for c in rows[:most]) + (f" and {len(rows) - most} more" * (len(rows) > most))
            lines.append(f"{counted(len(rows), 'row')} {words}: {named}")
    explained = {c.entry for c in check.changes}
    rest = [n for n in check.altered if n not in explained]
    if rest:
        shown = ", ".join(map(str, rest[:most])) + (f" and {len(rest) - most} more" * (len(rest) > most))
        lines.append(f"rows were changed or removed behind {counted(len(rest), 'entry', 'entries')}: {shown}")
    lines += [text for text in (check.trouble, check.unproven) if text]
    lines += [_restored(e) for e in check.restores]
    lines += [text for text in (end_of_chain.in_words(check.end),) if text and check.entries and not check.unproven]
    if check.unknown:
        lines.append(f"not part of a store, and not checked: {', '.join(check.unknown[:most])}")
    return lines


_KINDS = {
    "added": "added by other means than Spotcheck",
    "edited": "edited",
    "deleted": "deleted",
    "moved": "moved to another place in the order of arrival",
}


def _named(change: Change) -> str:
    behind = f" (entry {change.entry})" if change.entry is not None else ""
    return f"{change.table} '{change.key}'{behind}" if change.key else f"{change.table}{behind}"
