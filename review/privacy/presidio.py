"""National numbers of further countries, by the pattern recognisers of Presidio, where a project wants them.

Presidio (MIT) is the well-kept library for personal data, and it was measured before our own recognisers were kept: on
313 labelled texts (``tests/data/personal_data``), of which 176 were written before either had seen them.

| | found of 65, first list | right | found of 110, second list | right |
|---|---|---|---|---|
| ours, before the second list | 63 | 63 of 63 | 77 | 77 of 84 |
| ours since | 63 | 63 of 63 | 88 | 88 of 90 |
| Presidio as it comes (score 0.4) | 53 | 53 of 75 | 89 | 89 of 115 |
| ours with its national numbers, called by name | 63 | 63 of 63 | 98 | 98 of 99 |

As it comes it takes order ids, prices, dates and versions for telephone numbers and addresses of machines, and a wrong
mask breaks the answer and its SQL for good; it knows no French, Swiss, Brazilian or Dutch number, and cards and IBANs
no better. It reads some 900 of these texts a second where ours read 28,000 (ours with its national numbers: 16,000),
brings spaCy (215 MB more on disk), takes two to four seconds to import and pins numpy. So it does not replace what is
here. What it has and we lack are countries: with ``library = "presidio"`` under ``[privacy]`` its recognisers run
beside ours, each believed only where one of its own words stands in front. No model is loaded and nothing is fetched:
these recognisers are expressions with check digits. Everything that it brings is under MIT, BSD, ISC, Apache or MPL.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from review.basics.errors import InputError
from review.privacy.identifiers import Hit

LIBRARIES = ("", "presidio")
"""What ``[privacy] library`` may say; "" is ours alone."""

NATIONAL = (
    "AuMedicareRecognizer", "AuTfnRecognizer", "CaSinRecognizer", "DeSocialSecurityRecognizer", "DeTaxIdRecognizer",
    "EsNieRecognizer", "EsNifRecognizer", "FiPersonalIdentityCodeRecognizer", "InAadhaarRecognizer", "InPanRecognizer",
    "ItFiscalCodeRecognizer", "KrRrnRecognizer", "NgNinRecognizer", "NhsRecognizer", "PlPeselRecognizer",
    "SePersonnummerRecognizer", "SgFinRecognizer", "ThTninRecognizer", "TrNationalIdRecognizer", "UkNinoRecognizer",
    "UsItinRecognizer", "UsSsnRecognizer", "ZaIdNumberRecognizer",
)  # fmt: skip
"""The recognisers of people's numbers that are used."""

BEFORE = 40
"""Characters in front of a number in which one of its recogniser's words must stand."""

TOO_COMMON = frozenset(("id", "tax", "payer", "canada", "individual", "security", "social", "rente"))
"""Words of the library that stand in front of too much else."""


def check_library(name: str) -> None:
    """Raises InputError for another library, and for one that is not installed."""
    if name not in LIBRARIES:
        raise InputError(
            f"privacy.library: found '{name}', expected presidio, or nothing for our own recognisers alone."
        )
    if name and find_spec("presidio_analyzer") is None:
        raise InputError("privacy.library: presidio is not installed here. pip install 'spotcheck[privacy]'.")


def national_ids_by_library(text: str) -> Iterator[Hit]:
    """National numbers that the library's recognisers know and a word in front of them names."""
    if not may_hold(text):
        return
    for recogniser, named in _recognisers():
        if not named.search(text):
            continue
        for found in recogniser.analyze(text, recogniser.supported_entities, None):
            if named.search(text, max(0, found.start - BEFORE), found.start):
                yield Hit(found.start, found.end, re.sub(r"[ ./-]", "", text[found.start : found.end]).upper())


def may_hold(text: str) -> bool:
    """Whether a digit and one of the words stand in the text at all."""
    return any(c.isdigit() for c in text) and _any_word().search(text) is not None


@functools.cache
def _recognisers() -> tuple[tuple[Any, re.Pattern[str]], ...]:
    """Each recogniser with its words, loaded at first need: three seconds."""
    from presidio_analyzer import predefined_recognizers

    made = [getattr(predefined_recognizers, name)() for name in NATIONAL]
    return tuple((one, _words(w for w in one.context if w.lower() not in TOO_COMMON)) for one in made)


@functools.cache
def _any_word() -> re.Pattern[str]:
    return re.compile("|".join(named.pattern for _, named in _recognisers()), re.IGNORECASE)


def _words(words: Any) -> re.Pattern[str]:
    # The longest first; what is a letter before it would be another word, such as ping for pin.
    listed = "|".join(re.escape(word) for word in sorted({w.lower() for w in words}, key=lambda w: (-len(w), w)))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)
