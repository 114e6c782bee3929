"""The items of a label file: those that the store has, and new ones, in a week that opens for them if it has to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from review.audit import chain
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.csv_safe import row_text
from review.basics.log_paths import log_of
from review.basics.tables import Table
from review.basics.weeks import due_date, monday_of, week_of, zone_of
from review.exchange.item_texts import conversations_with
from review.exchange.items import imported_id, known_items, the_item
from review.log.gone import gone_of
from review.log.log import conversations_named
from review.privacy.erased import erased_conversation
from review.rubric.rubric import current_rubric
from review.settings.project import project_of
from review.sources.names import plain_name
from storage.records_log import Conversation
from storage.records_weeks import Item, Week, WeekClosing
from storage.store import Store

SOURCE = "labels"
"""The source of conversations that an import adds for unknown items."""
DAYS_LEFT = timedelta(days=7)
"""How long a week stays open that an import opens after its usual day has passed."""


class NewItem(NamedTuple):
    """An item that came with the file, and its conversation: that of the log, else with the file's text or none."""

    item: Item
    conversation: Conversation


def items_named(store: Store, table: Table, week: str | None) -> tuple[dict[str, Item], list[NewItem]]:
    """Return the item of every name in the file, and the items that are new (not written yet)."""
    if week is not None:
        monday_of(week)
    names = {name: row for row in table.rows if (name := row_text(row, "item"))}
    found = known_items(store, names)
    meant = {name: the_item(row, name, found[name]) for name, row in names.items()}
    stored_as = {name: plain_name(store, name) for name, item in meant.items() if item is None}
    logged = conversations_named(log_of(store.path), [*stored_as, *stored_as.values()])
    under_way = _open_weeks(store)
    target = week or max(under_way, default=week_of(datetime.now(UTC), project_of(store.path).time_zone))
    missing = [name for name, plain in stored_as.items() if name not in logged and plain not in logged]
    told = conversations_with(store, table.texts, missing, source=SOURCE, week=target)
    items, fresh, gone = {}, {}, gone_of(store)
    for name, item in meant.items():
        if item is None:
            conversation, plain = logged.get(name) or logged.get(stored_as[name]), stored_as[name]
            made = _new_item(store, plain, conversation, week=week, target=target, under_way=under_way)
            if name in told:
                made = made._replace(conversation=_with_text(made.conversation, told[name]))
            if any(gone.holds(one, made.conversation.user_id) for one in (made.conversation.id, name, plain)):
                made = made._replace(conversation=erased_conversation(made.conversation))
            item, fresh[made.item.id] = made.item, made
        items[name] = item
    return items, list(fresh.values())


def _with_text(bare: Conversation, told: Conversation) -> Conversation:
    """Return the conversation of an unknown item with what the file says of it."""
    return replace(told, id=bare.id, source_id=bare.source_id, week=bare.week)


def _open_weeks(store: Store) -> set[str]:
    """Return the weeks that are open and not closed."""
    return {w.name for w in store.find(Week)} - {c.week for c in store.find(WeekClosing)}


def _new_item(
    store: Store, name: str, logged: Conversation | None, *, week: str | None, target: str, under_way: set[str]
) -> NewItem:
    """Return a hand-picked item: of a conversation in the log in that one's own week, where this is open."""
    identity = imported_id(name)
    own = logged.week if week is None and logged is not None and logged.week in under_way else target
    conversation = logged or Conversation(
        id=name if store.get(Conversation, name) else identity,
        source=SOURCE,
        source_id=identity.removeprefix(imported_id("")),
        created_at=None,
        week=own,
        messages=(),
        content_hash=digest(identity.removeprefix(imported_id(""))),
    )
    item = Item(
        id=identity, conversation_id=conversation.id, week=own, at=now(), purposive=True, reason="imported labels"
    )
    return NewItem(item, conversation)


def add_items(store: Store, fresh: list[NewItem], *, by: str, raters: tuple[str, ...]) -> list[str]:
    """Write new items with their conversations, and open their week if nobody has; return what to say of that."""
    for one in fresh:
        store.add(one.conversation, one.item)
    said = []
    today = datetime.now(zone_of(project_of(store.path).time_zone)).date()
    for week in sorted({one.item.week for one in fresh} - {w.name for w in store.find(Week)}):
        usual, rubric = due_date(week), current_rubric(store)
        due = usual if usual >= today else today + DAYS_LEFT
        said.append(
            f"{week} was not open and is open now, due on {due}"
            + ("." if due == usual else f", because its usual day, {usual}, has passed.")
        )
        store.add(
            Week(
                name=week,
                opened_at=now(),
                opened_by=by,
                due=due.isoformat(),
                seed=week,
                unit="session",
                overlap=0.0,
                overlap_raters=0,
                raters=raters,
                rubric_version=rubric.version,
            )
        )
        chain.record(store, by, "open", week, why="imported labels")
    return said
