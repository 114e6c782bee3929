"""Presets: rubrics to start from, in spotcheck.toml and as further questions of a rubric."""

from __future__ import annotations

import pytest

from review.basics.errors import InputError
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.edit import with_preset
from review.rubric.presets import PRESETS
from review.rubric.rubric import rubric_from


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_rubric_with_a_title(name: str) -> None:
    assert rubric_from({"preset": name}) == rubric_from(PRESETS[name].document) and PRESETS[name].title


def test_the_preset_of_sql_asks_for_reasons_unless_the_meaning_is_right() -> None:
    rubric = rubric_from({"preset": "sql"})
    assert rubric["semantic_accuracy"].scale.values == ("no", "partly", "yes")
    assert rubric["semantic_accuracy"].positive == "no"
    assert rubric.canonical({"semantic_accuracy": "yes"}) == {"semantic_accuracy": "yes"}
    with pytest.raises(InputError, match="sql_reasons has no value"):
        rubric.canonical({"semantic_accuracy": "no"})


def test_own_questions_follow_those_of_a_preset_and_an_unknown_one_is_named() -> None:
    own = {"name": "tone", "values": ["good", "bad"]}
    assert rubric_from({"preset": "sql", "reveal": False, "dimensions": [own]}).names[-1] == "tone"
    assert not rubric_from({"preset": "sql", "reveal": False}).reveal
    with pytest.raises(InputError, match="preset: found 'sq', expected one of support, sql"):
        rubric_from({"preset": "sq"})


def test_a_preset_adds_its_questions_once_and_nobody_must_answer_them() -> None:
    rubric = with_preset(rubric_from(DEFAULT_RUBRIC), "sql")
    assert rubric.names == (*rubric_from(DEFAULT_RUBRIC).names, "semantic_accuracy", "sql_reasons")
    assert not rubric["semantic_accuracy"].required
    assert with_preset(rubric, "sql") == rubric
