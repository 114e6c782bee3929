"""Error analysis: failures that read alike are grouped offline, whatever the language, and a group becomes a mode."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from failed_log import MESSAGES, WEEK, bring, row
from golden_store import a_week, new_store
from planted_failures import planted_failures
from planted_notes import planted as written
from sklearn.metrics import adjusted_rand_score
from tiny_model import needs_models

from review.basics.errors import InputError
from review.failures.analysis import accept, proposed_modes
from review.failures.archive import conversations_of, failure_shown, failures
from review.failures.empty_words import EMPTY_WORDS
from review.failures.grouped import groups_of
from review.failures.meanings import in_english, meanings
from review.failures.similar import group_alike
from review.failures.working import write_note
from review.log.failed import Narrowed
from review.models.embeddings import load_embedder
from review.settings.project import project_of
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Week

MODES = {
    "dates": ("Date format", "the month came first", "Datum falsch formatiert", "it used 01.11. for 2026-11-01"),
    "joins": ("Wrong join", "rows double because of the join", "join on the wrong key", "users and orders mismatched"),
    "columns": ("Column not found", "order_dt is no column", "from the old schema", "Spalte gibt es nicht"),
    "policy": ("", "refund rule is outdated", "the policy says 14 days", "quoted the old return policy"),
    "slow": ("Time-out", "took too long", "cancelled after the limit", "the large table again"),
    "unsure": ("", "asked for no period", "which shop is open", "the question was half a sentence"),
}


def planted(n: int) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Texts and the mode of each: a note, the kind of error, and words that say nothing."""
    rng = np.random.default_rng(3)
    noise = [
        "please check",
        "again",
        "as last week",
        "in the evening",
        "for a customer",
        "seen twice",
        "number",
        "city",
    ]
    texts, kinds, truth = {}, {}, {}
    for k in range(n):
        mode = list(MODES)[int(rng.integers(len(MODES)))]
        kind, *notes = MODES[mode]
        note = notes[int(rng.integers(len(notes)))]
        texts[f"f{k}"] = f"{note} {' '.join(rng.choice(noise, 2))} {note}"
        kinds[f"f{k}"], truth[f"f{k}"] = kind, mode
    return texts, kinds, truth


def agreement(texts: dict[str, str], kinds: dict[str, str], truth: dict[str, str]) -> float:
    found = {name: at for at, one in enumerate(group_alike(texts, kinds)) for name in one.ids}
    assert set(found) == set(texts), "every failure is in one group"
    return float(adjusted_rand_score([truth[n] for n in texts], [found[n] for n in texts]))


def test_the_groups_match_planted_modes() -> None:
    assert agreement(*planted(300)) >= 0.6


@needs_models
@pytest.mark.parametrize("noise", [0.0, 0.15])
def test_english_notes_match_their_modes_by_meaning(noise: float) -> None:
    """Forty notes alone, of seven modes that other people worded; by their letters they match at 0.3."""
    index = []
    for seed in range(4):
        notes, modes = written("shop", 40, noise=noise, seed=seed)
        groups = group_alike(notes, embed=load_embedder().embed)
        found = {one: at for at, group in enumerate(groups) for one in group.ids}
        assert set(found) == set(notes)
        index.append(adjusted_rand_score(list(modes.values()), [found[i] for i in modes]))
    assert np.mean(index) >= 0.6 and min(index) >= 0.5


def test_notes_in_five_languages_match_their_modes_by_what_their_words_mean() -> None:
    index = []
    for seed in range(3):
        notes, modes = written("desk", 40, noise=0.15, seed=seed)
        found = {one: at for at, group in enumerate(group_alike(notes)) for one in group.ids}
        index.append(adjusted_rand_score(list(modes.values()), [found[i] for i in modes]))
    assert np.mean(index) >= 0.6 and min(index) >= 0.5


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("datumsformat falsch", ["date", "wrong"]),
        ("mauvais format de date", ["wrong", "format", "date"]),
        ("falta la fuente", ["missing", "source"]),
        ("没有来源", ["source", "missing"]),
        ("the icon is blue", []),
        ("ничего не понятно", []),
        ("", []),
    ],
)
def test_words_are_read_by_their_meaning(text: str, meant: list[str]) -> None:
    assert meanings(text) == meant
    assert all(word in in_english(text) for word in meant) and (meant or in_english(text).strip() == text)


def test_five_thousand_notes_are_grouped_in_five_seconds() -> None:
    found = planted(5_000)
    start = time.process_time()
    assert agreement(*found) >= 0.6
    assert time.process_time() - start < 8, "alone, and with the libraries loaded, it takes under five"


@pytest.mark.parametrize(
    "notes",
    [
        [],
        ["x"],
        ["wrong", "wrong"],
        ["falsch", "wrong", "mauvais", "いいえ", "неверно", "42", ""],
        ["a b", "a b c", "b"],
        ["日付が違う", "日付の形式", "結合が違う"],
    ],
)
def test_notes_of_one_word_and_in_any_language_are_grouped(notes: list[str]) -> None:
    texts = {str(n): note for n, note in enumerate(notes)}
    found = group_alike(texts)
    assert sorted(i for g in found for i in g.ids) == sorted(texts) and all(g.name for g in found)


