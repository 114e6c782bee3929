"""Training sets: the settled labels of closed weeks, stored once under the hash of their content."""

from __future__ import annotations

import pytest
from learned_rows import INTENT, POLITENESS

from review.basics.canonical import digest
from review.basics.errors import InputError, NothingToDo, UnknownError
from review.current.settled import Settled, settled_labels
from review.judges.learned.training import ItemOrigin, decided, gather, rows_of
from storage.records_judges import TrainingSet
from storage.records_weeks import Item, Week, WeekClosing
from storage.store import Store


def labels(*values: str | None) -> dict[tuple[str, str], Settled]:
    return {
        (f"i{k}", "politeness"): Settled(f"i{k}", "politeness", v, "single" if v else "tie", {})
        for k, v in enumerate(values)
    }


def places(count: int, **same: str) -> list[ItemOrigin]:
    return [ItemOrigin(f"i{k}", f"c{k}", same.get("session", f"s{k}"), same.get("user", f"u{k}")) for k in range(count)]


def test_a_training_set_holds_the_settled_labels_of_the_closed_weeks_under_its_own_hash(demo: Store) -> None:
    made = gather(demo, ["politeness", "intent"], by="mara")
    (closed,) = demo.find(WeekClosing)
    settled = settled_labels(demo, [closed.week])
    assert made.id == digest(made.content) and list(made.content) == ["politeness", "intent"]
    for name, rows in made.content.items():
        expected = {item: s.value for (item, d), s in settled.items() if d == name and s.value is not None}
        assert {item: label for item, _, _, label in rows} == expected and len(rows) > 40


def test_the_same_labels_again_are_the_same_set_and_it_is_written_once(demo: Store) -> None:
    first = gather(demo, ["politeness"], by="mara")
    assert gather(demo, ["politeness"], by="visitor") == first
    assert demo.find(TrainingSet, id=first.id) == [first]


def test_its_rows_have_the_masked_texts_and_the_group_that_was_frozen(demo: Store) -> None:
    made = gather(demo, ["politeness"], by="mara")
    rows = rows_of(demo, made.id)
    assert [[r.subject.id, r.subject.conversation_id, r.subject.group, r.label] for r in rows] == made.content[
        "politeness"
    ]
    assert all(r.dimension == "politeness" and r.subject.question and "@example" not in r.subject.answer for r in rows)


def test_an_item_that_is_gone_is_left_out_and_a_set_that_is_not_there_is_said(demo: Store) -> None:
    made = gather(demo, ["politeness"], by="mara")
    content = {"politeness": [*made.content["politeness"], ["gone", "gone", "gone", "rude"]]}
    demo.add(TrainingSet("wider", content, made.at, "mara"), TrainingSet("lost", {"politeness": []}, made.at, "mara"))
    assert rows_of(demo, "wider") == rows_of(demo, made.id)
    with pytest.raises(InputError, match="none of its items is in the store any more"):
        rows_of(demo, "lost")
    with pytest.raises(UnknownError, match="training set 'nothing' is not in the store"):
        rows_of(demo, "nothing")


def test_weeks_can_be_named_and_labels_of_other_rubric_versions_do_not_count(demo: Store) -> None:
    weeks = [w.name for w in demo.find(Week)]
    both = gather(demo, ["politeness"], by="mara", weeks=weeks)
    assert len(both.content["politeness"]) > len(gather(demo, ["politeness"], by="mara").content["politeness"])
    assert {i.week for i in demo.find(Item, id=[r[0] for r in both.content["politeness"]])} == set(weeks)
    with pytest.raises(UnknownError, match="week '2020-W01' is not in the store"):
        gather(demo, ["politeness"], by="mara", weeks=["2020-W01"])


def test_without_a_closed_week_there_is_nothing_to_train_on(store: Store) -> None:
    from review.rubric.default import DEFAULT_RUBRIC
    from review.rubric.rubric import rubric_from, save_rubric

    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    with pytest.raises(NothingToDo, match="no week is closed yet"):
        gather(store, ["politeness"], by="lea")


def test_a_tie_and_a_set_of_values_are_no_label() -> None:
    values = ["rude", None, *["neutral"] * 24]
    rows = decided([POLITENESS], places(26), labels(*values))["politeness"]
    assert len(rows) == 25 and "i1" not in {r[0] for r in rows}


def test_items_of_one_session_or_one_user_are_one_group() -> None:
    values = ["rude", "rude", *["neutral"] * 24]
    some = places(26)
    # i0 and i1 share a session, i1 and i2 a user: all three belong together, under the name of the first.
    some[1] = some[1]._replace(session="s0", user="u2")
    groups = {r[0]: r[2] for r in decided([POLITENESS], some, labels(*values))["politeness"]}
    assert groups["i0"] == groups["i1"] == groups["i2"] == "s0" and groups["i3"] == "s3"
    assert len(set(groups.values())) == 24


def test_one_user_behind_everything_does_not_make_everything_one_group() -> None:
    rows = decided([POLITENESS], places(26, user="shared"), labels("rude", *["neutral"] * 25))["politeness"]
    assert len({r[2] for r in rows}) == 26


@pytest.mark.parametrize(
    ("some", "values", "sentence"),
    [
        (places(30), ["neutral"] * 30, "politeness: 30 settled labels, all 'neutral'; a classifier needs"),
        (places(12), ["rude", "neutral"] * 6, "politeness: found 12 settled labels in 12 groups"),
        (places(30, session="s"), ["rude", "neutral"] * 15, "in 1 group of conversations, expected at least 20 in 3"),
        (places(30), [], "politeness: the training set holds no label for it. Settle more items"),
    ],
)
def test_too_little_to_learn_from_is_said_by_dimension(
    some: list[ItemOrigin], values: list[str], sentence: str
) -> None:
    with pytest.raises(InputError) as error:
        decided([POLITENESS], some, labels(*values))
    assert sentence in str(error.value)


def test_a_dimension_without_labels_is_named() -> None:
    with pytest.raises(InputError, match="intent: the training set holds no label for it"):
        decided([POLITENESS, INTENT], places(30), labels(*["rude", "neutral"] * 15))
