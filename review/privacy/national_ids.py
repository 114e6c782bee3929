"""National identity and tax numbers, recognised by their shapes and, if they have any, their check digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from review.privacy.any_of import folded, which_of
from review.privacy.identifiers import CJK, NAMED_OTHERWISE, NO_WORD_AFTER, NO_WORD_BEFORE, Hit, luhn


def us_ssn(text: str) -> bool:
    """Social security number: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, rules since 2011)."""
    area, group, serial = text.split("-")
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def uk_nino(text: str) -> bool:
    """National insurance number: without the prefixes that are never issued (HMRC NIM39110)."""
    return text[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ") and "000000" not in text.replace(" ", "")


def german_tax_id(text: str) -> bool:
    """Steuer-ID: one of the first ten digits occurs two or three times; check digit ISO 7064 mod 11, 10."""
    digits = [int(c) for c in text if c != " "]
    counts = sorted(digits[:10].count(d) for d in set(digits[:10]))
    if digits[0] == 0 or counts[-1] not in (2, 3) or counts[-2] != 1:
        return False
    product = 10
    for digit in digits[:10]:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[10]


def french_nir(text: str) -> bool:
    """Numéro de sécurité sociale: 97 minus the number modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    plain = re.sub("[ /-]", "", text).replace("2A", "19", 1).replace("2B", "18", 1)
    return 97 - int(plain[:13]) % 97 == int(plain[13:])


def spanish_dni(text: str) -> bool:
    """DNI and NIE: the letter is the number modulo 23; a leading X, Y or Z counts as 0, 1 or 2."""
    number = text[:-1].rstrip("-").translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def italian_code(text: str) -> bool:
    """Codice fiscale: the last letter is a sum over odd and even places modulo 26 (decree of 12 March 1974)."""
    places = [int(c) if c.isdigit() else ord(c) - ord("A") for c in text]
    total = sum(_ODD[place] if i % 2 == 0 else place for i, place in enumerate(places[:15]))
    return total % 26 == places[15]


def polish_pesel(text: str) -> bool:
    """PESEL: a real date of birth with the century in the month, weights 1 3 7 9."""
    digits = [int(c) for c in text]
    century = (1900, 2000, 2100, 2200, 1800)[int(text[2:4]) // 20]
    weighted = sum(d * w for d, w in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=False))
    born = is_date(century + int(text[:2]), int(text[2:4]) % 20, int(text[4:6]))
    return born and (10 - weighted % 10) % 10 == digits[10]


def is_date(year: int, month: int, day: int) -> bool:
    """Return whether the calendar has this day: it has no 31 November."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def swiss_ahv(text: str) -> bool:
    """AHV number: thirteen digits from 756 with the check digit of an EAN."""
    digits = [int(c) for c in text if c != "."]
    weighted = sum(d * (3 if i % 2 else 1) for i, d in enumerate(digits[:12]))
    return (10 - weighted % 10) % 10 == digits[12]


def brazilian_cpf(text: str) -> bool:
    """CPF: two check digits, each a weighted sum modulo 11."""
    digits = [int(c) for c in text if c.isdigit()]
    if len(set(digits)) == 1:
        return False
    for n in (9, 10):
        weighted = sum(d * (n + 1 - i) for i, d in enumerate(digits[:n]))
        if weighted * 10 % 11 % 10 != digits[n]:
            return False
    return True


def dutch_bsn(text: str) -> bool:
    """BSN, only where the text names it: one number in eleven passes the check."""
    digits = [int(c) for c in text[-9:]]
    return sum(d * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0


def bare_ssn(text: str) -> bool:
    """A social security number without its hyphens, only where the text names it."""
    digits = text.replace(" ", "")
    return us_ssn(f"{digits[:3]}-{digits[3:5]}-{digits[5:]}")


_D5 = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_PERMUTED = (
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
)


def aadhaar(text: str) -> bool:
    """Aadhaar: twelve digits, the last by Verhoeff's scheme (UIDAI); it never begins with 0 or 1."""
    digits, check = re.sub("[ -]", "", text), 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_D5[check][int(_PERMUTED[place % 8][int(digit)])])
    return digits[0] not in "01" and check == 0 and len(set(digits)) > 1


