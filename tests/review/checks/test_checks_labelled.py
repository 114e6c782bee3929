"""Precision and recall of the checks on labelled lists; the figures are those of ``tests/data/checks/README.md``."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from review.checks.catalogue import CHECKS
from review.checks.politeness import politeness
from review.checks.protocol import Finding, pair
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers

DATA = Path(__file__).parents[2] / "data" / "checks"


def rows(name: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (DATA / f"{name}.jsonl").read_bytes().splitlines()]


def says(name: str, answer: str, question: str = "What is it?") -> Finding:
    return CHECKS[name].find(pair(question, answer), CHECKS[name].options)


def counted(name: str) -> tuple[int, int, int]:
    """Rightly flagged, wrongly flagged, missed."""
    found = Counter((says(name, row["text"])["flagged"], row[name]) for row in rows(name))
    return found[True, True], found[True, False], found[False, True]


def test_refusals_differ_from_a_business_no() -> None:
    # Precision 85 / 85, recall 85 / 85 on a list that the patterns were made on; 16 of 35 on its second part before.
    assert counted("refusal") == (85, 0, 0)


def test_loops_differ_from_tables_and_lists() -> None:
    assert counted("repetition") == (14, 0, 0)


def test_politeness_on_the_list_it_was_made_on() -> None:
    said = Counter((row["politeness"], says("politeness", row["text"])["value"]) for row in rows("politeness"))
    # 39 + 39 + 37 of 117; two curt ones ("Wrong. Try again.") sound neutral to a list of words.
    assert said == {
        ("friendly", "friendly"): 39,
        ("neutral", "neutral"): 39,
        ("rude", "rude"): 37,
        ("rude", "neutral"): 2,
    }


def test_an_answer_in_another_language_is_flagged_and_one_in_the_same_is_not() -> None:
    texts: dict[str, list[str]] = {}
    for row in rows("language"):
        texts.setdefault(row["language"], []).append(row["text"])
    assert len(texts) == 14 and all(len(t) == 10 for t in texts.values())
    # Each of the first five texts of a language is a question, each of the last five an answer to its like.
    found = Counter()
    for one, other in itertools.product(texts, repeat=2):
        for question, answer in zip(texts[one][:5], texts[other][5:], strict=True):
            said = says("language", answer, question)
            found[said["flagged"], one != other] += 1
            found["right"] += said["value"] == other
    # 14 x 13 x 5 = 910 pairs differ, 14 x 5 = 70 do not. Recall 859 / 910 = 0.944, precision 1.
    assert (found[True, True], found[False, True]) == (859, 51)
    assert (found[True, False], found[False, False]) == (0, 70)
    assert found["right"] == 966


def test_what_still_looks_personal_after_masking() -> None:
    wanted, found = recognisers(), Counter()
    for row in rows("residue"):
        masked, spans = mask_text(row["text"], wanted)
        found[bool(spans) or says("personal_data", masked)["flagged"], row["personal"]] += 1
    # Precision 28 / 29, recall 28 / 28.
    assert (found[True, True], found[True, False], found[False, True]) == (28, 1, 0)


@pytest.mark.parametrize(
    ("answer", "value"), [("x", 1), ("", 0), ("fine", 4), ("y" * 6000, 6000), (" " + "y" * 6001, 6001)]
)
def test_the_bounds_of_length_are_fixed_and_named(answer: str, value: int) -> None:
    found = says("length", answer)
    assert found["value"] == value and found["flagged"] == (not 2 <= value <= 6000)
    assert not found["flagged"] or found["note"].endswith(("under 2", "over 6000"))
    if value > 6000:
        assert found["spans"] == [{"field": "messages.1.content", "start": 6001, "end": 6002, "kind": "too_long"}]


def test_a_far_answer_is_flagged_only_where_one_was_expected() -> None:
    options = {**CHECKS["similarity"].options, "method": "tfidf"}
    far, near, nothing = (
        CHECKS["similarity"].find(pair("q", "Your parcel arrives on Friday.", expected=expected), options)
        for expected in ("The shop is closed.", "The parcel arrives on Friday.", "")
    )
    assert far["flagged"] and not near["flagged"] and near["note"] == "cosine by tfidf"
    assert (nothing["value"], nothing["note"]) == (None, "no expected answer")


def test_masked_places_are_counted_by_kind_and_never_quoted() -> None:
    found = says("personal_data", "My name is Clara Jensen", "I am [EMAIL_1], not [EMAIL_2] or [IBAN_1]")
    assert (found["value"], found["flagged"], found["note"]) == (
        3,
        True,
        "2 EMAIL masked, 1 IBAN masked, 1 looks like name",
    )


def test_requests_with_friendly_words_are_mostly_those_that_people_rated_polite(shared: Path) -> None:
    # 4,353 requests that five people each rated (Danescu-Niculescu-Mizil et al. 2013): of those that the list calls
    # friendly 283 lie in the politest quarter and 26 in the least polite. It finds few: it was made for answers.
    import csv

    with (shared / "data" / "politeness" / "stanford_politeness_wikipedia.csv").open(encoding="utf-8") as file:
        ranked = sorted(csv.DictReader(file), key=lambda row: float(row["normalized_score"]))
    quarter = len(ranked) // 4
    friendly = [
        politeness(pair("", row["text"]), CHECKS["politeness"].options)["value"] == "friendly" for row in ranked
    ]
    assert sum(friendly[-quarter:]) > 8 * sum(friendly[:quarter]) > 0
