"""Mask what people and judges wrote in an imported file: they may repeat what they read before it was masked.

Names of judges keep no address either: a keyed hash replaces it.
"""

from __future__ import annotations

from dataclasses import replace

from review.basics.tables import Row, Table
from review.privacy.masking import mask_text
from review.privacy.recognisers import Recognisers
from review.settings.project import project_of
from review.sources.conversations import recognisers_of
from review.sources.names import plain_name
from storage.store import Store

PROSE = ("comment", "rationale", "raw")
NAMES = ("judge", "version")


def masked_prose(store: Store, table: Table) -> Table:
    """Return the table with its comments, rationales and raw answers masked, as the project masks conversations, and
    without addresses in the names of judges and their versions.

    Raises InputError for privacy settings that cannot be used.
    """
    wanted = recognisers_of(project_of(store.path).privacy)
    return replace(table, rows=tuple(_masked(store, row, wanted) for row in table.rows))


def _masked(store: Store, row: Row, wanted: Recognisers) -> Row:
    named = {name: plain_name(store, text) for name in NAMES if isinstance(text := row.cells.get(name), str) and text}
    written = {name: text for name in PROSE if isinstance(text := row.cells.get(name), str) and text}
    if not written and all(row.cells[name] == text for name, text in named.items()):
        return row
    masked = {name: mask_text(text, wanted)[0] for name, text in written.items()}
    return replace(row, cells={**row.cells, **named, **masked})
