"""A mapping is proposed from names in several languages, from types and from content, and never from nothing."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from review.commands.cli import spotcheck
from review.people.people import add_person
from review.sources.field_names import NAMES, meant, plain_name
from review.sources.fit import NotMapped
from review.sources.proposing import proposed
from review.sources.readers import plain
from storage.opening import open_store

HELPDESK = """Ticket;Eröffnet;Kunde;Frage;Antwort;Bearbeiter;Status;Dauer (s)
T-1;09/11/2026 08:15;Jörg;Wo ist mein Paket 7?;Unterwegs, Ankunft am 12.;Mara;gelöst;184,5
T-2;30/11/2026 17:05;Zoë;Haben Sie Größe 42?;Ja, drei Paar sind da.;Mara;gelöst;92,0
T-3;01/12/2026 09:00;;Bitte Auftrag 5 stornieren;;;offen;
"""
ROWS = {
    "de": ("Vorgangsnummer", "Erstellt am", "Kundennachricht", "Antwort", "Bewertung"),
    "fr": ("Numéro de ticket", "Créé le", "Demande", "Réponse", "Note"),
    "es": ("Número de caso", "Fecha de creación", "Pregunta", "Respuesta", "Valoración"),
    "ru": ("Номер обращения", "Дата создания", "Вопрос клиента", "Ответ бота", "Оценка"),
    "zh": ("工单号", "创建时间", "用户问题", "机器人回复", "满意度"),
    "en": ("ticketId", "createdAt", "customer_message", "Bot Reply", "CSAT"),
}


def mapping(records: list[dict[str, Any]]) -> dict[str, str]:
    return {row.field: row.path for row in proposed(records)}


def records(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        dict(
            zip(
                names,
                (f"T-{n}", f"2026-11-{n + 10} 10:00", f"Where is my order {n}?", "It is on its way.", n % 2 + 1),
                strict=True,
            )
        )
        for n in range(6)
    ]


def test_a_german_helpdesk_is_understood() -> None:
    rows = list(csv.DictReader(HELPDESK.splitlines(), delimiter=";"))
    found = mapping(rows)
    assert found == {
        "id": "Ticket", "created_at": "Eröffnet", "question": "Frage", "answer": "Antwort", "user_id": "Kunde",
    }  # fmt: skip
    samples = {row.field: row.samples for row in proposed(rows)}
    assert samples["id"] == ("T-1", "T-2", "T-3")
    assert all(row.why for row in proposed(rows))


@pytest.mark.parametrize("language", ROWS)
def test_names_in_several_languages_are_understood(language: str) -> None:
    names = ROWS[language]
    assert mapping(records(names)) == dict(
        zip(("id", "created_at", "question", "answer", "feedback"), names, strict=True)
    )


def test_content_decides_where_names_say_nothing() -> None:
    found = mapping(records(("a", "b", "c", "d", "e")))
    assert (found["id"], found["created_at"]) == ("a", "b")
    prose = [
        {"p": f"k{n}", "x": f"Where is my parcel number {n}, please?", "y": "It left the depot this morning."}
        for n in range(4)
    ]
    assert mapping(prose) == {"id": "p", "question": "x", "answer": "y"}
    chat = [{"n": f"k{n}", "log": [{"role": "user", "content": "Hello"}]} for n in range(4)]
    assert mapping(chat) == {"id": "n", "messages": "log"}


def test_nested_and_json_text_is_reached() -> None:
    rows = [
        {"meta": {"ticket": f"T{n}"}, "data": '{"question": "How many are left?", "answer": "Seven."}'}
        for n in range(4)
    ]
    assert mapping(rows) == {"id": "meta.ticket", "question": "data.question", "answer": "data.answer"}


def test_values_can_contradict_a_name() -> None:
    rows = [{"id": "same", "date": "soon", "question": f"Where is order {n}?", "uuid": f"u{n}"} for n in range(5)]
    assert mapping(rows) == {"id": "uuid", "question": "question"}


def test_a_list_is_no_question_whatever_its_name() -> None:
    rows = [
        {"id": f"u{n}", "prompts": [{"raw": "x y"}], "prompt": ["a b", "c d"], "sources": ["s 1"]} for n in range(3)
    ]
    assert mapping(rows) == {"id": "id", "context": "sources"}


def test_every_name_means_its_field() -> None:
    assert set(NAMES) <= plain.FIELDS
    for field, names in NAMES.items():
        for name in names.split("|"):
            assert field in meant(name), name
            assert plain_name(name) == plain_name(name.upper()).strip()


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=8),
            st.none() | st.text(max_size=30) | st.integers(-(2**63), 2**64 - 1) | st.lists(st.text(max_size=3)),
        ),
        max_size=5,
    )
)
def test_a_proposal_names_places_that_exist_once_each(rows: list[dict[str, Any]]) -> None:
    found = proposed(rows)
    assert len({row.field for row in found}) == len(found) == len({row.path for row in found})
    assert all(row.field in plain.FIELDS for row in found)
    assert all(any(row.path.partition(".")[0] in one or row.path in one for one in rows) for row in found)


def test_ten_thousand_columns_are_bounded() -> None:
    assert len(proposed([{f"c{n}": "x" for n in range(10_000)}])) <= len(NAMES)


def test_a_status_is_proposed_only_with_words_for_ok_and_error_and_with_their_translation() -> None:
    tickets = [{"id": f"u{n}", "question": f"Where is order {n}?", "Status": s} for n, s in enumerate(["open", "done"])]
    assert "status" not in mapping(tickets)
    runs = [{"id": f"u{n}", "question": f"Where is it {n}?", "Status": s} for n, s in enumerate(["success", "failed"])]
    (row,) = [row for row in proposed(runs) if row.field == "status"]
    assert row.values == (("success", "ok"), ("failed", "error"))


def test_a_proposal_that_is_followed_rejects_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    add_person(store, "lea", role="lead", by="lea")
    lines = ["Nr,Frage,Antwort,Status,Etiketten,Bewertung,Konfidenz"]
    lines += [f"{n},Wo ist Paket {n}?,Unterwegs {n}.,{'success' if n else 'failed'},a,{n % 5},0.5" for n in range(40)]
    lines += ["99,Wo ist es?,Da.,zu,a b,gut,hoch"]
    (tmp_path / "log.csv").write_text("\n".join(lines), encoding="utf-8")
    command = ["import", str(tmp_path / "log.csv"), "--store", str(store.path), "--json", "--as", "lea"]
    refused = CliRunner().invoke(spotcheck, command).exception
    assert isinstance(refused, NotMapped) and "--value status:success=ok" in refused.command_hint
    proposal = shlex.split(refused.command_hint.partition("`")[2].partition("`")[0])
    done = CliRunner().invoke(spotcheck, [*command, *proposal])
    (file,) = orjson.loads(done.stdout)["files"]
    assert (file["added"], file["rejected"]) == (41, 0)
