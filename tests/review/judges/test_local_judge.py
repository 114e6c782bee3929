"""The local judge maps the labels of a model to values of the rubric, and says which values it can never give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_model import needs_models, save_model

from review.basics.errors import InputError
from review.judges.local.kind import KIND
from review.judges.local.spec import LocalSpec
from review.judges.protocol.protocol import Bench, Opinion, Options, Subject
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import Dimension, rubric_from
from review.settings.judges import JudgeSettings

pytestmark = needs_models

RUBRIC = rubric_from(DEFAULT_RUBRIC)
POLITENESS: Dimension = RUBRIC["politeness"]
SAME = {"friendly": "friendly", "neutral": "neutral", "rude": "rude"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_model(tmp_path_factory.mktemp("models") / "politeness"))


@pytest.fixture(scope="module")
def flags(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model of independent labels, none of which holds for an ordinary text."""
    words = {"insult": ("idiot", "fool", "stupid"), "threat": ("smash", "burn", "hurt")}
    return str(save_model(tmp_path_factory.mktemp("models") / "flags", words, independent=True))


def checked(table: dict[str, Any], dimension: Dimension = POLITENESS) -> LocalSpec:
    return KIND.checked(KIND.read(table), [dimension], JudgeSettings())


def whole(model: str, labels: Mapping[str, str] = SAME, **more: Any) -> LocalSpec:
    return checked({"model": model, "labels": {"politeness": labels}, **more})


def said(spec: LocalSpec, *answers: str, **bench: Any) -> list[Opinion]:
    subjects = [
        Subject(id=f"s{k}", conversation_id=f"c{k}", group=f"g{k}", question="where is my order", answer=a)
        for k, a in enumerate(answers)
    ]
    found = list(KIND.judge(Bench(name="j", version="1", spec=spec, dimensions=(POLITENESS,), **bench), subjects))
    return sorted(found, key=lambda s: s.subject)


def test_the_models_labels_become_the_rubrics_values(model: str) -> None:
    kind, plain, blunt = said(whole(model), "thank you gladly", "order number", "shut up you idiot")
    assert [kind.value, plain.value, blunt.value] == ["friendly", "neutral", "rude"]
    assert blunt.score is not None and kind.score is not None
    assert blunt.score > 0.9 > 0.1 > kind.score  # the positive value of politeness is rude
    assert set(json.loads(blunt.raw)) == {"friendly", "neutral", "rude", "spam"}
    assert blunt.latency_ms is not None and blunt.latency_ms > 0


def test_a_label_that_stands_for_nothing_is_undecided_with_the_raw_answer_kept(model: str) -> None:
    (lottery,) = said(whole(model), "casino jackpot")
    assert (lottery.value, lottery.score, lottery.error) == (None, None, "undecided")
    assert next(iter(json.loads(lottery.raw))) == "spam"


def test_labels_of_the_same_value_count_together(model: str) -> None:
    spec = whole(model, {"friendly": "friendly", "neutral": "neutral", "rude": "rude", "spam": "rude"})
    lottery, mixed = said(spec, "casino jackpot", "casino idiot")
    assert lottery.value == mixed.value == "rude"
    probabilities = json.loads(mixed.raw)
    assert mixed.score == pytest.approx(probabilities["rude"] + probabilities["spam"], abs=1e-5)


def test_an_empty_text_is_a_missing_verdict(model: str) -> None:
    assert [(s.value, s.error) for s in said(whole(model), "", " \n")] == [(None, "empty")] * 2


def test_what_was_not_read_is_said(model: str) -> None:
    (long,) = said(whole(model, max_length=16), "thank " * 100)
    assert long.value == "friendly"
    assert long.rationale == "Only the first 16 of 102 tokens were read."


def test_another_field_may_be_read(model: str) -> None:
    subject = Subject(
        id="s",
        conversation_id="c",
        group="g",
        question="you idiot",
        answer="thank you",
        messages=({"role": "user", "content": "stupid fool"},),
    )
    found = {}
    for field in ("question", "answer", "conversation", "question_and_answer"):
        (one,) = KIND.judge(
            Bench(name="j", version="1", spec=whole(model, field=field), dimensions=(POLITENESS,)), [subject]
        )
        found[field] = one.value
    assert (found["question"], found["answer"], found["conversation"]) == ("rude", "friendly", "rude")