def test_a_proposed_group_becomes_a_mode_under_a_name_of_ones_own(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    rows = [row(f"c{n}", "column_not_found") for n in range(6)] + [row(f"n{n}", feedback="down") for n in range(5)]
    bring(store, rows)
    week = {"opened_at": "2026", "opened_by": "lea", "due": "2026-11-20", "seed": "s", "unit": "session"}
    store.add(Week(name=WEEK, **week, overlap=0, overlap_raters=0, raters=("ana",), rubric_version=1))
    for n in range(5):
        write_note(store, f"n{n}", "the refund rule is outdated", by="eva")
    project = project_of(store.path)
    found = proposed_modes(store, project, [WEEK], by="eva")
    assert [sorted(g.alike.ids) for g in found] == [[f"c{n}" for n in range(6)], [f"n{n}" for n in range(5)]]
    assert found[0].says == MESSAGES["column_not_found"] and found[1].says == "the refund rule is outdated"
    assert "refund" in found[1].alike.name or "outdated" in found[1].alike.name or "rule" in found[1].alike.name
    mode = accept(store, found[1].alike.ids, "old refund rule", by="eva")
    assert {g.group: g.n for g in groups_of(store, project)} == {mode.id: 5, "column_not_found": 6}
    assert [len(g.alike.ids) for g in proposed_modes(store, project, [WEEK], by="eva")] == [6]
    write_note(store, "c0", "wrong column, ask tom@example.com", by="eva")
    told: list[str] = []
    named = proposed_modes(store, project, [WEEK], by="eva", endpoint=lambda said: told.extend(said) or '"Old schema".')
    assert named[0].alike.name == "Old schema" and "[EMAIL_1]" in str(told) and "tom@" not in str(told), "masked"
    joined = accept(store, found[0].alike.ids, " Old  refund rule", by="eva")
    assert joined == mode and {g.group: g.n for g in groups_of(store, project)} == {mode.id: 11}
    with pytest.raises(InputError, match="found 0 characters"):
        accept(store, found[0].alike.ids, " ", by="eva")


def test_a_model_names_a_large_group_and_every_failure_keeps_its_text(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    bring(store, [row(f"c{n}", feedback="down") for n in range(12)])
    for n in range(12):
        write_note(store, f"c{n}", f"the refund rule is outdated, ask tom{n}@example.com", by="eva")
    asked: list[str] = []
    [one] = proposed_modes(
        store, project_of(store.path), [WEEK], by="eva", endpoint=lambda said: asked.extend(said) or "Old rule"
    )
    assert one.alike.name == "Old rule" and len(asked) == 8 and "tom" not in str(asked)
    assert {name: one.said[name][-16:] for name in ("c0", "c9")} == {"c0": "tom0@example.com", "c9": "tom9@example.com"}
    assert len(one.said) == 12


def test_failures_are_grouped_by_what_failed_not_by_how_it_became_known(tmp_path: Path) -> None:
    """Sixty failures, half of them without a note; each became known in a way that has nothing to do with its mode."""
    store, rng = new_store(tmp_path), np.random.default_rng(1)
    told = planted_failures(60)
    known: list[dict[str, object]] = [{"feedback": "down"}, {"low_confidence": True}]
    rows = []
    for name, one in told.items():
        step = [{"name": "call", "error": one.error}] if one.error else []
        more = [{"status": "error", "answer": None}, {"steps": [*step, {"name": "call"}]}] if one.error else known
        chosen = more[int(rng.integers(2))]
        rows.append(row(name, **{"question": one.question, "answer": one.answer, "steps": step, **chosen}))
    bring(store, rows)
    for name, one in told.items():
        if one.note:
            write_note(store, name, one.note, by="eva")
    groups = proposed_modes(store, project_of(store.path), [WEEK], by="eva", meaning=False)
    found = {one: at for at, group in enumerate(groups) for one in group.alike.ids}
    assert set(found) == set(told)
    assert adjusted_rand_score([one.mode for one in told.values()], [found[i] for i in told]) >= 0.6
    assert not [g.alike.name for g in groups if EMPTY_WORDS & set(g.alike.name.replace(",", "").split())]


def test_comments_of_reviewers_are_shown_with_the_failure(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    bring(store, [row("c1", "column_not_found"), row("c2", "date_format")])
    dealt = {"item_id": "i1", "rater_id": "ana", "rubric_version": 1, "at": "2026"}
    more = {"submission_id": "s1", "assignment_id": "a1", "labels": {}, "comment": "from the old schema"}
    store.add(
        a_week(WEEK),
        *conversations_of(store, ["c1"]).values(),
        Item(id="i1", conversation_id="c1", week=WEEK, at="2026", draw_id=None, stratum=None, purposive=True),
        Assignment(id="a1", week=WEEK, position=1, by="lea", **dealt),
        Annotation(**dealt, **more),
    )
    write_note(store, "c1", "renamed in May", by="eva")
    one, other = (failures(store, project_of(store.path), Narrowed(ids=[i]))[0] for i in ("c1", "c2"))
    assert one.said == "renamed in May · from the old schema" and other.said == ""
    assert failure_shown(store, project_of(store.path), "c1").comments == [("ana", "from the old schema")]
