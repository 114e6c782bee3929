"""Feedback, tags, scores and errors that arrive after their conversation join it; what was drawn stays as it was."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import flow_store
import orjson
import pyarrow.parquet as pq
import pytest

from review.basics.log_paths import log_of
from review.log.facts import Facts, news, together
from review.log.late import late_files
from review.log.log import read_conversations
from review.log.searching import LogSearch, search_log
from review.settings.project import project_of
from review.sources.import_into import import_into
from review.sources.options import ImportOptions
from review.sources.tally import Tally
from review.sources.undoing import undo_import
from review.week.drawing import Request, preview
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Conversation, Import
from storage.store import Store

WEEK = "2026-W46"
FORMATS = Path(__file__).parents[2] / "../shared/data/formats"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "spotcheck.db")
    flow_store.add_people(made)
    return made


def row(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "created_at": "2026-11-10T09:00:00Z", "question": f"{name}?", "answer": "Seven.", **more}


def bring(store: Store, *rows: dict[str, object], tally: Tally | None = None, **options: object) -> Import:
    file = store.path.parent / "rows.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return import_into(store, file, ImportOptions(**options), by="lea", tally=tally)  # type: ignore[arg-type]


def counts(done: Import) -> tuple[int | None, ...]:
    assert done.read == done.added + done.duplicate + done.changed + done.updated + done.waiting + done.rejected
    return done.added, done.duplicate, done.changed, done.updated, done.waiting, done.rejected


def one(store: Store, name: str) -> Conversation:
    [found] = read_conversations(log_of(store.path), [name])
    return found


def failing(store: Store) -> int:
    found = preview(store, project_of(store.path), Request(week=WEEK, rate=1.0, raters=("ana",)))
    return found.frame.populations["failing"]


def test_a_thumb_that_comes_later_joins_its_conversation_and_makes_a_failing_case(store: Store) -> None:
    assert counts(bring(store, *(row(name) for name in "abc"))) == (3, 0, 0, 0, 0, 0)
    before = one(store, "a")
    assert failing(store) == 0
    told = [{"conversation_id": "a", "thumb": -1, "comment": "Wrong."}, {"conversation_id": "b", "thumb": "up"}]
    assert counts(bring(store, *told)) == (0, 0, 0, 2, 0, 0)
    after = one(store, "a")
    assert (after.feedback, one(store, "b").feedback, failing(store)) == ("down", "up", 1)
    assert after.metadata["scores"] == [{"name": "comment", "comment": "Wrong."}]
    kept = dataclasses.replace(after, feedback=None, metadata={})
    assert kept == dataclasses.replace(before, feedback=None, metadata={})
    assert counts(bring(store, *told)) == (0, 2, 0, 0, 0, 0)
    assert [
        r["id"] for r in search_log(log_of(store.path), LogSearch(reasons=["negative"], negative=["down"]), most=9).rows
    ] == ["a"]


def test_a_changed_record_brings_its_news_and_keeps_the_first_text(store: Store) -> None:
    verdicts = {"judge": {"correctness": {"value": "wrong", "score": 0.1}}}
    bring(store, row("a", tags=["shop"]), row("b"), row("c", verdicts={"other": {"correctness": "correct"}}))
    later = [
        row("a", answer="Eight.", tags=["shop", "refund"], status="error", error_type="Timeout", error_message="30 s"),
        row("b", answer="Nine."),
        row("c", verdicts=verdicts, feedback="down"),
    ]
    assert counts(bring(store, *later)) == (0, 0, 1, 2, 0, 0)
    a, b, c = (one(store, name) for name in "abc")
    assert (a.messages[-1]["content"], a.tags) == ("Seven.", ("shop", "refund"))
    assert (a.status, a.error_type, a.error_message) == ("error", "Timeout", "30 s")
    assert (b.answer, b.feedback, c.feedback) == ("Seven.", None, "down")
    assert c.verdicts == {"other": {"correctness": "correct"}, **verdicts}
    assert failing(store) == 2
    disagree = search_log(log_of(store.path), LogSearch(reasons=["judges"]), most=9)
    assert [r["id"] for r in disagree.rows] == ["c"]
    assert counts(bring(store, *later)) == (0, 2, 1, 0, 0, 0)


def test_the_latest_feedback_counts_and_an_error_stays(store: Store) -> None:
    bring(store, row("a", status="error", error_message="first"))
    bring(store, {"id": "a", "feedback": "down"}, {"id": "a", "feedback": "up"})
    assert one(store, "a").feedback == "up"
    assert counts(bring(store, row("a", status="ok"))) == (0, 0, 1, 0, 0, 0)
    assert (one(store, "a").status, one(store, "a").error_message) == ("error", "first")


def test_what_arrives_after_the_draw_changes_neither_the_frame_nor_the_item(store: Store) -> None:
    bring(store, *(row(name) for name in "abcd"), row("e", feedback="down"))
    request = Request(week=WEEK, rate=0.5, raters=("ana",))
    drawn = open_week(store, project_of(store.path), request, by="lea")
    kept = {c.id: c for c in store.find(Conversation)}
    tally = Tally()
    done = bring(store, *({"id": name, "feedback": "down"} for name in "abcd"), tally=tally)
    assert counts(done) == (0, 0, 0, 4, 0, 0)
    assert any("4 updated conversations of 2026-W46: drawn already" in note for note in tally.notes)
    assert {c.id: c for c in store.find(Conversation)} == kept
    assert one(store, "a").feedback == "down"
    more = open_week(store, project_of(store.path), dataclasses.replace(request, rate=1.0), by="lea")
    assert more.result.frame.populations == drawn.result.frame.populations
    assert not any("has changed" in note for note in more.result.notes)
    assert more.result.ids["failing"] == ("e",) and sorted(more.result.ids["rest"]) == ["a", "b", "c", "d"]


def test_feedback_waits_for_its_conversation(store: Store) -> None:
    assert counts(bring(store, {"id": "a", "feedback": "down"})) == (0, 0, 0, 0, 1, 0)
    assert counts(bring(store, {"id": "a", "feedback": "down"})) == (0, 1, 0, 0, 0, 0)
    assert counts(bring(store, row("a"))) == (1, 0, 0, 0, 0, 0)
    assert (one(store, "a").feedback, failing(store)) == ("down", 1)


def test_late_rows_of_an_import_are_undone_with_it(store: Store) -> None:
    bring(store, row("a"))
    done = bring(store, {"id": "a", "feedback": "down"})
    undo_import(store, done.id, by="lea")
    assert (one(store, "a").feedback, failing(store)) == (None, 0)
    later = bring(store, {"id": "a", "feedback": "down"})
    assert counts(later) == (0, 0, 0, 1, 0, 0)
    open_week(store, project_of(store.path), Request(week=WEEK, rate=1.0, raters=("ana",)), by="lea")
    with pytest.raises(Exception, match="drawn after it"):
        undo_import(store, later.id, by="lea")


def test_feedback_that_came_first_is_not_undone_once_its_conversation_was_drawn(store: Store) -> None:
    waiting = bring(store, {"id": "a", "feedback": "down"})
    bring(store, row("a"), row("b"))
    open_week(store, project_of(store.path), Request(week=WEEK, rate=1.0, raters=("ana",)), by="lea")
    with pytest.raises(Exception, match="drawn after it"):
        undo_import(store, waiting.id, by="lea")
    assert one(store, "a").feedback == "down"


def test_a_mapping_reads_feedback_under_other_names(store: Store) -> None:
    bring(store, row("a"))
    given = {"mapping": {"id": "ticket", "feedback": "csat"}, "values": {"feedback": {"2": "down"}}}
    assert counts(bring(store, {"ticket": "a", "csat": "2", "agent": "x"}, **given)) == (0, 0, 0, 1, 0, 0)
    assert one(store, "a").feedback == "down"


def test_sources_are_kept_apart(store: Store) -> None:
    bring(store, row("a"))
    assert counts(bring(store, {"id": "a", "feedback": "down"}, source="other")) == (0, 0, 0, 0, 1, 0)
    assert one(store, "a").feedback is None


def test_personal_data_in_comments_is_masked(store: Store) -> None:
    bring(store, row("a"))
    bring(store, {"id": "a", "feedback": "down", "comment": "Write to ann@example.com"})
    assert one(store, "a").metadata["scores"][0]["comment"] == "Write to [EMAIL_1]"


def test_a_conversation_and_its_feedback_may_stand_in_one_file(store: Store) -> None:
    rows = [row("a"), row("a", feedback="down"), row("a", answer="Other."), row("a", question="b?", feedback="up")]
    assert counts(bring(store, *rows)) == (1, 0, 2, 1, 0, 0)
    assert (one(store, "a").feedback, one(store, "a").answer) == ("down", "Seven.")


SCORE = {"id": "s", "traceId": "t", "source": "API", "dataType": "BOOLEAN", "timestamp": "2026-11-10T10:00:00Z"}
RUN = {"run_type": "chain", "name": "n", "start_time": "2026-11-10T09:00:00Z"}


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (
            {
                **{"id": "o", "traceId": "t", "type": "SPAN", "name": "agent", "startTime": "2026-11-10T09:00:00Z"},
                **{"input": '"How many?"', "output": '"Seven."'},
            },
            [
                {**SCORE, "name": "user-feedback", "value": 0, "comment": "No."},
                {**SCORE, "id": "j", "name": "groundedness", "value": 0.9, "source": "EVAL", "dataType": "NUMERIC"},
            ],
        ),
        (
            {**RUN, "id": "t", "trace_id": "t", "inputs": {"question": "How many?"}, "outputs": {"answer": "Seven."}},
            [
                {"id": "f", "run_id": "x", "trace_id": "t", "key": "user_score", "score": 0, "comment": "No."},
                {
                    **{"id": "j", "run_id": "t", "key": "groundedness", "score": 0.9},
                    "feedback_source": {"type": "model", "metadata": {"evaluator": "langfuse"}},
                },
            ],
        ),
    ],
    ids=["langfuse", "langsmith"],
)
@pytest.mark.parametrize("together", [True, False])
def test_scores_of_tracing_tools_join_their_traces(store: Store, first, later, together: bool) -> None:
    if together:
        assert counts(bring(store, *later, first)) == (1, 0, 0, 0, 0, 0)
    else:
        bring(store, first)
        assert counts(bring(store, *later)) == (0, 0, 0, 1, 0, 0)
    found = one(store, "t")
    assert (found.feedback, found.verdicts["langfuse"]["groundedness"]["value"]) == ("down", 0.9)
    assert found.metadata["scores"][0]["comment"] == "No." and failing(store) == 1


@pytest.mark.skipif(not FORMATS.exists(), reason="the shared samples are not here")
@pytest.mark.parametrize(
    ("traces", "scores"),
    [("langfuse_observations_v4.jsonl", "langfuse_scores.json"), ("langsmith_runs.jsonl", "langsmith_feedback.jsonl")],
)
def test_exports_of_scores_join_the_export_of_their_traces(store: Store, traces: str, scores: str) -> None:
    first = import_into(store, FORMATS / traces, by="lea")
    later = import_into(store, FORMATS / scores, by="lea")
    assert first.added and later.updated and not later.rejected
    assert counts(import_into(store, FORMATS / scores, by="lea"))[1] == later.read


def test_only_news_are_written() -> None:
    held = Facts(feedback="up", tags=("a",), verdicts={"j": {"d": 1}}, lists={"scores": [1]})
    assert not news(held, held)
    more = Facts(
        status="error", error_type="T", tags=("a", "b"), verdicts={"j": {"d": 2, "e": 1}}, lists={"scores": [1, 2]}
    )
    new = news(more, held)
    assert (new.tags, new.verdicts, new.lists) == (("b",), {"j": {"d": 2, "e": 1}}, {"scores": [2]})
    assert not news(more, together(held, new))


def test_dated_feedback_counts_by_its_own_time_and_other_feedback_by_its_arrival(store: Store) -> None:
    def told(thumb: str, hour: int) -> dict[str, object]:
        return {"id": "a", "feedback": thumb, "created_at": f"2026-11-11T{hour:02d}:00:00Z"}

    bring(store, row("a"), row("b"))
    bring(store, told("up", 12))
    tally = Tally()
    assert counts(bring(store, told("down", 10), tally=tally)) == (0, 1, 0, 0, 0, 0)
    assert any("1 row was said before what the log holds" in note for note in tally.told)
    assert (one(store, "a").feedback, failing(store)) == ("up", 0)
    assert counts(bring(store, told("down", 14), told("up", 13))) == (0, 1, 0, 1, 0, 0)
    assert (one(store, "a").feedback, failing(store)) == ("down", 1)
    up_again = bring(store, told("up", 16))
    assert counts(bring(store, told("down", 15)))[1] == 1 and one(store, "a").feedback == "up"
    undo_import(store, up_again.id, by="lea")
    assert one(store, "a").feedback == "down"
    bring(store, {"id": "a", "feedback": "up"})
    assert one(store, "a").feedback == "up", "without a time what arrived last counts"
    assert counts(bring(store, told("down", 14)))[1] == 1, "the same row again"


def test_the_same_feedback_said_again_later_counts_over_another_one_between(store: Store) -> None:
    bring(store, row("a"))
    for thumb, hour in (("down", 10), ("down", 14), ("up", 12)):
        bring(store, {"id": "a", "feedback": thumb, "created_at": f"2026-11-11T{hour}:00:00Z"})
    assert one(store, "a").feedback == "down"


def test_late_rows_of_earlier_versions_have_no_times_of_their_own(store: Store) -> None:
    bring(store, row("a"))
    bring(store, {"id": "a", "feedback": "down"})
    [path] = late_files(log_of(store.path).logs)
    pq.write_table(pq.read_table(path).drop_columns(["said_at"]), path)
    assert one(store, "a").feedback == "down"
    assert counts(bring(store, {"id": "a", "feedback": "up", "at": "2020-01-01T00:00:00Z"}))[1] == 1
    assert one(store, "a").feedback == "down"


def test_feedback_of_tools_counts_by_its_own_time(store: Store) -> None:
    trace = {"id": "r", "trace_id": "r", "run_type": "chain", "name": "a", "start_time": "2026-11-10T09:00:00Z",
             "inputs": {"question": "How many?"}, "outputs": {"answer": "Seven."}}  # fmt: skip
    bring(store, trace)
    for n, (score, hour) in enumerate([(1, 12), (0, 10)]):
        said = {"id": str(n), "run_id": "r", "trace_id": "r", "key": "user_score", "score": score, "value": None,
                "feedback_source": {"type": "app"}, "created_at": f"2026-11-11T{hour}:00:00Z"}  # fmt: skip
        bring(store, said)
    assert one(store, "r").feedback == "up"
