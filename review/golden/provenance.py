"""Where an example comes from: its versions, votes, adjudication, item, draw, import and conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any, NamedTuple

from review.audit.store_secrets import hmac_key
from review.basics.labels import Value
from review.current.settled import canonical_value
from review.current.verdicts import Reference, that_count
from review.evidence.test_set_access import shown_half
from review.golden.examples import versions_of
from review.privacy.hidden_spans import conversations, spans_by_conversation, without, without_words
from storage.queries.verdicts import verdicts_on
from storage.records_golden import GoldenExample, ReleaseExample
from storage.records_log import Conversation, Draw, Import, Stratum
from storage.records_people import Rater
from storage.records_review import Adjudication, Annotation, HiddenSpan, Verdict
from storage.records_weeks import Item
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Everything behind an example, down to the imported file. A written example has None or () for most of it.

    ``votes`` are the annotations that were counted at the approval, ``raters`` the names of their raters in the same
    order.
    ``stratum`` is the ledger line of the item's group in the draw that selected it. ``imports`` are those of the same
    source up to that time. ``releases`` names the releases that hold the example.
    """

    example: GoldenExample
    versions: tuple[GoldenExample, ...]
    votes: tuple[Annotation, ...]
    raters: tuple[str, ...]
    adjudication: Adjudication | None
    item: Item | None
    draw: Draw | None
    stratum: Stratum | None
    imports: tuple[Import, ...]
    conversation: Conversation | None
    releases: tuple[str, ...]

    def to_json(self, *, pace: bool = True) -> dict[str, Any]:
        """Return it as plain data; each vote carries the name of its rater as ``rater``.

        Without ``pace`` it does not say how long each of them took, which is shown to leads alone.
        """
        found = asdict(self)
        raters = found.pop("raters")
        if not pace:
            found["votes"] = [{k: v for k, v in vote.items() if k != "seconds"} for vote in found["votes"]]
        return {**found, "votes": [{**v, "rater": name} for v, name in zip(found["votes"], raters, strict=True)]}


def provenance(store: Store, example_id: str) -> Provenance:
    """Return everything behind the current version of an example, without hidden spans.

    Raises UnknownError when there is no such example.
    """
    versions = versions_of(store, example_id)
    example = versions[-1]
    votes = store.find(Annotation, submission_id=[v["submission_id"] for v in example.votes])
    names = {r.id: r.name for r in store.find(Rater, id=[v.rater_id for v in votes])}
    item = store.get(Item, example.item_id)
    draw = store.get(Draw, item.draw_id) if item and item.draw_id else None
    lines = store.find(Stratum, draw_id=draw.id, name=item.stratum) if draw and item else []
    conversation = conversations(store, [example.conversation_id]).get(example.conversation_id)
    found = Provenance(
        example=example,
        versions=tuple(versions),
        votes=tuple(votes),
        raters=tuple(names[v.rater_id] for v in votes),
        adjudication=store.get(Adjudication, example.adjudication_id) if example.adjudication_id else None,
        item=item,
        draw=draw,
        stratum=lines[0] if lines else None,
        imports=_imports(store, conversation, item),
        conversation=conversation,
        releases=tuple(r.release for r in store.find(ReleaseExample, example_id=example_id)),
    )
    spans = spans_by_conversation(store, [example.conversation_id]).get(example.conversation_id, [])
    if not spans:
        return found
    key, talk = hmac_key(store), store.get(Conversation, example.conversation_id)
    shown: Provenance = _without(found, spans, key)
    return replace(shown, votes=tuple(without_words(v, spans, key, talk) for v in votes))


def as_seen_by(found: Provenance, *, names: bool) -> Provenance:
    """Return what a person may see: without ``names`` the reviewers are letters, in the votes of every version too.

    The order of the letters is that of the votes, which says nothing about the people. Pure.
    """
    if names:
        return found
    ids = dict.fromkeys([*(v.rater_id for v in found.votes), *(v["rater"] for e in found.versions for v in e.votes)])
    called = {rater: f"Reviewer {letter(k)}" for k, rater in enumerate(ids)}
    versions = tuple(
        replace(e, votes=tuple({**v, "rater": called[v["rater"]]} for v in e.votes)) for e in found.versions
    )
    return replace(
        found,
        example=versions[-1],
        versions=versions,
        votes=tuple(replace(v, rater_id=called[v.rater_id]) for v in found.votes),
        raters=tuple(called[v.rater_id] for v in found.votes),
    )


def letter(place: int) -> str:
    """Return A for 0, Z for 25, AA for 26 and so on."""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


class JudgeSaid(NamedTuple):
    """What a judge said of an example in one dimension, beside the settled label; ``value`` None is no verdict."""

    judge: str
    dimension: str
    value: str | None
    label: Value | None

    @property
    def right(self) -> bool | None:
        """Whether the verdict is the settled label; None without one of them."""
        return None if self.value is None or self.label is None else self.value == self.label


def judges_on(store: Store, example: GoldenExample) -> tuple[list[JudgeSaid], int]:
    """Return what each judge said of an example, and how many judges are left out.

    For an example of the test half, judges that can be tuned here are left out: the people who tune them must not see
    how they do on it.
    """
    by_judge: dict[Reference, list[Verdict]] = {}
    for v in verdicts_on(store, [example.item_id] if example.item_id else []):
        by_judge.setdefault(Reference(v.judge, v.version), []).append(v)
    shown = {who: rows for who, rows in by_judge.items() if shown_half(store, who) in ("all", example.split)}
    said = [
        JudgeSaid(
            str(who), dimension, v.value, canonical_value(label) if (label := example.labels.get(dimension)) else None
        )
        for who, rows in sorted(shown.items())
        for (_, dimension), v in sorted(that_count(rows).items())
    ]
    return said, len(by_judge) - len(shown)


def _imports(store: Store, conversation: Conversation | None, item: Item | None) -> tuple[Import, ...]:
    if conversation is None or item is None:
        return ()
    return tuple(i for i in store.find(Import, source=conversation.source) if i.at <= item.at)


def _without(value: Any, spans: Sequence[HiddenSpan], key: bytes) -> Any:
    """Return ``value`` with the spans hidden in every text of its records."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _without(getattr(value, f.name), spans, key) for f in fields(value)})
    if isinstance(value, tuple):
        return tuple(_without(v, spans, key) for v in value)
    return without(value, spans, key)
