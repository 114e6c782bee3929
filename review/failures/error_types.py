"""The kinds of error, the same for every engine: patterns as data, and the name that an error is about.

The patterns are read by Python and by DuckDB (RE2), so they use what both know and are written in lower case. The
first that fits decides: a table or column that is not there comes before kinds whose words its name may hold, such as a
column ``timeout``. Messages are those of SQLite, PostgreSQL, MySQL, DuckDB, ClickHouse, BigQuery, Snowflake, SQL
Server, Oracle, Spark and Trino.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from review.sql.schema.schema import nearest

OTHER = "other"


@dataclass(frozen=True)
class ErrorKind:
    """One kind of error. ``names`` fits what products call it in ``error_type``, ``messages`` what engines say.

    ``about`` are patterns of messages with the group ``name``: the column, table or value that the error is about.
    """

    title: str
    names: str
    messages: str
    about: tuple[str, ...] = field(default=())


_NAME = r"[`'\"\[]?(?P<name>[\w.$]+)[`'\"\]]?"
_QUOTED = r"[`'\"](?P<name>[^`'\"]+)[`'\"]"

ERROR_KINDS: dict[str, ErrorKind] = {
    "date_format": ErrorKind(
        "Date format",
        r"date.?format|invalid.?date|parse.?date|datetime.?format",
        r"to type date|cannot.parse.(date|time)|invalid input syntax for type (date|time)|date/time field value out of "
        r"range|incorrect (date|time)|invalid (date|time)|could not parse (date|time)|date format|is not recognized as "
        r"(a )?(date|time)|(date|timestamp) '[^']*' is not recognized|converting date|ora-018(61|43|30|40|41|47)|"
        r"unparsable|failed to parse (date|time)|day of month must be|convert string .* to (date|time)",
        (rf"(?:string|value|format|literal|date|timestamp|type date(?:time)?\w*)[:\s]+{_QUOTED}",),
    ),
    "table_not_found": ErrorKind(
        "Table not found",
        r"(unknown|no.?such|missing|invalid|undefined).{0,3}(table|relation|view)|(table|relation|view).{0,8}not.?found",
        r"no such table|relation .* does not exist|table .* (does not|doesn.t) exist|table with name .* does not exist|"
        r"unknown.table|invalid object name|table_or_view_not_found|table or view does not exist|ora-00942|"
        r"missing from-clause entry|not found: (table|dataset)|object .* does not exist or not authori[sz]ed|"
        r"no such (relation|view)",
        (
            rf"(?:no such table:|relation|not found: table|table with name|invalid object name|object|"
            rf"the table or view|unknown table expression identifier|\btable(?! or view))\s+{_NAME}",
        ),
    ),
    "column_not_found": ErrorKind(
        "Column not found",
        r"(unknown|no.?such|missing|invalid|undefined|unresolved).{0,3}(column|field|identifier|attribute)|"
        r"(column|field).{0,8}not.?found|keyerror",
        r"no such column|column .* does not exist|unknown column|referenced column|unknown.(expression.)?identifier|"
        r"missing columns|unrecognized name|invalid identifier|invalid column name|unresolved_column|"
        r"column .* cannot be resolved|no such field|has no column named|ora-00904|column .* not found|"
        r"ambiguous (column|identifier|reference)|ambiguous_identifier|column .* is ambiguous|does not have a column",
        (
            rf"(?:no such column:|unknown column|referenced column|unknown (?:expression )?identifier|missing columns:|"
            rf"unrecognized name:|invalid identifier|invalid column name|with name|has no column named|"
            rf"ambiguous column name:|column named|column reference|reference to column name)\s*{_NAME}",
            rf"\bcolumn\s+{_NAME}",
            rf"{_QUOTED}: invalid identifier",
        ),
    ),
    "timeout": ErrorKind(
        "Time-out",
        r"time.?out|deadline|interrupted|too.?slow",
        r"\btime.?out(s|ed|error|exception)?\b|timed out|deadline exceeded|exceeded maximum (time|execution)|"
        r"maximum statement execution time|\binterrupt(ed)?\b|took too long",
    ),
    "permission": ErrorKind(
        "Permission",
        r"permission|denied|forbidden|unauthori[sz]ed|privilege|readonly|read.only|http 40[13]",
        r"permission denied|permission was denied|access denied|access_denied|command denied|not enough privileges|"
        r"insufficient privileges|forbidden|unauthori[sz]ed|ora-01031|"
        r"(cannot|attempt to|running with|attached in|\bis|\bare)\b.{0,60}\bread.?only\b",
        (rf"(?:table|relation|view|object|schema|database|column)\s+{_NAME}",),
    ),
    "wrong_join": ErrorKind(
        "Wrong join",
        r"wrong.?join|bad.?join|join.?(error|condition|key)|cartesian",
        r"join (expression|condition|key|on section)|cartesian|cross join .* not|invalid_join|ambiguous_join|"
        r"no relation between|supertype for types",
    ),
    "type_mismatch": ErrorKind(
        "Type mismatch",
        r"(data)?type.?mismatch|wrong.?type|type.?error|cast|conversion|convert",
        r"datatype.mismatch|type.mismatch|operator does not exist|invalid input syntax for type|no_common_type|"
        r"illegal.type|no matching signature|cannot compare|could not convert|cannot convert|conversion failed|"
        r"could not cast|cannot cast|cannot apply operator|is not recognized|cast_invalid_input|invalid number|"
        r"ora-01722|no function matches|incompatible type|incorrect (integer|decimal|double) value|"
        r"binder error: cannot",
        (rf"(?:string|value|operator does not exist:|type \w+:)\s*{_QUOTED}",),
    ),
    "syntax": ErrorKind(
        "Syntax",
        r"syntax|parse(r)?.?error",
        r"syntax error|error in your sql syntax|incorrect syntax|parse_syntax_error|parser error|mismatched input|"
        r"unexpected token|unterminated|ora-009(33|36|23)|expected .* found",
        (rf"(?:near|at or near|unexpected)\s*{_QUOTED}",),
    ),
    "empty_result": ErrorKind(
        "Empty result",
        r"(empty|no).?(result|rows|data)|nothing.?found",
        r"\bno rows\b|empty result|\b0 rows\b|returned nothing|no data found|no results",
    ),
    OTHER: ErrorKind("Other error", "", ""),
}
"""Every kind by its name in JSON. A new engine is a few more words in the patterns."""

_HINTS = (
    r"(?:did you mean|maybe you meant|candidate bindings|perhaps you meant to reference the column)[^`'\"\[]*\[?"
    r"[`'\"](?P<name>[^`'\"]+)[`'\"]",
    r"did you mean (?P<name>[\w.]+)\?",
)


def error_kind(error_type: str | None, message: str | None) -> str | None:
    """Return the kind of an error, None where there is neither a type nor a message."""
    named, said = (error_type or "").lower(), (message or "").lower()
    if not named and not said:
        return None
    return (
        next((name for name, kind in ERROR_KINDS.items() if named in (name, name.replace("_", " "))), None)
        or next((name for name, kind in ERROR_KINDS.items() if kind.names and re.search(kind.names, named)), None)
        or next((name for name, kind in ERROR_KINDS.items() if kind.messages and re.search(kind.messages, said)), OTHER)
    )


def offending_name(kind: str | None, message: str | None) -> str:
    """Return the column, table or value that an error message is about, "" where it names none."""
    for pattern in ERROR_KINDS[kind].about if kind in ERROR_KINDS else ():
        if found := re.search(pattern, message or "", re.IGNORECASE):
            return str(found["name"]).strip(".")
    return ""


def nearest_name(offending: str, message: str | None, names: Iterable[str] = ()) -> str:
    """Return the name that was probably meant: what the engine suggests, else the nearest of the schema, else "".

    A name with its table in front (``o.order_date``) is compared without it.
    """
    for pattern in _HINTS:
        if found := re.search(pattern, message or "", re.IGNORECASE):
            return str(found["name"])
    bare = offending.rpartition(".")[2]
    return (nearest(bare, names) or "") if bare else ""


def title_of(kind: str) -> str:
    """Return a kind of error in words."""
    return ERROR_KINDS[kind].title if kind in ERROR_KINDS else kind.replace("_", " ").capitalize()
