"""The end of the chain: whether entries were cut off it, as far as this machine and this store can tell."""

from __future__ import annotations

from dataclasses import dataclass

from review.audit.store_secrets import store_id
from review.basics.clock import now
from review.basics.errors import Refused
from storage.proof import PROGRAM
from storage.proof_key import ProofError
from storage.proof_seen import RESTORED, Seen, last_seen, seen_file
from storage.queries.audit import holds_or_has_lost, last_sequence, newest_signed
from storage.records_people import AuditEntry
from storage.store import Store


@dataclass(frozen=True)
class End:
    """What is known of the end of a chain.

    ``seen`` is the newest entry that this machine has noted, None when it has noted none. ``trouble`` is a sentence,
    "" for none.
    """

    seen: Seen | None
    trouble: str


def end_of(store: Store, key: bytes | None) -> End:
    """Compare the end of the chain with what this machine has noted, and with what the digests of rows name."""
    last = last_sequence(store)
    ends = f"ends at entry {last}" if last else "has no entries"
    said = []
    signed = newest_signed(store)
    if signed > last:
        said.append(f"Some rows are signed by entry {signed}, but the chain {ends}: its last entries were cut off.")
    seen = None
    try:
        seen = last_seen(seen_file(store_id(store), store.path), key) if key else None
    except ProofError as error:
        said.append(str(error))
    if seen and not holds_or_has_lost(store, seen):
        found = ends if last < seen.sequence else "has another entry in its place"
        said.append(
            f"This machine saw entry {seen.sequence} of {seen.at[:19]}, but the chain {found}. Entries were cut off, "
            "somebody put an older copy in the place of the store, or a failover of its database lost them."
        )
    return End(seen, " ".join(said))


def in_words(end: End) -> str:
    """Return what the check of the end proves and what it cannot, in one line. Its trouble stands elsewhere."""
    if end.seen is None:
        return (
            "this machine has noted no entry of the store at this path, so entries cut off the end would not show "
            "here; heads kept elsewhere show them"
        )
    if end.trouble:
        return ""
    return (
        f"this machine last saw entry {end.seen.sequence:,}, and it is in the chain; only heads kept elsewhere show a "
        "cut by somebody who can write to this account"
    )


def is_restored(entry: AuditEntry) -> bool:
    """Return whether an entry says that a restore has lost entries."""
    return entry.action == RESTORED


def record_failover(store: Store, reason: str) -> None:
    """Say in the chain which newest entry a failover has lost, and why. Raises Refused when none is missing here."""
    if not _record_loss(store, failover=reason):
        raise Refused("The chain has every entry that this machine has noted, so a failover has lost nothing of it.")


def record_restore(store: Store, backup: str) -> None:
    """Say in the chain which newest entry is missing since a backup was restored, if this machine has noted one."""
    _record_loss(store, backup=backup)


def _record_loss(store: Store, **how: str) -> bool:
    key = store.signing_key()
    end = end_of(store, key) if key else None
    if end is not None and end.seen is not None and end.trouble:
        store.append_entry(
            at=now(),
            actor=PROGRAM,
            action=RESTORED,
            subject=end.seen.hash,
            detail={"lost": end.seen.sequence, "of": end.seen.at, **how},
        )
        return True
    return False
