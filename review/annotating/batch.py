"""What a reviewer sees next: the batch that a browser receives, and how far everybody is.

Blind by construction: the payload is built from a whitelist. No verdict, no other label, no confidence, feedback or
stratum is in it, and nothing that tells why an item was selected.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from review.annotating.findings import Shown, findings_by_item
from review.annotating.payload import conversation_payload, rubric_payload
from review.annotating.skipped import Skipped, skipped_by
from review.annotating.submissions import Receipt, receive
from review.annotating.taken import taken_from
from review.audit.store_secrets import hmac_key, store_id
from review.current.assignments import owed_items, week_of_store
from review.current.progress import Progress, progress
from review.current.verdicts import revealed_on
from review.people.people import person
from review.privacy.hidden_spans import conversations, spans_by_conversation, without, without_words
from review.rubric.rubric import rubric_version
from storage.queries.annotations import CURRENT_SQL, OWN_SQL
from storage.queries.assignments import OPEN_SQL
from storage.records_log import Conversation
from storage.records_review import Annotation, HiddenSpan, Item, WeekClosing
from storage.store import Store

__all__ = ["CURRENT_SQL", "Progress", "Receipt", "batch", "owed_items", "progress", "receive"]

DONE_SENT = 10


# Of a long week's rows a batch reads only what their order needs: whole rows took most of the time of an answer.
_OPEN_IDS_SQL = OPEN_SQL.replace("a.*", "a.id AS assignment_id, a.item_id, a.rubric_version", 1)
_OWN_IDS_SQL = OWN_SQL.replace("n.*", "n.assignment_id, n.item_id, n.rubric_version, n.submission_id, n.at", 1)

_Hidden = tuple[Sequence[HiddenSpan], bytes]
"""The hidden spans of a conversation, and the key that finds them."""


class _Listed(NamedTuple):
    """An open assignment, or one with the submission that counts."""

    assignment_id: str
    item_id: str
    rubric_version: int
    submission_id: str = ""
    at: str = ""


def batch(
    store: Store,
    rater_id: str,
    *,
    week: str,
    have: Collection[str] = (),
    begun: Collection[str] = (),
    back: Collection[str] = (),
    size: int = 25,
) -> dict[str, Any]:
    """The payload for one rater's browser: the open items that it lacks, at most ``size``, and recent own ones.

    Those of its own that it wants ``back``, answered or skipped, are sent too, however long ago that was.

    A browser shows one rubric at a time. Where items were asked again under a new version, all that is sent belongs
    to the latest version that the rater has open; the older ones follow when those are done. Of the assignments that
    the browser has, or holds ``begun`` labels of, ``taken`` names those that are not the rater's any more; a begun
    one is sent once more, so that its labels can still be submitted.
    Raises UnknownError when the week or the rater does not exist.
    """
    somebody, opened = person(store, rater_id), week_of_store(store, week)
    whose = {"week": week, "rater": somebody.id}
    open_ = [_Listed(**row) for row in store.query(_OPEN_IDS_SQL, whose)]
    said = [_Listed(**row) for row in store.query(_OWN_IDS_SQL, whose)]
    skips = skipped_by(store, somebody.id, week)
    rubric = rubric_version(store, _version_to_show(open_, said, skips, opened.rubric_version))
    open_ = [a for a in open_ if a.rubric_version == rubric.version]
    mine = {n.assignment_id: n for n in said if n.rubric_version == rubric.version}
    passed = {s.assignment_id: s for s in skips if s.rubric_version == rubric.version}
    known = set(have)
    taken = {k: t for k, t in taken_from(store, somebody.id, week).items() if k in {*known, *begun} and k not in mine}
    wanted = [(a.assignment_id, a.item_id) for a in open_ if a.assignment_id not in known][:size]
    wanted += [
        (t.assignment_id, t.item_id)
        for t in taken.values()
        if t.assignment_id not in known and t.rubric_version == rubric.version
    ][:size]
    looked_at = {*list(mine)[-DONE_SENT:], *list(passed)[-DONE_SENT:], *back}
    asked = looked_at - known
    listed: list[_Listed | Skipped] = [*open_, *mine.values(), *passed.values()]
    wanted += [(one.assignment_id, one.item_id) for one in listed if one.assignment_id in asked]
    wanted = list(dict.fromkeys(wanted))
    submitted = [mine[assignment].submission_id for assignment, _ in wanted if assignment in mine]
    own: dict[str, Annotation | Skipped] = {n.assignment_id: n for n in store.find(Annotation, submission_id=submitted)}
    own |= passed
    items = {i.id: i for i in store.find(Item, id=[item for _, item in wanted])}
    shown = conversations(store, [i.conversation_id for i in items.values()])
    hidden, key = spans_by_conversation(store, list(shown)), hmac_key(store)
    (state,) = progress(store, week, rater_id=somebody.id, late=True)
    read = {n.item_id: n.assignment_id for n in mine.values() if n.assignment_id in looked_at}
    return {
        "key": f"{store_id(store)}:{somebody.id}",
        "rater": {"id": somebody.id, "name": somebody.name},
        "week": {
            "name": week,
            "due": opened.due,
            "total": state.dealt,
            "done": state.done,
            "left": state.left,
            "minutes_left": state.minutes_left,
            "closed": store.get(WeekClosing, week) is not None,
        },
        "rubric": rubric_payload(rubric),
        "order": [a.assignment_id for a in open_],
        "done": list(mine),
        "skipped": [[s.assignment_id, sum(n.at <= s.at for n in mine.values())] for s in passed.values()],
        "taken": {k: t.sentence for k, t in taken.items()},
        "items": [
            _item_payload(assignment, item, shown[where], own.get(assignment), (hidden.get(where, []), key))
            for assignment, item_id in wanted
            for item in [items[item_id]]
            for where in [item.conversation_id]
        ],
        "reveals": _reveals(store, read) if rubric.reveal else {},
        "findings": _findings(store, read) if rubric.reveal else {},
    }


def _version_to_show(open_: Sequence[_Listed], said: Sequence[_Listed], skips: Sequence[Skipped], opened: int) -> int:
    """The latest version that is open; with nothing open that of the latest skip, so that it can be taken up, or of the
    last submission, so that one can look back.
    """
    if open_:
        return max(a.rubric_version for a in open_)
    last: Sequence[_Listed | Skipped] = skips or said
    return max(last, key=lambda one: one.at).rubric_version if last else opened


def _item_payload(
    assignment: str, item: Item, conversation: Conversation, mine: Annotation | Skipped | None, hidden: _Hidden
) -> dict[str, Any]:
    """What a reviewer may see of an item before and after submission."""
    return {"assignment": assignment, **conversation_payload(item, conversation), "mine": _own(mine, hidden)}


def _own(mine: Annotation | Skipped | None, hidden: _Hidden) -> dict[str, Any] | None:
    """What somebody said of an item themselves, without the words that are hidden in it."""
    if mine is None:
        return None
    if isinstance(mine, Skipped):
        return {"submission_id": mine.submission_id, "kind": "skip", "reason": without(mine.reason, *hidden)}
    said = without_words(mine, *hidden) if hidden[0] else mine
    return {k: getattr(said, k) for k in ("submission_id", "labels", "comment", "corrected_answer")}


def _reveals(store: Store, by_item: Mapping[str, str]) -> dict[str, dict[str, dict[str, str | None]]]:
    """The judges' verdicts of items that this rater has submitted, by assignment, judge and dimension."""
    revealed: dict[str, dict[str, dict[str, str | None]]] = {}
    for verdict in revealed_on(store, list(by_item)):
        judges = revealed.setdefault(by_item[verdict.item_id], {})
        judges.setdefault(verdict.judge, {})[verdict.dimension] = verdict.value
    return revealed


def _findings(store: Store, by_item: Mapping[str, str]) -> dict[str, list[Shown]]:
    """What the checks found in items that this rater has submitted, by assignment."""
    return {by_item[item]: found for item, found in findings_by_item(store, list(by_item)).items()}
