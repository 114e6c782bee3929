"""Failures of a hotel's booking assistant as the log and its reviewers know them, each with the mode it was planted in.

Unlike ``planted_notes``, half of them have no note: some have the error of a step, the rest only a question and an
answer. How a failure became known (a thumb, a review, a failed execution) is drawn apart from its mode.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Planted(NamedTuple):
    """One failure: its mode, what people said ("" for nothing), the error of its step, question and answer."""

    mode: str
    note: str
    error: str
    question: str
    answer: str


class _Mode(NamedTuple):
    notes: tuple[str, ...]
    errors: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    noted: float


_ROOMS = ("a double room in Lisbon", "two singles in Porto", "a suite by the sea", "a family room in Faro")
MODES = {
    "missing_table": _Mode(
        (
            "queries rates_2025, that table was dropped",
            "Tabelle gibt es nicht mehr",
            "table name from the old warehouse",
            "la table n'existe plus",
        ),
        (
            'psycopg.errors.UndefinedTable: relation "rates_2025" does not exist',
            'psycopg.errors.UndefinedTable: relation "public.room_rates_old" does not exist',
        ),
        ("Cheapest night for {} in May?", "Was kostet {} im August?", "Price of {} over Easter"),
        ("I could not look up the price.", "From 120 EUR a night."),
        0.5,
    ),
    "channel_timeout": _Mode(
        (
            "channel manager did not answer",
            "zu langsam, Abbruch",
            "waited half a minute for availability, then nothing",
        ),
        (
            "TimeoutError: availability took longer than 20 s",
            "httpx.ReadTimeout: timed out",
            "Deadline exceeded while calling channel-manager",
        ),
        ("Is {} free next week?", "Ist {} am Wochenende frei?", "availability of {} from 3 to 9 July"),
        ("Please try again in a few minutes.", "It is free."),
        0.4,
    ),
    "no_permission": _Mode(
        ("agent may not read guest data, 403", "keine Rechte auf Gastdaten"),
        ("PermissionError: 403 Forbidden: scope guests.read is missing", "permission denied for table guests"),
        ("Which address do we have for the guest in {}?", "Send the invoice again for {}"),
        ("I have no access to that.", "Sorry, this is not possible for me."),
        0.35,
    ),
    "wrong_currency": _Mode(
        (
            "pounds shown as euros",
            "currency mixed up",
            "Betrag in der falschen Währung",
            "answered in dollars, price is in EUR",
            "GBP price without conversion",
            "mauvaise devise",
        ),
        (),
        ("How much is {} in pounds?", "Total for {} please, in GBP", "Preis für {} in Pfund?"),
        ("The total is £ 240 EUR.", "That is 310 dollars.", "It costs 180 GBP in total."),
        0.7,
    ),
    "invented_amenity": _Mode(
        (
            "we have no pool",
            "made up a spa",
            "Sauna erfunden",
            "promises free parking that does not exist",
            "invents a gym in the hotel",
            "piscine inventée",
        ),
        (),
        ("Does {} come with a pool?", "Is there a gym when I book {}?", "Gibt es eine Sauna bei {}?"),
        (
            "Yes, guests enjoy our heated pool and spa.",
            "Our gym is open day and night.",
            "Parking in the garage is free for guests.",
        ),
        0.75,
    ),
    "cancellation_rule": _Mode(
        (
            "free cancellation ended two days ago",
            "wrong cancellation deadline",
            "Stornofrist falsch",
            "says cancelling is free, rate is non refundable",
            "old cancellation rule quoted",
        ),
        (),
        ("Can I cancel {} for free?", "Until when can I cancel {}?", "Kann ich {} kostenlos stornieren?"),
        ("You can cancel free of charge until arrival.", "Cancelling is free until the evening before."),
        0.7,
    ),
    "lost_context": _Mode(
        (
            "asks for the dates again, guest gave them",
            "forgot what was said two messages before",
            "repeats the same question",
            "vergisst die Daten aus der ersten Nachricht",
        ),
        (),
        ("And with breakfast?", "Then take {}, dates as I said", "same dates, but {}"),
        ("For which dates would you like to book?", "Could you tell me your dates of stay?"),
        0.6,
    ),
    "rude": _Mode(
        (
            "unfriendly",
            "tone is cold to a guest who complains",
            "unhöflich",
            "no apology, sounds bored",
            "lectures the guest",
        ),
        (),
        ("The heating in {} is broken, third time I write!", "Nobody answered the phone, I want {} now"),
        ("You should have read the terms.", "That is not our problem.", "As I said already, no."),
        0.75,
    ),
}


def planted_failures(n: int = 60, *, seed: int = 0) -> dict[str, Planted]:
    """Return ``n`` failures by id; modes have unlike sizes, and none is smaller than about a twentieth."""
    rng = np.random.default_rng(seed)
    names = list(MODES)
    sizes = np.linspace(2.5, 0.7, len(names))[rng.permutation(len(names))]
    found: dict[str, Planted] = {}
    for at in range(n):
        name = names[int(rng.choice(len(names), p=sizes / sizes.sum()))]
        mode = MODES[name]
        note = _one(rng, mode.notes) if rng.random() < mode.noted else ""
        room = _one(rng, _ROOMS)
        question = _one(rng, mode.questions).format(room)
        error = _one(rng, mode.errors) if mode.errors else ""
        found[f"f{at:03d}"] = Planted(name, _typed(rng, note), error, question, _one(rng, mode.answers))
    return found


def _one(rng: np.random.Generator, of: tuple[str, ...]) -> str:
    return of[int(rng.integers(len(of)))]


def _typed(rng: np.random.Generator, note: str) -> str:
    """Return a note as it is typed: now and then in capitals, with an end, or with two letters exchanged."""
    if len(note) > 8 and rng.random() < 0.2:
        at = int(rng.integers(1, len(note) - 2))
        note = note[:at] + note[at + 1] + note[at] + note[at + 2 :]
    ends = ("", "", "", "!!", ", again", " (see log)")
    return note + _one(rng, ends) if note else note
