"""Tables and lines that ``spotcheck golden`` prints for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from review.basics.clock import to_minute
from review.commands.common import note, out
from review.commands.grid import Grid
from review.golden.candidates import Candidate
from review.golden.coverage import Coverage
from review.golden.judge_cards import FIGURES, JudgeCard
from review.golden.provenance import Provenance
from review.golden.reference_check import STATES, ReferenceCheck
from review.golden.references import not_run
from review.golden.releases import Diff
from review.statistics.quantity import Quantity
from storage.records_base import StoredLabels
from storage.records_golden import GoldenExample, Release

SHORT = 60


def candidates(found: Sequence[Candidate]) -> None:
    """Print candidates as a table."""
    if not found:
        out.print("no candidates: every settled item is an example already, or disagreements must be settled first")
        return
    table = Grid("item", "why", "question", "labels")
    for c in found:
        labels = ", ".join(f"{d}={v if isinstance(v, str) else '|'.join(v)}" for d, v in c.labels.items())
        table.add_row(escape(c.item_id), c.reason, escape(_short(c.question)), escape(labels))
    out.print(table)


def approved(examples: Sequence[GoldenExample], refused: Sequence[tuple[str, str]]) -> None:
    """Print what was approved, and why the rest was refused."""
    for e in examples:
        out.print(f"{e.example_id}  {e.item_id}", highlight=False, markup=False)
    for _, why in refused:
        note(why)
    if told := not_run(e.content for e in examples):
        note(told)


def references(found: ReferenceCheck) -> None:
    """Print what a check of the references found: counts, then each that is not as it was."""
    what = f"examples of {found.release}" if found.release else "current examples"
    told = f"{len(found.items):,} of {found.examples:,} {what} have reference SQL."
    out.print(told, highlight=False, markup=False)
    for state, n in found.counts.items():
        out.print(f"  {n:,}: {STATES[state]}", highlight=False)
    table = Grid("example", "state", "why", "question")
    for item in (i for i in found.items if i.state != "same"):
        table.add_row(item.example_id, item.state.replace("_", " "), escape(item.why), escape(_short(item.question)))
    if table.row_count:
        out.print(table)


def listing(examples: Sequence[GoldenExample], releases: Sequence[Release]) -> None:
    """Print examples and releases as two tables."""
    table = Grid(
        "example", "question", "kind", "scenario", "split", "source", "rule", title=f"{len(examples)} examples"
    )
    for e in examples:
        question = escape(_short(e.content["question"]))
        table.add_row(e.example_id, question, e.kind, escape(e.scenario), e.split, e.source, e.rule)
    out.print(table)
    if releases:
        frozen = Grid("release", "examples", "at", "by", "sha256", "notes")
        for r in releases:
            frozen.add_row(r.name, str(r.size), to_minute(r.at), r.by, r.content_hash[:12], escape(r.notes))
        out.print(frozen)


def provenance(found: Provenance) -> None:
    """Print everything behind an example, from its question down to the file its conversation came with."""
    example, content = found.example, found.example.content
    lines = [
        ("example", f"{example.example_id}, version {len(found.versions)}, {example.rule}"),
        ("question", content["question"]),
        ("expected", content["expected_answer"] or content["expected_behaviour"]),
        ("reference SQL", content["reference_sql"]),
        ("approved", f"by {example.approved_by}, {to_minute(example.at)}"),
        ("releases", ", ".join(found.releases) or "none yet"),
        *((f"vote of {name}", _labels(v.labels)) for name, v in zip(found.raters, found.votes, strict=True)),
    ]
    final, draw, stratum = found.adjudication, found.draw, found.stratum
    if final:
        lines.append(("settled", f"by {final.adjudicator}: {_labels(final.labels)} {final.rationale}".strip()))
    if draw and stratum:
        share = f"{stratum.sampled:,} of {stratum.population:,}, probability {stratum.probability:.4g}"
        lines.append(("drawn", f"{draw.week}, group {stratum.name}: {share}"))
    elif found.item:
        lines.append(("drawn", "hand-picked"))
    lines += [("imported", f"{i.file}, {to_minute(i.at)}") for i in found.imports]
    if found.conversation:
        lines.append(("conversation", f"{found.conversation.source} {found.conversation.source_id}"))
    table = Grid(show_header=False, box=None)
    for name, text in lines:
        if text:
            table.add_row(f"[dim]{escape(name)}[/]", escape(text))
    out.print(table)


def diff(found: Diff) -> None:
    """Print what was added, removed and changed."""
    if found.empty:
        out.print(f"{found.a} and {found.b} hold the same examples", highlight=False)
    for mark, ids in (("+", found.added), ("-", found.removed)):
        for example in ids:
            out.print(f"{mark} {example}", highlight=False)
    for changed in found.changed:
        out.print(f"~ {changed.example_id}: {', '.join(changed.fields)}", highlight=False)


def coverage(found: Coverage) -> None:
    """Print the matrix; cells with a target read "3 of 5"."""
    kinds = list(dict.fromkeys(str(c.kind) for c in found.cells))
    table = Grid("scenario", *kinds, "all", "missing")
    for total in found.totals:
        cells = [_of(c.n, c.target) for c in found.cells if c.scenario == total.scenario]
        missing = max(total.missing, sum(c.missing for c in found.cells if c.scenario == total.scenario))
        table.add_row(escape(total.scenario) or "none", *cells, _of(total.n, total.target), str(missing or ""))
    table.add_section()
    table.add_row("all", *([""] * len(kinds)), _of(found.n, found.target), str(found.missing or ""))
    out.print(table)


def judges(found: Sequence[JudgeCard]) -> None:
    """Print the judge card: precision, recall and F1 with their intervals."""
    if not found:
        out.print("no judge has a verdict on an example of this release")
        return
    table = Grid("judge", "dimension", "rubric", "value", "n", *FIGURES)
    for card in found:
        figures = (_figure(card.report.unweighted[name]) for name in FIGURES)
        name = escape(f"{card.judge}@{card.version}")
        value = escape(card.report.positive or "none declared")
        table.add_row(name, escape(card.dimension), str(card.rubric_version), value, str(card.report.n), *figures)
    out.print(table)


def _figure(q: Quantity) -> str:
    if q.value is None:
        return "undefined"
    return f"{q.value:.2f}" + (f" ({q.ci[0]:.2f} to {q.ci[1]:.2f})" if q.ci else "")


def _of(n: int, target: int | None) -> str:
    return str(n) if target is None else f"{n} of {target}"


def _labels(labels: StoredLabels) -> str:
    return ", ".join(f"{d}={'|'.join(v) if isinstance(v, list) else v}" for d, v in labels.items())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORT else line[: SHORT - 1] + "…"