def swedish_personnummer(text: str) -> bool:
    """Personnummer: a date of birth (day plus 60 in a samordningsnummer) and Luhn over the last ten digits."""
    digits = re.sub("[ +-]", "", text)
    short = digits[-10:]
    day = int(short[4:6])
    years = [int(digits[:4])] if len(digits) == 12 else [1900 + int(short[:2]), 2000 + int(short[:2])]
    born = any(is_date(year, int(short[2:4]), day - 60 if day > 60 else day) for year in years)
    return born and years[0] < _TOO_YOUNG and luhn(short)


_TOO_YOUNG = 2020
"""Dates of orders and files look like dates of birth, but are recent."""


def canadian_sin(text: str) -> bool:
    """Social insurance number: nine digits by Luhn; none begins with 0 or 8."""
    digits = re.sub("[ -]", "", text)
    return digits[0] not in "08" and luhn(digits)


def finnish_hetu(text: str) -> bool:
    """Henkilötunnus: a date of birth, a number and a letter or digit that is the number modulo 31."""
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:6])
    century = {"+": 1800, "-": 1900}.get(text[6], 2000 if text[6] in "ABCDEF" else 1900)
    return (
        is_date(century + year, month, day)
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(text[:6] + text[7:10]) % 31] == text[10]
    )


def chinese_id(text: str) -> bool:
    """Resident identity number: eighteen places with a date of birth, ISO 7064 mod 11-2 (GB 11643)."""
    weighted = sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(text[:17]))
    return (
        is_date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
        and "10X98765432"[weighted % 11] == text[17].upper()
    )


def nhs_number(text: str) -> bool:
    """NHS number: ten digits, the last by weights 10 to 2 modulo 11."""
    digits = [int(c) for c in text if c.isdigit()]
    check = 11 - sum(d * (10 - i) for i, d in enumerate(digits[:9])) % 11
    return check % 11 == digits[9] and check != 10


