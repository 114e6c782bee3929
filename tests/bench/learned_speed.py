"""How fast a learned judge is. Run: python tests/bench/learned_speed.py [--train 5000] [--apply 100000] [--embed 200].

Conversations of the demonstration's shop with what is true of them as labels: three values of politeness. The judge is
trained and applied through its kind, as a run does it; a verdict comes with its score and the words that told. The
second figure holds the first: training is part of every run. Embeddings are measured where a model is installed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.demo.generate import conversations
from review.judges.learned.kind import KIND
from review.judges.learned.spec import LearnedSpec
from review.judges.protocol.protocol import Bench, Subject, TrainingRow
from review.models.embeddings import lacking, load_embedder
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import Dimension, rubric_from

RUBRIC = rubric_from(DEFAULT_RUBRIC)
WEEKS = tuple(f"2026-W{number}" for number in range(10, 20))
Figures = list[tuple[str, str]]


def labelled(count: int) -> list[tuple[Subject, dict[str, str]]]:
    """That many subjects with their true labels; beyond 30,000 texts come again under other names."""
    found = []
    for week in WEEKS[: -(-min(count, 30_000) // 3_400)]:
        for c in conversations(seed=1, week=week):
            turns = c.row.get("messages") or [{"content": c.row["question"]}, {"content": c.row["answer"]}]
            question, answer = str(turns[-2]["content"]), str(turns[-1]["content"])
            found.append((question, answer, str(c.row.get("sql", "")), c.truth))
    return [
        (Subject(id=f"i{k}", conversation_id=f"c{k}", group=f"c{k}", question=question, answer=answer, sql=sql), truth)
        for k, (question, answer, sql, truth) in enumerate(islice(cycle(found), count))
    ]


def bench(training: Sequence[tuple[Subject, dict[str, str]]], dimensions: Sequence[Dimension], features: str) -> Bench:
    """A learned judge of these dimensions."""
    rows = tuple(TrainingRow(s, d.name, truth[d.name]) for s, truth in training for d in dimensions)
    return Bench(
        name="bench", version="1", spec=LearnedSpec(features=features), dimensions=tuple(dimensions), training=rows
    )


class Took(NamedTuple):
    """Seconds by the clock, and of the processor (less where other work holds it)."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} s (processor {self.processor:.1f} s)"


def timed(training: Bench, subjects: Sequence[Subject]) -> tuple[Took, Took]:
    """What training took, which ends with the first verdicts, and all of it."""
    clock, processor, first = time.perf_counter(), time.process_time(), None
    for _ in KIND.judge(training, subjects):
        first = first or Took(time.perf_counter() - clock, time.process_time() - processor)
    assert first is not None
    return first, Took(time.perf_counter() - clock, time.process_time() - processor)


def figures(train: int = 5_000, apply: int = 100_000, embed: int = 200) -> Figures:
    """Training on ``train`` rows and judging ``apply`` subjects; the same by embeddings on ``embed`` of each."""
    everything = labelled(train + apply)
    training, subjects = everything[:train], [s for s, _ in everything[train:]]
    found: Figures = []
    for names in (("politeness",), ("correctness", "intent", "politeness")):
        first, whole = timed(bench(training, [RUBRIC[n] for n in names], "tfidf"), subjects)
        title = f"learned, {len(names)} dimension{'s' * (len(names) > 1)}"
        found += [(f"{title}: trained on {train:,}", str(first)), (f"{title}: and applied to {apply:,}", str(whole))]
    found.append(("learned: peak memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"))
    if lacking():
        return [*found, ("learned, embeddings", f"not measured: {lacking()}")]
    load_embedder()
    first, whole = timed(bench(training[:embed], [RUBRIC["politeness"]], "embeddings"), subjects[:embed])
    title = "learned, embeddings"
    return [*found, (f"{title}: trained on {embed:,}", str(first)), (f"{title}: and applied to {embed:,}", str(whole))]


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    for name, count in (("train", 5_000), ("apply", 100_000), ("embed", 200)):
        options.add_argument(f"--{name}", type=int, default=count)
    table = Table("figure", "value")
    for row in figures(**vars(options.parse_args())):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
