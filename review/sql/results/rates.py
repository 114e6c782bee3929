"""Rates of a worded answer: the base of "3 of every 1,000", and changes in percent, such as "up 17%"."""

from __future__ import annotations

import re
from functools import lru_cache

from review.sql.results.written import Written, around

_PER = re.compile(
    r"\b(?:per|every|each|of|in|out of)\s+(?P<base>10{1,12}|1(?:,000){1,4}|hundred|thousand|million)\b", re.IGNORECASE
)
_BASES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
UP = (
    r"rose|risen|rises|grew|grown|increased?|increases|gained|climbed|up|stieg(?:en)?|gestiegen|steigt|steigen|wuchs(?:en)?|"
    r"gewachsen|wächst|erhöhten?|zugenommen|zugelegt"
)
DOWN = (
    r"fell|fallen|falls|dropped|drops?|declined|decreased?|shrank|lost|down|sank(?:en)?|gesunken|sinkt|sinken|fiel(?:en)?|"
    r"gefallen|fällt|zurückgegangen|schrumpften?|verringerten?|abgenommen"
)
"""What words say of a number that rises or falls."""
_UP = rf"{UP}|grows|gain|rise|growth|jump|jumped|Anstieg|Zuwachs|Zunahme|Wachstum"
_DOWN = rf"{DOWN}|fall|declines?|decreases|loss|Rückgang|Abnahme"
_HOW = (
    r"\s+(?:(?:by|of|um|von)\s+)?(?:about\s+|around\s+|over\s+|nearly\s+|almost\s+|rund\s+|etwa\s+|fast\s+|knapp\s+)?$"
)
_BEFORE = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN})){_HOW}", re.IGNORECASE)
_AFTER = re.compile(rf"\s+(?:(?P<up>{_UP}|more|higher)|(?P<down>{_DOWN}|less|fewer|lower))\b", re.IGNORECASE)


def named_base(one: Written, answer: str) -> bool:
    """Return whether a figure is the base of a rate: the 1,000 of "3 of every 1,000"."""
    if not bases_in(answer):
        return False
    before, after = around(one, answer)
    shift = one.start - len(before)
    return any(
        m.start("base") <= one.start - shift < m.end("base") or m.start("base") < one.end - shift <= m.end("base")
        for m in _PER.finditer(before + answer[one.start : one.end] + after)
    )


@lru_cache(maxsize=16)
def bases_in(answer: str) -> frozenset[int]:
    """Return the bases of the rates that an answer names."""
    return frozenset(_BASES.get(m["base"].lower()) or int(m["base"].replace(",", "")) for m in _PER.finditer(answer))


def change_said(one: Written, answer: str) -> re.Match[str] | None:
    """Return the word right beside a figure that calls it a rise (group ``up``) or a fall (``down``)."""
    before, after = around(one, answer)
    return _BEFORE.search(before) or _AFTER.match(after)


def change_of(one: Written, answer: str) -> int:
    """Return 1 for a figure that words call a rise ("up 17%", "a 300% increase"), -1 for a fall, 0 for neither."""
    match = change_said(one, answer)
    return 0 if match is None else 1 if match["up"] else -1
