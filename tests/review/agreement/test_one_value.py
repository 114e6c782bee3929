"""Agreement where every label is the same."""

from __future__ import annotations

from review.basics.labels import Columns, Scale, ratings_of_columns
from review.statistics.agreement.report import agreement_report
from review.statistics.agreement.words import plain_words


def test_one_value_everywhere_is_no_contradiction_to_full_agreement() -> None:
    items = [f"i{k}" for k in range(20)]
    columns = Columns(items * 2, ["ana"] * 20 + ["ben"] * 20, ["correct"] * 40)
    said = plain_words(
        agreement_report(ratings_of_columns(columns, Scale("nominal", ("wrong", "correct"))), bootstrap=50)
    )
    assert "Every label is the same, so agreement beyond chance does not apply." in said
    assert "used instead: 1.00" in said and "cannot be computed" not in said
