"""The first start of a server that people enter by links: a store without anybody, and a link for the first lead."""

from __future__ import annotations

from pathlib import Path

from review.basics.whole_files import replacing
from review.people.invitations import SERVER, invite_first_lead
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.settings.starter import STARTER
from storage.address import address_in
from storage.connection import NoStore
from storage.opening import open_store
from storage.records_people import LinkLogin
from storage.store import Store

NAMES_LINE = 'mode = "names"  '
LINKS_LINE = 'mode = "links"  '


def new_by_links(path: Path) -> None:
    """Create a store with the rubric of its project, and a spotcheck.toml with mode = "links" if there is none.

    Raises InputError when the settings that are there cannot be read.
    """
    project = project_of(path)
    rubric = rubric_from(project.rubric or DEFAULT_RUBRIC, origin=str(project.path) if project.rubric else "rubric")
    if not project.path.exists():
        with replacing(project.path) as file:
            file.write_text(STARTER.replace(NAMES_LINE, LINKS_LINE, 1), encoding="utf-8")
    store = open_store(path)
    save_rubric(store, rubric, by=SERVER)
    store.close()


def new_if_missing(path: Path) -> bool:
    """Create such a store where there is none, and return whether it did. A database may be empty, its file there."""
    if path.exists() and address_in(path) is None:
        return False
    try:
        open_store(path, create=False).close()
    except NoStore:
        new_by_links(path)
        return True
    return False


def first_link(store: Store, base: str) -> str | None:
    """Return a link for the first lead, below ``base``; None when the store has a lead. Older such links end."""
    made = invite_first_lead(store)
    return None if made is None else made.at(base)


def anybody_came(store: Store) -> bool:
    """Return whether somebody has ever used a link of this store."""
    return bool(store.find(LinkLogin))
