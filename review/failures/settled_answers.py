"""Answers that people settled, with what a right answer is: the material of few-shots, fine-tuning and knowledge bases.

Everything is masked and without hidden words. Only the dev half of the conversations is used: the test half stays
unseen by whatever is tuned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.audit.store_secrets import hmac_key
from review.current.assignments import owed_items
from review.current.settled import adjudications_that_count, annotations_of, current_adjudications, settled_labels
from review.golden.candidates import item_rule
from review.golden.content import asked, expected_answer, judged_right
from review.privacy.hidden_spans import conversations, spans_by_conversation, without
from review.rubric.rubric import rubric_version
from review.statistics.calibration.split import split_of
from storage.records_golden import Turn
from storage.records_review import Annotation
from storage.records_weeks import Item
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class SettledAnswer:
    """One settled item: what was asked, what the product answered, and the answer that people call right.

    ``right`` is the reviewed answer itself where people found it right, else their correction. ``rule`` says how the
    item was settled.
    """

    item_id: str
    conversation_id: str
    week: str
    prior_turns: Sequence[Turn]
    question: str
    original: str
    right: str
    sql: str
    rule: str
    rubric_version: int
    scenario: str

    @property
    def corrected(self) -> bool:
        """Whether people wrote another answer than the product gave."""
        return self.right.strip() != self.original.strip()


def settled_answers(store: Store, weeks: Sequence[str], *, viewer: str) -> list[SettledAnswer]:
    """Return the settled answers of the dev half of some weeks for which a right answer is known, in order of arrival.

    Disputed items are left out, and those that the viewer has yet to review.
    """
    labels, owed = settled_labels(store, weeks), owed_items(store, viewer)
    by_item: dict[str, list[str]] = {}
    for name, dimension in labels:
        by_item.setdefault(name, []).append(dimension)
    annotations = annotations_of(store, weeks)
    finals = adjudications_that_count(current_adjudications(store, weeks), annotations)
    said: dict[str, list[Annotation]] = {}
    for n in annotations:
        said.setdefault(n.item_id, []).append(n)
    rules = {i: item_rule([labels[i, d] for d in found]) for i, found in by_item.items() if i not in owed}
    items = [
        i
        for i in store.find(Item, id=[i for i, rule in rules.items() if rule])
        if i.kind is None and split_of(i.conversation_id) == "dev"
    ]
    talks = conversations(store, [i.conversation_id for i in items])
    spans = spans_by_conversation(store, list(talks))
    key = hmac_key(store) if spans else b""
    found = []
    for item in items:
        final, notes = finals.get(item.id), said.get(item.id, [])
        version = final.rubric_version if final else max(n.rubric_version for n in notes)
        values = {d: labels[item.id, d].value for d in by_item[item.id]}
        right = judged_right(rubric_version(store, version), {d: v for d, v in values.items() if v is not None})
        part = asked(talks[item.conversation_id], item)
        answer = expected_answer(part.answer, right=right, final=final, annotations=notes)
        if not part.question or not answer:
            continue
        found.append(
            SettledAnswer(
                item_id=item.id,
                conversation_id=item.conversation_id,
                week=item.week,
                prior_turns=part.prior_turns,
                question=part.question,
                original=part.answer,
                right=without(answer, spans.get(item.conversation_id, ()), key),
                sql=((final.reference_sql if final else "") or (part.sql if right else "")) or "",
                rule=rules[item.id] or "",
                rubric_version=version,
                scenario=talks[item.conversation_id].scenario or "",
            )
        )
    return found


def nearest_answers(found: Sequence[SettledAnswer], questions: Mapping[str, str], *, most: int) -> list[SettledAnswer]:
    """Return the settled answers whose questions are most like some questions (by id), the nearest first.

    An answer to one of these very questions comes first where it was corrected.
    """
    # scikit-learn takes a second to load, and only a triage with settled answers needs it.
    from sklearn.feature_extraction.text import TfidfVectorizer

    asked_ = [text for text in questions.values() if any(c.isalnum() for c in text)]
    usable = [one for one in found if any(c.isalnum() for c in one.question)]
    if not asked_ or not usable:
        return usable[:most]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(
        [*(one.question for one in usable), *asked_]
    )
    near = (vectors[: len(usable)] @ vectors[len(usable) :].T).max(axis=1).toarray().ravel()
    order = sorted(range(len(usable)), key=lambda at: (-round(float(near[at]), 6), usable[at].item_id))
    return [usable[at] for at in order[:most]]
