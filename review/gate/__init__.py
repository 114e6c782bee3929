"""The regression gate: may this version replace the current one, judged on the same golden cases, pair by pair.

A bare "not more than two points worse" rule rejects unchanged versions and lets real regressions through, because a
few hundred cases flip back and forth by themselves. The gate weighs the flips instead, and may say that it does not
know.
"""

from review.gate.cases import Case, PairedResult, gather
from review.gate.evidence import Evidence, sign_flip_p, weigh
from review.gate.power import (
    bare_rule_error,
    cases_needed,
    detection_probability,
    smallest_detectable_drop,
)
from review.gate.report import GateReport, gate_report
from review.gate.slices import Slice, slice_up
from review.gate.words import markdown, plain_words

__all__ = [
    "Case",
    "Evidence",
    "GateReport",
    "PairedResult",
    "Slice",
    "bare_rule_error",
    "cases_needed",
    "detection_probability",
    "gate_report",
    "gather",
    "markdown",
    "plain_words",
    "sign_flip_p",
    "slice_up",
    "smallest_detectable_drop",
    "weigh",
]
