"""A mapping is proposed from names in several languages, from types and from content, and never from nothing."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.sources.field_names import NAMES, meant, plain_name
from review.sources.proposing import proposed
from review.sources.readers import plain

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
        "status": "Status",
    }  # fmt: skip
    samples = {row.field: row.samples for row in proposed(rows)}
    assert samples["id"] == ("T-1", "T-2", "T-3") and samples["status"] == ("gelöst", "offen")
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
