"""Labels on the Conversations page: files that hold labels go on there, human scores of traces too, and each undo."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from app_pages import ROUTER, TIMEOUT
from streamlit.testing.v1 import AppTest

from pages.parts.conversations.dropped import Arrived
from review.basics.clock import now
from review.current.settled import annotations_of
from review.exchange.labels import import_labels, read_labels
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.sources.import_into import import_into
from review.sources.jobs import Job, dismiss, jobs_of, start
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import READERS
from review.sources.uploads import keep
from storage.opening import open_store
from storage.queries.weeks import weeks_in_use
from storage.records_log import Conversation
from storage.records_weeks import Assignment
from storage.store import Store

CHOICE = {"from_name": "correctness", "to_name": "answer", "type": "choices"}
VOTES = (("ana", "correct"), ("ben", "wrong"))
LABELS = b"item,rater,label\nc-1,Mara,wrong\n"
SCORE = {"name": "correctness", "source": "ANNOTATION", "dataType": "CATEGORICAL", "stringValue": "wrong", "value": 0}
TRACE = {**READERS["langfuse"].sample, "id": "t-1", "scores": [{**SCORE, "authorUserName": "Ben"}]}  # type: ignore[dict-item]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    made = open_store(tmp_path / "spotcheck.db")
    add_person(made, "lea", role="lead", by="test")
    save_rubric(made, rubric_from(DEFAULT_RUBRIC), by="lea")
    monkeypatch.setenv("SPOTCHECK_STORE", str(made.path))
    yield made
    for job in jobs_of(made.path):
        dismiss(job)
    made.close()


def opened(page: str = "conversations.py", rater: str = "lea", **state: object) -> AppTest:
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT)
    at.query_params["rater"] = rater
    for key, value in state.items():
        at.session_state[key] = value
    at.switch_page(page).run()
    assert not at.exception, [e.value for e in at.exception]
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (at.markdown, at.caption, at.success, at.warning) for e in kind)


def labels(store: Store) -> list[tuple[str, str]]:
    weeks = [week.name for week in weeks_in_use(store)]
    return [(n.rater_id, n.labels["correctness"]) for n in annotations_of(store, weeks)]


def test_a_file_of_labels_that_is_dropped_as_conversations_goes_on_as_labels_and_can_be_undone(store: Store) -> None:
    [file], _ = keep(store.path, "labels.csv", LABELS)
    at = opened(arrive_files=[Arrived(str(file), "labels.csv")])
    assert "This file holds labels, not conversations: a table of labels." in said(at)
    at.button(key="arrive_go_on").click().run()
    assert not at.exception and at.session_state["conversations_view"] == "judgements"
    at.button(key="judgements_go").click().run()
    assert "New people: Mara. They get items once a lead gives them a role" in said(at)
    assert labels(store) == [("mara", "wrong")]
    (button,) = [b for b in at.button if b.key and b.key.startswith("label_undo_")]
    button.click().run()
    assert not at.exception and labels(store) == []


def imported(*jobs: Job) -> None:
    start(jobs)
    for thread in threading.enumerate():
        if thread.name == "imports":
            thread.join()


def test_earlier_imports_fold_into_their_sentence(store: Store) -> None:
    files = [f"{n}.jsonl" for n in range(3)]
    kept = [keep(store.path, name, orjson.dumps({"question": f"q {name}", "answer": "a"}))[0][0] for name in files]
    imported(
        *(
            Job(store_path=Path(store.path), file=file, name=name, options=ImportOptions(), by="lea")
            for file, name in zip(kept, files, strict=True)
        )
    )
    at = opened()
    folded = [box.label.replace("\\", "") for box in at.expander if "came in" in box.label]
    assert folded == ["1 conversation of 1.jsonl came in.", "1 conversation of 0.jsonl came in."]
    assert "**1 conversation of 2.jsonl came in.**" in said(at).replace("\\", "")


def test_human_scores_of_imported_traces_become_labels_in_one_step(store: Store) -> None:
    [file], _ = keep(store.path, "traces.json", orjson.dumps(TRACE))
    job = Job(store_path=Path(store.path), file=file, name="traces.json", options=ImportOptions(), by="lea")
    imported(job)
    at = opened()
    assert "1 human score by 1 person was found" in said(at)
    (button,) = [b for b in at.button if b.key and b.key.startswith("job_scores_")]
    button.click().run()
    assert not at.exception and "scores that people gave inside traces of Langfuse" in said(at)
    at.button(key="judgements_go").click().run()
    assert labels(store) == [("ben", "wrong")]


def test_human_scores_of_a_past_import_become_labels(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "traces.json"
    path.write_bytes(orjson.dumps(TRACE))
    done = import_into(store, path, by="lea")
    at = opened(conversations_view="imports")
    at.button(key=f"conversations_scores_{done.id}").click().run()
    assert not at.exception and "scores by people in the log" in said(at)
    at.button(key="judgements_go").click().run()
    assert labels(store) == [("ben", "wrong")]
    at.switch_page("sampling.py").run()
    assert not at.exception and at.multiselect(key="planning_raters").options == ["lea"]


def test_several_files_come_in_together_once_their_encoding_and_dates_are_told(store: Store) -> None:
    row = "item,rater,label,at\nc-1,{},wrong,{}\n"
    files = []
    for name, who, day in (("one.csv", "Jörg", "03/11/2026"), ("two.csv", "Ana", "04/11/2026")):
        [path], _ = keep(store.path, name, row.format(who, day).encode("cp1252"))
        files.append(Arrived(str(path), name))
    at = opened(judgements_files=files, conversations_view="judgements")
    assert not [b for b in at.button if b.key == "judgements_go"], "the encoding is asked for first"
    [encoding] = [r for r in at.radio if "not written in UTF-8" in r.label]
    encoding.set_value("cp1252").run()
    assert at.button(key="judgements_go").disabled, "day or month first is never guessed"
    [dates] = [r for r in at.radio if "How are the dates written" in r.label]
    dates.set_value("day-first").run()
    at.button(key="judgements_go").click().run()
    assert not at.exception and "2 labels came in" in said(at)
    assert [label for _, label in labels(store)] == ["wrong", "wrong"]
    weeks = [week.name for week in weeks_in_use(store)]
    assert {n.at[:10] for n in annotations_of(store, weeks)} == {"2026-11-03", "2026-11-04"}
    assert not [one for one in files if Path(one.path).exists()]


def test_items_that_nobody_knows_come_in_with_the_text_of_the_file_and_agreement_follows(store: Store) -> None:
    said_by = [{"completed_by": who, "result": [{**CHOICE, "value": {"choices": [value]}}]} for who, value in VOTES]
    task = {"id": 5, "data": {"question": "Where is parcel 77? ana@example.org", "answer": "In Graz."}}
    [file], _ = keep(store.path, "ls.json", orjson.dumps([{**task, "annotations": said_by}]))
    at = opened(judgements_files=[Arrived(str(file), "ls.json")], conversations_view="judgements")
    assert "It comes in as a hand-picked item: with the text from this file." in said(at)
    at.button(key="judgements_go").click().run()
    assert not at.exception and "2 labels came in" in said(at)
    kept = store.get(Conversation, "labels/5")
    assert kept is not None and kept.answer == "In Graz."
    assert kept.question == "Where is parcel 77? [EMAIL_1]" and kept.redacted == 1
    at.switch_page("agreement.py").run()
    assert not at.exception, [e.value for e in at.exception]


def test_verdicts_on_unknown_conversations_lead_to_the_import_of_the_file_itself(store: Store) -> None:
    sample = {"user_input": "Where is my order?", "response": "It has shipped.", "faithfulness": 0.9}
    [file], _ = keep(store.path, "ragas.jsonl", orjson.dumps(sample))
    at = opened(judgements_files=[Arrived(str(file), "ragas.jsonl")], conversations_view="judgements",
                judgements_kind="verdicts")  # fmt: skip
    assert "1 item is not under review here. Its verdicts are left out." in said(at)
    at.button(key="judgements_conversations").click().run()
    assert not at.exception and at.session_state["conversations_view"] == "import"
    assert at.button(key="arrive_go").label == "Import ragas.jsonl"


def test_a_week_that_labels_open_hides_no_reviewers_own_week(store: Store) -> None:
    ana = add_person(store, "ana", role="annotator", by="lea")
    for week, item in (("2026-W46", "c-8"), ("2026-W49", "c-9")):
        [file], _ = keep(store.path, "labels.csv", LABELS.replace(b"c-1", item.encode()))
        import_labels(store, read_labels(file), by="lea", dimension="correctness", week=week)
    given = {"item_id": "labels/c-8", "rater_id": ana.id, "week": "2026-W46", "at": now(), "by": "lea"}
    store.add(Assignment(id="a-9", position=0, rubric_version=1, **given))
    assert opened().selectbox("session_choose_week").value == "2026-W49"
    at = opened(page="annotate.py", rater="ana")
    assert at.selectbox("session_choose_week").value == "2026-W46" and "week" not in at.query_params
