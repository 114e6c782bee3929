"""Proposals for golden examples from what is there: variants of examples, frequent questions, and marked answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.audit import chain
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.feedback_words import NEGATIVE_FEEDBACK, feedback_word
from review.basics.log_paths import log_of
from review.failures.archive import conversations_of
from review.failures.proposals import new_ones, proposal_of
from review.failures.variants import VARIANT_RULES, is_the_same
from review.golden.coverage import coverage
from review.golden.examples import current_examples
from review.log.asked import frequent_questions, marked_conversations
from review.people.people import require
from review.settings.project import Project
from storage.records_failures import GoldenProposal
from storage.records_golden import GoldenExample
from storage.store import Store

REPLIES = ("human_reply", "agent_reply", "expected_answer", "corrected_answer")
"""Fields of the metadata that hold what a human agent replied in the end."""
MOST = 100

Generate = Callable[[str], str]
"""Returns a variant of a question."""


@dataclass(frozen=True)
class Outcome:
    """The proposals that were written, and how many were dropped by reason."""

    written: Sequence[GoldenProposal]
    dropped: Mapping[str, int] = field(default_factory=dict)


def propose_variants(
    store: Store, rules: Sequence[str], *, by: str, most: int = MOST, endpoint: Generate | None = None
) -> Outcome:
    """Propose variants of the current examples by rules, and with ``endpoint`` paraphrases by a model.

    A variant that is the original, and one that another question nearly repeats, is dropped. Raises Refused without the
    role adjudicator, InputError for an unknown rule.
    """
    require(store, by, "adjudicator")
    for name in rules:
        setting.one_of("rules", name, VARIANT_RULES)
    same, found = 0, list[GoldenProposal]()
    examples = [e for e in current_examples(store) if e.source != "synthetic"][:most]
    for example in examples:
        question = example.content["question"]
        made = {f"variant: {name}": (VARIANT_RULES[name].make(question), name) for name in rules}
        if endpoint is not None:
            made["variant: by a model"] = endpoint(question).strip(), ""
        for rule, (text, name) in made.items():
            if not text or is_the_same(text, question):
                same += 1
                continue
            found.append(_variant(example, text, rule, name, by))
    # A variant is near its own original on purpose; near anything else it adds nothing.
    kept = new_ones(store, found, besides={p.id: p.origin for p in found})
    return write_proposals(
        store, kept, by, {"the same as the original": same, "near another question": len(found) - len(kept)}
    )


def _variant(example: GoldenExample, text: str, rule: str, name: str, by: str) -> GoldenProposal:
    content, how = example.content, VARIANT_RULES.get(name)
    behaviour = (how.behaviour if how else "") or content["expected_behaviour"]
    filled: dict[str, Any] = {
        "question": text,
        "prior_turns": content["prior_turns"],
        "context": content["context"],
        "answer": "",
        "expected_answer": content["expected_answer"] if behaviour == content["expected_behaviour"] else "",
        "expected_behaviour": behaviour,
        "reference_sql": content["reference_sql"] if behaviour == "answer" else "",
        "required": content["required"],
        "tags": sorted({*content["tags"], name} - {""}),
        "kind": how.kind if how else example.kind,
        "scenario": example.scenario,
        "split": example.split,
        "item_id": "",
    }
    return GoldenProposal(
        id=new_id(), at=now(), by=by, source="synthetic", origin=example.example_id, rule=rule, content=filled
    )


def propose_frequent(store: Store, *, weeks: Sequence[str] | None, least: int, by: str, most: int = MOST) -> Outcome:
    """Propose the questions that users ask most, at least ``least`` times, where no example has them yet."""
    require(store, by, "adjudicator")
    asked = frequent_questions(log_of(store.path), weeks=weeks, least=least, most=most)
    talks = conversations_of(store, [one.example for one in asked])
    found = [
        proposal_of(
            talks[one.example], tags=("frequent",), rule=f"asked {one.times:,} times", by=by, more={"kind": "normal"}
        )
        for one in asked
        if one.example in talks
    ]
    kept = new_ones(store, found)
    return write_proposals(store, kept, by, {"near another question": len(found) - len(kept)})


def propose_marked(store: Store, project: Project, *, by: str, most: int = MOST) -> Outcome:
    """Propose conversations that users marked right or wrong, in scenarios where the plan lacks examples.

    The expected answer is the human agent's reply where the log has one, else the answer that the user found right.
    """
    require(store, by, "adjudicator")
    missing = {c.scenario: c.missing for c in coverage(store, plan=project.plan).totals if c.missing}
    ids = marked_conversations(log_of(store.path), list(missing), most=most)
    found, left = list[GoldenProposal](), dict(missing)
    for talk in conversations_of(store, ids).values():
        scenario = talk.scenario or ""
        wrong = feedback_word(talk.feedback) in NEGATIVE_FEEDBACK
        reply = next((str(talk.metadata[key]) for key in REPLIES if talk.metadata.get(key)), "")
        if left.get(scenario, 0) <= 0 or not talk.question:
            continue
        left[scenario] -= 1
        answer = reply or ("" if wrong else talk.answer)
        more = {"kind": "normal", "expected_answer": answer}
        rule = f"marked {'wrong' if wrong else 'right'} by the user"
        found.append(proposal_of(talk, tags=("marked",), rule=rule, by=by, more=more))
    kept = new_ones(store, found)
    return write_proposals(store, kept, by, {"near another question": len(found) - len(kept)})


def write_proposals(store: Store, kept: Sequence[GoldenProposal], by: str, dropped: Mapping[str, int]) -> Outcome:
    """Write proposals with one entry of the chain, and return them with what was dropped, by reason."""
    if kept:
        with store.transaction():
            store.add(*kept)
            chain.record(store, by, "propose golden", kept[0].rule, proposals=len(kept))
    return Outcome(kept, {reason: n for reason, n in dropped.items() if n})
