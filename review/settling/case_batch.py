"""What an adjudicator sees next: the cases that a browser receives.

Blind by construction: the payload is built from a whitelist (:mod:`review.settling.case_payload`), and an item that
the viewer still owes is not in it at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from review.annotating.executed import executed_by_item
from review.annotating.payload import rater_payload, rubric_payload
from review.audit.store_secrets import store_id
from review.current.assignments import week_of_store
from review.current.counting import states_of_annotations
from review.current.known import Known
from review.evidence import gathered
from review.evidence.chosen_weeks import weeks_up_to
from review.golden.examples import example_id_of, latest_version
from review.people.people import people, person
from review.privacy.hidden_spans import conversations
from review.rubric.rubric import rubric_version
from review.settling.adjudication import REASONS, Case, cases, judges_between
from review.settling.case_payload import LIMITS, CaseBatchPayload, CasePayload, case_payload, held_name
from review.settling.similar import similar_cases
from review.statistics.contested import disagreement
from storage.store import Store

KINDS = ("disputed", "single", "settled")
"""The kinds of case that are settled one by one; unanimous ones are approved together."""

DONE_SENT = 10
"""How many of the viewer's latest decisions are sent without being asked for."""


def ranking(store: Store, week: str) -> dict[str, float]:
    """Return how uncertain each item's labels are, in bits, by the votes of the last four weeks up to ``week``.

    Settling changes no vote, so it leaves the order as it was.
    """
    weeks = weeks_up_to(store, week)
    state = partial(states_of_annotations, store, weeks)
    return _RANKINGS.get(store, weeks, state, lambda: disagreement(gathered.ratings(store, NOBODY, weeks)))


NOBODY = ""
"""A viewer without assignments: settling changes the order for nobody, whatever they owe."""
_RANKINGS: Known[dict[str, float]] = Known(4)


def case_batch(
    store: Store,
    viewer: str,
    *,
    week: str,
    kind: str = "disputed",
    rank: Mapping[str, float] | None = None,
    ahead: Sequence[str] = (),
    first: str | None = None,
    have: Collection[str] = (),
    size: int = 25,
    dialect: str = "",
) -> CaseBatchPayload:
    """Return the payload for an adjudicator's browser: at most ``size`` cases of one kind, and recent own decisions.

    Those in ``ahead`` come first (:func:`~review.evidence.ties.settle_first`), then the most uncertain by ``rank``,
    then the widest spread of votes. Cases that the viewer may not settle, because they annotated them, come last.
    ``first`` is sent before all others. ``have`` names the cases that the browser holds as ``item@state``; a case that
    has changed since is sent again, also one that somebody else settled. ``dialect`` is that of the queries. Raises
    UnknownError when the week or the viewer does not exist.
    """
    somebody, opened = person(store, viewer), week_of_store(store, week)
    found = cases(store, week, viewer=somebody.id)
    everybody = people(store)
    barred = {c.item.id for c in found if judges_between(everybody, c.annotations, somebody.id)}
    order, done = _walk(found, kind, rank or {}, barred, ahead)
    by_id = {c.item.id: c for c in found}
    lacking = {i for i, case in by_id.items() if held_name(case, somebody.id) not in have}
    wanted = [i for i in ([first] if first in order else []) + order if i in lacking]
    again = [i for i in _looked_at(by_id, done, viewer=somebody.id, have=have) if i in lacking]
    sent = [by_id[i] for i in dict.fromkeys([*wanted[:size], *again])]
    return {
        "key": f"{store_id(store)}:{somebody.id}:adjudicate",
        "rater": rater_payload(somebody),
        "week": {
            "name": week,
            "view": f"{week} {kind}",
            "kind": kind,
            "due": opened.due,
            "rubric_version": opened.rubric_version,
            "total": len(order) + len(done),
            "done": sum(c.kind == "settled" for c in found),
            "left": len(order),
            "waiting": 0 if order else sum(c.kind == kind for c in cases(store, week, viewer="")),
            "minutes_left": None,
        },
        "limits": LIMITS,
        "reasons": list(REASONS),
        "rubrics": {
            str(v): rubric_payload(rubric_version(store, v))
            for v in sorted({c.annotations[0].rubric_version for c in found})
        },
        "counts": {k: sum(c.kind == k for c in found) for k in ("disputed", "unanimous", "single", "settled")},
        "order": order,
        "done": done,
        "items": _items(store, sent, viewer=somebody.id, barred=barred, dialect=dialect),
    }


def _walk(
    found: Sequence[Case], kind: str, rank: Mapping[str, float], barred: Collection[str], ahead: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the items to settle in order, and the settled ones, the earliest first.

    For the kind "settled" the first list holds the settled ones, the latest first, and the second is empty.
    """
    settled = sorted((c for c in found if c.settled), key=lambda c: (c.settled.at if c.settled else "", c.item.id))
    if kind == "settled":
        return [c.item.id for c in reversed(settled)], []
    waiting = [c for c in found if c.kind == kind]
    place = {item: k for k, item in enumerate(ahead)}
    waiting.sort(
        key=lambda c: (
            c.item.id in barred,
            place.get(c.item.id, len(place)),
            -rank.get(c.item.id, 0.0),
            -c.spread,
            c.item.id,
        )
    )
    return [c.item.id for c in waiting], [c.item.id for c in settled]


def _looked_at(by_id: Mapping[str, Case], done: Sequence[str], *, viewer: str, have: Collection[str]) -> list[str]:
    """Return the settled items that the viewer may look at again: the latest own decisions, and those in ``have``."""
    own = [i for i in done for final in [by_id[i].settled] if final and final.adjudicator == viewer]
    held = {name.partition("@")[0] for name in have}
    return [*own[-DONE_SENT:], *(i for i in done if i in held)]


def _items(
    store: Store, sent: Sequence[Case], *, viewer: str, barred: Collection[str], dialect: str
) -> list[CasePayload]:
    talks = conversations(store, [case.item.conversation_id for case in sent])
    similar = similar_cases(store, sent, talks, viewer=viewer)
    executed = executed_by_item(store, [case.item for case in sent], dialect=dialect)
    return [
        case_payload(
            case,
            talks[case.item.conversation_id],
            viewer=viewer,
            barred=case.item.id in barred,
            golden=latest_version(store, example_id_of(case.item.id)) is not None,
            similar=similar[case.item.id],
            executed=executed.get(case.item.id),
            dialect=dialect,
        )
        for case in sent
    ]
