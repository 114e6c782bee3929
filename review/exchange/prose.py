"""Mask what people and judges wrote in an imported file: they may repeat what they read before it was masked."""

from __future__ import annotations

from dataclasses import replace

from review.basics.tables import Row, Table
from review.privacy.masking import mask_text
from review.privacy.recognisers import Recognisers
from review.settings.project import project_of
from review.sources.conversations import recognisers_of
from storage.store import Store

PROSE = ("comment", "rationale", "raw")


def masked_prose(store: Store, table: Table) -> Table:
    """Return the table with its comments, rationales and raw answers masked, as the project masks conversations.

    Raises InputError for privacy settings that cannot be used.
    """
    wanted = recognisers_of(project_of(store.path).privacy)
    return replace(table, rows=tuple(_masked(row, wanted) for row in table.rows))


def _masked(row: Row, wanted: Recognisers) -> Row:
    written = {name: text for name in PROSE if isinstance(text := row.cells.get(name), str) and text}
    if not written:
        return row
    return replace(row, cells={**row.cells, **{name: mask_text(text, wanted)[0] for name, text in written.items()}})
