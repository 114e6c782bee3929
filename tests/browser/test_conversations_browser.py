"""A lead without a terminal: from an empty store, files come in, are counted, found again and undone, in a browser."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from annotate_app import Server, serving
from kept_contexts import page_of
from page_at_rest import at_rest

from review.basics.log_paths import log_of
from review.log.log import every_conversation, weeks_in_log
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.sources.uploads import uploads_of
from storage.opening import open_store
from storage.records_log import SourceSettings
from storage.records_review import Annotation

pytestmark = pytest.mark.browser

HELPDESK = (
    "\ufeffTicket;Eröffnet;Kunde;Frage;Antwort;Bewertung\n"
    "T-1;09/11/2026 08:15;Müller, Jörg;Wo ist mein Paket 7?;Unterwegs, an joerg@example.com.;5\n"
    'T-2;30/11/2026 17:05;Zoë;"Größe 42?\nIn Braun.";"Ja; drei ""Älpli"" sind da.";1\n'
    "T-3;01/12/2026 09:00;;Storno 8;;\n"
)
UNCLEAR = "id,created_at,question\n1,09/11/2026,Where is it?\n2,10/11/2026,<b>Cancel</b> it\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    store = open_store(tmp_path / "spotcheck.db")
    add_person(store, "Lea", role="lead", by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    with serving(store) as running:
        yield running


def opened(server: Server, context: Any) -> Any:
    """The page in a window so high that nothing has to scroll: a list of choices closes when the page does."""
    page = page_of(context)
    page.set_viewport_size({"width": 1280, "height": 1800})
    page.goto(f"{server.url}/conversations?rater=lea")
    at_rest(page)
    return page


def drop(page: Any, name: str, data: bytes, *, into: str = "Drop files with conversations here") -> None:
    """Drop a file into a box, found by its label: while a view changes, the box of the last one may still stand."""
    box = page.get_by_test_id("stFileUploader").filter(has_text=into).locator("input[type=file]")
    box.set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    page.get_by_role("heading", name=name, exact=False).wait_for()
    at_rest(page)


def meaning(page: Any, path: str) -> str:
    """What the row of a field says it means."""
    return str(page.get_by_role("combobox", name=f"What {path} means").input_value())


def test_a_german_helpdesk_comes_in_whole_is_found_and_undone(server: Server, context: Any) -> None:
    page = opened(server, context)
    page.get_by_text("The log is empty. Drop the first file to fill it.").wait_for()
    drop(page, "helpdesk.csv", HELPDESK.encode())
    assert [meaning(page, name) for name in ("Ticket", "Eröffnet", "Frage", "Antwort", "Bewertung")] == [
        "id of the conversation", "date and time", "question of the user", "answer of the assistant",
        "feedback of the user",
    ]  # fmt: skip
    page.get_by_text("Dates are read day-first. Only day-first reads all 3 values").wait_for()
    assert page.get_by_role("combobox", name="feedback 5 becomes").input_value() == "thumb up"
    page.get_by_text("All 3 rows: readable").wait_for()
    page.get_by_role("button", name="Import helpdesk.csv").click()
    page.get_by_text("3 conversations of helpdesk.csv came in.").wait_for()
    at_rest(page)
    page.get_by_text("3 conversations in the log, 2026-W46 to 2026-W49.").wait_for()
    log = log_of(server.store.path)
    found = {c.id: c for c in every_conversation(log, weeks=list(weeks_in_log(log)))}
    assert [c.created_at for c in found.values()] == [
        "2026-11-09T08:15:00.000+00:00", "2026-11-30T17:05:00.000+00:00", "2026-12-01T09:00:00.000+00:00",
    ]  # fmt: skip
    assert [c.feedback for c in found.values()] == ["up", "down", None]
    assert "[EMAIL_1]" in found["T-1"].answer and found["T-2"].question == "Größe 42?\nIn Braun."
    (kept,) = server.store.find(SourceSettings)
    assert kept.date_format == "day-first" and kept.value_tables == {"feedback": {"5": "up", "1": "down"}}
    assert list(uploads_of(server.store.path).iterdir()) == []

    page.get_by_text("Browse the log").click()
    page.get_by_text("3 conversations found.").wait_for()
    page.get_by_role("textbox", name="Text in a message").fill("größe")
    page.get_by_role("textbox", name="Text in a message").press("Enter")
    page.get_by_text("1 conversation found.").wait_for()

    page.get_by_text("Past imports").click()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_text("The log is empty. Drop the first file to fill it.").wait_for()
    at_rest(page)
    page.get_by_text("This import was undone").wait_for()
    assert weeks_in_log(log) == {}
    page.get_by_text("Import", exact=True).click()
    page.get_by_text("Drop files with conversations here").wait_for()
    at_rest(page)
    assert page.get_by_text("3 conversations of helpdesk.csv came in.").count() == 0


def test_dates_that_fit_two_ways_are_asked_before_anything_comes_in(server: Server, context: Any) -> None:
    page = opened(server, context)
    drop(page, "unclear.csv", UNCLEAR.encode())
    page.get_by_text("How are the dates written?").wait_for()
    assert page.get_by_role("button", name="Import unclear.csv").is_disabled()
    page.get_by_text("the month comes first (11/30/2026)").click()
    page.get_by_text("2026-W37").first.wait_for(state="attached")
    at_rest(page)
    page.get_by_role("button", name="Import unclear.csv").click()
    page.get_by_text("2 conversations of unclear.csv came in.").wait_for()
    assert set(weeks_in_log(log_of(server.store.path))) == {"2026-W37", "2026-W41"}


def test_an_archive_of_files_alike_comes_in_with_one_click(server: Server, context: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(3):
            archive.writestr(f"logs/{n}.csv", f"nr,frage\n{n},Wo ist Paket {n}?\n")
    page = opened(server, context)
    page.locator("input[type=file]").set_input_files(
        {"name": "logs.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()}
    )
    page.get_by_text("3 files waiting").wait_for()
    at_rest(page)
    page.get_by_role("button", name="Import 3 files").click()
    page.get_by_text("3 conversations in the log").wait_for()
    log = log_of(server.store.path)
    assert {c.id for c in every_conversation(log, weeks=list(weeks_in_log(log)))} == {"0", "1", "2"}
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("window.innerWidth === 390")
    at_rest(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1


def test_a_label_studio_export_becomes_labels(server: Server, context: Any) -> None:
    """Its question fills a dimension of the rubric, and its words are translated; nothing comes in before."""
    tasks = [
        {
            "id": n,
            "data": {"conversation_id": f"c-{n}", "question": "Where is it?"},
            "annotations": [
                {"id": 10 * n + k, "completed_by": {"email": f"{name}@example.com"}, "result": [
                    {"from_name": "quality", "type": "choices", "value": {"choices": [word]}}
                ]}
                for k, (name, word) in enumerate((("mara", "good"), ("ben", word)))
            ],
        }
        for n, word in enumerate(("good", "bad", "bad"), start=1)
    ]  # fmt: skip
    page = opened(server, context)
    page.get_by_text("Labels and verdicts").click()
    drop(page, "export.json", orjson.dumps(tasks), into="Drop files with labels or verdicts here")
    page.get_by_text("Label Studio").first.wait_for()
    assert page.get_by_role("button", name="Import labels of people").is_disabled()
    choose(page, "quality fills", "correctness")
    choose(page, "correctness good means", "correct")
    choose(page, "correctness bad means", "wrong")
    page.get_by_role("button", name="Import labels of people").click()
    page.get_by_text("6 labels came in, in 6 annotations.").wait_for()
    at_rest(page)
    labels = sorted(str(a.labels["correctness"]) for a in server.store.find(Annotation))
    assert labels == ["correct"] * 4 + ["wrong"] * 2
    page.get_by_role("link", name="See the agreement").click()
    page.wait_for_url("**/agreement*")
    at_rest(page)
    assert page.locator("[data-testid=stException]").count() == 0


def choose(page: Any, label: str, option: str) -> None:
    """Choose an option of a select box by its label."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    at_rest(page)
