"""What a lead is shown of a file of labels or verdicts before it is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.basics.tables import load
from review.exchange.labels import read_labels
from review.exchange.proposals import names_asked, proposed_columns, unknown_words
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from

RUBRIC = rubric_from(DEFAULT_RUBRIC)


def table(folder: Path, text: str):
    file = folder / "labels.csv"
    file.write_text(text, encoding="utf-8")
    return read_labels(file, names={"item": "id"} if text.startswith("id,") else {})


@pytest.mark.parametrize(
    ("columns", "wanted", "expected"),
    [
        (["id", "annotator", "Urteil"], ("item", "rater", "label"),
         {"item": "id", "rater": "annotator", "label": "Urteil"}),
        (["Vorgang", "Bewerter", "Bewertung", "Datum"], ("item", "rater", "label", "at"),
         {"item": "Vorgang", "rater": "Bewerter", "label": "Bewertung", "at": "Datum"}),
        (["data.conv_id", "meta.judge", "score"], ("item", "judge", "label", "score"),
         {"item": "data.conv_id", "judge": "meta.judge", "label": "score"}),
        (["обращение", "эксперт", "оценка"], ("item", "rater", "label"),
         {"item": "обращение", "rater": "эксперт", "label": "оценка"}),
        (["x", "y"], ("item", "rater"), {}),
    ],
)  # fmt: skip
def test_columns_are_proposed_by_their_names(
    columns: list[str], wanted: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert proposed_columns(columns, wanted) == expected


def test_dimensions_and_words_that_the_rubric_does_not_have_are_counted(tmp_path: Path) -> None:
    rows = (
        "item,rater,dimension,label\n1,a,correctness,wrong\n1,b,Correctness,falsch\n2,a,quality,good\n2,b,quality,ok\n"
    )
    found = table(tmp_path, rows)
    assert names_asked(found, RUBRIC) == {"quality": 2}
    assert unknown_words(found, RUBRIC) == {"correctness": {"falsch": 1}}
    given = {"quality": "politeness"}
    assert unknown_words(found, RUBRIC, given=given) == {
        "correctness": {"falsch": 1},
        "politeness": {"good": 1, "ok": 1},
    }


def test_rows_without_a_dimension_fill_the_chosen_one(tmp_path: Path) -> None:
    found = table(tmp_path, "item,rater,label\n1,a,wrong\n1,b,richtig\n2,a,\n")
    assert unknown_words(found, RUBRIC) == {}
    assert unknown_words(found, RUBRIC, default="correctness") == {"correctness": {"richtig": 1}}
    assert load(tmp_path / "labels.csv").columns == ("item", "rater", "label")
