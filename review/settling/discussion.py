"""Discussions: once everybody has reviewed an item, those who did talk about it with those who settle it.

What is said changes no vote. From the first comment on nobody can change theirs, so that votes stay independent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, UnknownError
from review.basics.limits import MAX_COMMENT
from review.current.assignments import must_not_owe, owed_items
from review.people.people import Person, people, person, require
from review.privacy.hidden_spans import spans_by_conversation, without, without_words
from review.rubric.rubric import Rubric, current_rubric, rubric_version
from review.settling.case_payload import shuffled
from storage.queries.annotations import current_annotations_of_item
from storage.queries.calibration import items_in_calibration
from storage.queries.comments import Discussable, comments_of, discussable_item, discussable_items
from storage.records_comments import Comment
from storage.records_log import Conversation
from storage.records_review import Annotation
from storage.records_weeks import Item
from storage.store import Store


@dataclass(frozen=True)
class Vote:
    """One vote of a discussed item: ``who`` is a letter, or a name where the rubric shows names."""

    who: str
    said: Annotation


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One comment: ``passage`` is the part of the rubric that it is about, "" for none."""

    who: str
    text: str
    at: str
    passage: str
    unclear: bool
    by_you: bool


@dataclass(frozen=True, kw_only=True)
class Discussion:
    """An item that may be discussed, with its votes and what was said so far; ``named``: with people's names."""

    item: Item
    rubric: Rubric
    named: bool
    votes: tuple[Vote, ...]
    comments: tuple[Remark, ...]


def discussable(store: Store, week: str, *, viewer: str) -> list[Discussable]:
    """Return the items of a week that this person may discuss: their own, and all for those who settle.

    Raises Refused without the role annotator.
    """
    somebody = require(store, viewer, "annotator")
    owed = owed_items(store, viewer)
    found = discussable_items(store, week, viewer)
    return [one for one in found if (one.own or somebody.may("adjudicator")) and one.item_id not in owed]


def discussion(store: Store, item_id: str, *, viewer: str) -> Discussion:
    """Return the votes and comments of an item. Raises Refused while somebody still has to review it."""
    item = _open_item(store, item_id, viewer)
    rows = current_annotations_of_item(store, item.week, item_id)
    newest = max(row.rubric_version for row in rows)
    rows = sorted((row for row in rows if row.rubric_version == newest), key=shuffled)
    said = comments_of(store, item_id)
    spans = spans_by_conversation(store, [item.conversation_id]).get(item.conversation_id, [])
    if spans:
        key = hmac_key(store)
        talk = store.get(Conversation, item.conversation_id)
        rows = [without_words(row, spans, key, talk) for row in rows]
        said = [replace(row, text=str(without(row.text, spans, key))) for row in said]
    named = current_rubric(store).discussion_names
    who = _names(rows, people(store), named=named)
    return Discussion(
        item=item,
        rubric=rubric_version(store, newest),
        named=named,
        votes=tuple(Vote(who[row.rater_id], row) for row in rows),
        comments=tuple(
            Remark(
                who=who.get(c.rater_id, "Adjudicator"),
                text=c.text,
                at=c.at,
                passage=": ".join(part for part in (c.dimension, c.value) if part),
                unclear=c.unclear,
                by_you=c.rater_id == viewer,
            )
            for c in said
        ),
    )


def _names(rows: Sequence[Annotation], everybody: Sequence[Person], *, named: bool) -> Mapping[str, str]:
    """Return what each person is called in a discussion. Without names a voter is a letter. Pure."""
    if named:
        return {p.id: p.name for p in everybody}
    return {row.rater_id: f"Reviewer {chr(65 + k)}" for k, row in enumerate(rows)}


def add_comment(
    store: Store,
    item_id: str,
    text: str,
    *,
    by: str,
    dimension: str = "",
    value: str = "",
    unclear: bool = False,
    comment_id: str | None = None,
) -> Comment:
    """Add a comment to the discussion of an item and return it. ``comment_id`` given again changes nothing.

    Raises Refused for somebody who may not take part (:func:`discussion`), InputError for an empty text and for a
    passage that is not in the rubric the item was reviewed under.
    """
    said = text.strip()
    if not 0 < len(said) <= MAX_COMMENT:
        raise InputError(f"comment: found {len(said):,} characters, expected 1 to {MAX_COMMENT:,}. Write a sentence.")
    with store.transaction():
        require(store, by, "annotator")
        item = _open_item(store, item_id, by)
        known = store.get(Comment, comment_id) if comment_id else None
        if known is not None:
            if (known.rater_id, known.item_id) != (by, item_id):
                raise Refused("comment_id: somebody else used it already. Reload the page.")
            return known
        version = max(row.rubric_version for row in current_annotations_of_item(store, item.week, item_id))
        _check_passage(rubric_version(store, version), dimension, value)
        comment = Comment(
            id=comment_id or new_id(),
            item_id=item_id,
            rater_id=by,
            rubric_version=version,
            text=said,
            at=now(),
            dimension=dimension,
            value=value,
            unclear=unclear,
        )
        store.add(comment)
        chain.record(store, by, "comment", item_id, comment=comment.id)
    return comment


def _open_item(store: Store, item_id: str, viewer: str) -> Item:
    """Return an item that the viewer may discuss. Raises UnknownError, and Refused with the reason."""
    item = store.get(Item, item_id)
    if item is None:
        raise UnknownError(f"item '{item_id}' is not in the store. Choose one of the list.")
    require(store, viewer, "annotator")
    if item_id in items_in_calibration(store, viewer):
        raise Refused(f"item '{item_id}' is in a calibration session, which shows its votes to all at the same time.")
    must_not_owe(store, item_id, viewer)
    found = discussable_item(store, item.week, item_id, viewer)
    if found is None:
        raise Refused(f"item '{item_id}' is not open for discussion: not everybody who has it has reviewed it yet.")
    if not found.own and not person(store, viewer).may("adjudicator"):
        raise Refused(f"item '{item_id}' is discussed by those who reviewed it and those who settle it.")
    return item


def _check_passage(rubric: Rubric, dimension: str, value: str) -> None:
    if not dimension and not value:
        return
    if dimension not in rubric.names:
        raise InputError(f"dimension: found {dimension!r}, expected one of {', '.join(rubric.names)}.")
    if value and value not in rubric[dimension].scale.values:
        raise InputError(f"value: found {value!r}, expected a value of {dimension}.")
