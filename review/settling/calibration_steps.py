"""The steps of a calibration session: start, answer, reveal, decide, end. Each is audited; votes of the week stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.limits import MAX_COMMENT
from review.basics.texts import plain_text
from review.people.people import require
from review.rubric.change import change_rubric
from review.rubric.edit import with_example, with_sentence
from review.rubric.rubric import Rubric, current_rubric
from review.settling.adjudication import adjudicate
from review.settling.calibration import is_revealed, rubric_of, session_of
from storage.queries.calibration import votes_that_count
from storage.queries.comments import nobody_still_has_to
from storage.records_calibration import (
    CalibrationDecision,
    CalibrationEnd,
    CalibrationReveal,
    CalibrationSession,
    CalibrationVote,
)
from storage.records_weeks import Item
from storage.store import Store

MOST_ITEMS = 20
KEPT = ("", "question", "guidance")
"""What can become of the sentence about the rubric: nothing, an open question, or guidance at once."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a decision leaves in the rubric, about the passage ``dimension`` and ``value`` ("" for the whole dimension).

    ``kept`` is of KEPT. ``example`` is added to the guidance of the value.
    """

    dimension: str = ""
    value: str = ""
    sentence: str = ""
    kept: str = ""
    example: str = ""


def start_session(
    store: Store, week: str, items: Sequence[str], raters: Sequence[str], *, by: str
) -> CalibrationSession:
    """Start a session with some items of a week and some people, and return it.

    Raises Refused without the role lead, and for an item that somebody still has to review: a session would tell them
    what others say. Raises InputError without items or fewer than two people.
    """
    chosen, who = tuple(dict.fromkeys(items)), tuple(dict.fromkeys(raters))
    if not 1 <= len(chosen) <= MOST_ITEMS:
        raise InputError(f"items: found {len(chosen)}, expected 1 to {MOST_ITEMS}. Choose some.")
    if len(who) < 2:
        raise InputError(f"people: found {len(who)}, expected two or more. Choose who takes part.")
    with store.transaction():
        require(store, by, "lead")
        for rater in who:
            require(store, rater, "annotator")
        known = {i.id for i in store.find(Item, id=list(chosen), week=week) if i.kind is None}
        unknown = next((i for i in chosen if i not in known), None)
        if unknown is not None:
            raise InputError(f"items: found {unknown!r}, which is not an item of week {week}.")
        owed = [i for i in chosen if not nobody_still_has_to(store, i)]
        if owed:
            raise Refused(f"item '{owed[0]}' still waits for a review. Choose items that everybody has reviewed.")
        session = CalibrationSession(
            id=new_id(),
            week=week,
            items=chosen,
            raters=who,
            rubric_version=current_rubric(store).version,
            at=now(),
            by=by,
        )
        store.add(session)
        chain.record(store, by, "start calibration", session.id, week=week, items=len(chosen), people=len(who))
    return session


def answer(
    store: Store,
    session_id: str,
    item_id: str,
    labels: Mapping[str, Any],
    *,
    by: str,
    comment: str = "",
    rater: str | None = None,
    vote_id: str | None = None,
) -> CalibrationVote:
    """Answer an item of a session and return the vote. When everybody has, all votes are revealed.

    A lead may write down the answer of another ``rater`` in the room. ``vote_id`` given again changes nothing.
    Raises Refused for somebody who does not take part and once the votes are visible, InputError for labels outside the
    rubric.
    """
    said = plain_text(comment, "comment", MAX_COMMENT).strip()
    with store.transaction():
        session = _with_item(store, session_id, item_id, by)
        who = rater or by
        if who != by:
            require(store, by, "lead")
        if who not in session.raters:
            raise Refused("you do not take part in this calibration session. A lead chooses who does.")
        made = store.get(CalibrationVote, vote_id) if vote_id else None
        if made is not None:
            if (made.by, made.item_id, made.session_id) != (by, item_id, session_id):
                raise Refused("vote_id: somebody else used it already. Reload the page.")
            return made
        if is_revealed(store, session, item_id):
            raise Refused("the votes on this item are visible already, so nobody can change theirs.")
        own = store.find(CalibrationVote, session_id=session.id, item_id=item_id, rater_id=who, by=who)
        if who != by and own:
            raise Refused("this person has answered the item themselves, and nobody else can change that answer.")
        clean = rubric_of(store, session).canonical(labels)
        vote = CalibrationVote(
            id=vote_id or new_id(),
            session_id=session.id,
            item_id=item_id,
            rater_id=who,
            labels={k: list(v) if isinstance(v, tuple) else v for k, v in clean.items()},
            at=now(),
            by=by,
            comment=said,
        )
        store.add(vote)
        chain.record(store, by, "calibration vote", item_id, session=session.id, vote=vote.id)
        answered = {v.rater_id for v in votes_that_count(store, session.id) if v.item_id == item_id}
        if answered >= set(session.raters):
            _reveal(store, session, item_id, by=by)
    return vote


def reveal(store: Store, session_id: str, item_id: str, *, by: str) -> None:
    """Show all votes on an item now. Raises Refused without the role lead, NothingToDo when they are visible."""
    with store.transaction():
        require(store, by, "lead")
        session = _with_item(store, session_id, item_id, by)
        if is_revealed(store, session, item_id):
            raise NothingToDo("the votes on this item are visible already.")
        _reveal(store, session, item_id, by=by)


def _reveal(store: Store, session: CalibrationSession, item_id: str, *, by: str) -> None:
    row = CalibrationReveal(id=f"{session.id}:{item_id}", session_id=session.id, item_id=item_id, at=now(), by=by)
    if store.add(row):
        chain.record(store, by, "calibration reveal", item_id, session=session.id)


def decide(
    store: Store,
    session_id: str,
    item_id: str,
    labels: Mapping[str, Any],
    *,
    by: str,
    rationale: str = "",
    learned: Learned = Learned(),
    settles: bool = False,
) -> CalibrationDecision:
    """Save what a session decided on an item, and at once what it leaves in the rubric. Returns the decision.

    ``settles`` also settles the item in its week, by the rules of :func:`~review.settling.adjudication.adjudicate`.
    Raises Refused without the role lead or before the votes are visible, InputError for labels or a passage outside the
    rubric.
    """
    why = plain_text(rationale, "rationale", MAX_COMMENT).strip()
    with store.transaction():
        require(store, by, "lead")
        session = _with_item(store, session_id, item_id, by)
        if not is_revealed(store, session, item_id):
            raise Refused("the votes on this item are hidden. Show them first, then decide.")
        clean = rubric_of(store, session).canonical(labels)
        version = _learn(store, learned, by=by)
        final = adjudicate(store, item_id, by=by, labels=clean, rationale=why, reason="hard case") if settles else None
        decision = CalibrationDecision(
            id=new_id(),
            session_id=session.id,
            item_id=item_id,
            labels={k: list(v) if isinstance(v, tuple) else v for k, v in clean.items()},
            rationale=why,
            at=now(),
            by=by,
            dimension=learned.dimension,
            value=learned.value,
            sentence=learned.sentence.strip(),
            kept=learned.kept if learned.sentence.strip() else "",
            example=learned.example.strip(),
            rubric_version=version,
            adjudication_id=final.id if final else None,
        )
        store.add(decision)
        chain.record(store, by, "calibration decision", item_id, session=session.id, decision=decision.id)
    return decision


def _learn(store: Store, learned: Learned, *, by: str) -> int | None:
    """Put guidance and example into a new version of the rubric; return it, None where the rubric stays as it is."""
    sentence = plain_text(learned.sentence, "sentence", MAX_COMMENT).strip()
    example = plain_text(learned.example, "example", MAX_COMMENT).strip()
    if learned.kept not in KEPT:
        raise InputError(f"kept: found {learned.kept!r}, expected one of {', '.join(KEPT[1:])}.")
    if not sentence and not example:
        return None
    before = current_rubric(store)
    after = _taught(before, learned, sentence=sentence if learned.kept == "guidance" else "", example=example)
    if after == before:
        return None
    return change_rubric(store, after, by=by, note="Decided in a calibration session.", base=before.version).version


def _taught(rubric: Rubric, learned: Learned, *, sentence: str, example: str) -> Rubric:
    """Return the rubric with a sentence and an example. Raises InputError for a passage that is not in it. Pure."""
    name, value = learned.dimension, learned.value
    if name not in rubric.names:
        raise InputError(f"passage: found {name!r}, expected one of {', '.join(rubric.names)}.")
    if value and value not in rubric[name].scale.values:
        raise InputError(f"passage: found {value!r}, expected a value of {name}.")
    if example and not value:
        raise InputError("example: choose the value that it is an example of.")
    told = with_sentence(rubric, name, value, sentence) if sentence else rubric
    return with_example(told, name, value, example) if example else told


def end_session(store: Store, session_id: str, *, by: str) -> None:
    """End a session. Raises Refused without the role lead or when it has ended."""
    with store.transaction():
        require(store, by, "lead")
        session = session_of(store, session_id, viewer=by)
        store.add(CalibrationEnd(session_id=session.id, at=now(), by=by))
        chain.record(store, by, "end calibration", session.id)


def _with_item(store: Store, session_id: str, item_id: str, by: str) -> CalibrationSession:
    session = session_of(store, session_id, viewer=by)
    if item_id not in session.items:
        raise InputError(f"item: found {item_id!r}, which is not in this calibration session.")
    return session
