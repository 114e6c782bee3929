"""How far a judge agrees with the labels of a golden release that it judged.

These figures are not part of calibration: a release is no sample of production, and the judge saw the expected answer
of every example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from review.current.verdicts import Reference
from review.evidence.prompt_examples import example_conversations
from review.evidence.test_set_access import Half, shown_half
from review.exchange.items import label_text
from review.golden.releases import examples_of
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity
from storage.records_golden import ReleaseExample
from storage.records_judges import Judge, JudgeResult, JudgeRun
from storage.store import Store


def agreement_with_release(store: Store, run: JudgeRun) -> dict[str, Quantity]:
    """Return, by dimension, the share of a run's verdicts that equal the label in the release; {} for other runs.

    As in calibration, a judge that can be tuned here is compared on the ``dev`` half alone, and examples from the
    conversations in its own prompt are left out. A missing verdict is no disagreement.
    """
    judge = store.get(Judge, f"{run.judge}@{run.version}")
    if run.target["kind"] != "release" or judge is None:
        return {}
    half, prompted = shown_half(store, Reference(run.judge, run.version)), example_conversations(judge)
    counting = [r.content for r in examples_of(store, run.target["name"]) if _counts(r, half, prompted)]
    verdicts = {
        (r.subject, r.dimension): r.value for r in store.find(JudgeResult, run_id=run.id) if r.value is not None
    }
    return {d: _share(d, counting, verdicts, half) for d in judge.dimensions}


def _counts(row: ReleaseExample, half: Half, prompted: Iterable[str]) -> bool:
    return half in ("all", row.content["split"]) and row.content["conversation_id"] not in prompted


def _share(
    dimension: str, examples: Iterable[Mapping[str, Any]], verdicts: Mapping[tuple[str, str], str], half: Half
) -> Quantity:
    where = "" if half == "all" else f" of the {half} half"
    # A subject has the id of its item if the store holds the item, else the id of the example.
    pairs = [
        (verdicts[subject, dimension], label_text(content["labels"][dimension]))
        for content in examples
        if dimension in content["labels"]
        for subject in (content["item_id"], content["example_id"])
        if (subject, dimension) in verdicts
    ]
    same = sum(value == label for value, label in pairs)
    if not pairs:
        return Quantity.missing(f"no example{where} has both a label and a verdict of this run")
    return Quantity(value=same / len(pairs), ci=wilson(same, len(pairs)), method=f"Wilson{where}", n=len(pairs))
