"""What was masked in a conversation, and what still looks personal after masking.

Masking is strict, because a wrong mask spoils an answer for good. This check is loose, because a wrong flag costs one
glance. It finds names in introductions, postal addresses, dates of birth, numbers that the words before them call
personal, and mail addresses spelt with "at" and "dot". It finds no names in running text; that would take a model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from review.checks.protocol import Check, Finding, Options, Span, Texts, finding

OPTIONS: dict[str, object] = {}

_TOKEN = re.compile(r"\[([A-Z][A-Z0-9_]*)_[0-9]+\]")
_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][\w'’-]+"


class Loose(NamedTuple):
    """A kind of personal data. ``pattern`` is tried only on a text with one of ``words`` (split at ``|``) or ``parts``.

    ``parts`` may stand inside words. The group ``it`` of the pattern is the evidence; ``digits`` says that it always
    holds a digit.
    """

    words: str
    parts: tuple[str, ...]
    digits: bool
    pattern: re.Pattern[str]


LOOSE: dict[str, Loose] = {
    "name": Loose(
        "name|nombre|name:|heiße|m'appelle|m’appelle|chiamo|llamo|chamo|naam|mr|mrs|ms|dr|mr.|mrs.|ms.|dr.",
        (),
        False,
        re.compile(
            rf"(?:[Mm]y (?:full )?name is|[Mm]ein Name ist|[Ii]ch heiße|[Jj]e m['’]appelle|[Mm]e llamo|[Mm]i nombre es"
            rf"|[Mm]i chiamo|[Mm]e chamo|[Mm]ijn naam is|(?:[Tt]his is|[Ii](?: a|['’])m) (?:Mr|Mrs|Ms|Dr)\.?"
            rf"|[Cc]ustomer name:|\b[Nn]ame:) (?P<it>{_CAPITAL}(?: {_CAPITAL}){{0,2}})"
        ),
    ),
    "spelt_address": Loose(
        "dot|(dot)|[dot]|(at)|[at]",
        ("(at)", "[at]"),
        False,
        re.compile(
            r"(?P<it>\b[\w.+-]{1,64} ?(?:\(at\)|\[at\]| at ) ?[\w-]{1,64}"
            r"(?: ?(?:\(dot\)|\[dot\]| dot ) ?[\w-]{1,64}){1,8}"
            r"|\b[\w.+-]{1,64} ?(?:\(at\)|\[at\]) ?[\w-]{1,64}\.[a-z]{2,24})",
            re.IGNORECASE,
        ),
    ),
    "address": Loose(
        "street|street,|street.|st|st.|st,|avenue|ave|road|road,|rd|rd.|lane|drive|boulevard|rue|calle|via",
        ("straße", "strasse", "str."),
        True,
        re.compile(
            r"(?P<it>\b[0-9]{1,5}[a-z]?,? (?:[A-Z][\w'’.-]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive"
            r"|Boulevard)\b|\b[A-ZÄÖÜ][\wäöüß-]{0,40}(?:straße|strasse|str\.) ?[0-9]{1,4}[a-z]?\b"
            r"|\b[0-9]{1,4}(?: bis| ter)?,? [Rr]ue (?:(?:de|du|des|la|le|les|l['’]) ?){0,3}[A-Z][\w'’-]+"
            r"|\b(?:[Cc]alle|[Vv]ia) (?:[A-Z][\w'’-]+ ?){1,3},? [0-9]{1,4}\b)"
        ),
    ),
    "birth_date": Loose(
        "born|birth:|dob|dob:|geboren|nato|nascita",
        ("of birth", "birthdate", "birth date", "geburt", "naissance", "nacimiento"),
        True,
        re.compile(
            r"(?:\bborn|\bbirth|\bdob\b|geboren|geburt|naissance|nacimiento|nato il|nascita)[^0-9\n]{0,16}"
            r"(?P<it>[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}|[0-9]{1,2}\.? [^\W\d_]{3,10} [0-9]{4})",
            re.IGNORECASE,
        ),
    ),
}
"""By kind, how it is found."""

LEFT = "looks_like_"
"""Begins the kind of a span that was not masked."""

_WORDS = {kind: frozenset(one.words.split("|")) for kind, one in LOOSE.items()}
_ALL_WORDS = frozenset().union(*_WORDS.values())
_ALL_PARTS = tuple(part for one in LOOSE.values() for part in one.parts)

_NUMBER = re.compile(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6,19}[A-Z]?(?![0-9])")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9-])")
_CALLED = re.compile(
    r"(?:\b(?:my|phone|mobile|ssn|security|insurance|passport|licen[cs]e|account|konto|tax|nhs|personal|identity)"
    r"(?: \w+)? ?(?:number|no|nr|nummer|id)?\.?|\b(?:call|ring|reach) (?:me|us) (?:on|at)|telefon\w*|t[eé]l[eé]phone"
    r"|mi número|mon numéro|meine nummer|电话|手机号?|身份证号?|電話(?:番号)?|携帯|핸드폰|주민등록번호|номер телефона)"
    r"(?: ?(?:is|ist|est|es|:|：|=|は|은|는|是)){0,2} ?\Z",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"\b(?:order|invoice|tracking|ticket|case|item|sku|reference|ref)\b[^0-9]{0,16}\Z", re.IGNORECASE)
_DIGIT = re.compile("[0-9]")
CAPITALS_AND_SIGNS = "+(ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What a number may begin with."""

