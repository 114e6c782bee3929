"""The demonstration store, built through the same verbs as a real one."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_cache import TODAY
from quick_stores import copy_folder

from review.annotating.batch import batch
from review.basics.errors import InputError
from review.current.progress import progress
from review.demo import one_week
from review.demo.build import build_demo, demo_store
from review.demo.generate import conversations
from review.demo.judges import LEARNED
from review.demo.makers import JUDGES
from review.demo.one_week import ALREADY_DONE
from review.demo.reviewers import HABITS
from review.demo.shop import as_plain
from review.demo.team import CURATOR, VISITOR
from review.evidence.evidence import paired_labels
from review.failures.archive import failures
from review.judges.learned.training import rows_of
from review.judges.runs.running import runs
from review.log.failed import Narrowed
from review.settings.project import project_of
from review.settling.adjudication import cases
from review.sql.execution.runner import Runner
from storage.opening import open_store
from storage.records_golden import GoldenExample, Release
from storage.records_judges import Judge
from storage.records_log import Conversation, Import
from storage.records_review import Adjudication, Annotation, Verdict
from storage.records_weeks import Item, Week, WeekClosing
from storage.store import Store

CLOSED, OPEN = "2026-W46", "2026-W47"
"""The weeks before ``TODAY``."""


@pytest.fixture(scope="module")
def store(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = copy_folder(demo_path.parent, tmp_path_factory.mktemp("demo") / "copy")  # with its settings and the shop
    return open_store(folder / demo_path.name, create=False)


def test_the_weeks_before_are_closed_without_a_reason_and_the_last_one_is_open(store: Store) -> None:
    assert [w.name for w in store.find(Week)] == [CLOSED, OPEN]
    assert [(c.week, c.reason) for c in store.find(WeekClosing)] == [(CLOSED, "")]
    assert all(i.read == i.added == 900 and i.file.startswith("production-2026") for i in store.find(Import))


def test_in_the_closed_week_all_is_reviewed_and_settled_by_somebody_who_did_not_review(store: Store) -> None:
    assert {p.rater_id for p in progress(store, CLOSED) if p.dealt} == set(HABITS)
    assert all(p.left == 0 for p in progress(store, CLOSED))
    assert {c.kind for c in cases(store, CLOSED, viewer=VISITOR)} == {"single", "unanimous", "settled"}
    settled = store.find(Adjudication)
    assert settled and {a.adjudicator for a in settled} == {CURATOR}
    assert all(a.rationale for a in settled)


def test_the_visitor_has_everything_of_the_open_week_before_them_and_the_others_a_part(store: Store) -> None:
    states = {p.rater_id: p for p in progress(store, OPEN) if p.dealt}
    assert set(states) == {*HABITS, VISITOR}
    assert states[VISITOR].done == 0 < states[VISITOR].left == len(batch(store, VISITOR, week=OPEN, size=500)["items"])
    for name, share in ALREADY_DONE.items():
        assert states[name].done == round(share * states[name].dealt)


def test_golden_examples_come_from_settled_items_and_are_released(store: Store) -> None:
    examples = store.find(GoldenExample)
    assert examples and {e.rule for e in examples} <= {"adjudicated", "unanimous", "single"}
    assert [(r.name, r.size) for r in store.find(Release)] == [(CLOSED, len(examples))]
    assert {e.content["expected_behaviour"] for e in examples if e.kind == "adversarial"} <= {"refuse"}


def test_only_drawn_and_triaged_conversations_are_in_the_store_and_they_are_masked(store: Store) -> None:
    drawn = store.find(Conversation)
    others = {c.id for c in drawn} - {i.conversation_id for i in store.find(Item)}
    triaged = failures(store, project_of(store.path), Narrowed(weeks=[CLOSED], ids=list(others)), most=1_000)
    assert others and {f.row.id for f in triaged} == others and {f.state for f in triaged} == {"triaged"}
    assert any(c.redacted for c in drawn)
    assert not any("@example" in m["content"] for c in drawn for m in c.messages)


def test_the_shop_stands_beside_the_store_and_the_settings_name_it(store: Store) -> None:
    settings = project_of(store.path).sql
    asked = [c for c in store.find(Conversation) if c.sql and c.status == "ok"]
    with Runner(settings.engine, policy=settings.policy) as runner:
        results = runner.run_all(c.sql for c in asked)
    for conversation, result in zip(asked, results, strict=True):
        assert result.done, (conversation.sql, result.error)
        recorded = [tuple(row) for row in conversation.result["rows"]]
        assert [len(row) for row in result.rows] == [len(row) for row in recorded]
        assert [tuple(map(as_plain, row)) for row in result.rows] == recorded


def test_the_judges_are_two_recordings_one_that_runs_queries_and_one_that_was_trained_on_the_closed_weeks(
    store: Store,
) -> None:
    made = {j.name: j for j in store.find(Judge)}
    assert {name: j.kind for name, j in made.items()} == {
        "kind-judge": "recorded",
        "no-rude": "recorded",
        "sql-execution": "execution",
        LEARNED: "learned",
    }
    rows = rows_of(store, made[LEARNED].spec["training"])
    assert {i.week for i in store.find(Item, id=[r.subject.id for r in rows])} == {CLOSED}
    finished = {s.run.target["name"]: s for s in runs(store, LEARNED)}
    assert {w: (s.state, s.missing, s.cost) for w, s in finished.items()} == {
        CLOSED: ("finished", {}, 0.0),
        OPEN: ("finished", {}, 0.0),
    }


def test_every_item_has_a_recorded_verdict_as_in_the_log_with_its_rationale_time_and_cost(store: Store) -> None:
    verdicts = store.find(Verdict)
    items = {i.id for i in store.find(Item)}
    for name in JUDGES:
        log, recorded = (
            {(v.item_id, v.dimension): v for v in verdicts if (v.judge, v.version) == (name, version)}
            for version in ("log", "1")
        )
        assert log.keys() == recorded.keys() == {(i, d) for i in items for d in JUDGES[name]}
        for key, v in recorded.items():
            assert (v.value, v.score) == (log[key].value, log[key].score)
            assert bool(v.rationale) == (v.value is not None) != (v.error in ("timed_out", "unparseable", "refused"))
            assert v.latency_ms and (v.cost is None) == (v.error == "timed_out")
        assert len({v.rationale for v in recorded.values()}) > 10
        assert not any("{" in v.rationale for v in recorded.values())


def test_the_judges_tell_their_story(store: Store) -> None:
    def recall(judge: str, dimension: str) -> float:
        pair = paired_labels(store, [CLOSED, OPEN], judge, split="all")[dimension]
        positive = [i for i, s in pair.settled.items() if s.value == pair.dimension.positive and i in pair.verdicts]
        return sum(pair.verdicts[i].value == pair.dimension.positive for i in positive) / len(positive)

    # One is too kind, one never says rude, and the one that costs nothing finds some of what is wrong, not all of it.
    assert recall("kind-judge", "correctness") < 0.65 < recall("no-rude", "correctness")
    assert recall("no-rude", "politeness") == 0.0
    assert 0.0 < recall(LEARNED, "correctness") < 1.0
    # What is wrong in a query shows in its result.
    assert recall("sql-execution", "correctness") > 0.5


def test_the_same_seed_gives_the_same_labels_in_another_store(store: Store, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    build_demo(tmp_path / "again.db", today=TODAY, weeks=1, size=900, progress=lambda *step: told.append(step))
    assert told[0] == (0, 1, f"{OPEN}: conversations") and told[-1] == (1, 1, "ready")
    again = open_store(tmp_path / "again.db")

    def said(where: Store) -> set[tuple[str, str, str]]:
        items = {i.id: i for i in where.find(Item, week=OPEN)}
        found = {a.item_id: a for a in where.find(Annotation) if a.item_id in items}
        return {(items[i].conversation_id, a.rater_id, str(a.labels)) for i, a in found.items() if a.rater_id == "tom"}

    drawn = {i.conversation_id for i in store.find(Item, week=OPEN)}
    assert {i.conversation_id for i in again.find(Item)} == drawn
    ours, theirs = {c: s for c, *s in said(store)}, {c: s for c, *s in said(again)}
    shared = ours.keys() & theirs.keys()
    assert shared and all(ours[c] == theirs[c] for c in shared)


def test_a_folder_with_other_files_is_refused_and_a_broken_build_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="empty or a new folder"):
        demo_store(tmp_path)

    def breaks(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(one_week, "review_week", breaks)
    monkeypatch.setattr(one_week, "conversations", lambda **o: conversations(**{**o, "size": 200}))
    with pytest.raises(KeyboardInterrupt):
        demo_store(tmp_path / "new", weeks=1)
    assert not (tmp_path / "new").exists() and (tmp_path / "mine.txt").exists()


def test_a_store_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "spotcheck.db").touch()
    assert demo_store(tmp_path) == tmp_path / "spotcheck.db"
    assert (tmp_path / "spotcheck.db").stat().st_size == 0


def test_a_demonstration_without_weeks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least 1"):
        build_demo(tmp_path / "none.db", today=TODAY, weeks=0)
