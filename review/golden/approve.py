"""Approve settled items as golden examples. A correction is a new version that supersedes the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import NamedTuple

from review.basics import setting
from review.basics.errors import InputError, Refused, ReviewError
from review.basics.limits import MAX_ANSWER
from review.golden.content import NOTHING, Wish
from review.golden.deciding import decide
from review.golden.examples import BEHAVIOURS, SPLITS, add_version, example_id_of, latest_version
from review.golden.references import References, references_of
from review.golden.reviewed import Reviewed, gather
from review.people.people import require
from storage.queries.approvals import asked_of_an_item, asked_of_items
from storage.records_golden import EXAMPLE_KINDS, GoldenExample
from storage.records_log import Conversation
from storage.records_weeks import Item
from storage.store import Store


class Approved(NamedTuple):
    """What a bulk approval did: the examples, and (item, reason) for each refused item."""

    examples: tuple[GoldenExample, ...]
    refused: tuple[tuple[str, str], ...]


def approve(
    store: Store,
    item_id: str,
    wish: Wish = NOTHING,
    *,
    by: str,
    note: str = "",
    references: References | None = None,
) -> GoldenExample:
    """Approve a settled item and return its example. Fields left out stay as in the version before.

    Defaults of a first version: behaviour ``answer``, kind ``normal``, the scenario and the permanent split of the
    conversation, not must-pass. The expected answer is the adjudicator's corrected answer, else the reviewed answer if
    it was judged right, else the reviewers' correction if all gave the same. The reference SQL is the adjudicator's,
    else the reviewed query if the answer was judged right. An adjudication newer than the version before replaces its
    answer and SQL. ``required`` names tables and fields that must appear. ``expected_result`` is the result of the
    reference SQL on the data ``snapshot`` with ``as_of`` as today's date. Where none is given, the SQL runs on the
    project's database (``references``, else one that is opened here), and the result is kept with the day of the
    conversation. Approving again without a change adds nothing and returns the current version.

    Raises Refused without the role adjudicator, and for an item that is disputed, not reviewed, or still owed by
    ``by``; InputError when behaviour ``answer`` has no expected answer, the reference SQL does not run, or for a value
    that is not allowed.
    """
    require(store, by, "adjudicator")
    if wish.tags is not None:
        wish = replace(wish, tags=tuple(tag.strip() for tag in wish.tags if tag.strip()))
    _check_wish(wish)
    with nullcontext(references) if references else references_of(store) as database:
        return _approved(store, item_id, wish, by=by, note=note.strip(), references=database)


def bulk_approve(store: Store, item_ids: Sequence[str], *, by: str) -> Approved:
    """Approve the items on which two or more reviewers agree, with defaults; refuse the others with a reason each.

    Raises Refused only without the role adjudicator.
    """
    require(store, by, "adjudicator")
    approved, refused = [], []
    with references_of(store) as references:
        for item_id in dict.fromkeys(item_ids):
            try:
                one = _approved(store, item_id, NOTHING, by=by, note="", references=references, check=_check_unanimous)
                approved.append(one)
            except ReviewError as error:
                refused.append((item_id, str(error)))
    return Approved(tuple(approved), tuple(refused))


def _approved(
    store: Store,
    item_id: str,
    wish: Wish,
    *,
    by: str,
    note: str,
    references: References,
    check: Callable[[Reviewed], None] | None = None,
) -> GoldenExample:
    """Ask the database, then write the next version; the store is not locked while the database answers."""
    if check is not None:
        check(gather(store, item_id, by=by))
    wish = _with_result(store, item_id, wish, by=by, references=references)
    with store.transaction():
        reviewed = gather(store, item_id, by=by)
        if check is not None:
            check(reviewed)
        earlier = latest_version(store, example_id_of(item_id))
        return add_version(store, decide(reviewed, earlier, wish, by=by, note=note), action="approve")


def why_not_together(store: Store, item_ids: Sequence[str], *, by: str) -> dict[str, str]:
    """Return for each item why :func:`bulk_approve` would refuse it; "" when it would approve it. Writes nothing."""
    require(store, by, "adjudicator")
    with store.snapshot():
        store.ask(asked_of_items(item_ids, [example_id_of(item_id) for item_id in item_ids]))
        items = store.find(Item, id=list(item_ids))
        store.ask([question for item in items for question in asked_of_an_item(item, by)])
        return {item_id: _why_not(store, item_id, by=by) for item_id in item_ids}


def _why_not(store: Store, item_id: str, *, by: str) -> str:
    try:
        reviewed = gather(store, item_id, by=by)
        _check_unanimous(reviewed)
        decide(reviewed, latest_version(store, example_id_of(item_id)), NOTHING, by=by, note="")
    except ReviewError as error:
        return str(error)
    return ""


def _check_unanimous(reviewed: Reviewed) -> None:
    if reviewed.rule != "unanimous":
        raise Refused(f"item '{reviewed.item.id}' is {reviewed.rule}, not unanimous. Approve it on its own.")


def _check_wish(wish: Wish) -> None:
    """Raise InputError for a value that is not allowed or an answer that is too long."""
    for name, allowed in (("expected_behaviour", BEHAVIOURS), ("kind", EXAMPLE_KINDS), ("split", SPLITS)):
        if (found := getattr(wish, name)) is not None:
            setting.one_of(name, found, allowed)
    length = len(wish.expected_answer or "")
    if length > MAX_ANSWER:
        raise InputError(f"expected_answer: found {length:,} characters, expected at most {MAX_ANSWER:,}.")


def _with_result(store: Store, item_id: str, wish: Wish, *, by: str, references: References) -> Wish:
    """Return the wish with the result of its reference SQL, unless one is given or kept already."""
    if wish.expected_result is not None or not references.settings.engine:
        return wish
    earlier = latest_version(store, example_id_of(item_id))
    planned = decide(gather(store, item_id, by=by), earlier, wish, by=by, note="").content
    kept = None if planned["expected_result"] is not None else references.kept(planned["reference_sql"])
    if kept is None:
        return wish
    return replace(
        wish,
        reference_sql=planned["reference_sql"],
        expected_result=kept.result,
        snapshot=kept.snapshot,
        as_of=wish.as_of or planned["as_of"] or _day_of(store, item_id),
    )


def _day_of(store: Store, item_id: str) -> str:
    item = store.get(Item, item_id)
    conversation = store.get(Conversation, item.conversation_id) if item else None
    return (conversation.created_at or "")[:10] if conversation else ""