BEFORE = 40
"""How many characters before a number are searched for a word that calls it personal."""


def personal_data(texts: Texts, options: Options) -> Finding:
    """Flag what still looks personal. ``value`` is the number of masked places outside SQL.

    A span of a masked place has the mask's kind, any other a kind ``looks_like_...``. The note holds counts alone.
    """
    masked: list[Span] = []
    left: list[Span] = []
    # A query names columns, not people, and its constants are masked or were never personal.
    read = {field: text for field, text in texts.fields.items() if field != "sql"}
    together = "\n".join(read.values())
    if "[" in together:
        masked = [_span(f, m.span(), m[1]) for f, text in read.items() for m in _TOKEN.finditer(text)]
    kinds = _worth_trying(texts, together)
    left = [
        _span(f, m.span("it"), LEFT + k) for k in kinds for f, t in read.items() for m in LOOSE[k].pattern.finditer(t)
    ]
    if any(_numbers(together)):
        left += [_span(f, place, LEFT + "number") for f, text in read.items() for place in _numbers(text)]
    if not masked and not left:
        return finding(value=0)
    counts = Counter(f"{span['kind']} masked" for span in masked)
    counts.update(span["kind"].replace("_", " ") for span in left)
    note = ", ".join(f"{n} {what}" for what, n in counts.items())
    return finding(flagged=bool(left), value=len(masked), spans=[*masked, *left], note=note)


def _span(field: str, place: tuple[int, int], kind: str) -> Span:
    return {"field": field, "start": place[0], "end": place[1], "kind": kind}


def _worth_trying(texts: Texts, together: str) -> list[str]:
    """The kinds of ``LOOSE`` that the texts may hold at all."""
    lower = together.lower()
    others = (t.lower().split() for f, t in texts.fields.items() if f not in (texts.question, texts.answer, "sql"))
    words = [texts.words, texts.asked_words, *others]
    if not _contains_word(words, _ALL_WORDS) and not _contains(lower, _ALL_PARTS):
        return []
    digits = _DIGIT.search(lower)
    return [
        kind
        for kind, one in LOOSE.items()
        if (digits or not one.digits) and (_contains_word(words, _WORDS[kind]) or _contains(lower, one.parts))
    ]


def _contains_word(words: list[list[str]], wanted: frozenset[str]) -> bool:
    return not wanted.isdisjoint(chain.from_iterable(words))


def _contains(text: str, parts: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, parts))


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Numbers of seven or more digits that a word before them calls personal, and no order number or the like."""
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        while start and text[start - 1] in CAPITALS_AND_SIGNS:
            start -= 1
        before = text[max(0, start - BEFORE) : start]
        if before[-1:].isalnum() or before[-1:] in ("#", "$", "€", "£", "-") or _ISO_DATE.match(text, start):
            continue
        if _CALLED.search(before) and not _ORDERED.search(before):
            yield start, end


CHECK = Check(
    title="personal data",
    about="personal data that masking may have missed: names, addresses, dates of birth, numbers",
    find=personal_data,
    options=OPTIONS,
    cheap=True,
    unflagged="nothing left unmasked",
)
