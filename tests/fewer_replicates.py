"""Fewer replicates of the bootstrap, for tests of what surrounds a figure rather than of the figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from review.evidence.judge_evidence import judge_evidence
from review.judges.workbench.comparing import compared
from review.judges.workbench.over_time import judge_agreement
from review.judges.workbench.workbench import report_on_test
from review.report.gather import week_report
from review.statistics.agreement.report import agreement_report
from review.statistics.calibration import shares
from review.statistics.calibration.report import calibration_report, weighted_figures
from review.statistics.calibration.scores import score_report
from review.statistics.preference.report import pair_report

FEW = 50
BOOTSTRAPPED = (
    *(agreement_report, calibration_report, compared, judge_agreement, judge_evidence, pair_report, report_on_test),
    *(score_report, week_report, weighted_figures),
)
"""Functions with a keyword ``bootstrap``: the number of replicates, 1,000 unless the caller says otherwise."""


@contextmanager
def fewer_replicates() -> Iterator[None]:
    """Change the default number of replicates to ``FEW`` while inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shares, "PROPORTION_DRAWS", 4 * FEW)
        for function in BOOTSTRAPPED:
            defaults = function.__kwdefaults__
            assert defaults is not None and "bootstrap" in defaults, function
            patch.setitem(defaults, "bootstrap", FEW)
        yield
