"""National numbers of more countries, by the pattern recognisers of Presidio, for projects that want them.

Presidio (MIT) is the well-maintained library for personal data. Our own recognisers were compared with it on 313
labelled texts (``tests/data/personal_data``); 176 of them were written before either had seen them.

| | found of 65, first list | right | found of 110, second list | right |
|---|---|---|---|---|
| ours, before the second list | 63 | 63 of 63 | 77 | 77 of 84 |
| ours since | 64 | 64 of 64 | 95 | 95 of 96 |
| Presidio with its defaults (score 0.4) | 53 | 53 of 75 | 89 | 89 of 115 |
| ours with its national numbers, after their names | 64 | 64 of 64 | 100 | 100 of 101 |

With its defaults it takes order ids, prices, dates and versions for phone numbers and network addresses, and a wrong
mask breaks the answer and its SQL for good. It knows no French, Swiss, Brazilian or Dutch numbers, and is no better at
cards and IBANs. It reads about 900 of these texts a second, ours read 28,000 (ours with its national numbers: 16,000).
It brings spaCy (215 MB on disk), takes two to four seconds to import and pins numpy. So it does not replace our own. It
adds countries that ours lack: with ``library = "presidio"`` under ``[privacy]`` its recognisers run beside ours, and a
number counts only after one of the recogniser's own words. They are regular expressions with check digits, so no model
is loaded and nothing is downloaded. Its dependencies are under MIT, BSD, ISC, Apache or MPL.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from review.basics.errors import InputError
from review.basics.words import installing
from review.privacy.identifiers import Hit

LIBRARIES = ("", "presidio")
"""The values of ``[privacy] library``; "" uses our own recognisers alone."""

NATIONAL = (
    "AuMedicareRecognizer", "AuTfnRecognizer", "CaSinRecognizer", "DeSocialSecurityRecognizer", "DeTaxIdRecognizer",
    "EsNieRecognizer", "EsNifRecognizer", "FiPersonalIdentityCodeRecognizer", "InAadhaarRecognizer", "InPanRecognizer",
    "ItFiscalCodeRecognizer", "KrRrnRecognizer", "NgNinRecognizer", "NhsRecognizer", "PlPeselRecognizer",
    "SePersonnummerRecognizer", "SgFinRecognizer", "ThTninRecognizer", "TrNationalIdRecognizer", "UkNinoRecognizer",
    "UsItinRecognizer", "UsSsnRecognizer", "ZaIdNumberRecognizer",
)  # fmt: skip
"""The recognisers that are used: those of numbers of people."""

BEFORE = 40
"""How many characters before a number are searched for one of its recogniser's words."""

TOO_COMMON = frozenset(("id", "tax", "payer", "canada", "individual", "security", "social", "rente"))
"""Words of the library that come before too many other things."""


def check_library(name: str) -> None:
    """Raise InputError for an unknown library and for one that is not installed."""
    if name not in LIBRARIES:
        raise InputError(
            f"privacy.library: found '{name}', expected presidio, or nothing for our own recognisers alone."
        )
    if name and find_spec("presidio_analyzer") is None:
        raise InputError(f"privacy.library: presidio is not installed here. Run {installing('privacy')}.")


def national_ids_by_library(text: str) -> Iterator[Hit]:
    """Yield national numbers that a recogniser of the library finds after one of its words."""
    if not may_hold(text):
        return
    for recogniser, named in _recognisers():
        if not named.search(text):
            continue
        for found in recogniser.analyze(text, recogniser.supported_entities, None):
            if named.search(text, max(0, found.start - BEFORE), found.start):
                yield Hit(found.start, found.end, re.sub(r"[ ./-]", "", text[found.start : found.end]).upper())


def may_hold(text: str) -> bool:
    """Return whether the text has a digit and one of the words at all."""
    return any(c.isdigit() for c in text) and _any_word().search(text) is not None


@functools.cache
def _recognisers() -> tuple[tuple[Any, re.Pattern[str]], ...]:
    """Each recogniser with its words, loaded when first needed, which takes three seconds."""
    from presidio_analyzer import predefined_recognizers

    made = [getattr(predefined_recognizers, name)() for name in NATIONAL]
    return tuple((one, _words(w for w in one.context if w.lower() not in TOO_COMMON)) for one in made)


@functools.cache
def _any_word() -> re.Pattern[str]:
    return re.compile("|".join(named.pattern for _, named in _recognisers()), re.IGNORECASE)


def _words(words: Any) -> re.Pattern[str]:
    # The longest first. A letter before or after makes another word: ping is not pin.
    listed = "|".join(re.escape(word) for word in sorted({w.lower() for w in words}, key=lambda w: (-len(w), w)))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)
