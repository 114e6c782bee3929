"""The four answers as text: for the terminal, and as Markdown to paste into a chat."""

from __future__ import annotations

import re

from review.report.beside import Beside, calibration_line, known_lines, pair_lines
from review.report.decided import Since, golden_head, golden_lines
from review.report.model import WeekReport
from review.report.versions import version_lines
from review.report.words import short_day
from review.statistics.answers.answer import Answer

_MARKS = re.compile(r"[\\`*_~\[\]<>|#]")


def answer_lines(answer: Answer) -> list[str]:
    """Return an answer in lines of plain text: each part with its certainty, then why."""
    if not answer.lines:
        return [part for part in (_sure(answer.sentence, answer.certainty), answer.reason) if part]
    head = [] if answer.name in ("production", "next") else [_sure(answer.sentence, answer.certainty)]
    return [*head, *(f"{_sure(line.sentence, line.certainty)} {line.reason}".strip() for line in answer.lines)]


def report_markdown(report: WeekReport) -> str:
    """Return the week in short: its state, the four answers, and what was decided. Texts from data are no markup."""
    state = "closed" if report.closing else "late" if report.late else "open"
    parts = [f"**Week {report.week.name}** ({state}, {report.labelled} of {report.drawn} drawn items labelled)"]
    for answer in report.answers:
        head, *rest = _shown(answer)
        parts.append("\n".join([f"**{answer.question}** {head}", *rest]))
    parts += _beside(report.beside)
    if report.beside.versions:
        parts.append(
            "\n".join(["**Versions**", *(f"- {_plain(line)}" for line in version_lines(report.beside.versions))])
        )
    parts.append("\n".join([f"**Decisions** {_plain(report.since.begin)}:", *_decided(report.since)]))
    golden = [f"**Golden dataset** {_plain(golden_head(report.since.golden))}"]
    parts.append("\n".join([*golden, *(f"- {_plain(line)}" for line in golden_lines(report.since.golden))]))
    return "\n\n".join(parts) + "\n"


def _beside(found: Beside) -> list[str]:
    pairs = (
        ["\n".join(["**Pairs of answers**", *(f"- {_plain(x)}" for x in pair_lines(found.pairs))])]
        if found.pairs
        else []
    )
    practice = " ".join([*known_lines(found.known), calibration_line(found.calibrated)]).strip()
    return [*pairs, *([f"**Practice** {_plain(practice)}"] if practice else [])]


def _decided(since: Since) -> list[str]:
    return [f"- {_plain(one.text)} ({_plain(one.by)}, {short_day(one.at)})" for one in since.decisions] or ["- none"]


def _shown(answer: Answer) -> list[str]:
    """Return the sentence and below it a bullet for each line; production and what is next consist of their lines."""
    if answer.name in ("production", "next") and answer.lines:
        first, *others = [f"{_sure(_plain(x.sentence), x.certainty)} {_plain(x.reason)}".strip() for x in answer.lines]
        return [first, *(f"- {other}" for other in others)] if answer.name == "production" else ["", *_numbered(answer)]
    head = f"{_sure(_plain(answer.sentence), answer.certainty)}"
    if answer.name == "judges" and answer.lines:
        return [head, *(f"- {_plain(line.sentence)} {_plain(line.reason)}".strip() for line in answer.lines)]
    return [f"{head} {_plain(answer.reason)}".strip()]


def _numbered(answer: Answer) -> list[str]:
    return [f"{k}. {_plain(x.sentence)} {_plain(x.reason)}".strip() for k, x in enumerate(answer.lines, 1)]


def _sure(sentence: str, certainty: str) -> str:
    return f"{sentence.removesuffix('.')} ({certainty})." if certainty else sentence


def _plain(text: str) -> str:
    """Return a text on one line in which nothing is Markdown."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
