"""A decision of the gate as Markdown for one comment of a pull request, and as JUnit XML for a CI server. Pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from review.basics.words import signed
from review.experiments.decisions import Standing
from review.experiments.gating.checks import PEOPLE
from review.experiments.gating.outcome import Outcome
from review.statistics.gate.cases import GateCase
from review.statistics.gate.words import heading, plain_words

MARK = "<!-- spotcheck gate -->"
"""The first line: a workflow finds its comment by it and updates it in place."""
FLIPS_SHOWN = 10
NOT_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)])


def title(outcome: Outcome) -> str:
    """Return the decision with what it means."""
    if outcome.decision == "inconclusive" and outcome.open == (PEOPLE,):
        return "INCONCLUSIVE: people's checks contradict the rules"
    if outcome.drift is not None and outcome.decision != outcome.report.decision:
        fails = outcome.decision == "fail"
        return f"{outcome.decision.upper()}: {'worse than' if fails else 'maybe worse than'} the best approved version"
    return heading(outcome.report)


def sentences(outcome: Outcome) -> list[str]:
    """Return the reasons, the remarks and what to do, as sentences."""
    own = {*outcome.report.reasons, *outcome.report.remarks}
    decisive, beside = (
        [f"{one[0].upper()}{one[1:]}." for one in found if one not in own]
        for found in (outcome.reasons, outcome.remarks)
    )
    return [*decisive, *plain_words(outcome.report, kept=True), *beside]


def short_markdown(outcome: Outcome, standing: Standing | None = None) -> str:
    """Return the decision for a pull request: one table of figures, the reasons, the slices and cases to read.

    ``standing`` adds the waivers of a decision that is kept.
    """
    report, told = outcome.report, outcome.to_json()
    e, (low, high) = report.evidence, report.evidence.ci
    parts = [
        MARK,
        f"## {_plain(outcome.candidate.version)} against {_plain(outcome.baseline.version)}: {_plain(title(outcome))}",
        "",
        "| cases | baseline | candidate | drop in points (95% interval) | broke | fixed | missing |",
        "|---:|---:|---:|---|---:|---:|---:|",
        f"| {e.n:,} | {told['baseline']:.1%} | {told['candidate']:.1%} | {signed(100 * e.drop)} "
        f"({signed(100 * low)} to {signed(100 * high)}) | {e.broke} | {e.fixed} | {len(report.missing)} |",
        "",
        *(f"- {_plain(line)}" for line in sentences(outcome)),
    ]
    notable = [s for s in report.slices if s.status in ("fail", "suspect")]
    if notable:
        parts += ["", "| slice | cases | baseline | candidate | broke | fixed | |", "|---|" + "---:|" * 5 + "---|"]
        parts += [
            f"| {s.kind} {_plain(s.name)} | {s.evidence.n} | {s.baseline:.1%} | {s.candidate:.1%} | {s.evidence.broke} "
            f"| {s.evidence.fixed} | {s.status} |"
            for s in notable
        ]
    broke = [c for c in report.flipped if c.change == "broke"]
    if broke:
        parts += ["", f"Broke: {_named(broke)}"]
    for waiver in standing.waivers if standing else ():
        parts += ["", f"Waived by {_plain(waiver.by)}: {_plain(waiver.reason)}"]
    if standing is not None and standing.waived:
        parts += ["", f"**{_plain(standing.ships)}**"]
    parts += ["", f"Release {_plain(outcome.candidate.release)} · decision `{outcome.id}`"]
    return "\n".join(parts) + "\n"


def _named(cases: Sequence[GateCase]) -> str:
    shown = [f"{_plain(c.name)}{' (must pass)' if c.must_pass else ''}" for c in cases[:FLIPS_SHOWN]]
    rest = len(cases) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _plain(text: str) -> str:
    """Return a text that Markdown neither makes a mark of nor mentions somebody with."""
    for sign in "\\`*_[]|#":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("<", "&lt;").replace("@", "@\u200b").replace("\n", " ")


def junit(outcome: Outcome) -> str:
    """Return JUnit XML: a test for the decision and one for each case. What broke fails, what is missing is skipped."""
    report = outcome.report
    name = f"{outcome.candidate.version} against {outcome.baseline.version} on {outcome.candidate.release}"
    broke = sum(c.change == "broke" for c in report.cases)
    stopped = outcome.decision != "pass"
    suite = ET.Element(
        "testsuite",
        name=_sound(f"spotcheck gate: {name}"),
        tests=str(1 + len(report.cases) + len(report.missing)),
        failures=str(broke + stopped),
        skipped=str(len(report.missing)),
        errors="0",
    )
    first = ET.SubElement(suite, "testcase", classname="gate", name="decision")
    if stopped:
        failure = ET.SubElement(first, "failure", message=_sound(title(outcome)), type=outcome.decision)
        failure.text = _sound("\n".join(sentences(outcome)))
    else:
        ET.SubElement(first, "system-out").text = _sound("\n".join(sentences(outcome)))
    for case in report.cases:
        test = ET.SubElement(suite, "testcase", classname=_sound(case.scenario or "cases"), name=_sound(case.name))
        if case.change == "broke":
            message = (
                f"{outcome.baseline.version} {case.baseline:.2f}, {outcome.candidate.version} {case.candidate:.2f}"
            )
            ET.SubElement(test, "failure", message=_sound(message), type="broke")
    for missing in report.missing:
        test = ET.SubElement(suite, "testcase", classname="missing", name=_sound(missing.name))
        causes = "; ".join(f"{side}: {why}" for side, why in outcome.causes.get(missing.name, {}).items())
        ET.SubElement(test, "skipped", message=_sound(causes))
    ET.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _sound(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return text.translate(NOT_IN_XML)
