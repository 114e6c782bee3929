"""What people see of a calibration session: everybody answers blind, then all votes appear together.

Votes of a session stand in a table of their own, so they count in no estimate and in no agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from review.audit.store_secrets import hmac_key
from review.basics.canonical import digest
from review.basics.errors import Refused, UnknownError
from review.people.people import Person, people, require
from review.privacy.hidden_spans import spans_by_conversation, without
from review.rubric.rubric import Rubric, current_rubric, rubric_version
from storage.queries.calibration import running_sessions, votes_that_count
from storage.records_calibration import (
    CalibrationDecision,
    CalibrationEnd,
    CalibrationReveal,
    CalibrationSession,
    CalibrationVote,
)
from storage.records_weeks import Item
from storage.store import Store


@dataclass(frozen=True)
class SessionVote:
    """One vote of a session that is visible: ``who`` is a letter, or a name where the rubric shows names."""

    who: str
    said: CalibrationVote


@dataclass(frozen=True, kw_only=True)
class SessionItem:
    """One item of a session as somebody sees it.

    ``voted`` names who has answered and ``waiting`` who has not, nobody's answer. ``own`` is the viewer's answer.
    ``votes`` and ``decision`` are empty until the votes are revealed.
    """

    item: Item
    voted: tuple[str, ...]
    waiting: tuple[str, ...]
    own: CalibrationVote | None
    revealed: bool
    votes: tuple[SessionVote, ...]
    decision: CalibrationDecision | None


def sessions(store: Store, week: str, *, viewer: str) -> list[CalibrationSession]:
    """Return the running sessions of a week that concern somebody: their own, and all for leads; the latest first."""
    somebody = require(store, viewer, "annotator")
    return [s for s in running_sessions(store, week) if somebody.may("lead") or viewer in s.raters]


def session_of(store: Store, session_id: str, *, viewer: str) -> CalibrationSession:
    """Return a running session. Raises UnknownError, and Refused when it has ended or concerns other people."""
    somebody = require(store, viewer, "annotator")
    found = store.get(CalibrationSession, session_id)
    if found is None:
        raise UnknownError(f"calibration session '{session_id}' is not in the store. Choose one of the list.")
    if not somebody.may("lead") and viewer not in found.raters:
        raise Refused("this calibration session is for other people.")
    if store.get(CalibrationEnd, session_id) is not None:
        raise Refused("this calibration session has ended.")
    return found


def rubric_of(store: Store, session: CalibrationSession) -> Rubric:
    """Return the rubric under which people answer in a session."""
    return rubric_version(store, session.rubric_version)


def session_item(store: Store, session_id: str, item_id: str, *, viewer: str) -> SessionItem:
    """Return one item of a running session as the viewer may see it.

    Raises Refused and UnknownError as :func:`session_of`, and UnknownError for an item that is not part of it.
    """
    session = session_of(store, session_id, viewer=viewer)
    item = store.get(Item, item_id) if item_id in session.items else None
    if item is None:
        raise UnknownError(f"item '{item_id}' is not in this calibration session.")
    everybody = {p.id: p for p in people(store)}
    said = [v for v in votes_that_count(store, session.id) if v.item_id == item_id]
    revealed = is_revealed(store, session, item_id)
    rows = sorted(_without_spans(store, item, said), key=lambda v: digest([v.item_id, v.rater_id, session.id]))
    who = _names(rows, everybody, named=current_rubric(store).discussion_names)
    answered = {v.rater_id for v in said}
    return SessionItem(
        item=item,
        voted=tuple(everybody[r].name for r in session.raters if r in answered),
        waiting=tuple(everybody[r].name for r in session.raters if r not in answered),
        own=next((v for v in rows if v.rater_id == viewer), None),
        revealed=revealed,
        votes=tuple(SessionVote(who[v.rater_id], v) for v in rows) if revealed else (),
        decision=_decision(store, session, item) if revealed else None,
    )


def is_revealed(store: Store, session: CalibrationSession, item_id: str) -> bool:
    """Return whether the votes on an item of a session are visible."""
    return bool(store.find(CalibrationReveal, session_id=session.id, item_id=item_id))


def _names(rows: Sequence[CalibrationVote], everybody: Mapping[str, Person], *, named: bool) -> dict[str, str]:
    if named:
        return {v.rater_id: everybody[v.rater_id].name for v in rows}
    return {v.rater_id: f"Reviewer {chr(65 + k)}" for k, v in enumerate(rows)}


def _without_spans(store: Store, item: Item, said: Sequence[CalibrationVote]) -> list[CalibrationVote]:
    spans = spans_by_conversation(store, [item.conversation_id]).get(item.conversation_id, [])
    key = hmac_key(store) if spans else b""
    return [replace(v, comment=str(without(v.comment, spans, key))) for v in said] if spans else list(said)


def _decision(store: Store, session: CalibrationSession, item: Item) -> CalibrationDecision | None:
    """Return what was decided last on an item, without hidden words."""
    rows = store.find(CalibrationDecision, session_id=session.id, item_id=item.id, order_by="rowid desc")
    if not rows:
        return None
    spans = spans_by_conversation(store, [item.conversation_id]).get(item.conversation_id, [])
    if not spans:
        return rows[0]
    key = hmac_key(store)
    rationale, sentence, example = without([rows[0].rationale, rows[0].sentence, rows[0].example], spans, key)
    return replace(rows[0], rationale=rationale, sentence=sentence, example=example)
