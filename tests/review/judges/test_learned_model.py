"""The classifier behind a learned judge: grouped folds, no leak of a label into its own verdict, calibration."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from learned_rows import subjects

from review.judges.learned.features import tfidf
from review.judges.learned.model import FINAL, calibration, train
from review.judges.learned.words import telling
from review.judges.protocol.groups import folds_of, together
from review.judges.protocol.protocol import Subject

VALUES = ("rude", "neutral", "friendly")
FIELDS = ("question", "answer", "sql")


@examples(200)
@given(
    groups=st.lists(st.sampled_from([f"g{k}" for k in range(12)]), min_size=1, max_size=60),
    folds=st.integers(2, 8),
    seed=st.integers(0, 5),
)
def test_a_group_is_never_split_and_no_fold_is_empty(groups: list[str], folds: int, seed: int) -> None:
    found = folds_of(groups, folds, seed=seed)
    for group in set(groups):
        assert len({int(k) for k, g in zip(found, groups, strict=True) if g == group}) == 1
    assert set(found.tolist()) == set(range(min(folds, len(set(groups)))))


def test_folds_are_about_equally_large_and_another_seed_deals_otherwise() -> None:
    groups = [f"g{k // 3}" for k in range(300)]
    sizes = Counter(folds_of(groups, 5, seed=0).tolist())
    # 100 groups of 3 rows over 5 folds: 20 groups, 60 rows each.
    assert set(sizes.values()) == {60}
    assert folds_of(groups, 5, seed=0).tolist() != folds_of(groups, 5, seed=1).tolist()


@examples(200)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), max_size=20))
def test_rows_that_share_a_key_are_together_and_so_is_what_shares_one_with_either(keys: list[list[str]]) -> None:
    number = together(keys)
    # The same by brute force: merge sets of keys until nothing overlaps any more.
    merged: list[set[str]] = []
    for row in keys:
        touching = [m for m in merged if m & set(row)]
        merged = [m for m in merged if not m & set(row)] + [set(row).union(*touching)]
    expected = [next(k for k, m in enumerate(merged) if row[0] in m) for row in keys]
    assert len(number) == len(keys)
    assert {(a, b) for a, b in zip(number, expected, strict=True)} == set(zip(number, expected, strict=True))
    assert len(set(zip(number, expected, strict=True))) == len(set(number)) == len(set(expected))


def learned(count: int = 90, *, flipped: int | None = None, per_conversation: int = 1):
    labelled = subjects(count, per_conversation=per_conversation)
    labels = [label for _, label in labelled]
    if flipped is not None:
        labels[flipped] = next(v for v in VALUES if v != labels[flipped])
    texts = [subject for subject, _ in labelled]
    matrix = tfidf(texts, FIELDS).of(texts)
    model = train(matrix, labels, [s.group for s in texts], VALUES)
    assert model is not None
    return model, matrix, np.array([VALUES.index(label) for label in labels])


@pytest.mark.parametrize("item", [0, 7, 33, 89])
def test_the_out_of_fold_probabilities_of_an_item_do_not_change_when_its_own_label_is_flipped(item: int) -> None:
    model, matrix, _ = learned()
    other, _, _ = learned(flipped=item)
    before, after = model.probabilities(matrix, model.fold), other.probabilities(matrix, other.fold)
    fold = model.fold == model.fold[item]
    # Neither its own verdict nor any of its fold knows the label, to the last bit; those of other folds do.
    assert np.array_equal(before[fold], after[fold])
    assert not np.array_equal(before[~fold], after[~fold])


def test_the_label_of_one_answer_does_not_reach_another_answer_of_the_same_conversation() -> None:
    model, matrix, _ = learned(per_conversation=3)
    other, _, _ = learned(flipped=30, per_conversation=3)
    before, after = model.probabilities(matrix, model.fold), other.probabilities(matrix, other.fold)
    assert np.array_equal(before[[30, 31, 32]], after[[30, 31, 32]])


def test_probabilities_sum_to_one_lie_in_bounds_and_are_the_same_each_time() -> None:
    model, matrix, truth = learned()
    for found in (model.probabilities(matrix, model.fold), model.probabilities(matrix, np.full(90, FINAL))):
        assert found.min() >= 0 and found.sum(axis=1) == pytest.approx(np.ones(90))
    again, _, _ = learned()
    assert np.array_equal(model.probabilities(matrix, model.fold), again.probabilities(matrix, again.fold))
    assert (model.probabilities(matrix, model.fold).argmax(axis=1) == truth).mean() > 0.8


def test_probabilities_are_calibrated_on_what_was_never_seen() -> None:
    labelled = subjects(900, noise=0.4)
    texts = [s for s, _ in labelled]
    features, truth = tfidf(texts[:300], FIELDS), np.array([VALUES.index(v) for _, v in labelled])
    matrix = features.of(texts)
    model = train(matrix[:300], [v for _, v in labelled[:300]], [s.group for s in texts[:300]], VALUES)
    assert model is not None
    found = model.probabilities(matrix[300:], np.full(600, FINAL))
    # 40 % of the labels are drawn again among three: the best a judge can be sure of is 0.6 + 0.4 / 3 = 0.73.
    assert (found.argmax(axis=1) == truth[300:]).mean() == pytest.approx(0.733, abs=0.05)
    # From 300 noisy rows it is a little less sure than it could be, and never more.
    assert 0.6 < found.max(axis=1).mean() < 0.75
    assert found.mean(axis=0) == pytest.approx(np.bincount(truth[300:], minlength=3) / 600, abs=0.05)


def test_texts_that_say_nothing_of_the_label_leave_the_shares_of_the_labels() -> None:
    rng = np.random.default_rng(3)
    texts = [
        Subject(
            id=f"i{k}",
            conversation_id=f"c{k}",
            group=f"c{k}",
            question="",
            answer=" ".join(rng.choice(list("abcdefgh"), 6)),
        )
        for k in range(200)
    ]
    labels = ["rude" if k % 10 == 0 else "neutral" for k in range(200)]
    matrix = tfidf(texts, FIELDS).of(texts)
    model = train(matrix, labels, [s.group for s in texts], VALUES)
    assert model is not None
    # One in ten is rude; nobody was ever friendly.
    assert model.probabilities(matrix, model.fold).mean(axis=0) == pytest.approx([0.1, 0.9, 0.0], abs=0.03)


def test_a_fold_whose_training_rows_are_all_of_one_class_says_that_class() -> None:
    labels = ["rude"] * 3 + ["neutral"] * 27
    texts = [
        Subject(id=f"i{k}", conversation_id=f"c{k}", group=f"c{k}", question="", answer=f"same words {labels[k]}")
        for k in range(30)
    ]
    groups = ["rude ones"] * 3 + [f"g{k}" for k in range(27)]
    matrix = tfidf(texts, FIELDS).of(texts)
    model = train(matrix, labels, groups, VALUES)
    assert model is not None
    # All that is rude lies in one group, so the machine that judges it has never seen anything rude.
    assert model.probabilities(matrix, model.fold)[:3].argmax(axis=1).tolist() == [1, 1, 1]
    # Out of fold nothing rude was ever found, so the final machine is not trusted with it either.
    assert model.probabilities(matrix, np.full(30, FINAL))[:3, 0] == pytest.approx(3 / 30, abs=0.1)


def test_platts_sigmoid_is_found_again_from_labels_drawn_by_it() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=20_000)
    truth = (rng.random(20_000) < 1 / (1 + np.exp(-(2.0 * z - 1.0)))).astype(np.intp)
    slope, bias = calibration(np.column_stack([np.zeros_like(z), z]), truth)
    # P(1 | z) = sigmoid(2 z - 1): the slope is 2 and the biases differ by -1.
    assert slope == pytest.approx(2.0, abs=0.08) and bias[1] - bias[0] == pytest.approx(-1.0, abs=0.05)


def test_decisions_that_point_the_wrong_way_get_the_slope_zero() -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random(500) < 0.2).astype(np.intp)
    slope, bias = calibration(np.column_stack([np.zeros(500), -2.0 * truth]), truth)
    share = np.exp(bias[1]) / np.exp(bias).sum()
    assert slope == 0.0 and share == pytest.approx(truth.mean(), abs=0.01)


def test_the_letters_of_a_word_are_counted_as_often_as_the_word_occurs() -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    texts = ["Refund refund the order, refund!", "the refund  of the order", "", "再见 再见了 再见", "a\ufb01 \ud800 b"]
    some = [Subject(id=f"i{k}", conversation_id="", group="", question="", answer=t) for k, t in enumerate(texts)]
    features = tfidf(some, ["answer"])
    plain = CountVectorizer(analyzer="char_wb", ngram_range=(3, 4))
    counts = plain.fit_transform([t.encode("utf-8", "replace").decode() for t in texts])
    kept = np.asarray((counts > 0).sum(axis=0)).ravel() >= 2
    letters = [k for k, c in enumerate(features.columns) if c is None]
    assert len(letters) == kept.sum()
    ours, theirs = features.of(some)[:, letters].toarray() > 0, counts[:, np.flatnonzero(kept)].toarray() > 0
    assert np.array_equal(ours, theirs)


def test_the_same_word_asked_and_answered_are_two_columns() -> None:
    some = [Subject(id=f"i{k}", conversation_id="", group="", question="refund", answer="refund") for k in range(2)]
    assert {(c.field, c.word) for c in tfidf(some, FIELDS).columns if c} == {
        ("question", "refund"),
        ("answer", "refund"),
    }


def test_the_words_that_tell_are_those_that_add_most_to_the_value() -> None:
    labelled = subjects(90)
    texts = [s for s, _ in labelled]
    features = tfidf(texts, FIELDS)
    matrix = features.of(texts)
    model = train(matrix, [v for _, v in labelled], [s.group for s in texts], VALUES)
    assert model is not None
    chosen = model.probabilities(matrix, model.fold).argmax(axis=1)
    found = telling(model, matrix, model.fold, chosen, features.columns, most=3)
    for k in range(90):
        weights = model.machines[model.fold[k]].weights
        others = [v for v in range(3) if v != chosen[k]]
        gain = weights[chosen[k]] - weights[others].mean(axis=0)
        says = {
            f"“{c.word}” ({c.field})": matrix[k, j] * gain[j]
            for j in matrix[k].indices
            if (c := features.columns[j]) is not None and gain[j] > 0
        }
        strongest = sorted(says.values(), reverse=True)[:3]
        assert [says[word] for word in found[k]] == pytest.approx(strongest)
