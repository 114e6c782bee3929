"""Two more planted sets of notes, kept aside: the grouping was never tuned on them, they only judge it.

``travel`` is a booking assistant with notes in English, ``claims`` answers questions of insured people, with notes in
German and English. They were written before the grouping was last changed, in words of their own.
"""

from __future__ import annotations

TRAVEL = {
    "price": [
        "quoted a fare that is too low",
        "total does not include the taxes",
        "price shown is per person, guest thought for the room",
        "forgot the resort fee in the sum",
        "fare quoted in dollars although the guest pays euros",
        "costs more at checkout than the bot said",
        "wrong amount, service charge left out",
    ],
    "availability": [
        "offers a room that is sold out",
        "no seats left on that flight, still offered",
        "hotel fully booked but bot says vacancies",
        "suggests a flight that does not run on Sundays",
        "proposes a train that was cancelled months ago",
        "said there are free tables when there are none",
    ],
    "baggage": [
        "luggage allowance is 23 kg, not 32",
        "claims a second suitcase is free",
        "hand baggage size wrong",
        "told the traveller skis count as cabin bags",
        "carry-on rules of another airline",
        "baggage fee omitted",
    ],
    "cancelling": [
        "cannot be cancelled for free, bot says it can",
        "cancellation deadline off by a day",
        "did not mention the penalty for cancelling",
        "says non-refundable booking is refundable",
        "promised money back after a no-show",
        "cancelled the wrong reservation",
    ],
    "documents": [
        "visa needed for Turkey, bot denies it",
        "passport must be valid six months, not told",
        "no word about the entry permit",
        "ID card is not enough for this border",
        "vaccination certificate requirement missing",
        "wrong about visa on arrival",
    ],
    "names": [
        "misspelled the passenger on the ticket",
        "booking made under somebody else's name",
        "swapped first name and surname of the traveller",
        "maiden name instead of the one in the passport",
        "ticket issued for the wrong passenger",
    ],
}
CLAIMS = {
    "coverage": [
        "says hail damage is covered, policy excludes it",
        "Leitungswasserschaden ist nicht versichert, Bot sagt ja",
        "denies cover although glass is included",
        "Deckung falsch: Fahrraddiebstahl nur mit Zusatz",
        "thinks flood is insured in the basic tariff",
        "behauptet Versicherungsschutz, der nicht besteht",
    ],
    "excess": [
        "deductible of 300 left out",
        "Selbstbeteiligung vergessen",
        "wrong excess, 150 instead of 500",
        "Selbstbehalt doppelt abgezogen",
        "excess deducted though waived",
        "Höhe der Selbstbeteiligung stimmt nicht",
    ],
    "forms": [
        "sends the claim form for cars to a householder",
        "falsches Formular verlinkt",
        "link to the form is dead",
        "Schadenformular fehlt in der Antwort",
        "asks for a paper form, can be done online",
        "Vordruck aus dem falschen Bereich",
    ],
    "waiting": [
        "says payout takes two days, it takes weeks",
        "Bearbeitungsdauer zu optimistisch",
        "promises a decision by tomorrow",
        "Auszahlung dauert länger als angegeben",
        "wrong time until settlement",
        "nennt falsche Wartezeit",
    ],
    "medical": [
        "gives medical advice to an injured person",
        "ärztlicher Rat, gehört hier nicht hin",
        "recommends a painkiller",
        "diagnoses a fracture from the description",
        "empfiehlt Medikamente",
        "tells the patient to skip the doctor",
    ],
    "fault": [
        "admits liability for our client",
        "Schuldfrage beantwortet, darf der Bot nicht",
        "blames the other driver without evidence",
        "says who is at fault in the accident",
        "legt sich fest, wer den Unfall verursacht hat",
        "erkennt Haftung an",
    ],
}
JUDGING = {"travel": TRAVEL, "claims": CLAIMS}
