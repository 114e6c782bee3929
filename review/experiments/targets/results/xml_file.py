"""Read an XML file that declares no entities: a few lines of them can fill the memory."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, XMLParser

from review.basics.errors import InputError

_PARTS = 1_048_576


def xml_in(path: Path) -> Element:
    """Return the root of an XML file. Raises ParseError, and InputError for a file with a DOCTYPE."""
    content = path.read_bytes()
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        raise InputError(f"{path}: found a DOCTYPE, expected a plain report without one.")
    parser = XMLParser()  # noqa: S314 - without a DOCTYPE there are no entities of its own
    for start in range(0, len(content), _PARTS):
        parser.feed(content[start : start + _PARTS])
    root: Element = parser.close()
    return root
