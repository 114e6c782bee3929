"""Read raw records from a spreadsheet (xlsx): the first sheet or a named one, its first row the header."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.basics.record import Raw, Unreadable, check_columns
from review.basics.unpacking import FREE, MAX_RATIO

_STRINGS = "xl/sharedStrings.xml"


def is_spreadsheet(given: InputFile) -> bool:
    """Whether a zip archive is a spreadsheet."""
    try:
        with given.anywhere() as file, zipfile.ZipFile(file) as archive:
            return any(name.startswith("xl/workbook") for name in archive.namelist())
    except (zipfile.BadZipFile, EOFError, OSError):
        return False


def sheets_of(given: InputFile) -> list[str]:
    """Return the names of the sheets. Raises InputError for a file that is damaged or a bomb."""
    with given.anywhere() as file:
        book = _opened(given, file)
        try:
            return list(book.sheetnames)
        finally:
            book.close()


def named_sheet(given: InputFile, sheet: str | None) -> tuple[Iterator[Raw], list[str]]:
    """Return the rows of a sheet, None: the first one, and a note that names the other sheets."""
    names = sheets_of(given)
    others = [name for name in names if name != (sheet or names[0])]
    notes = [f"the sheet {sheet or names[0]} was read; others were not: {', '.join(others)}"] if others else []
    return read_xlsx(given, sheet), notes


def read_xlsx(given: InputFile, sheet: str | None = None) -> Iterator[Raw]:
    """Yield the rows of a sheet; ``line`` is the row. Empty rows are passed over.

    Raises InputError when the file cannot be read, there is no such sheet, or its header has gaps or doubles.
    """
    with given.anywhere() as file:
        book = _opened(given, file)
        try:
            yield from _rows(given, book, sheet)
        except (zipfile.BadZipFile, EOFError, KeyError, ValueError) as error:
            raise _unreadable(given, error) from None
        finally:
            book.close()


def _opened(given: InputFile, file: Any) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
        total = sum(member.file_size for member in members)
        words = sum(member.file_size for member in members if member.filename == _STRINGS)
        if words > FREE or (total > FREE and total > MAX_RATIO * max(given.size, 1)):
            raise InputError(
                f"{given.name}: {given.size / 1e6:,.2f} MB unpack to {total / 1e6:,.0f} MB, as in a zip bomb; nothing "
                "was added. Save the sheet as CSV if you trust it."
            )
        file.seek(0)
        return load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, EOFError, KeyError, ValueError, OSError) as error:
        raise _unreadable(given, error) from None


def _unreadable(given: InputFile, error: Exception) -> InputError:
    return InputError(f"{given.name}: not readable as a spreadsheet ({error}). Save it again, or as CSV.")


def _rows(given: InputFile, book: Any, sheet: str | None) -> Iterator[Raw]:
    if sheet is not None and sheet not in book.sheetnames:
        raise InputError(f"{given.name}: there is no sheet '{sheet}'; found {', '.join(book.sheetnames)}.")
    page = book[sheet] if sheet is not None else book.worksheets[0]
    header: list[str] = []
    total, size = max(page.max_row or 1, 1), given.size
    for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
        values = [_cell(value) for value in cells]
        if all(value is None for value in values):
            continue
        if not header:
            header = _header(given, number, values)
            continue
        beyond = [value for value in values[len(header) :] if value is not None]
        done = min(size * number // total, size)
        if beyond:
            found = f"a value right of the last column: {beyond[0]}"
            yield Raw(number, None, Unreadable("row", found, f"{len(header)} columns ({', '.join(header)})"), done)
        else:
            yield Raw(number, {name: v for name, v in zip(header, values, strict=False) if name}, None, done)


def _header(given: InputFile, number: int, values: list[Any]) -> list[str]:
    names = ["" if value is None else str(value).strip() for value in values]
    while names and not names[-1]:
        names.pop()
    check_columns(given.name, names)
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise InputError(
            f"{given.name}, row {number}: found the column '{twice}' twice, expected each column once. Rename one."
        )
    return names


def _cell(value: Any) -> Any:
    """Return a cell as JSON would hold it; a date without a zone stays without one."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
