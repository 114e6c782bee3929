"""The source that is proposed for a dropped file, and what is said when two systems share the default one."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from golden_store import new_store

from review.commands.cli import spotcheck
from review.settings.project import project_of
from review.sources.import_source import import_from_source
from review.sources.look import look_at
from review.sources.options import import_options
from review.sources.readers.catalogue import READERS
from review.sources.readings import known_readings
from review.sources.source_names import mixed_source, proposed_source
from review.sources.undoing import undo_import

HELPDESK = "Ticket;Frage;Antwort\nT-1;Wo ist mein Paket?;Unterwegs, es kommt morgen.\nT-2;Größe 42?;Ja, drei Paar.\n"
PLAIN = orjson.dumps({"id": "c-1", "question": "Where is my order?", "answer": "It has shipped."}).decode()
MAPPING = {"id": "Ticket", "question": "Frage", "answer": "Antwort"}


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path)
    yield made
    made.close()


def write(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def proposed(store, path: Path, name: str = "") -> str:
    project = project_of(store.path)
    look = look_at(path, import_options(project), known_readings(store, project, "production"))
    return proposed_source(store, project, look, name or path.name)


def bring(store, path: Path, source: str = "production", **asked):
    project = project_of(store.path)
    return import_from_source(store, project, path, import_options(project, source=source, **asked), by="lea")


def test_the_first_file_of_a_log_is_of_the_default_source_and_other_systems_get_their_own(store, tmp_path):
    helpdesk = write(tmp_path, "helpdesk-2026-11-30 (2).csv", HELPDESK)
    langfuse = write(tmp_path, "export.json", orjson.dumps(READERS["langfuse"].sample).decode())
    assert proposed(store, helpdesk) == "production"
    first = bring(store, write(tmp_path, "log.jsonl", PLAIN))
    assert proposed(store, helpdesk) == "helpdesk", "without dates and numbers"
    assert proposed(store, helpdesk, "week 48.zip: 2026.csv") == "imported"
    assert proposed(store, langfuse) == "langfuse"
    undo_import(store, first.id, by="lea")
    assert proposed(store, helpdesk) == "production", "an import that was undone is none"


def test_a_file_like_one_that_came_in_is_of_its_source_and_a_plain_log_of_the_default_one(store, tmp_path):
    helpdesk = write(tmp_path, "helpdesk.csv", HELPDESK)
    bring(store, helpdesk, source="desk", mapping=MAPPING)
    assert proposed(store, write(tmp_path, "next.csv", HELPDESK)) == "desk"
    assert proposed(store, write(tmp_path, "log.jsonl", PLAIN)) == "production"
    other = write(tmp_path, "desk.csv", "Nr;Anfrage;Reply\n1;Wo ist es denn?;Hier ist es.\n2;Und wann?;Am Montag.\n")
    assert proposed(store, other) == "desk_2", "another shape is another system"


def test_what_tells_something_of_conversations_is_of_their_source(store, tmp_path):
    bring(store, write(tmp_path, "log.jsonl", PLAIN), source="shop")
    thumbs = write(tmp_path, "thumbs.csv", "conversation;csat\nc-1;5\nc-2;1\n")
    assert proposed(store, thumbs) == "shop"


def test_two_systems_in_the_default_source_are_said(store, tmp_path):
    assert not mixed_source(store, bring(store, write(tmp_path, "log.jsonl", PLAIN)))
    assert not mixed_source(store, bring(store, write(tmp_path, "log.csv", "id,question,answer\nc-2,What?,This.\n")))
    langfuse = write(tmp_path, "export.json", orjson.dumps(READERS["langfuse"].sample).decode())
    done = CliRunner().invoke(spotcheck, ["import", str(langfuse), "--store", str(store.path), "--as", "lea"])
    assert done.exit_code == 0 and "the source production now has conversations from" in done.stderr
    assert not mixed_source(store, bring(store, write(tmp_path, "two.json", langfuse.read_text()), source="traces"))
