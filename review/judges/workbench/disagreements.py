"""Where a judge and the people disagree, item by item, and what there is to read about each item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from review.audit.store_secrets import hmac_key
from review.basics.errors import UnknownError
from review.current.settled import Settled
from review.evidence.evidence import Paired
from review.golden.examples import current_examples
from review.judges.examples import lacking
from review.privacy.hidden_spans import conversations, spans_by_conversation, without
from review.rubric.rubric import Dimension, Rubric, current_rubric
from review.settling.adjudication import cases
from review.statistics.calibration.split import split_of
from storage.queries.verdicts import VerdictValue, verdict_at
from storage.records_golden import GoldenExample
from storage.records_log import Conversation
from storage.records_review import Verdict
from storage.records_weeks import Item
from storage.store import Store

Direction = Literal["kind", "strict", "other", "none"]


@dataclass(frozen=True)
class Disagreement:
    """One item on which a judge's verdict differs from the settled label or is missing.

    ``direction`` is too ``kind`` (the verdict lies further from the bad end of the scale), too ``strict``, ``other``
    where the scale has no such order, or ``none`` without a verdict.
    """

    item: str
    settled: Settled
    verdict: VerdictValue
    direction: Direction


def disagreements(pair: Paired) -> list[Disagreement]:
    """Return the disagreements: adjudicated items first, items without a verdict last. Pure."""
    found = [
        Disagreement(item, s, v, direction(pair.dimension, str(s.value), v.value))
        for item, s in pair.settled.items()
        for v in [pair.verdicts.get(item)]
        if v is not None and s.value is not None and v.value != s.value
    ]
    return sorted(found, key=lambda d: (d.direction == "none", d.settled.rule != "adjudicated", d.item))


def direction(dimension: Dimension, truth: str, verdict: str | None) -> Direction:
    """Say whether a wrong verdict is too kind or too strict, by the dimension's positive (bad) value. Pure.

    On an ordered scale the bad end is the one nearer to the positive value; on other scales only verdicts for or
    against the positive value itself have a direction.
    """
    if verdict is None:
        return "none"
    values, bad = dimension.scale.values, dimension.positive
    if bad is None or truth not in values or verdict not in values:
        return "other"
    if dimension.scale.kind == "ordinal":
        bad_comes_first = values.index(bad) < len(values) / 2
        return "kind" if (values.index(verdict) > values.index(truth)) == bad_comes_first else "strict"
    return "kind" if truth == bad else "strict" if verdict == bad else "other"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What there is to read about one item, with hidden spans hidden and without anybody's name.

    ``rationale`` comes from the adjudicator, ``comments`` from the reviewers, ``said`` from the judge. ``example`` is
    the golden example made of the item; ``unfit`` says why it cannot be in a prompt, "" when it can.
    """

    item: Item
    conversation: Conversation
    rationale: str
    comments: tuple[str, ...]
    said: Verdict
    example: GoldenExample | None
    unfit: str


def reading(store: Store, found: Disagreement, dimensions: Sequence[str], *, viewer: str) -> Reading:
    """Return everything about one disagreement that the viewer may read.

    ``dimensions`` are those of the judge: an example needs a label in each that applies to it. Raises UnknownError when
    the item is gone or the viewer still has to review it.
    """
    item = store.get(Item, found.item)
    case = next((c for c in cases(store, item.week, viewer=viewer) if c.item.id == found.item), None) if item else None
    shown = conversations(store, [item.conversation_id]) if item else {}
    said = verdict_at(store, found.verdict.place)
    if item is None or case is None or not shown or said is None:
        raise UnknownError(
            f"item '{found.item}' cannot be shown: it is not in the store, or you still have to review it."
        )
    example = next((e for e in current_examples(store) if e.item_id == item.id), None)
    return Reading(
        item=item,
        conversation=shown[item.conversation_id],
        rationale=case.settled.rationale if case.settled else "",
        comments=tuple(dict.fromkeys(n.comment for n in case.annotations if n.comment)),
        said=_clean(store, item, said),
        example=example,
        unfit=unfit(item, example, dimensions, current_rubric(store)),
    )


def _clean(store: Store, item: Item, verdict: Verdict) -> Verdict:
    spans = spans_by_conversation(store, [item.conversation_id]).get(item.conversation_id, [])
    if not spans:
        return verdict
    key = hmac_key(store)
    return replace(verdict, rationale=without(verdict.rationale, spans, key), raw=without(verdict.raw, spans, key))


def unfit(item: Item, example: GoldenExample | None, dimensions: Sequence[str], rubric: Rubric) -> str:
    """Say why an item cannot be a few-shot example, "" when it can. Pure."""
    if split_of(item.conversation_id) != "dev":
        return "it belongs to the test half, on which judges are reported"
    if example is None:
        return "it is not golden yet: approve it first"
    if example.split != "dev":
        return "its golden example belongs to the test half"
    missing = lacking(example.labels, dimensions, rubric)
    if missing:
        return f"its golden example has no label in {', '.join(missing)}"
    return "" if example.content.get("answer") else "its golden example has no answer"
