"""Figures that words make a bound of the number: "under 600", "mindestens 400", "600 or less", "the 600 limit"."""

from __future__ import annotations

import re
from decimal import Decimal

from review.sql.results.written import Written, around

_NOT = r"(?:not|no|never|isn['’]t|doesn['’]t|nicht|nie|kein\w*)\s+"
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
_DENIED = re.compile(rf"\b(?:{_NOT}(?:even|quite|ganz|einmal|reach(?:ing|ed)?)?\s*[$€£¥]?)$", re.IGNORECASE)


def holds_as_bound(one: Written, answer: str, number: Decimal | float) -> bool:
    """Return whether words make a figure a bound that a number keeps, or deny that it is the number."""
    before, after = around(one, answer)
    if _DENIED.search(before):
        return True
    match = _BEFORE.search(before)
    if match:
        upper = match["most"] or (match["more"] if match["not"] else match["less"])
    elif match := _AFTER.match(after):
        upper = match["most"]
    else:
        return False
    exact, bound = Decimal(str(number)), one.value
    pairs = ((exact, bound), (abs(exact), abs(bound)))
    return any(n <= b if upper else n >= b for n, b in pairs)
