"""When labels were given: times of a file in the form that was declared, or that its whole column proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from review.basics.date_forms import check_form, date_column, read_date
from review.basics.errors import InputError
from review.basics.spellings import is_missing
from review.basics.tables import Row, Table


@dataclass(frozen=True)
class Clock:
    """How times are read: ``form`` is one of :mod:`review.basics.date_forms`, ``zone`` that of times without one."""

    form: str = ""
    zone: tzinfo = UTC

    def of(self, row: Row) -> str:
        """Return the time of a row as UTC text, "" for none. Raises InputError for one that cannot be read."""
        raw = row.text("at")
        if is_missing(raw):
            return ""
        moment = read_date(raw, self.form, self.zone)
        if moment is None:
            form = f" or a date in the form {self.form}" if self.form else ""
            refused = row.error("at", raw, f"a time such as 2026-11-20T14:05:00Z{form}", SAY)
            raise InputError(str(refused), command_hint="Use `--date-format`, such as --date-format day-first.")
        return moment.isoformat(timespec="milliseconds")


SAY = "Say how the dates are written."


def clock_of(table: Table, form: str, zone: tzinfo) -> tuple[Clock, list[str]]:
    """Return how the times of a file are read, and what to say of it.

    Without a ``form`` it is the one that reads all times, where only one does. Raises InputError when several do.
    """
    if check_form(form):
        return Clock(form, zone), []
    column = date_column(text for row in table.rows if not is_missing(text := row.text("at")))
    if column.decided:
        return Clock(column.decided, zone), [f"{table.file}: dates are read {column.decided}. {column.why}"]
    if column.decided is None and column.fits:
        raise InputError(
            f"{table.file}: the dates in 'at': {column.why} {SAY}",
            command_hint="Use `--date-format`, such as --date-format day-first.",
        )
    return Clock("", zone), []
