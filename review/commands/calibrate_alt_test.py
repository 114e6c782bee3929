"""``alt-test``: whether a judge can replace one of the people."""

from __future__ import annotations

from typing import cast

import click

from review.basics.errors import InputError
from review.basics.labels import canonical_text, ratings_of
from review.commands.calibrate_input import by_dimension, needed, read_ratings
from review.commands.calibrate_render import show_alt_test
from review.commands.common import emit, file_option, json_option, note, split_values
from review.commands.inputs import values_option, wide_option
from review.commands.numbers import INNER_SHARE, SHARE, read_number
from review.statistics.calibration.alt_test import Scoring
from review.statistics.calibration.alt_test import alt_test as run_alt_test


@click.command("alt-test")
@file_option("item,rater,label[,dimension], the judge among the raters")
@click.option("--judge", metavar="NAME", required=True, help="The rater that is the judge.")
@click.option(
    "--epsilon",
    type=SHARE,
    default=0.2,
    show_default=True,
    help="The advantage a person must show because a person costs more: 0.2 expert, 0.15 skilled, 0.1 crowd.",
)
@click.option(
    "--scoring",
    type=click.Choice(["accuracy", "rmse"]),
    default="accuracy",
    show_default=True,
    help="How closeness is measured: by the same label, or by the distance of numbers.",
)
@click.option(
    "--q",
    type=INNER_SHARE,
    default=0.05,
    show_default=True,
    help="False discovery rate over the people.",
)
@values_option
@wide_option
@json_option
def alt_test(
    file: str | None, judge: str, epsilon: float, scoring: str, q: float, values: str | None, wide: bool, as_json: bool
) -> None:
    """Test whether a judge can replace one of the people (alternative annotator test)."""
    groups, sentences = read_ratings(needed(file, "item,rater,label"), values=split_values(values), wide=wide)
    for text in sentences.notes:
        note(text)
    wanted = canonical_text(judge)
    tests = {}
    for dimension, (labels, scale) in groups.items():
        if scoring == "rmse" and not all(read_number(v) is not None for v in scale.values):
            word = next(v for v in scale.values if read_number(v) is None)
            raise InputError(f"{file}: found the label '{word}', expected numbers. Use --scoring accuracy for words.")
        if wanted not in {label.rater for label in labels}:
            names = ", ".join(sorted({label.rater for label in labels})[:12])
            where = f" in dimension '{dimension}'" if dimension else ""
            raise InputError(
                f"{file}: found no label of the judge '{judge}'{where}, expected it among the raters {names}. "
                "Check --judge, or add the judge's labels."
            )
        tests[dimension] = run_alt_test(
            ratings_of(labels, scale), wanted, epsilon=epsilon, scoring=cast(Scoring, scoring), q=q
        )

    def show() -> None:
        for dimension, test in tests.items():
            show_alt_test(test, title=dimension)

    emit(by_dimension(tests, sentences.notes), as_json, show)
