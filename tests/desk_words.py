"""Bring the catalogues of the desks' words up to date: ``python tests/desk_words.py`` after a text changes.

It reads the texts from the scripts of both desks and from the widgets around them, adds new ones to each ``desk.po``
without a translation, drops those that are gone, and compiles ``desk.mo``, which the application reads. A new language
is a folder ``de`` of ``pages/parts/language/locale`` by another name, and a line of ``LANGUAGES`` in ``words.py``.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
DESK = ROOT / "pages" / "parts" / "desk"
LOCALE = ROOT / "pages" / "parts" / "language" / "locale"
KEYWORDS: dict[str, Any] = {"t": None, "N": None, "plural": (2, 3), "_": None}
HEAD = "# The words of the two desks. Edit the msgstr lines, then run `python tests/desk_words.py`."
LEFT_OUT = ("-Date:", "Generated-By", "Project-Id", "Report-Msgid", "Last-Translator", "Language-Team")
WIDGETS = (
    "pages/parts/settle/settle_toolbar.py",
    "pages/parts/desk/adjudicator.py",
    "pages/parts/desk/annotator.py",
)


def template() -> Catalog:
    """Return every text of the desks, with the files in which it stands."""
    catalog = Catalog(project="Spotcheck", charset="utf-8", fuzzy=False)
    places: dict[Any, set[str]] = {}
    for path in [*sorted(DESK.rglob("*.js")), *(ROOT / widget for widget in WIDGETS)]:
        kind = "javascript" if path.suffix == ".js" else "python"
        options = {"parse_template_string": "true"} if kind == "javascript" else {}
        with path.open("rb") as file:
            for _, text, _, _ in extract(kind, file, keywords=KEYWORDS, options=options):
                places.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())
    for text, found in places.items():
        catalog.add(text, locations=[(name, 1) for name in sorted(found)])
    return catalog


def translated(language: str) -> Catalog:
    """Return the catalogue of a language with exactly the texts of now, translated where they were."""
    with po(language).open("rb") as file:
        old = read_po(file, locale=language)
    new = Catalog(language, project="Spotcheck", charset="utf-8", fuzzy=False, header_comment=HEAD)
    for message in template():
        if message.id:
            before = old.get(message.id[0] if isinstance(message.id, tuple) else message.id)
            new.add(message.id, before.string if before else None, locations=message.locations)
    return new


def po(language: str) -> Path:
    """Return the text of a catalogue."""
    return LOCALE / language / "LC_MESSAGES" / "desk.po"


def as_po(catalog: Catalog) -> bytes:
    """Return a catalogue as people edit it."""
    text = io.BytesIO()
    write_po(text, catalog, sort_output=True, omit_header=False, include_lineno=False, width=120)
    lines = text.getvalue().decode().splitlines(keepends=True)
    # Times would make each run another file; the other lines are Babel's placeholders.
    return "".join(line for line in lines if not any(sign in line for sign in LEFT_OUT)).encode()


def as_mo(catalog: Catalog) -> bytes:
    """Return a catalogue as the application reads it."""
    compiled = io.BytesIO()
    dated = read_po(io.BytesIO(as_po(catalog)), locale=catalog.locale)
    dated.creation_date = dated.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same texts make the same file
    write_mo(compiled, dated)
    return compiled.getvalue()


def languages() -> list[str]:
    """Return the languages that have a catalogue."""
    return sorted(path.name for path in LOCALE.iterdir() if po(path.name).is_file())


if __name__ == "__main__":
    for name in languages():
        catalog = translated(name)
        po(name).write_bytes(as_po(catalog))
        po(name).with_suffix(".mo").write_bytes(as_mo(catalog))
        print(f"{name}: {sum(1 for m in catalog if m.id and not m.string)} of {len(catalog)} texts lack a translation")
