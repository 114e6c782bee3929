"""Calibration results as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from review.basics.words import counted
from review.commands.common import out
from review.commands.grid import Grid
from review.judges.workbench.comparing import Comparison
from review.statistics.calibration.alt_test import AltTest
from review.statistics.calibration.compare import JudgePair
from review.statistics.calibration.report import METRICS, CalibrationReport, plain_words
from review.statistics.quantity import Quantity


def show_calibration(report: CalibrationReport, *, title: str = "") -> None:
    """Print the weighted and unweighted figures, each class, the confusion matrix, and the report in words."""
    positive = f", positive value {report.positive}" if report.positive is not None else ""
    out.print(_figures(report, f"{title or 'Judge against people'}: {report.n} items{positive}"))
    classes = Grid(title="Each class (weighted)", title_justify="left")
    for name in ("class", "precision", "recall", "F1", "support"):
        classes.add_column(name, justify="left" if name == "class" else "right")
    for value, c in report.classes.items():
        classes.add_row(Text(value), _cell(c.precision), _cell(c.recall), _cell(c.f1), str(c.support))
    out.print(classes)
    if len(report.classes) <= 12:
        out.print(_confusion(report))
    _reasons(list(report.weighted.values()))
    out.print(plain_words(report), markup=False, highlight=False)


def _figures(report: CalibrationReport, title: str) -> Grid:
    table = Grid(title=Text(title), title_justify="left")
    for name in ("figure", "weighted", "unweighted", "n"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    for name in METRICS:
        q = report.weighted[name]
        table.add_row(name.replace("_", " "), _cell(q), _cell(report.unweighted[name]), str(q.n))
    methods = dict.fromkeys(q.method.split(" (")[0] for q in report.weighted.values() if q.method)
    table.caption = f"95% intervals: {'; '.join(methods)}." if methods else None
    if report.n_effective is not None:
        table.caption = f"{table.caption or ''} Effective number of labels (Kish): {report.n_effective:.0f}.".strip()
    return table


def _confusion(report: CalibrationReport) -> Grid:
    table = Grid()
    table.add_column("people \\ judge")
    columns = list(next(iter(report.confusion.values()), {}))
    for name in columns:
        table.add_column(Text(name), justify="right")
    for truth, row in report.confusion.items():
        table.add_row(Text(truth), *(str(row[name]) for name in columns))
    return table


def show_pairs(pairs: Sequence[JudgePair], accuracies: dict[str, Quantity], *, title: str = "") -> None:
    """Print the accuracy of each judge and McNemar's test of each pair."""
    if accuracies:
        judges = Grid(title=Text(title or "Judges"), title_justify="left")
        for name in ("judge", "accuracy", "n"):
            judges.add_column(name)
        for name, q in accuracies.items():
            judges.add_row(Text(name), _cell(q), str(q.n))
        out.print(judges)
    table = Grid(title="Pairs", title_justify="left")
    for name in ("pair", "n", "only first right", "only second right", "exact p", "mid p", "Holm mid p"):
        table.add_column(name, justify="left" if name == "pair" else "right")
    for pair in pairs:
        p = (pair.p.exact_p, pair.p.mid_p, pair.holm.mid_p)
        table.add_row(Text(" / ".join(pair.judges)), str(pair.n), str(pair.b), str(pair.c), *(f"{x:.4f}" for x in p))
    out.print(table)


def show_comparison(one: Comparison, *, title: str, currency: str = "") -> None:
    """Print several judges of the store: figures, cost and latency, the tests, and how often each two agree."""
    half = "all items" if one.half == "all" else f"{one.half} half"
    table = Grid(title=Text(f"{title}: {counted(one.items, 'settled item')}, {half}"), title_justify="left")
    price = f"{currency} per 1,000".lstrip()
    heads = ("judge", "same as people", "precision", "recall", "no verdict", price, "median ms", "95th pct ms")
    for name in heads:
        table.add_column(name, justify="left" if name == "judge" else "right")
    for side in one.sides:
        cost, times = side.economy.cost_per_1000, (side.economy.latency_p50, side.economy.latency_p95)
        table.add_row(
            Text(str(side.judge)),
            _cell(side.accuracy),
            *(_cell(side.report.weighted[name]) for name in ("precision", "recall")),
            str(side.report.no_verdict),
            "-" if cost is None else f"{cost:.2f}",
            *("-" if ms is None else f"{ms:.0f}" for ms in times),
        )
    positive = next((side.report.positive for side in one.sides if side.report.positive), None)
    about = f"Precision and recall are for '{positive}', weighted by the draw. " if positive else ""
    left_out = f"{counted(one.examples, 'item')} left out: they are examples in a prompt. " if one.examples else ""
    table.caption = Text(f"{about}{left_out}".strip()) if about or left_out else None
    out.print(table)
    show_pairs(one.pairs, {}, title=title)
    agreement = Grid(title="Agreement of the judges, settled items or not", title_justify="left")
    for name in ("pair", "n", "same", "kappa"):
        agreement.add_column(name, justify="left" if name == "pair" else "right")
    for pair in one.agreement:
        names = f"{pair.first} / {pair.second}"
        agreement.add_row(Text(names), str(pair.n), _share(pair.percent_agreement), _share(pair.cohen_kappa))
    out.print(agreement)


def show_alt_test(test: AltTest, *, title: str = "") -> None:
    """Print each person's test and the verdict on the judge."""
    table = Grid(title=Text(title or f"Can {test.judge} replace a person?"), title_justify="left")
    for name in ("person", "n", "judge at least as close", "person at least as close", "p", "judge wins"):
        table.add_column(name, justify="left" if name == "person" else "right")
    for r in test.raters:
        shares = [_share(r.judge_at_least_as_close), _share(r.rater_at_least_as_close)]
        wins = ("yes" if r.rejected else "no") if r.p is not None else "not tested"
        table.add_row(Text(r.rater), str(r.n), *shares, "-" if r.p is None else f"{r.p:.4f}", wins)
    out.print(table)
    if test.undefined is not None:
        out.print(f"Undefined: {test.undefined}.", markup=False, highlight=False)
        return
    verdict = "passes" if test.passed else "does not pass"
    out.print(
        f"{test.judge} {verdict}: winning rate {test.winning_rate:.2f}, average advantage probability "
        f"{test.average_advantage_probability:.3f} (epsilon {test.epsilon:g}, {test.scoring}).",
        markup=False,
        highlight=False,
    )


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _cell(q: Quantity) -> str:
    return "undefined" if q.value is None else str(q).replace("[", "\\[")


def _reasons(quantities: Sequence[Quantity]) -> None:
    for reason in dict.fromkeys(q.undefined for q in quantities if q.undefined):
        out.print(f"undefined: {reason}", style="dim", markup=False, highlight=False)
