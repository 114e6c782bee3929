"""Make a store in a database ready for its servers: created, of the newest schema, and open to their role."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from review.basics.errors import InputError
from review.serving.first_start import new_if_missing
from storage.address import address_in
from storage.opening import open_store
from storage.postgres_opening import missing_steps
from storage.postgres_roles import let_in


class Prepared(NamedTuple):
    """Whether the store is new, and how many steps of the schema ran on one that was there."""

    created: bool
    steps: int


def prepare(path: Path, role: str, *, by_links: bool) -> Prepared:
    """Bring the store at ``path`` up to date and let a role of its database use it.

    With ``by_links`` an empty database becomes a store that people enter by links. Raises InputError for a store that
    is a file, NoStore for an empty database otherwise, StorageError when this role may not do so or the other is not
    there.
    """
    address = address_in(path)
    if address is None:
        raise InputError(f"{path}: this store is a file. Only a store in a PostgreSQL database has roles to prepare.")
    steps = missing_steps(address)
    created = by_links and new_if_missing(path)
    open_store(path, create=False).begin_signing()
    let_in(address, role)
    return Prepared(created, 0 if created else len(steps))
