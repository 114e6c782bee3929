"""How many checks a second, check by check. Run: python tests/bench/checks_speed.py [--conversations 2000].

Conversations of the demonstration's shop, masked as on import. Toxicity is measured on a small model that is trained
and saved here, so its figure is that of the path around the model; similarity by TF-IDF, and by embeddings where they
can be made. The last rows are what an import spends on a conversation with and without the checks of the default.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tiny_model import LACKING, save_model

from review.checks.catalogue import CHEAP, CHECKS
from review.checks.protocol import Options, Texts, texts_of
from review.checks.running import findings_of_many, ready
from review.checks.settings import CheckSettings
from review.demo.generate import conversations
from review.log.rows import Entry
from review.models.embeddings import lacking
from review.settings.privacy import Privacy
from review.sources.checking import checked
from review.sources.importing import masked_file
from review.sources.options import ImportOptions
from review.sources.tally import Tally
from storage.records_log import Conversation

ROUNDS = 3
OPTIONS = ImportOptions(week="2026-W10", privacy=Privacy(originals="none"))
Figures = list[tuple[str, str]]


def log_file(folder: Path, count: int) -> Path:
    """A log of that many conversations of the demonstration."""
    rows = (c.row for week in range(10, 40) for c in conversations(seed=1, week=f"2026-W{week}"))
    path = folder / "log.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row, _ in zip(rows, range(count), strict=False)))
    return path


def read(path: Path) -> list[Conversation]:
    """The conversations of a log, masked."""
    _, entries = masked_file(path, OPTIONS, key=b"key", tally=Tally())
    return [entry.conversation for entry in entries]


def best(work: Callable[[], object]) -> float:
    """The seconds of processor time of the quickest of some rounds."""
    took = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)


def speed(name: str, texts: Sequence[Texts], options: Options) -> str:
    """Findings a second of one check, which is warm."""
    (one,) = ready(CheckSettings((name,), options={name: options}))
    seconds = best(lambda: findings_of_many([replace(t) for t in texts], [one]))
    return f"{len(texts) / seconds:,.0f} a second"


def figures(count: int = 2_000) -> Figures:
    """One line for each check, then what import spends."""
    with tempfile.TemporaryDirectory() as folder:
        path = log_file(Path(folder), count)
        talks = read(path)
        texts = [replace(texts_of(c), expected="It arrives within three working days.") for c in talks]
        slow = ("toxicity", "similarity")
        found = [(f"check: {n}", speed(n, texts, CHECKS[n].options)) for n in CHECKS if n not in slow]
        found.append(("check: similarity by TF-IDF", speed("similarity", texts[:200], {"method": "tfidf"})))
        if not lacking():
            by = {"method": "embeddings"}
            found.append(("check: similarity by embeddings", speed("similarity", texts[:40], by)))
        if LACKING:
            found.append(("check: toxicity", f"not measured: {', '.join(LACKING)} not installed"))
        else:
            model = {"model": str(save_model(Path(folder) / "model")), "labels": ["rude"]}
            found.append(("check: toxicity, around a tiny model", speed("toxicity", texts[:500], model)))
        return [*found, *_of_import(path, count)]


def _of_import(path: Path, count: int) -> Figures:
    def entries() -> Iterator[Entry]:
        return masked_file(path, OPTIONS, key=b"key", tally=Tally())[1]

    to_run = ready(CheckSettings(CHEAP))
    without = best(lambda: sum(1 for _ in entries()))
    with_checks = best(lambda: sum(1 for _ in checked(entries(), to_run)))
    return [
        ("import: read, shaped, masked, hashed", f"{1e6 * without / count:.0f} µs a conversation"),
        ("import: and checked", f"{1e6 * with_checks / count:.0f} µs a conversation"),
    ]


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", type=int, default=2_000)
    table = Table("figure", "value")
    for row in figures(options.parse_args().conversations):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
