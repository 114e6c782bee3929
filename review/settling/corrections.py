"""What became of the answers that a reviewer corrected. Open weeks are left out: others could still copy a label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.annotating.own_figures import SPAN, may_look
from review.audit.store_secrets import hmac_key
from review.current.assignments import owed_items
from review.current.settled import (
    Settled,
    adjudications_that_count,
    annotations_of,
    current_adjudications,
    settled_labels,
)
from review.golden.content import judged_right
from review.golden.reader import examples_found
from review.privacy.hidden_spans import spans_by_conversation, without
from review.rubric.rubric import rubric_version
from storage.queries.anchors import ANCHOR, originals_of
from storage.queries.own_work import corrections_by
from storage.records_golden import GoldenExample
from storage.records_review import Adjudication, Annotation, HiddenSpan
from storage.records_weeks import Item, WeekClosing
from storage.store import Store

OUTCOMES = ("golden", "adopted", "known", "otherwise", "retired", "waits")
GOLDEN, ADOPTED, KNOWN, OTHERWISE, RETIRED, WAITS = OUTCOMES
"""Approved as golden; taken over by the adjudicator; the known answer of an anchor; settled otherwise; golden once;
nothing decided yet."""

WORDS = {
    GOLDEN: ("became golden", "became golden"),
    ADOPTED: ("was taken over and waits for approval", "were taken over and wait for approval"),
    KNOWN: ("matches an answer that was known", "match answers that were known"),
    OTHERWISE: ("was settled otherwise", "were settled otherwise"),
    RETIRED: ("was golden and is retired now", "were golden and are retired now"),
    WAITS: ("waits", "wait"),
}


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One corrected answer and what it led to; ``outcome`` is of OUTCOMES.

    ``instead`` is the answer that was taken where it is another one, "" where there is none. ``why`` is the reason of
    the adjudicator, "" without one. ``example`` is the golden example that it became, "" where it became none.
    """

    item: str
    conversation: str
    week: str
    at: str
    yours: str
    outcome: str
    instead: str
    why: str
    example: str = ""


def corrections(store: Store, rater: str, *, viewer: str) -> list[Correction]:
    """Return what became of a reviewer's corrections, the newest first.

    They are those of open weeks and of the latest closed ones, at most SPAN of them. Items that the reviewer still owes
    are left out, and what is decided in an open week counts as waiting.
    Raises Refused for somebody else's corrections without the role lead, UnknownError for an unknown person.
    """
    somebody = may_look(store, rater, viewer)
    owed = owed_items(store, somebody.id)
    rows = [n for n in corrections_by(store, somebody.id) if n.item_id not in owed]
    known = _gather(store, rows)
    return [_told(n, known) for n in rows if n.item_id in known.items]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the corrected items came to: ``right`` tells whether the settled labels call an answer right."""

    items: Mapping[str, Item]
    closed: Collection[str]
    finals: Mapping[str, Adjudication]
    right: Mapping[str, bool]
    golden: Mapping[str, GoldenExample]
    spans: Mapping[str, Sequence[HiddenSpan]]
    key: bytes

    def clean(self, item: Item, text: str) -> str:
        """Return a text about an item without the words that are hidden in its conversation."""
        return str(without(text, self.spans.get(item.conversation_id, []), self.key))


def _gather(store: Store, rows: Sequence[Annotation]) -> _Known:
    items = {i.id: i for i in store.find(Item, id=[n.item_id for n in rows])}
    closed = {c.week for c in store.find(WeekClosing)}
    weeks = sorted({i.week for i in items.values()} & closed)[-SPAN:]
    items = {i.id: i for i in items.values() if i.week in weeks or i.week not in closed}
    said = annotations_of(store, weeks)
    finals = adjudications_that_count(current_adjudications(store, weeks), said)
    spans = spans_by_conversation(store, [i.conversation_id for i in items.values()])
    return _Known(
        items=items,
        closed=closed,
        finals=finals,
        right=_right(store, set(items), weeks, said, finals),
        golden=_golden(store, items),
        spans=spans,
        key=hmac_key(store) if spans else b"",
    )


def _golden(store: Store, items: Collection[str]) -> dict[str, GoldenExample]:
    """Return the golden example of each item; an anchor has that of the item it stands for."""
    originals = originals_of(store, items)
    wanted = {*items, *originals.values()}
    found = {e.item_id: e for e in examples_found(store, item_id=list(wanted))} if wanted else {}
    return {i: found[original] for i in items for original in [originals.get(i, i)] if original in found}


def _told(said: Annotation, known: _Known) -> Correction:
    """Return what became of one correction. Pure."""
    item = known.items[said.item_id]
    final, example = known.finals.get(item.id), known.golden.get(item.id)
    yours = known.clean(item, said.corrected_answer)
    expected = None if example is None else known.clean(item, example.content["expected_answer"])
    given = known.clean(item, final.corrected_answer) if final else ""
    if item.week not in known.closed:
        outcome, instead = WAITS, ""
    elif example is not None and expected is not None:
        alike, became = _alike(expected, yours), _became(item, example)
        outcome, instead = (became, "") if alike else (OTHERWISE, expected)
    elif given:
        outcome, instead = (ADOPTED, "") if _alike(given, yours) else (OTHERWISE, given)
    else:
        outcome, instead = (OTHERWISE if known.right.get(item.id) else WAITS), ""
    return Correction(
        item=item.id,
        conversation=item.conversation_id,
        week=item.week,
        at=said.at,
        yours=yours,
        outcome=outcome,
        instead=instead,
        why=known.clean(item, _why(final)) if final and outcome != WAITS else "",
        example=example.example_id if example is not None and outcome in (GOLDEN, RETIRED) else "",
    )


def _became(item: Item, example: GoldenExample) -> str:
    """Return the outcome of a correction that says what an example expects. Nobody's anchor becomes an example."""
    if item.kind == ANCHOR:
        return KNOWN
    return RETIRED if example.retired else GOLDEN


def _alike(one: str, other: str) -> bool:
    return one.split() == other.split()


def _right(
    store: Store,
    items: set[str],
    weeks: list[str],
    said: Iterable[Annotation],
    finals: Mapping[str, Adjudication],
) -> dict[str, bool]:
    """Return of each item with settled labels whether they call its answer right; a tie says nothing."""
    labels: dict[str, dict[str, Any]] = {}
    for (item, dimension), one in settled_labels(store, weeks).items():
        if item in items and _counts(one):
            labels.setdefault(item, {})[dimension] = one.value
    version = {n.item_id: n.rubric_version for n in said if n.item_id in labels}
    version |= {item: a.rubric_version for item, a in finals.items() if item in labels}
    return {item: judged_right(rubric_version(store, version[item]), found) for item, found in labels.items()}


def _counts(one: Settled) -> bool:
    """Return whether somebody else stands behind a label: one's own vote alone settles nothing."""
    return one.value is not None and one.rule != "single"


def _why(final: Adjudication) -> str:
    return ": ".join(part for part in (final.reason, final.rationale) if part)


def outcome_words(found: Iterable[Correction]) -> str:
    """Return "6 became golden, 2 were settled otherwise, 1 waits", "" without corrections."""
    counts = Counter(one.outcome for one in found)
    return ", ".join(f"{counts[o]} {WORDS[o][counts[o] > 1]}" for o in OUTCOMES if counts[o])
