"""Which source a file belongs to: the one whose files looked like it, else a new one named after its tool or itself."""

from __future__ import annotations

import re
from collections.abc import Collection

from review.settings.project import Project
from review.sources.look import Look
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.readers.catalogue import FEEDBACK, PLAIN, READERS
from review.sources.readers.reader import Reader
from review.sources.readings import fitting_source
from review.sources.undoing import imports_that_count
from storage.records_log import Import
from storage.store import Store

TURNS = ("question", "messages")
LONGEST = 40


def proposed_source(store: Store, project: Project, look: Look, file: str) -> str:
    """Return the source to propose for a file. Its name is ``file``.

    It is the source whose files looked like it. The first file of a log, and a plain log in our own names, are of the
    default source; what tells something of conversations belongs to the source of the latest import. Any other file
    shows a system of its own, named after the tool that wrote it, else after the file.
    """
    fitting = fitting_source(store, project, look.places, format=None if look.plain else look.format)
    if fitting is not None:
        return fitting
    before = imports_that_count(store)
    if not before or (look.plain and not look.guessed):
        return DEFAULT_SOURCE
    if _only_tells(look):
        return before[0].source
    name = _named_after(file) if look.plain or look.format is None else look.format
    taken = {DEFAULT_SOURCE, *project.sources, *(one.source for one in before)}
    return _free(name or "imported", taken)


def mixed_source(store: Store, done: Import) -> str:
    """Say that an import brought another format into the default source, which may be another system; else ""."""
    if done.source != DEFAULT_SOURCE or not done.added:
        return ""
    others = {one.format for one in imports_that_count(store, source=done.source) if one.id != done.id}
    if not others or done.format in others or {done.format, *others} <= {*PLAIN.values(), FEEDBACK}:
        return ""
    return (
        f"the source {done.source} now has conversations from {', '.join(sorted(others))} and from {done.format}. If "
        "these are two systems, undo this import, and import it again under a source of its own"
    )


def _only_tells(look: Look) -> bool:
    """Whether the records hold no conversations, but tell something of some, such as feedback."""
    if look.guessed or look.format is None:
        return set(TURNS).isdisjoint(look.reading.mapping)
    reader = READERS[look.format]
    return isinstance(reader, Reader) and reader.tells


def _named_after(file: str) -> str:
    """Return the name of a file without folders, endings, dates and numbers."""
    words = re.findall(r"[^\W_]+", re.split(r"[/\\]|: ", file)[-1].split(".")[0].casefold())
    return "_".join(word for word in words if not re.fullmatch(r"\d+|w\d+|v\d+|kw\d+|copy|kopie", word))[:LONGEST]


def _free(name: str, taken: Collection[str]) -> str:
    """Return the name, with a number behind it where it is taken."""
    return next(one for n in range(1, len(taken) + 2) if (one := name if n == 1 else f"{name}_{n}") not in taken)
