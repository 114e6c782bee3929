"""Whether people agree: the rule is on agreement beyond chance, or on AC1 or AC2 where one value is on nearly all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from review.basics.words import capital, counted, percent, signed, spoken
from review.statistics.agreement.cautions import prevalence_paradox
from review.statistics.agreement.report import AgreementReport
from review.statistics.answers.answer import Answer, Line, Link, certainty, listed
from review.statistics.answers.readings import Reading
from review.statistics.answers.thresholds import Thresholds
from review.statistics.quantity import Quantity

QUESTION = "Do people agree?"
State = Literal["yes", "no", "open", "none"]
ALPHA = "Krippendorff's alpha: 1 is full agreement, 0 is what chance alone would give"
AC = "Gwet's AC1 or AC2: agreement beyond chance that rare values distort less"


class Agreed(NamedTuple):
    """One dimension: how far people agree, and the value that they read differently, if there is one."""

    title: str
    dimension: str
    report: AgreementReport
    reading: Reading | None = None


class _Judged(NamedTuple):
    agreed: Agreed
    state: State
    figure: Quantity
    term: str


def agreement(found: Sequence[Agreed], thresholds: Thresholds) -> Answer:
    """Return the answer over all dimensions, with a line for each; the least known one decides the certainty."""
    judged = [_judged(a, thresholds) for a in found]
    known = [j for j in judged if j.state != "none"]
    if not known:
        why = judged[0].figure.undefined if judged else "nobody has reviewed an item"
        return Answer(
            name="agreement",
            question=QUESTION,
            sentence="Not known yet.",
            certainty="",
            reason=f"Two people have not reviewed enough of the same items: {why}.",
            link=Link("agreement", "See what is shared"),
        )
    worst = min(known, key=lambda j: (_RANK[j.state], j.figure.value or 0))
    return Answer(
        name="agreement",
        question=QUESTION,
        sentence=_sentence(judged),
        certainty=_certainty(worst.figure, thresholds),
        reason=f"{worst.agreed.title}: {_reason(worst, thresholds)}",
        lines=tuple(_line(j, thresholds) for j in judged),
        link=Link("agreement", "See who differs on what", {"dimension": worst.agreed.dimension}),
    )


_RANK: dict[State, int] = {"no": 0, "open": 1, "yes": 2, "none": 3}


def _judged(a: Agreed, thresholds: Thresholds) -> _Judged:
    """Decide by the interval: at or above the least agreement, under it, or on both sides of it."""
    figure, term = deciding(a.report)
    if figure.value is None:
        return _Judged(a, "none", figure, term)
    if figure.n < thresholds.shared_items:
        few = f"{counted(figure.n, 'item')} with labels of two people so far; {thresholds.shared_items} are needed"
        return _Judged(a, "none", Quantity.missing(few, n=figure.n), term)
    low, high = figure.ci or (0.0, 1.0)
    state: State = "yes" if low >= thresholds.agreement else "no" if high < thresholds.agreement else "open"
    return _Judged(a, state, figure, term)


def deciding(report: AgreementReport) -> tuple[Quantity, str]:
    """Return the figure that decides and its term: AC1 or AC2 where one value is on nearly all items, else alpha."""
    alpha, same, ac = (report.coefficients[name] for name in report.headline)
    rare = alpha.value is None or prevalence_paradox(alpha, same, ac)
    return (ac, AC) if rare and ac.value is not None else (alpha, ALPHA)


def _sentence(judged: Sequence[_Judged]) -> str:
    by: dict[State, list[str]] = {"yes": [], "no": [], "open": [], "none": []}
    for j in judged:
        by[j.state].append(j.agreed.title.lower())
    open_ = [*by["open"], *by["none"]]
    if by["no"]:
        rest = f" They agree on {listed(by['yes'])}." if by["yes"] else ""
        return f"No, not on {listed(by['no'], 'or')}.{rest}"
    if by["yes"] and open_:
        return f"Yes on {listed(by['yes'])}; on {listed(open_)} that is not certain yet."
    return f"Yes, on {listed(by['yes'])}." if by["yes"] else f"Not certain yet on {listed(open_)}."


def _certainty(figure: Quantity, thresholds: Thresholds) -> str:
    return certainty(figure.ci, well=thresholds.well_measured, roughly=thresholds.roughly_measured)


def _reason(j: _Judged, thresholds: Thresholds) -> str:
    same = j.agreed.report.coefficients[j.agreed.report.headline[1]]
    shared = "" if same.value is None else f"two people give the same label on {percent(same.value)} of shared items; "
    text = f"{shared}agreement beyond chance is {_with_interval(j.figure)}, {thresholds.agreement:.2f} is needed."
    return f"{text} {reading_words(j.agreed.reading)}".strip()


def reading_words(found: Reading | None) -> str:
    """Say which value people read differently; "" for none."""
    if found is None:
        return ""
    return (
        f"People read '{spoken(found.value)}' differently: they differ on {found.items} of the {found.of} shared "
        f"items to which one of them gave it, mostly against '{spoken(found.other)}'."
    )


def _with_interval(found: Quantity) -> str:
    assert found.value is not None
    text = signed(found.value, ".2f")
    return f"{text} ({signed(found.ci[0], '.2f')} to {signed(found.ci[1], '.2f')})" if found.ci else text


_STATES: dict[State, tuple[str, str]] = {
    "yes": ("✓", "they agree"),
    "no": ("✕", "they do not agree"),
    "open": ("?", "not certain yet"),
    "none": ("?", "not known yet"),
}


def _line(j: _Judged, thresholds: Thresholds) -> Line:
    if j.state == "none":
        sentence, reason = f"{j.agreed.title}: not known yet.", f"{capital(j.figure.undefined or 'it is undefined')}."
        return Line(name=j.agreed.dimension, sentence=sentence, reason=reason, state=_STATES[j.state], term=j.term)
    return Line(
        name=j.agreed.dimension,
        sentence=f"{j.agreed.title}: {_STATES[j.state][1]}.",
        certainty=_certainty(j.figure, thresholds),
        reason=capital(_reason(j, thresholds)),
        state=_STATES[j.state],
        term=j.term,
    )
