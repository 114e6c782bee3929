"""Lists of imports: one that was undone is marked where it is listed, chosen and looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_pages import run

from pages.parts.conversations import mapping_form
from review.people.people import add_person
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers
from review.sources.import_into import import_into
from review.sources.undoing import undo_import
from storage.opening import open_store


def test_an_undone_import_is_marked_in_every_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "s.db")
    add_person(store, "Lea", role="lead", by="test")
    made = []
    for name in ("kept", "undone"):
        file = tmp_path / f"{name}.csv"
        file.write_text(f"id,created_at,question\n{name},2026-11-09,Where is it?\n")
        made.append(import_into(store, file, by="lea"))
    undo_import(store, made[1].id, by="lea", reason="wrong file")
    at = run(store, monkeypatch, "conversations", "lea")
    at.segmented_control("conversations_view").set_value("imports").run()
    files = [Path(file).name for file in at.dataframe[0].value["file"]]
    states = dict(zip(files, at.dataframe[0].value["state"], strict=True))
    assert states == {"kept.csv": "in the log", "undone.csv": "undone"}
    assert list(at.dataframe[0].value.columns)[2] == "state", "in sight, beside the file"
    titles = at.selectbox("conversations_import").options
    assert [title.endswith("· undone") for title in titles] == [True, False]
    at.selectbox("conversations_import").set_value(made[1].id).run()
    assert any("was undone: its conversations have left the log" in w.value for w in at.warning)
    at = run(store, monkeypatch, "settings", "lea", tab="Imports")
    assert list(at.dataframe[1].value["state"]) == ["undone", "in the log"]


def test_a_sample_is_masked_before_it_is_cut() -> None:
    text = "Where is my order 4001? Write to me, my address is jo@example.org."
    assert text[: mapping_form.SAMPLE].endswith("jo@exampl"), "masking would not find what is left of the address"
    shown = mapping_form._samples([text, 7, 7, "x"], lambda full: mask_text(full, recognisers())[0])
    assert shown == f"{text[:51]}[EMAIL_1] · 7 · x"
