"""Recognise UTF-16 text, with or without a byte order mark.

Without a mark the zero bytes tell: of an ASCII character in UTF-16, one of the two bytes is zero, always on the same
side. UTF-8 text has none. (charset-normalizer does not try UTF-16 without a mark.)
"""

from __future__ import annotations

MARKS = (b"\xff\xfe", b"\xfe\xff")
SEEN = 4096
"""Bytes at the start of a file that decide."""
_OFTEN = 0.05
"""In a table or in JSON, at least every twentieth character is usually ASCII: a separator, a quote, a line break."""


def utf16_of(start: bytes) -> str | None:
    """Return the UTF-16 codec of the text that begins with ``start``, None for anything else."""
    if start[:2] in MARKS:
        return "utf-16"
    pairs = start[: len(start) // 2 * 2]
    zeros = {"utf-16-le": pairs[1::2].count(0), "utf-16-be": pairs[0::2].count(0)}
    codec = max(zeros, key=lambda name: zeros[name])
    if pairs[:2].count(0) == 1:
        # The first character is ASCII.
        codec = "utf-16-be" if pairs[0] == 0 else "utf-16-le"
    enough = zeros[codec] >= _OFTEN * len(pairs) / 2 or (zeros[codec] and not _decodes(pairs, "utf-8"))
    return codec if pairs and enough and _is_text(pairs, codec) else None


def has_zeros(start: bytes) -> bool:
    """Whether there are so many zero bytes that this is no text in UTF-8."""
    return start.count(0) > _OFTEN * len(start) and len(start) > 1


def _is_text(start: bytes, codec: str) -> bool:
    """Whether these bytes decode, up to a character that is cut at the end, without control characters."""
    if not _decodes(start, codec):
        return False
    text = start.decode(codec, "ignore")
    return all(character >= " " or character in "\t\n\r\f\v" for character in text)


def _decodes(start: bytes, codec: str) -> bool:
    """Whether these bytes are text in this encoding, up to a character that is cut at the end."""
    try:
        start.decode(codec)
    except UnicodeDecodeError as error:
        return error.start >= len(start) - 3 and error.end == len(start)
    return True
