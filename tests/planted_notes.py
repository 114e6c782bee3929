"""Notes on failures as different people write them, each with the mode that it means: four sets, unlike each other.

``shop`` is a support assistant in English, ``tables`` an agent that writes SQL, with notes in German and English,
``papers`` answers questions over documents, with short notes in Spanish, French and English, and ``desk`` is a support
desk with notes in five languages. Notes are made from phrases, with names, numbers, typing errors and remarks that say
nothing; ``noise`` is the share that fit no mode.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SHOP = {
    "refund": [
        "old refund rule, says 14 days but it is 30",
        "refund period wrong",
        "promised the refund after 14 days",
        "tells the customer the return window is closed",
        "return policy from last year",
        "refund terms out of date",
        "wrong deadline for sending the shoes back and getting the refund",
    ],
    "tracking": [
        "invented a tracking number",
        "tracking link leads nowhere",
        "made up where the parcel is",
        "parcel status not in the system, it guessed",
        "says the parcel was delivered, tracking says otherwise",
        "hallucinated delivery date of the parcel",
    ],
    "tone": [
        "rude to an angry customer",
        "no apology, cold tone",
        "sounds annoyed",
        "tone far too casual for a complaint",
        "impolite, should have said sorry",
        "lectures the customer, unfriendly tone",
    ],
    "language": [
        "answered in English, the customer wrote Dutch",
        "switched language in the middle",
        "wrong language",
        "customer wrote French and got English",
        "does not reply in the language of the customer",
    ],
    "escalation": [
        "should have handed over to a human",
        "no handover although asked for an agent twice",
        "customer wants to talk to a person, ignored",
        "escalation missing",
        "never passes the customer to an agent",
    ],
    "privacy": [
        "shows the address of another account",
        "reads out a phone number without checking who asks",
        "no identity check before it shows account data",
        "gives personal data of somebody else",
        "account details revealed without verification",
    ],
    "loop": [
        "asks for the order number again and again",
        "repeats the same question",
        "stuck, repeats itself",
        "same answer three times, going in circles",
        "asks what the customer already said",
    ],
}
TABLES = {
    "dates": [
        "Datum falsch gelesen, Monat und Tag vertauscht",
        "date format: month before day",
        "Datumsformat passt nicht",
        "wrong date format in the filter",
        "Tag und Monat im Datum verwechselt",
        "parses the date the American way",
    ],
    "joins": [
        "join on the wrong key, rows double",
        "Join über falschen Schlüssel",
        "doppelte Zeilen wegen Join",
        "join multiplies the rows",
        "fehlender Join auf Kunden",
        "joins orders to users by name instead of key",
    ],
    "aggregation": [
        "Summe statt Durchschnitt",
        "sum instead of average",
        "falsch aggregiert, Durchschnitt der Durchschnitte",
        "counts rows, should count distinct customers",
        "zählt Kunden doppelt, distinct fehlt",
        "aggregation wrong, average of averages",
    ],
    "columns": [
        "Spalte gibt es nicht mehr",
        "column was renamed, old schema",
        "unknown column, schema is old",
        "altes Schema, Spalte umbenannt",
        "uses a column that does not exist",
        "erfundene Spalte",
    ],
    "period": [
        "Zeitraum fehlt, nimmt alle Jahre",
        "no filter on the period",
        "ignores last quarter, reads all years",
        "Filter auf Quartal fehlt",
        "period missing in the where clause",
        "falscher Zeitraum, Vorjahr statt Quartal",
    ],
}
PAPERS = {
    "source": [
        "no cita la fuente",
        "sans source",
        "citation missing",
        "falta la cita",
        "fuente ausente",
        "aucune source citée",
    ],
    "invented": [
        "inventado",
        "inventé de toutes pièces",
        "made up",
        "se lo inventa",
        "dato inventado",
        "chiffre inventé",
    ],
    "outdated": [
        "documento antiguo",
        "old version of the document",
        "versión antigua",
        "ancienne version du document",
        "document périmé, ancienne version",
        "usa la versión antigua",
    ],
    "partial": [
        "respuesta incompleta",
        "incomplete answer",
        "réponse incomplète",
        "incompleta, falta la mitad",
        "incomplète",
        "answer incomplete, half of it",
    ],
    "refused": [
        "rechaza sin motivo",
        "refused for no reason",
        "refuse de répondre",
        "se niega a responder",
        "refused to answer",
        "refus sans motif",
    ],
    "table": [
        "lee mal la tabla",
        "misreads the table",
        "tableau mal lu",
        "fila equivocada de la tabla",
        "wrong row of the table",
        "mauvaise ligne du tableau",
    ],
    "units": [
        "unidad equivocada: miles por millones",
        "wrong unit, thousands for millions",
        "unité fausse, milliers au lieu de millions",
        "confunde miles y millones",
        "millions, not thousands",
        "erreur d'unité",
    ],
    "length": ["demasiado largo", "trop long", "too long", "muy largo", "beaucoup trop long", "way too long"],
    "question": [
        "no entendió la pregunta",
        "misunderstood the question",
        "question mal comprise",
        "responde a otra pregunta",
        "answers another question",
        "répond à une autre question",
    ],
}
DESK = {
    "dates": [
        "the date is read month first", "Das Datum hat das falsche Format", "mauvais format de date",
        "formato de fecha equivocado", "日期格式错误", "Datum vertauscht, Monat zuerst", "jour et mois inversés",
        "día y mes intercambiados en la fecha",
    ],
    "source": [
        "no source given", "Quelle fehlt", "aucune source, citation absente", "falta la fuente", "没有来源",
        "cites nothing", "ohne Beleg", "sin cita de la fuente",
    ],
    "tone": [
        "rude tone", "unhöflicher Ton", "ton impoli et froid", "tono grosero", "语气粗鲁",
        "unfriendly, no apology", "unfreundlich, keine Entschuldigung", "maleducado, sin disculpa",
    ],
    "outdated": [
        "refund policy is out of date", "veraltete Regel zur Erstattung", "ancienne règle de remboursement",
        "política de reembolso antigua", "退款政策过时", "alte Fassung der Rückgabe", "old return policy",
        "versión antigua de la devolución",
    ],
    "handover": [
        "should hand over to a human", "keine Übergabe an einen Menschen", "pas de transfert à un conseiller",
        "no deriva a una persona", "没有转接人工", "wants an agent, no handover",
        "Mitarbeiter verlangt, nicht weitergeleitet",
        "pide un agente humano, no transfiere",
    ],
    "join": [
        "rows double because of the join", "doppelte Zeilen durch den Join", "lignes dupliquées par la jointure",
        "filas duplicadas por la unión", "连接导致重复行", "join on the wrong key", "Join über falschen Schlüssel",
        "jointure sur la mauvaise clé",
    ],
    "repeats": [
        "repeats the same question", "wiederholt dieselbe Frage", "répète la même question", "repite la misma pregunta",
        "反复问同一个问题", "goes in circles", "dreht sich im Kreis", "en bucle, repite la respuesta",
    ],
}  # fmt: skip
"""Notes of one desk in five languages: English, German, French, Spanish and Chinese."""
SETS = {"shop": SHOP, "tables": TABLES, "papers": PAPERS, "desk": DESK}
REMARKS = (
    *("see above", "as last week", "please check", "bitte prüfen", "again", "third time today", "hmm", "I think"),
    *("for Mrs Patel", "order 5512", "Berlin", "in the evening", "cf. ticket 88", "leider", "encore", "otra vez"),
)
NOISE = (
    *(
        "no idea what happened here",
        "weird",
        "not sure",
        "discuss on Monday",
        "the tool was slow for me",
        "looks fine?",
    ),
    *(
        "skip",
        "ask Jonas",
        "kann ich nicht beurteilen",
        "no sé",
        "aucune idée",
        "maybe ok",
        "customer is a test account",
    ),
)


class Planted(NamedTuple):
    """Notes by id, and the mode of each; notes that fit none have no mode."""

    notes: dict[str, str]
    modes: dict[str, str]


def planted(name: str, n: int, *, noise: float = 0.0, seed: int = 0) -> Planted:
    """Return ``n`` notes of a set; modes are of unequal frequency, and a third of the notes carry a remark."""
    rng, told = np.random.default_rng(seed), SETS[name]
    frequency = 0.8 ** np.arange(len(told))
    notes, modes = {}, {}
    for k in range(n):
        if rng.random() < noise:
            notes[f"n{k}"] = str(rng.choice(NOISE))
            continue
        mode = str(rng.choice(list(told), p=frequency / frequency.sum()))
        note = _mistyped(str(rng.choice(told[mode])), rng)
        notes[f"n{k}"] = f"{note}, {rng.choice(REMARKS)}" if rng.random() < 0.35 else note
        modes[f"n{k}"] = mode
    return Planted(notes, modes)


def _mistyped(note: str, rng: np.random.Generator) -> str:
    """Return a note, one in seven with two letters exchanged."""
    at = int(rng.integers(1, len(note) - 1))
    return note if rng.random() > 1 / 7 else note[:at] + note[at + 1] + note[at] + note[at + 2 :]
