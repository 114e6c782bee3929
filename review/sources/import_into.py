"""Import a file into the log in somebody's name: who may, and the record and audit entry that stay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.log.continuing import Continued, continued
from review.log.gone import gone_of
from review.log.searching import addresses_in_ids, ids_in_two_forms, other_sources_of
from review.people.people import require
from review.sources.file_sets import Files
from review.sources.importing import Progress, import_file
from review.sources.names import plain_name
from review.sources.options import HASH_PLAIN, ImportOptions
from review.sources.readers.catalogue import READERS, Detected
from review.sources.readers.reader import Reader
from review.sources.tally import Tally
from review.sources.undoing import hide_withdrawn
from storage.records_log import Draw, Import
from storage.store import Store


def import_into(
    store: Store,
    file: Files,
    options: ImportOptions | None = None,
    *,
    by: str,
    progress: Progress | None = None,
    on_detected: Callable[[Detected], None] | None = None,
    tally: Tally | None = None,
    name: str = "",
) -> Import:
    """Import one file, or files that belong together, into the log of this store.

    ``tally`` is filled with what the record does not hold. ``name`` is what people call the file, if that is not its
    path. Raises Refused without the role lead, and what :func:`import_file` raises; then nothing is added.
    """
    require(store, by, "lead")
    hide_withdrawn(store)
    tally, log, options = tally or Tally(), log_of(store.path), options or ImportOptions()
    said = []
    held = addresses_in_ids(log, options.source) if options.privacy.ids == "hash" else ""
    if held == "plain":
        # Else the conversations that an earlier version brought in would come in a second time.
        options = dataclasses.replace(options, privacy=dataclasses.replace(options.privacy, ids="keep"))
        said.append("e-mail addresses stay in the ids, because the log has ids of this source with addresses already")
    elif held == "encoded":
        options = dataclasses.replace(options, privacy=dataclasses.replace(options.privacy, ids=HASH_PLAIN))
        said.append(
            "percent-encoded e-mail addresses stay in the ids, because the log has ids of this source with such "
            "addresses already"
        )
    done = import_file(
        file,
        options,
        log=log,
        key=hmac_key(store),
        by=by,
        progress=progress,
        on_detected=on_detected,
        tally=tally,
        gone=gone_of(store),
    )
    pairs = ids_in_two_forms(log, done.id) if done.added else []
    earlier = continued(log, done.id, source=options.source) if done.added and _is_calls(done.format) else []
    elsewhere = other_sources_of(log, done.id, besides=options.source) if done.added else {}
    also = [_under_another_name(source, n) for source, n in elsewhere.items()]
    tally.told = (*tally.told, *said, *([_two_forms(pairs)] if pairs else []), *_continuing(earlier), *also)
    tally.drawn_weeks = sorted({draw.week for draw in store.find(Draw, week=list(tally.updated_weeks))})
    return recorded(store, dataclasses.replace(done, file=name or done.file))


def came_in(done: Import) -> bool:
    """Whether the log has taken, or had, at least one of the records, or may not have it again."""
    return bool(done.added or done.duplicate or done.updated or done.waiting or done.expired or done.erased)


def _under_another_name(source: str, n: int) -> str:
    return (
        f"{counted(n, 'id')} of this import {'is' if n == 1 else 'are'} in the log under the source {source} too. If "
        "it is the same system, these conversations are there twice: undo this import, and import again under that "
        "source."
    )


def _is_calls(format: str) -> bool:
    reader = READERS[format]
    return isinstance(reader, Reader) and reader.calls is not None


def _continuing(found: Sequence[Continued]) -> list[str]:
    """Say how many conversations go on from one that an earlier import brought: with its history, or without."""
    said = []
    for history in (False, True):
        some = [one for one in found if one.history is history]
        if some:
            verb, them = ("continues", "It") if len(some) == 1 else ("continue", "They")
            stays = "has" if len(some) == 1 else "have"
            what = (
                f"{stays} the whole history, so the log has its beginning twice"
                if history
                else ("came in alone, without what was said before")
            )
            said.append(
                f"{counted(len(some), 'conversation')} of this import {verb} one that the log has from an earlier "
                f"import, such as {some[0].id} after {some[0].earlier}. {them} {what}. To have each as one "
                "conversation, undo both imports and import their files together."
            )
    return said


def _two_forms(pairs: Sequence[tuple[str, str]]) -> str:
    new, old = pairs[0]
    one = len(pairs) == 1
    return (
        f"{counted(len(pairs), 'id')} of this import {'is' if one else 'are'} in the log in another form too, such as "
        f"{new} here and {old} there. They stay two conversations each. If they are the same, undo this import, write "
        "the ids in one form, and import again."
    )


def recorded(store: Store, done: Import) -> Import:
    """Write the record of an import, and one entry of the audit chain for the whole import.

    A keyed hash replaces e-mail addresses and phone numbers in the names of its files.
    """
    done = dataclasses.replace(done, file=plain_name(store, done.file))
    counts = ("read", "added", "duplicate", "changed", "updated", "waiting", "expired", "erased", "rejected", "undated")
    with store.transaction():
        store.add(done)
        chain.record(
            store,
            done.by,
            "import",
            ", ".join(Path(name).name for name in done.file.split(", ")),
            id=done.id,
            source=done.source,
            **{name: getattr(done, name) for name in counts},
        )
    return done
