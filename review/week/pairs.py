"""Add pairs of answers to a week: masked, dealt with random sides, and never part of an estimate of production."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.record import Unreadable
from review.basics.weeks import monday_of, next_due_date, week_of, zone_of
from review.basics.words import counted
from review.current.rubric_in_use import asked_version
from review.people.people import require
from review.privacy.masking import mask
from review.privacy.pseudonyms import may_hold_address, without_addresses
from review.privacy.recognisers import Recognisers
from review.rubric.rubric import current_rubric
from review.settings.project import Project
from review.sources.conversations import content_hash, recognisers_of
from review.sources.normalise import address_hash, keyed_hash
from review.sources.pairs import NewPair, checked
from review.week.dealing import deal_items, raters_left, takers_of, week_to_deal
from storage.queries.pairs import PAIR
from storage.queries.weeks import weeks_in_use
from storage.records_log import Conversation
from storage.records_weeks import Item, Pair, Week, WeekClosing
from storage.store import Store

PREFIX = "pair/"
"""Begins the id of a pair and of its conversation."""
MOST = 2_000
EACH = 2
"""Reviewers of a pair, if nobody says otherwise: with one, nothing can be said about agreement."""


@dataclass(frozen=True, kw_only=True)
class AddedPairs:
    """The week, how many pairs are new, how many assignments were dealt, and how many pairs the week had already."""

    week: str
    pairs: int
    assignments: int
    already: int
    opened: bool = False

    @property
    def sentence(self) -> str:
        """What happened, in one sentence."""
        had = f"; {counted(self.already, 'pair')} already there" if self.already else ""
        new = f", a week that opened for them, without a draw{had}" if self.opened else had
        return (
            f"{counted(self.pairs, 'pair')} added to {self.week}, {counted(self.assignments, 'assignment')} dealt{new}"
        )


def add_pairs(
    store: Store,
    project: Project,
    pairs: Sequence[NewPair],
    week: str | None = None,
    *,
    by: str,
    raters: Sequence[str] = (),
    each: int = EACH,
) -> AddedPairs:
    """Mask pairs of answers, add them to a week as hand-picked items, and deal each to ``each`` reviewers.

    Without ``week`` it is the latest open one. They go to the week's reviewers, or to ``raters``. With ``raters``, a
    week that nobody has opened is opened for them, without a draw; by default that is the current week. Raises Refused
    without the role lead and for a closed week, InputError for a pair that cannot be compared, NothingToDo when the
    week has all of them already.
    """
    require(store, by, "lead")
    if not 0 < len(pairs) <= MOST:
        raise InputError(f"pairs: found {len(pairs):,}, expected 1 to {MOST:,}.")
    if each < 1:
        raise InputError(f"each: found {each}, expected one or more reviewers for a pair.")
    wanted = recognisers_of(project.privacy)
    with store.transaction():
        takers = tuple(p.id for p in takers_of(store, raters))
        opened, is_new = _week(store, project, week, takers, by)
        takers = takers or raters_left(store, opened)[0]
        if not takers:
            raise Refused(f"{opened.name} has no reviewer who may annotate. Choose reviewers.")
        key = hmac_key(store)
        made = {c.id: (c, pair) for pair in pairs for c in [_conversation(pair, opened.name, wanted, key)]}
        new = _unseen(store, made, {name: pair_id(_turned(p), opened.name, key) for name, (_, p) in made.items()})
        if not new:
            raise NothingToDo(f"{opened.name} has all {counted(len(made), 'pair')} already.")
        shared = min(each, len(takers)) > 1
        if project.privacy.ids == "hash":
            new = {name: (talk, _without_addresses(pair, key)) for name, (talk, pair) in new.items()}
        items = [_item(name, opened.name, pair, overlap=shared) for name, (_, pair) in new.items()]
        if is_new:
            store.add(opened)
        store.add(*(c for c, _ in new.values()), *items, *(_record(name, pair, by) for name, (_, pair) in new.items()))
        version = asked_version(store, opened)
        dealt = deal_items(store, opened, items, version=version, by=by, raters=takers, each=min(each, len(takers)))
        counts = {"pairs": len(items), "assignments": len(dealt), "opened": is_new}
        chain.record(store, by, "pairs", opened.name, to=list(takers), **counts)
    return AddedPairs(
        week=opened.name, pairs=len(items), assignments=len(dealt), already=len(made) - len(new), opened=is_new
    )


Made = dict[str, tuple[Conversation, NewPair]]


def _unseen(store: Store, made: Made, turned: Mapping[str, str]) -> Made:
    """Return the pairs that the week does not have in either order; ``turned`` is the id in the other order."""
    seen = {item.id for item in store.find(Item, id=[*made, *turned.values()])}
    new: Made = {}
    for name, one in made.items():
        if not {name, turned[name]} & seen:
            new[name] = one
            seen.add(name)
    return new


def _week(store: Store, project: Project, name: str | None, takers: Sequence[str], by: str) -> tuple[Week, bool]:
    """Return the week that gets the pairs, and whether it has to be opened for them."""
    if name is None:
        closed = {row.week for row in store.find(WeekClosing)}
        under_way = [w.name for w in weeks_in_use(store) if w.name not in closed]
        name = max(under_way, default=week_of(datetime.now(UTC), project.time_zone))
    monday_of(name)
    this_week = week_of(datetime.now(UTC), project.time_zone)
    if name > this_week:
        raise InputError(f"week: found {name}, which has not begun; expected {this_week} or an earlier one.")
    if store.get(Week, name) is not None or not takers:
        return week_to_deal(store, name), False
    today = datetime.now(zone_of(project.time_zone)).date()
    week = Week(
        name=name,
        opened_at=now(),
        opened_by=by,
        due=next_due_date(name, today).isoformat(),
        seed=name,
        unit="session",
        overlap=0.0,
        overlap_raters=0,
        raters=tuple(takers),
        rubric_version=current_rubric(store).version,
    )
    return week, True


def _conversation(pair: NewPair, week: str, wanted: Recognisers, key: bytes) -> Conversation:
    """Return the masked conversation of a pair: the question, and both answers in its metadata."""
    try:
        checked(pair)
    except Unreadable as error:
        raise InputError(f"pair '{pair.source_id}': {error.field}: expected {error.expected}.") from None
    answers = {"a": [dict(m) for m in pair.answer_a], "b": [dict(m) for m in pair.answer_b]}
    name = pair_id(pair, week, key)
    talk = Conversation(
        id=name,
        source=PAIR,
        source_id=name.removeprefix(PREFIX),
        created_at=None,
        week=week,
        messages=tuple(pair.question),
    )
    # Each answer goes on from the numbers of the question: one numbering for both would tell which came first.
    each = {side: mask(replace(talk, metadata={PAIR: {side: said}}), wanted) for side, said in answers.items()}
    masked = replace(
        each["a"].conversation,
        metadata={PAIR: {side: one.conversation.metadata[PAIR][side] for side, one in each.items()}},
        redacted=len(each["a"].spans) + sum(span.field.startswith("metadata") for span in each["b"].spans),
    )
    object.__setattr__(masked, "content_hash", content_hash(masked))
    return masked


def pair_id(pair: NewPair, week: str, key: bytes) -> str:
    """Return the id of a pair in a week; the same answers in the other order have another one."""
    answers = {"a": [dict(m) for m in pair.answer_a], "b": [dict(m) for m in pair.answer_b]}
    told = [week, [dict(m) for m in pair.question], answers, pair.name_a, pair.name_b]
    return f"{PREFIX}{keyed_hash(key, digest(told).encode())}"


def _turned(pair: NewPair) -> NewPair:
    return replace(pair, answer_a=pair.answer_b, answer_b=pair.answer_a, name_a=pair.name_b, name_b=pair.name_a)


def _without_addresses(pair: NewPair, key: bytes) -> NewPair:
    """Return a pair whose names and ids hold a keyed hash in place of each address, as in the log."""

    def plain(text: str) -> str:
        return without_addresses(text, lambda address: address_hash(key, address)) if may_hold_address(text) else text

    return replace(
        pair,
        name_a=plain(pair.name_a),
        name_b=plain(pair.name_b),
        origin=plain(pair.origin),
        source_id=plain(pair.source_id),
    )


def _item(name: str, week: str, pair: NewPair, *, overlap: bool) -> Item:
    return Item(
        id=name,
        conversation_id=name,
        week=week,
        at=now(),
        purposive=True,
        overlap=overlap,
        reason=f"pair from {pair.origin}",
        kind=PAIR,
    )


def _record(name: str, pair: NewPair, by: str) -> Pair:
    return Pair(
        item_id=name,
        name_a=pair.name_a.strip(),
        name_b=pair.name_b.strip(),
        origin=pair.origin,
        at=now(),
        by=by,
        source_id=pair.source_id,
    )
