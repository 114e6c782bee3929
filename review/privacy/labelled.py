"""Dates of birth and numbers of patient records, where the words before them call them that."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.privacy.any_of import any_of
from review.privacy.identifiers import Hit

_LINK = r"[\"']?\.?\s{0,2}(?:(?:is|ist|est|es|was|er)\s)?[:=#：]?\s{0,2}[\"']?"
_MONTH = r"[^\W\d_]{3,10}\.?"
_BORN = re.compile(
    r"(?:\b(?:d\.?o\.?b|date[ _]of[ _]birth|birth[ _-]?date|birthday|born(?: on(?: the)?)?"
    r"|geburts(?:datum|tag)|geboren(?: am| op)?|geb|date[ _]de[ _]naissance|née? le"
    r"|fecha[ _]de[ _]nacimiento|nacid[oa] el|data[ _]di[ _]nascita|nat[oa] il|data[ _]de[ _]nascimento|nascid[oa] em"
    r"|geboortedatum|data[ _]urodzenia|urodzon[ya]|födelsedatum|född|fødselsdato|født)|生年月日|出生日期|생년월일)"
    rf"{_LINK}"
    r"(?P<it>[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./] ?[0-9]{1,2}[-./] ?(?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|\.)?(?: de| of)? {_MONTH}(?: de|,)? [0-9]{{4}}"
    rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
    r"|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)(?![0-9])",
    re.IGNORECASE,
)
_RECORD = re.compile(
    r"\b(?:mrn|medical[ _]record(?:[ _](?:number|no|nr|id))?"
    r"|patient(?:[ _-]?(?:record|file|chart))?[ _-]?(?:number|no|nr|id|num)"
    r"|patient(?:en)?-?(?:nummer|nr)|(?:fall|versicherten|krankenakten)(?:nummer|nr)|chart[ _](?:number|no)"
    r"|health[ _](?:card|record)[ _](?:number|no)|num[ée]ro[ _]de[ _](?:patient|dossier[ _]m[ée]dical)"
    r"|n[úu]mero[ _]de[ _](?:paciente|historia[ _]cl[íi]nica)|numero[ _](?:paziente|cartella[ _]clinica)"
    r"|pati[ëe]ntnummer)"
    rf"{_LINK}(?P<it>[A-Z]{{0,4}}-?[0-9](?:[0-9-]{{2,14}}[0-9])(?![\w]))",
    re.IGNORECASE,
)
_HINTS_BORN = (
    *("dob", "d.o.b", "birth", "born", "geb", "naissance", "né le", "née le", "nacimiento", "nacid", "nascita"),
    *("nato il", "nata il", "nascimento", "nascid", "urodz", "född", "födelse", "født", "fødsel", "geboorte"),
    *("生年月日", "出生日期", "생년월일"),
)
_HINTS_RECORD = (
    *("mrn", "medical", "patient", "fallnummer", "fallnr", "versicherten", "krankenakte", "chart", "health"),
    *("dossier", "paciente", "historia", "paziente", "cartella", "patiënt"),
)


HINTS = (*_HINTS_BORN, *_HINTS_RECORD)
"""A text in lower case without one of these holds neither."""
_may_hold_birth, _may_hold_record = any_of(_HINTS_BORN), any_of(_HINTS_RECORD)


def birth_dates(text: str) -> Iterator[Hit]:
    """Yield dates of birth after a word such as DOB or "geboren am"."""
    if _may_hold_birth(text.lower()):
        for found in _BORN.finditer(text):
            yield Hit(*found.span("it"), re.sub(r"\W+", "-", found["it"].casefold()))


def record_numbers(text: str) -> Iterator[Hit]:
    """Yield numbers of patients and their records after a word such as MRN."""
    if _may_hold_record(text.lower()):
        for found in _RECORD.finditer(text):
            if sum(c.isdigit() for c in found["it"]) >= 4:
                yield Hit(*found.span("it"), found["it"].upper())
