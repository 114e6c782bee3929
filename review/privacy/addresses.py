"""Street addresses by how they are written in twelve languages, with the postcode and town that follow.

A street name with its number is a customer's address in one text and a word with a figure in another ("Top 10 Google
Drive tips", "Parkplatz 12"). So names that end in an ambiguous word count only where a postcode or town follows, or a
word such as "live at" or "Adresse" stands before. Forms: USPS Publication 28 (suffixes), Royal Mail PAF guide (United
Kingdom), DIN 5008 (German), AFNOR NF Z10-011 (French), UPU S42 templates for the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.privacy.identifiers import Hit

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹĆŃŠŽ"
_NAME = rf"[{_UP}][\w'’.-]{{0,30}}"
_SURE_EN = "Street|Avenue|Road|Lane|Boulevard|Blvd|Terrace|Crescent|Parkway|Highway|Hwy|Ave|Rd|St|Blvd|Ln|Pkwy"
_UNSURE_EN = "Drive|Dr|Way|Place|Pl|Court|Ct|Close|Square|Sq|Circle|Cir|Gardens|Mews|Row|Hill|Grove|Walk|Park"
_NUMBER_FIRST = r"[0-9]{1,6}(?:[A-Za-z]|[-/][0-9]{1,4})?"
_NUMBER_LAST = r"[0-9]{1,4} ?(?:[a-z]\b|[-/] ?[0-9]{1,4}[a-z]?)?"
_UNIT = r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|No)\.? ?#?[0-9A-Z]{1,6}\b|,? #[0-9]{1,5}\b)?"
_OF = r"(?:(?:de|du|des|la|le|les|del|los|las|da|do|das|dos|della|dei|di|san|santa)[ ]|[lLdD]['’])"

STREETS = (
    rf"{_NUMBER_FIRST},? (?:(?:North|South|East|West|[NSEW]\.?) )?(?:(?:{_NAME}|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,4}}"
    rf"(?:{_SURE_EN})\b\.?{_UNIT}",
    r"(?:P\.? ?O\.? ?Box|Post Office Box|Postfach|Apartado(?: de Correos)?|Boîte postale|B\.P\.) [0-9][0-9 ]{0,8}[0-9]",
    rf"[{_UP}][\w-]{{2,40}}(?:straße|strasse|str\.|allee|gasse|chaussee) ?{_NUMBER_LAST}",
    rf"(?:(?:{_NAME}) ){{1,3}}(?:Straße|Strasse|Str\.|Allee|Gasse) {_NUMBER_LAST}",
    rf"[0-9]{{1,4}}(?: ?(?:bis|ter|quater|[A-D]))?,? (?:rue|avenue|av\.|boulevard|bd\.?|quai|impasse"
    rf"|chemin|allée|place) (?:{_OF}){{0,3}}{_NAME}(?:[ -](?:{_OF}){{0,2}}{_NAME}){{0,3}}",
    rf"(?:Calle|C/|Avenida|Avda\.?|Av\.|Rua|Travessa|Praça|Rambla|Ronda) ?(?:{_OF}){{0,3}}{_NAME}"
    rf"(?: (?:{_OF}){{0,2}}{_NAME}){{0,4}},? (?:n[.º°]{{1,2}} ?|núm\. )?"
    rf"{_NUMBER_LAST}(?:,? [0-9]{{1,2}}[º°ª] ?[A-Z]?\b)?",
    rf"(?:Via|Viale|Piazza|Piazzale|Vicolo) (?:{_OF}){{0,2}}{_NAME}(?: (?:{_OF}){{0,2}}{_NAME}){{0,3}},? (?:n\. ?)?"
    rf"{_NUMBER_LAST}",
    rf"[{_UP}][\w-]{{2,40}}(?:straat|laan|gracht|singel|kade|gatan|vägen|gade|veien) {_NUMBER_LAST}",
    rf"(?:ul|al|os|pl)\. (?:{_NAME})(?: {_NAME}){{0,3}} {_NUMBER_LAST}",
)
"""Forms that are addresses wherever they stand."""

UNSURE = (
    rf"{_NUMBER_FIRST},? (?:(?:North|South|East|West|[NSEW]\.?) )?(?:{_NAME} ){{1,3}}(?:{_UNSURE_EN})\b\.?{_UNIT}",
    rf"(?:{_NAME} ){{0,2}}[{_UP}][\w-]{{2,40}}(?:weg|platz|ring|damm|ufer|steig|markt|plein|dijk|vej) {_NUMBER_LAST}",
    rf"(?:Am|An der|An den|Im|In der|In den|Zum|Zur|Auf der|Auf dem|Unter den|Platz der) {_NAME} {_NUMBER_LAST}",
    rf"(?:Paseo|Plaza|Carrera|Corso|Largo|Contrada) (?:{_OF}){{0,3}}{_NAME}(?: {_NAME}){{0,3}},? {_NUMBER_LAST}",
)
"""Forms that count only beside a postcode or town, or after one of the words of ``_ASKED``."""

_TOWN = rf"{_NAME}(?:[ -]{_NAME}){{0,3}}"
_PLACE = (
    rf"(?:(?:{_TOWN},? )?(?:[A-Z]{{2}} )?[0-9]{{5}}-[0-9]{{4}}\b|{_TOWN},? [A-Z]{{2}},? [0-9]{{5}}\b"
    rf"|(?:{_TOWN},? )?[A-Z]{{1,2}}[0-9][0-9A-Z]? [0-9][A-Z]{{2}}\b"
    rf"|(?:[A-Z]{{1,2}}-)?[0-9]{{5}} {_TOWN}|[0-9]{{4}} ?[A-Z]{{2}} {_TOWN}|[0-9]{{2}}-[0-9]{{3}} {_TOWN}"
    rf"|[0-9]{{3}} [0-9]{{2}} {_TOWN}|(?:[A-Z]{{1,2}}-)?[0-9]{{4}} {_TOWN})"
)
_FOLLOWED = re.compile(rf"(?:,? ?\n ?|, ?|,? ){_PLACE}")
_ASKED = re.compile(
    r"(?:\b(?:i|we|they|you) (?:live|moved|stay)(?: now)? (?:at|to|in)|\blives? (?:at|in)|\baddress(?: is)?"
    r"|\bresid(?:e|ing) at|\b(?:ship|send|deliver|sent|delivered|mail)(?: it| this| them)? to|\badresse?(?: ist| est)?"
    r"|\bwohne?n? (?:in|am|an)"
    r"|\bdirección(?: es)?|\bindirizzo|\bendereço|\badres|\badress|\bj['’]habite(?: au)?|\bvivo en|\babito in)"
    r" ?[:：]? ?(?:the |der |dem |in |an )?\Z",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:in|since|of|by|until|from|before|after|during|top|best|about|over|all|the|seit|en|de)\s\Z", re.IGNORECASE
)
_SURE = re.compile("|".join(f"(?:{form})" for form in STREETS))
_UNSURE = re.compile("|".join(f"(?:{form})" for form in UNSURE))
_HINT = re.compile(
    r"stre?et|avenue|\bave\b|road|\brd\b|lane|\bln\b|boulevard|blvd|\bst\b|terrace|crescent|parkway|pkwy|highway|hwy|box"
    r"|drive|\bdr\b|way|place|\bpl\b|court|\bct\b|close|square|\bsq\b|circle|gardens|mews|\brow\b|hill|grove|walk|park"
    r"|stra(?:ß|ss)e|str\.|allee|gasse|chaussee|postfach|apartado|postale|b\.p\.|weg|platz|ring|damm|ufer|steig|markt"
    r"|\bam\b|\ban de[rn]\b|\bim\b|\bin de[rn]\b|\bzu[mr]\b|\bauf de[rm]\b|unter den"
    r"|rue|\bav\.|\bbd\b|quai|impasse|chemin|allée|calle|\bc/|avenida|avda|rua\b|travessa|praça|rambla|ronda|paseo|plaza"
    r"|carrera|corso|largo|contrada|via|viale|piazza|vicolo|straat|laan|gracht|singel|kade|plein|dijk|gatan|vägen|gade"
    r"|veien|vej|\bul\.|\bal\.|\bos\.",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")


def may_hold_address(text: str) -> bool:
    """Return whether a text has a digit and a word that an address begins or ends with."""
    return _DIGIT.search(text) is not None and _HINT.search(text) is not None


def addresses(text: str) -> Iterator[Hit]:
    """Yield street addresses, each with the postcode and town that follow it."""
    if not may_hold_address(text):
        return
    for pattern, sure in ((_SURE, True), (_UNSURE, False)):
        for found in pattern.finditer(text):
            start, end = found.span()
            before = text[max(0, start - 40) : start]
            if before[-1:].isalnum() or before[-1:] in tuple("_#$€£./-") or _is_figure(found[0], before):
                continue
            place = _FOLLOWED.match(text, end)
            if sure or place or _ASKED.search(before):
                end = place.end() if place else end
                yield Hit(start, end, re.sub(r"\W+", " ", text[start:end]).casefold().strip())


def _is_figure(street: str, before: str) -> bool:
    """Whether the number before a street is a year or a count: "in 2024 Wall Street fell", "the 7 Main Street ..."."""
    return street[0].isdigit() and _COUNTED.search(before) is not None