NATIONAL_IDS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "us_ssn": (r"[0-9]{3}-[0-9]{2}-[0-9]{4}", us_ssn),
    "uk_nino": (
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?P<n> ?)[0-9]{2}(?P=n)[0-9]{2}(?P=n)[0-9]{2}(?P=n)[A-D]",
        uk_nino,
    ),
    "german_tax_id": (r"[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}|[1-9][0-9]{10}", german_tax_id),
    "french_nir": (
        r"[12](?P<f> ?)[0-9]{2}(?P=f)(?:0[1-9]|1[0-2]|[2-9][0-9])(?P=f)(?:[0-9]{2}|2[AB])(?P=f)[0-9]{3}(?P=f)[0-9]{3}"
        r" ?[/-]? ?[0-9]{2}",
        french_nir,
    ),
    "spanish_dni": (r"(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-HJ-NP-TV-Z]", spanish_dni),
    "italian_code": (r"[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]", italian_code),
    "polish_pesel": (r"[0-9]{11}", polish_pesel),
    "swiss_ahv": (r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", swiss_ahv),
    "brazilian_cpf": (r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", brazilian_cpf),
    "indian_aadhaar": (r"[2-9][0-9]{3}(?P<a>[ -])[0-9]{4}(?P=a)[0-9]{4}(?!(?P=a)[0-9])", aadhaar),
    "indian_pan": (r"[A-Z]{3}P[A-Z][0-9]{4}[A-Z]", lambda text: True),
    "swedish_personnummer": (r"(?:19|20)?[0-9]{2}[01][0-9][0-9]{2}[-+][0-9]{4}", swedish_personnummer),
    "finnish_hetu": (r"[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]", finnish_hetu),
    "chinese_id": (r"[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx]", chinese_id),
}
"""The shape and the check of each number."""

_ALL = re.compile(
    rf"{NO_WORD_BEFORE}(?<![.#$€£+-])(?:"
    + "|".join(f"(?P<{n}>{p})" for n, (p, _) in NATIONAL_IDS.items())
    + rf"){NO_WORD_AFTER}(?!-|[.,][0-9])"
)
_BEGINS = re.compile(
    rf"[0-9A-Z](?<![^\W{CJK}].)(?<![.#$€£+-].)(?=[A-Z]{{0,6}}[ -]?[0-9])",
    re.DOTALL,
)
"""Where one may begin. To look for this first takes a third of the time, because it begins with a character."""
_EACH = {
    name: re.compile(rf"(?:{pattern}){NO_WORD_AFTER}(?!-|[.,][0-9])") for name, (pattern, _) in NATIONAL_IDS.items()
}
NAMED: dict[str, tuple[str, str, Callable[[str], bool]]] = {
    "dutch_bsn": ("BSN|burgerservicenummer", "[0-9]{9}", dutch_bsn),
    "us_ssn": ("SSN|social security(?: number| no\\.?)?", "[0-9]{3} ?[0-9]{2} ?[0-9]{4}", bare_ssn),
    "brazilian_cpf": ("CPF", "[0-9]{11}", brazilian_cpf),
    "indian_aadhaar": ("aadhaa?r|UIDAI", "[2-9][0-9]{3} ?[0-9]{4} ?[0-9]{4}", aadhaar),
    "indian_pan": ("PAN", "[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]", lambda text: True),
    "swedish_personnummer": (
        "personnummer|personnr|samordningsnummer",
        "(?:19|20)?[0-9]{6}[0-9]{4}",
        swedish_personnummer,
    ),
    "canadian_sin": (
        "SIN|social insurance(?: number| no\\.?)?|NAS|num[ée]ro d['’]assurance sociale",
        "[1-79][0-9]{2}(?P<s>[ -]?)[0-9]{3}(?P=s)[0-9]{3}",
        canadian_sin,
    ),
    "nhs_number": ("NHS", "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", nhs_number),
}
"""Numbers that count only after their name: the names, the shape and the check."""

_SIGNS: dict[str, tuple[str, ...]] = {
    "dutch_bsn": ("bsn", "burgerservicenummer"),
    "us_ssn": ("ssn", "social security"),
    "brazilian_cpf": ("cpf",),
    "indian_aadhaar": ("aadha", "uidai"),
    "indian_pan": ("pan",),
    "swedish_personnummer": ("personnummer", "personnr", "samordningsnummer"),
    "canadian_sin": ("sin", "social insurance", "nas", "assurance sociale"),
    "nhs_number": ("nhs",),
}
"""A part of each name in ``NAMED``: most texts have none, and to search for all names takes longer than all else."""
_named_in = which_of([_SIGNS[name] for name in NAMED])
_NAMED = tuple(
    (re.compile(rf"\b(?:{names})\b[^0-9\n]{{0,12}}(?P<number>{shape})(?![0-9])", re.IGNORECASE), check)
    for names, shape, check in NAMED.values()
)
_ENOUGH = re.compile(r"[0-9](?:[ .-]?[0-9]){5}|[A-Z]{6}[0-9]{2}|[A-Z]{5}[0-9]{4}")


LOOK_LIKE_ORDERS = frozenset(("indian_aadhaar", "swedish_personnummer", "chinese_id"))
"""One number in ten passes their check, so a word such as order before one decides."""


def _is_order(text: str, start: int) -> bool:
    return NAMED_OTHERWISE.search(text[max(0, start - 32) : start]) is not None


def national_ids(text: str) -> Iterator[Hit]:
    """Yield numbers of all known kinds; where several kinds fit a place, the first with a valid check counts."""
    if not _ENOUGH.search(text):
        return
    at = 0
    for begins in _BEGINS.finditer(text):
        found = _ALL.match(text, begins.start()) if begins.start() >= at else None
        if found is None:
            continue
        at = found.end()
        for name, (_, check) in NATIONAL_IDS.items():
            whole = _EACH[name].match(text, found.start())
            if whole and check(whole[0]) and not (name in LOOK_LIKE_ORDERS and _is_order(text, found.start())):
                yield Hit(whole.start(), whole.end(), re.sub("[ .-]", "", whole[0]))
                break
    for number in sorted(_named_in(folded(text))):
        named, check = _NAMED[number]
        for found in named.finditer(text):
            if check(found["number"]):
                yield Hit(*found.span("number"), re.sub("[ -]", "", found["number"]))
