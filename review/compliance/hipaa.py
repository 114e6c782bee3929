"""The 18 identifiers of the HIPAA Safe Harbor rule, 45 CFR 164.514(b)(2)(i)(A) to (R), and which of them are found.

Masking and the check of personal data share their recognisers, so this table is about both. It claims little: "found"
means that the usual written forms are found in any text, "partly" that some are, or only beside a word that names them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from review.settings.privacy import Privacy
from review.settings.project import Project

RULE = "45 CFR 164.514(b)(2)(i)"
Status = Literal["found", "partly", "not looked for"]


class Identifier(NamedTuple):
    """One identifier: its letter in the rule, its name, whether it is found, by which kinds, and why not more."""

    letter: str
    name: str
    status: Status
    kinds: tuple[str, ...]
    why: str


def identifiers(project: Project) -> list[Identifier]:
    """Return the table for a project: names, street addresses and links are found where its settings ask for them."""
    privacy = project.privacy
    return [
        _names(privacy),
        _places(privacy),
        Identifier(
            "C", "dates directly related to a person, ages over 89", "partly", ("BIRTH_DATE",),
            "dates of birth beside a word such as DOB; not dates of admission, discharge or death, and no ages",
        ),
        Identifier(
            "D", "telephone numbers", "found", ("PHONE",),
            "international numbers, and national ones of the countries that [privacy] names",
        ),
        Identifier("E", "fax numbers", "found", ("PHONE",), "written like telephone numbers, and found as such"),
        Identifier("F", "e-mail addresses", "found", ("EMAIL",), "also those spelt with at and dot"),
        Identifier(
            "G", "social security numbers", "found", ("NATIONAL_ID",),
            "nine digits with hyphens, or bare beside a word that names them",
        ),
        Identifier(
            "H", "medical record numbers", "partly", ("RECORD_NUMBER",),
            "beside a word such as MRN or patient number; a bare number looks like any other",
        ),
        Identifier(
            "I", "health plan beneficiary numbers", "partly", ("RECORD_NUMBER",),
            "beside a word such as health card number; the numbers of insurers follow no common form",
        ),
        Identifier(
            "J", "account numbers", "partly", ("IBAN", "CARD"),
            "IBAN and payment cards, by their check digits; other accounts follow no common form",
        ),
        Identifier(
            "K", "certificate and licence numbers", "not looked for", (),
            "each state and profession writes them in another way; a pattern of your own can find yours",
        ),
        Identifier(
            "L", "vehicle identifiers and licence plates", "not looked for", (),
            "a plate looks like an order number; a pattern of your own can find yours",
        ),
        Identifier(
            "M", "device identifiers and serial numbers", "not looked for", (),
            "a serial number looks like an article number; a pattern of your own can find yours",
        ),
        _links(project),
        Identifier("O", "IP addresses", "found", ("IP",), "version 4 and 6"),
        Identifier("P", "biometric identifiers", "not looked for", (), "the log holds text, no recordings or prints"),
        Identifier("Q", "full-face photographs", "not looked for", (), "the log holds text, no images"),
        Identifier(
            "R", "any other unique number, characteristic or code", "partly",
            ("NATIONAL_ID", "SECRET", *privacy.patterns),
            "national numbers of 15 countries, keys and tokens, and the patterns of the project",
        ),
    ]  # fmt: skip


def _names(privacy: Privacy) -> Identifier:
    if privacy.names:
        why = f"by the model {privacy.names}, which misses some"
        return Identifier("A", "names", "partly", ("NAME",), why)
    why = "[privacy] names no model that finds names; the check on import flags introductions such as 'my name is'"
    return Identifier("A", "names", "not looked for", (), why)


def _places(privacy: Privacy) -> Identifier:
    name = "places smaller than a state, with postal codes"
    if privacy.addresses:
        return Identifier("B", name, "partly", ("ADDRESS",), "street addresses; not cities, counties or postal codes")
    why = "addresses of [privacy] is off; even with it, cities and postal codes alone are not found"
    return Identifier("B", name, "not looked for", (), why)


def _links(project: Project) -> Identifier:
    if project.compliance.hosts:
        why = "the check of links finds those whose host is not listed; masking leaves addresses in place"
        return Identifier("N", "web addresses", "partly", (), why)
    why = "[compliance] lists no hosts for the check of links; masking leaves addresses in place"
    return Identifier("N", "web addresses", "not looked for", (), why)