def test_independent_labels_hold_from_one_half_on_or_it_is_the_other_value(flags: str) -> None:
    labels = {"insult": "rude", "threat": "rude"}
    undecided = said(whole(flags, labels), "you idiot", "my parcel")
    assert [(s.value, s.error) for s in undecided] == [("rude", ""), (None, "undecided")]
    decided = said(whole(flags, labels, otherwise={"politeness": "neutral"}), "you idiot", "my parcel")
    assert [s.value for s in decided] == ["rude", "neutral"]
    assert decided[0].score is not None and decided[1].score is not None
    assert decided[0].score > 0.5 > decided[1].score


def test_the_score_of_one_label_may_be_asked_for(flags: str) -> None:
    spec = whole(flags, {"insult": "rude", "threat": "rude"}, score_label="threat")
    (insult,) = said(spec, "you idiot")
    assert insult.value == "rude"
    assert insult.score == pytest.approx(json.loads(insult.raw)["threat"], abs=1e-6)


def test_a_value_that_the_model_never_says_is_noted_in_a_sentence(model: str) -> None:
    assert whole(model).never_said == []
    spec = whole(model, {"friendly": "friendly", "neutral": "neutral"})
    assert spec.to_json()["never"] == {"politeness": ["rude"]}
    (sentence,) = spec.never_said
    assert sentence.startswith("The model can never say 'rude' in politeness")


def test_a_checked_spec_stays_as_it_is(model: str) -> None:
    spec = whole(model, {"friendly": "friendly"}, max_length=32)
    table = spec.to_json()
    assert checked(table) == spec and KIND.read(table) == spec
    assert json.loads(json.dumps(table)) == table


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": 1}, "found setting 'temperature'"),
        ({"model": None}, "model: found None"),
        ({"model": "no/such"}, "neither a folder here"),
        ({"field": "sql"}, "field: found 'sql'"),
        ({"labels": None}, "labels: found None"),
        ({"labels": {}}, r"labels\.politeness: found None"),
        ({"labels": {"politeness": {}}}, r"labels\.politeness: found {}"),
        ({"labels": {"tone": SAME, "politeness": SAME}}, "found dimension 'tone'"),
        ({"labels": {"politeness": {"LABEL_0": "rude"}}}, "found 'LABEL_0', expected labels of the model: friendly"),
        ({"labels": {"politeness": {"rude": "impolite"}}}, r"labels\.politeness\.rude: found 'impolite'"),
        ({"labels": {"politeness": {"rude": ""}}}, "is empty. Give a value of"),
        ({"max_length": True}, "max_length: found True"),
        ({"max_length": 4}, "8 or more"),
        ({"max_length": 4000}, "at most 64"),
        ({"score_label": "toxic"}, "score_label: found 'toxic'"),
        ({"otherwise": {"politeness": "neutral"}}, "this model always gives one of its labels"),
        ({"otherwise": {"tone": "neutral"}}, "otherwise: found"),
    ],
)
def test_a_wrong_setting_is_named(model: str, change: dict[str, Any], message: str) -> None:
    spec = {"model": model, "labels": {"politeness": SAME}} | change
    with pytest.raises(InputError, match=message):
        checked(spec)


def test_a_dimension_of_several_values_is_refused(model: str) -> None:
    spec = {"model": model, "labels": {"reasons": {"rude": RUBRIC["reasons"].scale.values[0]}}}
    with pytest.raises(InputError, match="takes several values"):
        checked(spec, RUBRIC["reasons"])


def test_a_model_that_changed_is_another_version(tmp_path: Path) -> None:
    folder = save_model(tmp_path / "m", steps=1)
    spec = whole(str(folder))
    save_model(folder, steps=2)
    with pytest.raises(InputError, match="has changed since version 1 of judge 'j'"):
        said(spec, "thank you")
    assert whole(str(folder)).digest != spec.digest


def test_a_pause_is_heard_between_batches(model: str) -> None:
    asked = iter([False, False, True])
    found = said(
        whole(model), *["thank you"] * 9, options=replace(Options(), batch_size=2), stopped=lambda: next(asked)
    )
    assert len(found) == 4  # two batches of two before somebody asked


def test_the_device_comes_from_the_settings(model: str) -> None:
    with pytest.raises(InputError, match="device: found 'gpu'"):
        said(whole(model), "thank you", settings=JudgeSettings(device="gpu"))
