"""What a reviewer sees next: the items that a browser receives, and how far the reviewer is.

Blind by construction: the payload is built from a whitelist (:mod:`review.annotating.payload`). It holds no verdict,
no label of anybody else, no confidence, feedback or stratum, and nothing that tells why an item was selected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from review.annotating.entries import LIMITS
from review.annotating.executed import Executed, executed_by_item
from review.annotating.findings import Shown, findings_by_item
from review.annotating.guess import Guess, Lists
from review.annotating.payload import (
    BatchPayload,
    ItemPayload,
    WeekPayload,
    item_payload,
    pair_payload,
    rater_payload,
    rubric_payload,
)
from review.annotating.skipped import Skipped, skipped_by
from review.annotating.taken import Taken, taken_from
from review.audit.store_secrets import hmac_key, store_id
from review.current.assignments import week_of_store
from review.current.progress import ENOUGH_SECONDS, progress
from review.current.verdicts import revealed_on
from review.people.people import person
from review.privacy.hidden_spans import conversations, spans_by_conversation
from review.rubric.rubric import rubric_version
from storage.queries.anchors import has_anchors, originals_of
from storage.queries.annotations import OWN_PLACES_SQL
from storage.queries.assignments import OPEN_PLACES_SQL
from storage.queries.batches import asked_by_a_batch, asked_of_conversations, asked_once_listed
from storage.queries.executions import asked_of_executed
from storage.queries.pairs import PAIR
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Week, WeekClosing
from storage.store import Store

DONE_SENT = 10
"""How many of the latest answered items, and of the latest skipped ones, are sent without being asked for."""


class _Listed(NamedTuple):
    """An open assignment, or an answered one with the submission that counts."""

    assignment_id: str
    item_id: str
    rubric_version: int
    submission_id: str = ""
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class _Walk:
    """A rater's assignments in a week: those of the rubric version that is shown, and all that were taken away.

    ``answered``, ``skipped`` and ``taken`` are by assignment, the first two in the order of time.
    """

    week: str
    version: int
    open: Sequence[_Listed]
    answered: Mapping[str, _Listed]
    skipped: Mapping[str, Skipped]
    taken: Mapping[str, Taken]


def batch(
    store: Store,
    rater_id: str,
    *,
    week: str,
    have: Collection[str] = (),
    begun: Collection[str] = (),
    back: Collection[str] = (),
    size: int = 25,
    guess: Guess | None = None,
    dialect: str = "",
) -> BatchPayload:
    """Return the payload for one rater's browser: at most ``size`` open items that it lacks, and recent own ones.

    ``have`` names the assignments whose items the browser holds, ``begun`` those with labels that were not submitted.
    ``back`` names answered or skipped ones that it wants again, however old they are. ``guess`` is what it expects of
    its lists; if it is right, they are not sent, and verdicts and findings only for what was just submitted.
    ``dialect`` is that of the queries, by which they are laid out.

    A browser shows one rubric version at a time. When items were asked again under a new version, everything that is
    sent belongs to the latest version that the rater has open; older versions follow when those items are done. Of
    the assignments in ``have`` and ``begun``, ``taken`` names those that the rater no longer holds; a begun one is
    sent once more, so that its labels can still be submitted.
    Raises UnknownError when the week or the rater does not exist.
    """
    with store.snapshot(asked_by_a_batch(week, rater_id)):
        return _batch(store, rater_id, week, (have, begun, back), size=size, guess=guess, dialect=dialect)


def _batch(
    store: Store,
    rater_id: str,
    week: str,
    named: tuple[Collection[str], Collection[str], Collection[str]],
    *,
    size: int,
    guess: Guess | None,
    dialect: str,
) -> BatchPayload:
    have, begun, back = named
    rater, opened = person(store, rater_id), week_of_store(store, week)
    walk = _walk(store, rater.id, opened)
    lists, known = _lists(walk), set(have)
    same = guess is not None and lists.check == guess.check
    if guess is not None and same:
        known.update(lists.held(guess))
    unsure = guess is not None and not same
    taken = {k: t for k, t in walk.taken.items() if k in {*known, *begun} and k not in walk.answered}
    recent = {*list(walk.answered)[-DONE_SENT:], *list(walk.skipped)[-DONE_SENT:], *back}
    wanted = [] if unsure else _wanted(walk, taken, known=known, back=recent - known, size=size)
    told = recent & guess.said if guess is not None and same else recent
    read = {n.item_id: n.assignment_id for n in walk.answered.values() if n.assignment_id in told}
    items, submitted = [item for _, item in wanted], _submitted(walk, wanted)
    paced = len(walk.answered) >= ENOUGH_SECONDS
    pace_of = None if paced else opened.name
    store.ask(asked_once_listed(walk.version, items=items, submitted=submitted, reviewed=read, pace_of=pace_of))
    rubric = rubric_version(store, walk.version)
    payload: BatchPayload = {
        "key": f"{store_id(store)}:{rater.id}",
        "week": _week_payload(store, opened, rater.id),
        "taken": {k: t.sentence for k, t in taken.items()},
        "items": list(_items(store, walk, wanted, reveals=rubric.reveal, dialect=dialect)),
        "reveals": _reveals(store, read) if rubric.reveal else {},
        "findings": _findings(store, read) if rubric.reveal else {},
    }
    if same:
        return {**payload, "same": True}
    payload["rater"], payload["limits"], payload["rubric"] = rater_payload(rater), LIMITS, rubric_payload(rubric)
    payload["order"], payload["done"], payload["skipped"] = lists
    return {**payload, "unsure": True} if unsure else payload


def _lists(walk: _Walk) -> Lists:
    """Return the lists of a walk as the browser keeps them."""
    skipped: list[list[str | int]] = [
        [s.assignment_id, sum(n.at <= s.at for n in walk.answered.values())] for s in walk.skipped.values()
    ]
    return Lists([a.assignment_id for a in walk.open], list(walk.answered), skipped)


def _walk(store: Store, rater_id: str, opened: Week) -> _Walk:
    """Gather what a rater has open, answered and skipped in a week, and choose the rubric version to show."""
    whose = {"week": opened.name, "rater": rater_id}
    open_ = [_Listed(**row) for row in store.query(OPEN_PLACES_SQL, whose)]
    answered = [_Listed(**row) for row in store.query(OWN_PLACES_SQL, whose)]
    skipped = skipped_by(store, rater_id, opened.name)
    version = _version_to_show(open_, answered, skipped, opened.rubric_version)
    return _Walk(
        week=opened.name,
        version=version,
        open=[a for a in open_ if a.rubric_version == version],
        answered={n.assignment_id: n for n in answered if n.rubric_version == version},
        skipped={s.assignment_id: s for s in skipped if s.rubric_version == version},
        taken=taken_from(store, rater_id, opened.name),
    )


def _version_to_show(
    open_: Sequence[_Listed], answered: Sequence[_Listed], skipped: Sequence[Skipped], opened: int
) -> int:
    """Return the latest rubric version that is open.

    With nothing open it is that of the latest skip, so that the rater can answer it after all, else that of the last
    submission, so that the rater can look back, else the one under which the week was ``opened``.
    """
    if open_:
        return max(a.rubric_version for a in open_)
    last: Sequence[_Listed | Skipped] = skipped or answered
    return max(last, key=lambda one: one.at).rubric_version if last else opened


def _wanted(
    walk: _Walk, taken: Mapping[str, Taken], *, known: Collection[str], back: Collection[str], size: int
) -> list[tuple[str, str]]:
    """Return pairs of assignment and item to send: open ones, those taken from the rater, those wanted back. Pure."""
    lacking = [(a.assignment_id, a.item_id) for a in walk.open if a.assignment_id not in known]
    gone = [
        (t.assignment_id, t.item_id)
        for t in taken.values()
        if t.assignment_id not in known and t.rubric_version == walk.version
    ]
    listed: list[_Listed | Skipped] = [*walk.open, *walk.answered.values(), *walk.skipped.values()]
    again = [(one.assignment_id, one.item_id) for one in listed if one.assignment_id in back]
    return list(dict.fromkeys([*lacking[:size], *gone[:size], *again]))


def _week_payload(store: Store, opened: Week, rater_id: str) -> WeekPayload:
    (state,) = progress(store, opened.name, rater_id=rater_id, late=True)
    return {
        "name": opened.name,
        "due": opened.due,
        "total": state.dealt,
        "done": state.done,
        "left": state.left,
        "minutes_left": round(state.minutes_left, 2),
        "closed": store.get(WeekClosing, opened.name) is not None,
    }


def _submitted(walk: _Walk, wanted: Sequence[tuple[str, str]]) -> list[str]:
    return [walk.answered[assignment].submission_id for assignment, _ in wanted if assignment in walk.answered]


def _items(
    store: Store, walk: _Walk, wanted: Sequence[tuple[str, str]], *, reveals: bool, dialect: str = ""
) -> Iterator[ItemPayload]:
    """Yield the payload of each wanted item, with what the rater submitted for it.

    Submitted items with a query have what its execution found, where verdicts are shown.

    Where anchors are mixed in, no item has its own name: the name of an anchor is of another kind.
    """
    submitted = store.find(Annotation, submission_id=_submitted(walk, wanted))
    own: dict[str, Annotation | Skipped] = {n.assignment_id: n for n in submitted}
    own.update(walk.skipped)
    items = {i.id: i for i in store.find(Item, id=[item for _, item in wanted])}
    named = [i.conversation_id for i in items.values()]
    store.ask(asked_of_conversations(named))
    talks = conversations(store, named)
    spans, key = spans_by_conversation(store, list(talks)), hmac_key(store)
    pairs = [assignment for assignment, item in wanted if items[item].kind == PAIR]
    dealt = {a.id: a for a in store.find(Assignment, id=pairs)} if pairs else {}
    nameless = has_anchors(store, walk.week)
    queries = [(a, items[i]) for a, i in wanted if talks[items[i].conversation_id].sql]
    executed = _executed(store, walk, queries, dialect) if reveals else {}
    for assignment, item_id in wanted:
        item, mine = items[item_id], own.get(assignment)
        talk, hidden = talks[item.conversation_id], (spans.get(item.conversation_id, []), key)
        if assignment in dealt:
            yield pair_payload(dealt[assignment], item, talk, mine, hidden)
        else:
            shown = item_payload(assignment, item, talk, mine, hidden, dialect=dialect)
            if assignment in executed:
                shown["executed"] = executed[assignment]
            yield {**shown, "item": assignment} if nameless else shown


def _executed(
    store: Store, walk: _Walk, with_query: Sequence[tuple[str, Item]], dialect: str
) -> dict[str, Executed | Literal[False]]:
    """Return what execution found about submitted items, by assignment; that of an anchor is the original's."""
    told = {assignment: item for assignment, item in with_query if assignment in walk.answered}
    if not told:
        return {}
    named = [item.id for item in told.values()]
    store.ask(asked_of_executed(named))
    originals = originals_of(store, named)
    listed = {i.id: i for i in store.find(Item, id=list(originals.values()))} if originals else {}
    shown = {name: listed.get(originals.get(item.id, ""), item) for name, item in told.items()}
    found = executed_by_item(store, list(shown.values()), dialect=dialect)
    return {name: found.get(item.id, False) for name, item in shown.items()}


def _reveals(store: Store, by_item: Mapping[str, str]) -> dict[str, dict[str, dict[str, str | None]]]:
    """Return the judges' verdicts on items that this rater has submitted, by assignment, judge and dimension.

    Those on an anchor are the verdicts on the item that it stands for.
    """
    revealed: dict[str, dict[str, dict[str, str | None]]] = {}
    originals = originals_of(store, by_item)
    places = {originals.get(item, item): assignment for item, assignment in by_item.items()}
    for verdict in revealed_on(store, list(places)):
        judges = revealed.setdefault(places[verdict.item_id], {})
        judges.setdefault(verdict.judge, {})[verdict.dimension] = verdict.value
    return revealed


def _findings(store: Store, by_item: Mapping[str, str]) -> dict[str, list[Shown]]:
    """Return what the checks found in items that this rater has submitted, by assignment."""
    return {by_item[item]: found for item, found in findings_by_item(store, list(by_item)).items()}
