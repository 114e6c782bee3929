"""What an adjudicator sees next: the cases that a browser receives.

Blind by construction: the payload is built from a whitelist. Votes come without names and in an order that says nothing
about who cast them; an item that the viewer still owes is not in it at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from review.annotating.payload import conversation_payload, rubric_payload
from review.audit.store_secrets import store_id
from review.basics.labels import Value
from review.current.assignments import week_of_store
from review.evidence.evidence import ratings_by_dimension, weeks_up_to
from review.golden.approve import example_id_of
from review.golden.examples import latest_version
from review.people.people import people, person
from review.privacy.hidden_spans import conversations
from review.rubric.rubric import rubric_version
from review.settling.adjudication import REASONS, Case, cases, judges_between
from review.statistics.contested import disagreement
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation
from storage.store import Store

KINDS = ("disputed", "single", "settled")
"""The kinds of case that are settled one by one; unanimous ones are approved together."""

DONE_SENT = 10


def ranking(store: Store, week: str) -> dict[str, float]:
    """How uncertain each item's labels are, in bits, by the votes of the last four weeks up to ``week``."""
    return disagreement(ratings_by_dimension(store, weeks_up_to(store, week)))


def case_batch(
    store: Store,
    viewer: str,
    *,
    week: str,
    kind: str = "disputed",
    rank: Mapping[str, float] | None = None,
    first: str | None = None,
    have: Collection[str] = (),
    size: int = 25,
) -> dict[str, Any]:
    """The payload for an adjudicator's browser: cases of one kind that it lacks, at most ``size``, and own recent ones.

    The most uncertain by ``rank`` come first, then the widest spread of votes; what the viewer may not settle, because
    they annotated it, comes last. ``first`` is sent before all others. ``have`` names what the browser holds as
    ``item@state``: a case that changed since is sent again, one that somebody else settled meanwhile too. ``counts``
    tells how many cases there are of each kind.
    Raises UnknownError when the week or the viewer does not exist.
    """
    somebody, opened = person(store, viewer), week_of_store(store, week)
    found = cases(store, week, viewer=somebody.id)
    everybody = people(store)
    barred = {c.item.id for c in found if judges_between(everybody, c.annotations, somebody.id)}
    order, done = _walk(found, kind, rank or {}, barred)
    by_id = {c.item.id: c for c in found}
    wanted = [i for i in ([first] if first in order else []) + order if _name(by_id[i], somebody.id) not in have]
    mine = [c for i in done for c in [by_id[i]] if c.settled and c.settled.adjudicator == somebody.id]
    held = {name.partition("@")[0] for name in have}
    looked_at = [*(c.item.id for c in mine[-DONE_SENT:]), *(i for i in done if i in held)]
    sent = list(dict.fromkeys([*wanted[:size], *(i for i in looked_at if _name(by_id[i], somebody.id) not in have)]))
    shown = conversations(store, [by_id[i].item.conversation_id for i in sent])
    versions = {c.annotations[0].rubric_version for c in found}
    return {
        "key": f"{store_id(store)}:{somebody.id}:adjudicate",
        "rater": {"id": somebody.id, "name": somebody.name},
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
        "reasons": list(REASONS),
        "rubrics": {str(v): rubric_payload(rubric_version(store, v)) for v in sorted(versions)},
        "counts": {k: sum(c.kind == k for c in found) for k in ("disputed", "unanimous", "single", "settled")},
        "order": order,
        "done": done,
        "items": [
            _case_payload(
                by_id[i],
                shown[by_id[i].item.conversation_id],
                viewer=somebody.id,
                barred=i in barred,
                golden=latest_version(store, example_id_of(i)) is not None,
            )
            for i in sent
        ],
    }


def state_of(case: Case, viewer: str) -> str:
    """A short hash of what a decision about this case rests on: its votes, and what somebody else decided."""
    final = case.settled.id if case.settled and case.settled.adjudicator != viewer else ""
    known = "\n".join([*sorted(n.submission_id for n in case.annotations), final])
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _name(case: Case, viewer: str) -> str:
    return f"{case.item.id}@{state_of(case, viewer)}"


def _walk(
    found: Sequence[Case], kind: str, rank: Mapping[str, float], barred: Collection[str]
) -> tuple[list[str], list[str]]:
    """The items to settle in order, and those that are settled, the earliest first. Among settled ones, the latest."""
    settled = sorted((c for c in found if c.settled), key=lambda c: (c.settled.at if c.settled else "", c.item.id))
    if kind == "settled":
        return [c.item.id for c in reversed(settled)], []
    waiting = [c for c in found if c.kind == kind]
    waiting.sort(key=lambda c: (c.item.id in barred, -rank.get(c.item.id, 0.0), -c.spread, c.item.id))
    return [c.item.id for c in waiting], [c.item.id for c in settled]


def _case_payload(case: Case, conversation: Conversation, *, viewer: str, barred: bool, golden: bool) -> dict[str, Any]:
    """The whitelist: the conversation, what was said about it by people without names, and what is settled."""
    return {
        "assignment": case.item.id,
        **conversation_payload(case.item, conversation),
        "kind": case.kind,
        "state": state_of(case, viewer),
        "rubric_version": case.annotations[0].rubric_version,
        "votes": [
            {"labels": n.labels, "comment": n.comment, "corrected_answer": n.corrected_answer}
            for n in sorted(case.annotations, key=_shuffled)
        ],
        "differing": list(case.differing),
        "start": _leading(case),
        "barred": barred,
        "golden": golden,
        "mine": _settled_payload(case.settled, viewer),
    }


def _shuffled(vote: Annotation) -> str:
    """An order of an item's votes that stays, and in which nobody is always the first."""
    return hashlib.sha256(f"{vote.item_id} {vote.submission_id}".encode()).hexdigest()


def _leading(case: Case) -> dict[str, Value]:
    """The value of each dimension that has more votes than any other."""
    found = {}
    for dimension, votes in case.votes.items():
        top = max(votes.values())
        leaders = [value for value, n in votes.items() if n == top]
        if len(leaders) == 1:
            found[dimension] = leaders[0]
    return found


def _settled_payload(final: Adjudication | None, viewer: str) -> dict[str, Any] | None:
    if final is None:
        return None
    return {
        "submission_id": final.id,
        "labels": final.labels,
        "reason": final.reason,
        "rationale": final.rationale,
        "corrected_answer": final.corrected_answer,
        "reference_sql": final.reference_sql,
        "by_you": final.adjudicator == viewer,
    }
