"""How good production is: the share of conversations that people would call positive, with its uncertainty.

One table of counts per stratum is all that is needed (``Stratum``): how many conversations it holds, what the judge
said of them, and what people said of the few they labelled. From it come the estimate from people alone, the judge's
own share, and the two that join both: the stratified difference estimator and power-tuned prediction-powered
inference. Every function is pure: values in, values out.
"""

from review.quality.expected import Planned, expected_estimate, half_width
from review.quality.judged import difference, judge_alone, ppi
from review.quality.people import people
from review.quality.planner import Plan, plan_agreement, plan_quality, plan_recall
from review.quality.report import QualityReport, quality_report
from review.quality.rogan_gladen import Calibration, rogan_gladen
from review.quality.strata import Cell, QualityRow, Stratum, Verdicts, check_positive, smoothed, stratify
from review.quality.words import best_estimate, plain_words

__all__ = [
    "Calibration",
    "Cell",
    "Plan",
    "Planned",
    "QualityReport",
    "QualityRow",
    "Stratum",
    "Verdicts",
    "best_estimate",
    "check_positive",
    "difference",
    "expected_estimate",
    "half_width",
    "judge_alone",
    "people",
    "plain_words",
    "plan_agreement",
    "plan_quality",
    "plan_recall",
    "ppi",
    "quality_report",
    "rogan_gladen",
    "smoothed",
    "stratify",
]
