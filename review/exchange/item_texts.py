"""The texts that a file of labels holds beside them: what an item says that neither the store nor the log knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from review.audit.store_secrets import hmac_key
from review.basics.record import Raw
from review.basics.tables import Table
from review.basics.words import counted
from review.exchange.tools.tool import Record
from review.settings.project import project_of
from review.sources.conversations import masked_conversations
from review.sources.counting import rules_of
from review.sources.field_names import meant
from review.sources.options import import_options
from review.sources.proposing import proposed
from review.sources.readers.catalogue import PLAIN
from review.sources.readers.mapping import picked
from storage.records_log import Conversation
from storage.store import Store

TURNS = ("messages", "question", "answer")
TEXTS = (*TURNS, "context", "sql")
"""Fields of a conversation that are taken from a file of labels: its dates and people are those of the labels."""
PEEK = 200
"""Records whose names and contents tell which fields hold the texts."""

Part = Callable[[Record], Record]
"""What of a record may hold texts."""


def with_texts(ratings: Table, raw: Table, part: Part) -> Table:
    """Return the ratings with the texts of their items, and a note of the fields these come from.

    ``raw`` is the file as it is. An item has no text when its rows say different things: that is about the rating.
    """
    parts = {row.line: part(row.cells) for row in raw.rows}
    rows = proposed([one for one in list(parts.values())[:PEEK] if one])
    mapping = {row.field: row.path for row in rows if row.field in TEXTS}
    said: dict[str, list[Record]] = {}
    for row in ratings.rows:
        text = picked(parts.get(row.line, {}), mapping)
        if any(text.get(name) for name in TURNS):
            said.setdefault(row.text("item"), []).append(text)
    texts = {item: all_[0] for item, all_ in said.items() if all(one == all_[0] for one in all_)}
    if not texts:
        return ratings
    places = ", ".join(f"{name} from '{mapping[name]}'" for name in TEXTS if name in mapping)
    note = f"{ratings.file}: it holds the texts of {counted(len(texts), 'item')}: {places}"
    return replace(ratings, texts=texts, notes=(*ratings.notes, note))


def named_texts(used: Collection[str]) -> Part:
    """Return the part of a record of a plain table: the columns whose name says that they hold a text.

    ``used`` are columns that hold something else, such as the label.
    """

    def part(record: Record) -> Record:
        return {c: v for c, v in record.items() if c not in used and not meant(c).keys().isdisjoint(TEXTS)}

    return part


def conversations_with(
    store: Store, texts: Mapping[str, Record], names: Iterable[str], *, source: str, week: str
) -> dict[str, Conversation]:
    """Return the masked conversation of each named item whose text the file holds and can be read."""
    wanted = [(name, {**texts[name], "id": name}) for name in names if name in texts]
    if not wanted:
        return {}
    options = import_options(project_of(store.path), source=source, week=week)
    rules = replace(rules_of(options, hmac_key(store), PLAIN["jsonl"]), mapping={}, values={}, seal=None)
    raws = (Raw(n, dict(record), None, 0) for n, (_, record) in enumerate(wanted))
    found = masked_conversations(raws, rules)
    return {wanted[raw.line][0]: entry.conversation for raw, entry, _ in found if entry is not None}
