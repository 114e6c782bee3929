"""Figures that words make a bound of the number: "under 600", "mindestens 400", "600 or less", "the 600 limit"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from review.sql.results.written import Written, around

_NOT = (
    r"(?:(?:not|never|none|isn['’]t|doesn['’]t|nicht|nie|hardly|scarcely|kaum)\s+|"
    r"(?:no|kein\w*)\s+(?:[^\W\d_]+\s+)?)"
)
_LESS = (
    r"under|below|beneath|less than|fewer than|lower than|smaller than|short of|unter|unterhalb|weniger als|"
    r"geringer als|kleiner als|niedriger als"
)
_MORE = (
    r"over|above|beyond|more than|greater than|higher than|larger than|exceed(?:s|ed|ing)?|tops?|topped|über|oberhalb|"
    r"mehr als|größer als|höher als|übersteigt|überstieg|überschreitet|überschritt"
)
_MOST = (
    r"at most|up to|a? ?maximum(?: of)?|max\.?|capped at|within|höchstens|maximal|bis zu|bis|"
    r"allenfalls|längstens|≤|<=|<"
)
_LEAST = r"at least|a? ?minimum(?: of)?|min\.?|upwards of|mindestens|minimal|wenigstens|ab|≥|>=|>"
# "Below the 600 limit", "under a total of EUR 600": these say nothing more than the figure does.
_FILLED = (
    r"[\s:]*(?:(?:the|a|an|our|its|their|of|total|sum|limit|threshold|target|cap|mark|value|only|even|der|die|das|dem|"
    r"den|einer?|einem|von|Grenze|Summe|Wert|EUR|USD|GBP|CHF|[$€£¥])\s*){0,4}$"
)
_BEFORE = re.compile(
    rf"(?:(?P<not>\b{_NOT})?(?:(?<!\w)(?P<less>{_LESS})|(?<!\w)(?P<more>{_MORE}))|(?<!\w)(?:(?P<most>{_MOST})|"
    rf"(?P<least>{_LEAST}))){_FILLED}",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:[^\W\d_]+\s+)?(?:(?P<most>or (?:less|fewer|below|under|lower)|at (?:the )?most|max(?:imum|imal)?|tops|"
    r"oder weniger|oder darunter|nicht (?:überschr|überst)\w+)|"
    r"(?P<least>or (?:more|above|over|higher)|at (?:the )?least|min(?:imum|destens)?|oder mehr|oder darüber))\b",
    re.IGNORECASE,
)
_LIMIT = (
    r"limits?|thresholds?|caps?|targets?|ceilings?|floors?|budgets?|goals?|grenz\w*|schwell\w*|ziel\w*|obergrenze|plan"
)
_LIMIT_BEFORE = re.compile(
    rf"\b(?:{_LIMIT})(?:[\s:(]+(?:of|is|was|von|ist|war|liegt|bei|at|EUR|USD))*[\s:(]*[$€£¥]?$", re.IGNORECASE
)
_LIMIT_AFTER = re.compile(rf"[\s-]*(?:(?:EUR|euros?|USD|dollars?)[\s-]+)?(?:{_LIMIT})\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:between|zwischen)\s+[$€£¥]?$", re.IGNORECASE)
_DENIED_AFTER = re.compile(
    r"\s*(?:EUR\s+|euros?\s+)?(?:(?:was|is|were|wurden?|wird|werden)\s+)?(?:not|never|nicht|nie)\b", re.IGNORECASE
)
_DENIED = re.compile(rf"\b(?:{_NOT}(?:even|quite|ganz|einmal|reach(?:ing|ed)?)?\s*[$€£¥]?)$", re.IGNORECASE)


def holds_as_bound(one: Written, answer: str, number: Decimal | float, columns: Iterable[str] = ()) -> bool:
    """Return whether words make a figure a bound that a number keeps, or another thing than the number.

    Another thing are a figure that is denied, an end of a range, and one called a limit or target, unless the
    ``columns`` of the result are of limits too.
    """
    before, after = around(one, answer)
    if _DENIED.search(before) or _DENIED_AFTER.match(after) or _RANGE.search(before):
        return True
    upper = _is_upper(before, after)
    if upper is None:
        limit = _LIMIT_BEFORE.search(before) or _LIMIT_AFTER.match(after)
        return limit is not None and not re.search(_LIMIT, " ".join(columns), re.IGNORECASE)
    exact, bound = Decimal(str(number)), one.value
    pairs = ((exact, bound), (abs(exact), abs(bound)))
    return any(n <= b if upper else n >= b for n, b in pairs)


def _is_upper(before: str, after: str) -> bool | None:
    """Whether the words beside a figure make it the most that a number may be; None where they make it no bound."""
    if match := _BEFORE.search(before):
        return bool(match["most"] or (match["more"] if match["not"] else match["less"]))
    match = _AFTER.match(after)
    return bool(match["most"]) if match else None
