"""Numbers with their nouns, and names of data as words, for sentences and tables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 item``, ``3 items`` or ``no items``."""
    many = plural or f"{noun}s"
    return f"1 {noun}" if n == 1 else f"{n:,} {many}" if n else f"no {many}"


_MINUS = re.compile(r"−(?=\d)")
_IDENTIFIER = re.compile(r"[^\W_]+(?:_[^\W_]+)+")


def spoken(value: object) -> str:
    """Return a label, or the name of one, as people read it: "order status" for ``order_status``, a list with commas.

    Only what is written like a name in a program changes. A text with blanks or other signs stays as it is, and nothing
    (None) is "".
    """
    if isinstance(value, list | tuple):
        return ", ".join(map(spoken, value))
    text = "" if value is None else str(value)
    return text.replace("_", " ") if _IDENTIFIER.fullmatch(text) else text


def meant(text: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'item'?)`` with the known name that is spelt most like a text; "" without one."""
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(text[:100].casefold(), list(names), n=1)
    return f" (did you mean '{names[near[0]]}'?)" if near else ""


def capital(text: str) -> str:
    """Return a text with a capital at its beginning, the rest unchanged."""
    return text[:1].upper() + text[1:]


def percent(share: float) -> str:
    """Return a share as people read it: ``1.1%``, ``15%``. One decimal below 10%, and never rounded to none or all."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.995 <= share < 1:
        return f"{100 * min(share, 0.999):.1f}%"
    return f"{100 * share:.1f}%" if 0 < share < 0.0995 else f"{100 * share:.0f}%"


def tenths(share: float) -> str:
    """Return a share with one decimal, as the accuracy of versions is written: ``84.5%``."""
    return f"{share:.1%}"


def signed(value: float, form: str = "+.1f") -> str:
    """Return a number in a format, with a true minus sign in place of the hyphen: ``−8.5`` or ``+0.3``.

    What rounds to zero has the sign of zero.
    """
    text = format(value, form)
    if text.startswith("-0") and not any(digit in text for digit in "123456789"):
        text = format(0.0, form)
    return f"−{text[1:]}" if text.startswith("-") else text


def plain_signs(text: str) -> str:
    """Return a text whose numbers have the hyphen of programs in place of the minus sign of :func:`signed`."""
    return _MINUS.sub("-", text)


SMALLEST_P = 0.0001


def p_value(p: float) -> str:
    """Return a p value for a table: three digits, and never a bare 0."""
    return f"< {SMALLEST_P:.4f}" if p < SMALLEST_P else f"{p:.3g}"


def p_words(p: float) -> str:
    """Return a p value for a sentence: ``p = 0.0146`` or ``p < 0.0001``."""
    return f"p {'' if p < SMALLEST_P else '= '}{p_value(p)}"


def shortened(text: str, longest: int) -> str:
    """Return the text on one line; a longer text is cut at a word, with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[longest // 2 :] else head).rstrip(" ,;:") + "…"


def installing(extra: str) -> str:
    """Return the command that installs an extra, from Spotcheck's own source: PyPI has another project of its name."""
    return f"pip install '.[{extra}]' in the folder of Spotcheck's source"
