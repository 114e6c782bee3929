"""A Hugging Face data set folder: README.md and up to three configurations, items, votes and judge_verdicts.

The README shows the judge card; ``judges.json``, which every folder has, holds it.

``datasets.load_dataset(folder, "items")`` reads it. Layout: huggingface/hub-docs, datasets-manual-configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from review.golden.examples import SPLITS
from review.golden.judge_cards import FIGURES
from review.golden.rows import Exported, ReleaseInfo, dimensions_of, labels_flat, picked, table_rows
from review.golden.writers.parquet import write_rows
from review.golden.writers.writer import Writer
from review.statistics.quantity import Quantity

VOTE = ("example_id", "item_id", "split", "rater", "submission_id", "vote_rubric_version")
VERDICT = (
    *("example_id", "item_id", "split", "judge", "judge_version", "dimension", "value"),
    *("score", "rationale", "error"),
)


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write the folder ``target``."""
    items = [{k: v for k, v in row.items() if k != "votes"} for row in table_rows(examples)]
    carried = list(examples[0].carried) if examples else []
    labels = [f"label_{d}" for d in dimensions_of(examples)]
    tables: dict[str, tuple[list[str], list[dict[str, Any]]]] = {
        "items": (list(items[0]) if items else [], items),
        "votes": ([*VOTE, *labels, *carried], _votes(examples)),
        "judge_verdicts": ([*VERDICT, *carried], _verdicts(examples)),
    }
    files, written = {}, []
    for name, (columns, rows) in tables.items():
        if not rows:
            continue  # `datasets` refuses to load a configuration without rows
        folder = target / "data" / name
        folder.mkdir(parents=True)
        splits = [s for s in SPLITS if any(r["split"] == s for r in rows)]
        files[name] = {s: f"data/{name}/{s}-00000-of-00001.parquet" for s in splits}
        for split, path in files[name].items():
            write_rows([r for r in rows if r["split"] == split], columns, info, target / path)
            written.append(target / path)
    readme = target / "README.md"
    readme.write_text(_readme(info, files, {n: len(rows) for n, (_, rows) in tables.items()}), encoding="utf-8")
    return [readme, *written]


def _votes(examples: Sequence[Exported]) -> list[dict[str, Any]]:
    dimensions = dimensions_of(examples)
    return [
        {
            **_keys(e),
            "rater": v["rater"],
            "submission_id": v["submission_id"],
            "vote_rubric_version": str(v["rubric_version"]),
            **labels_flat(v["labels"], dimensions),
            **e.carried,
        }
        for e in examples
        for v in e.content["votes"]
    ]


def _verdicts(examples: Sequence[Exported]) -> list[dict[str, Any]]:
    return [
        {**{k: x for k, x in v.items() if k != "version"}, "judge_version": v["version"], **_keys(e), **e.carried}
        for e in examples
        for v in e.verdicts
    ]


def _keys(e: Exported) -> dict[str, object]:
    return picked(e.content, ("example_id", "item_id", "split"))


def _readme(info: ReleaseInfo, files: Mapping[str, Mapping[str, str]], counts: Mapping[str, int]) -> str:
    front = ["---", f'pretty_name: "Golden examples, release {info.name}"', "tags:", "- spotcheck", "configs:"]
    for name, paths in files.items():
        front += [f"- config_name: {name}", *(["  default: true"] if name == "items" else []), "  data_files:"]
        front += [line for split, path in paths.items() for line in (f"  - split: {split}", f"    path: {path}")]
    hidden = (
        f"\nIn {info.hidden_since} of them a span was hidden after the release: their text is not the text that was "
        "hashed.\n"
        if info.hidden_since
        else ""
    )
    if info.erased:
        hidden += f"\nNot in these files, because their content was erased: {', '.join(info.erased)}.\n"
    return "\n".join(front) + (
        f"\n---\n\n# Golden examples, release {info.name}\n\n"
        f"{info.size} examples, release {info.name} (version {info.version}), frozen {info.at}.\n"
        f"SHA-256 of the release: `{info.content_hash}`.\n{hidden}\n"
        f"- `items` ({counts['items']} rows): one example each, with its settled labels.\n"
        f"- `votes` ({counts['votes']} rows): the labels of each rater, before the item was settled.\n"
        f"- `judge_verdicts` ({counts['judge_verdicts']} rows): verdicts of judges; an empty value is no verdict.\n\n"
        "Every row carries the release and its hash, the rubric version, the number of votes and their agreement, "
        "whether the item was adjudicated, its inclusion probability and stratum, its source and conversation, and "
        "whether personal data was masked in it.\n"
        f"{_judges(info)}"
    )


def _judges(info: ReleaseInfo) -> str:
    """Return the judge card as a section with a table; nothing without a judge."""
    if not info.judges:
        return ""
    lines = [
        "| judge | version | dimension | rubric | value | precision | recall | F1 | n | part |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for card in info.judges:
        figures = card.report.unweighted
        shown = " | ".join(_shown(figures[name]) for name in FIGURES)
        positive = card.report.positive or "none declared"
        names = (card.judge, card.version, card.dimension, str(card.rubric_version), positive)
        cells = " | ".join(_cell(text) for text in names)
        lines.append(f"| {cells} | {shown} | {card.report.n} | {card.half} |")
    return (
        "\n## Judges\n\nEach judge against the settled labels of this release, with 95% intervals. The release is no "
        "sample of production. `judges.json` has the figures of every value.\n\n" + "\n".join(lines) + "\n"
    )


def _cell(text: str) -> str:
    """Return a name as one cell of a Markdown table, whatever it contains."""
    return "".join(f"\\{c}" if c in "\\|`*_[]<>" else " " if c in "\r\n" else c for c in text)


def _shown(figure: Quantity) -> str:
    if figure.value is None:
        return "undefined"
    interval = f" ({figure.ci[0]:.2f} to {figure.ci[1]:.2f})" if figure.ci else ""
    return f"{figure.value:.2f}{interval}"


WRITER = Writer(
    about="a Hugging Face folder (items, votes, judge_verdicts) for `datasets.load_dataset`",
    write=write,
    suffix="-hf",
    marker="data/items",
)
