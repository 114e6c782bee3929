"""Search the log: by text, by id, and by the fields that people sort conversations by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import orjson
import pyarrow as pa

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.log import log_files, log_relation, rows_of
from review.log.mixed import import_relation
from review.log.rereading import rereading

FILTERS = ("week", "source", "status", "scenario", "model", "prompt_version", "variant", "language", "feedback")
"""Columns of the log that a search may narrow down to some values."""
REASONS = {
    "error": "status error",
    "negative": "negative feedback",
    "flagged": "flagged by a check",
    "judges": "judges disagree",
    "unsure": "low confidence",
}
"""Why a conversation may be worth a look -> in words."""
UMLAUT = re.compile("[äöü]|[aou]e")
"""An umlaut, or how it is written on keyboards that lack it."""
_MESSAGES = "array_to_string(json_extract_string(content, '$.messages[*].content'), ' ')"


class Judged(NamedTuple):
    """One value that a judge gave in a dimension."""

    judge: str
    dimension: str
    value: str


@dataclass(frozen=True, kw_only=True)
class LogSearch:
    """What to look for; an empty one finds everything.

    ``text`` occurs in a message and ``id`` in the id, both in any case. In messages accents do not count, ß is ss, and
    an umlaut may be written as ae, oe or ue. ``values`` narrows columns of ``FILTERS`` down to some values. ``judged``
    is a value of a judge, ``checks`` are the names of checks of which one flagged the conversation, and ``among`` are
    the ids of those that may be found, None: all. ``reasons`` are keys of ``REASONS``, any of which may hold.
    ``negative`` are the words of negative feedback, and below ``confidence`` a conversation is one of low confidence.
    ``assigned`` are scenarios by conversation id, in place of those that the source said. ``without`` are conversations
    that the viewer has yet to review. ``brought_by`` is the id of the import that must have brought a conversation in,
    "" for any. A search for something that a reviewer must not know leaves out what the viewer has yet to review; other
    searches show it without its feedback.
    """

    text: str = ""
    id: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    judged: Judged | None = None
    checks: Collection[str] = ()
    among: Collection[str] | None = None
    reasons: Collection[str] = ()
    negative: Sequence[str] = ()
    confidence: float = 0.5
    assigned: Mapping[str, str] = field(default_factory=dict)
    without: Collection[str] = ()
    brought_by: str = ""

    @property
    def tells(self) -> bool:
        """Whether what is found tells what a judge, a check or the user said."""
        told = self.judged is not None or self.among is not None or bool(self.checks)
        return told or bool(self.reasons) or bool(self.values.get("feedback"))


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many conversations fit, and some of them, the latest first, as dicts with the columns shown in a list."""

    total: int
    rows: list[dict[str, Any]]


SHOWN = ("id", "created_at", "week", "source", "status", "feedback", "scenario", "model", "prompt_version", "language")


@rereading
def search_log(log: LogPaths, search: LogSearch, *, most: int, skip: int = 0) -> Found:
    """Return the conversations that fit; ``most`` of them after the first ``skip``."""
    weeks = search.values.get("week") or None
    where, given = _conditions(search)
    relation = with_assigned(log_relation(log, weeks=weeks), search.assigned)
    columns, order = ", ".join(SHOWN), "ORDER BY created_at DESC NULLS LAST, id"
    # The texts are taken out of the rows that are shown, not of the whole log.
    page = (
        f"SELECT {columns}, json_extract_string(content, '$.messages[*].content') AS texts, "  # noqa: S608 - names and paths of our own
        "json_extract_string(content, '$.messages[*].role') AS roles FROM "
        f"(SELECT {columns}, content FROM {relation} WHERE {where} {order} LIMIT ? OFFSET ?) {order}"
    )
    with in_memory() as db:
        db.register("assigned", as_table(search.assigned))
        (total,) = db.execute(f"SELECT count(*) FROM {relation} WHERE {where}", given).fetchone() or (0,)  # noqa: S608 - names and paths of our own
        rows = db.execute(page, [*given, most, skip]).fetchall()
    found = [_row(row) for row in rows]
    return Found(total=total, rows=[{**r, "feedback": None} if r["id"] in search.without else r for r in found])


@rereading
def ids_found(log: LogPaths, search: LogSearch, *, most: int) -> list[str]:
    """Return the ids of the conversations that fit, ``most`` of them."""
    where, given = _conditions(search)
    relation = with_assigned(log_relation(log, weeks=search.values.get("week") or None), search.assigned)
    with in_memory() as db:
        db.register("assigned", as_table(search.assigned))
        rows = db.execute(f"SELECT id FROM {relation} WHERE {where} ORDER BY id LIMIT ?", [*given, most]).fetchall()  # noqa: S608 - names and paths of our own
    return [row[0] for row in rows]


def with_assigned(relation: str, assigned: Mapping[str, str]) -> str:
    """Return a relation with the assigned scenarios, the table ``assigned``, over those of the log."""
    if not assigned:
        return relation
    joined = f"(SELECT * FROM {relation}) AS entry LEFT JOIN assigned ON assigned.conversation = entry.id"  # noqa: S608 - names and paths of our own
    return f"(SELECT entry.* REPLACE (coalesce(assigned.given, entry.scenario) AS scenario) FROM {joined})"  # noqa: S608 - names and paths of our own


def as_table(assigned: Mapping[str, str]) -> pa.Table:
    """Return assigned scenarios as the table that a search joins."""
    cells = {"conversation": list(assigned), "given": list(assigned.values())}
    return pa.table(cells, schema=pa.schema([("conversation", pa.string()), ("given", pa.string())]))


def _row(cells: tuple[Any, ...]) -> dict[str, Any]:
    texts, roles = cells[-2], cells[-1]
    question = next((t for t, r in zip(reversed(texts), reversed(roles), strict=True) if r == "user" and t), "")
    return {**dict(zip(SHOWN, cells, strict=False)), "question": question}


def _conditions(search: LogSearch) -> tuple[str, list[Any]]:
    """Return the WHERE clause and what its question marks stand for."""
    parts, given = ["true"], list[Any]()
    if search.text.strip():
        test, given = _written(search.text)
        parts.append(test)
    if search.id.strip():
        parts.append("contains(lower(id), lower(?))")
        given.append(search.id.strip())
    for name, values in search.values.items():
        if name not in FILTERS:
            raise ValueError(f"the log cannot be searched by {name!r}")
        if values:
            parts.append(f"{name} IN (SELECT unnest(?))")
            given.append(list(values))
    if search.brought_by:
        parts.append("import_id = ?")
        given.append(search.brought_by)
    if search.judged is not None:
        judge, dimension, value = search.judged
        path = f"$.{orjson.dumps(judge).decode()}.{orjson.dumps(dimension).decode()}"
        parts.append("coalesce(json_extract_string(verdicts, ? || '.value'), json_extract_string(verdicts, ?)) = ?")
        given += [path, path, value]
    if search.checks:
        parts.append("list_has_any(string_split(coalesce(flagged, ''), ' '), ?)")
        given.append(list(search.checks))
    if search.among is not None:
        parts.append("id IN (SELECT unnest(?))")
        given.append(list(search.among))
    if search.tells and search.without:
        parts.append("id NOT IN (SELECT unnest(?))")
        given.append(list(search.without))
    if search.reasons:
        some, more = _reasons(search)
        parts.append(f"({' OR '.join(some)})")
        given += more
    return " AND ".join(parts), given


def _written(text: str) -> tuple[str, list[Any]]:
    """Return the condition that a message has a text, without regard to case, accents and how umlauts are written."""
    words = unicodedata.normalize("NFC", text.strip()).lower()
    folded = f"replace(strip_accents(lower({_MESSAGES})), 'ß', 'ss')"
    if not UMLAUT.search(words):
        return f"contains({folded}, ?)", [_without_accents(words)]
    # Without its accent an umlaut is its plain letter. In the text an "e" may follow: "groesse" and "größe" are alike.
    parts = UMLAUT.split(words)
    plain = [_without_accents(umlaut)[0] + "e?" for umlaut in UMLAUT.findall(words)]
    pattern = "".join(re.escape(_without_accents(p)) + u for p, u in zip(parts, [*plain, ""], strict=True))
    return f"regexp_matches({folded}, ?)", [pattern]


def _without_accents(text: str) -> str:
    """Return lower-case text as DuckDB's ``strip_accents`` does, with ss for ß."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", bare).replace("ß", "ss")


def _reasons(search: LogSearch) -> tuple[list[str], list[Any]]:
    parts, given = list[str](), list[Any]()
    for reason in search.reasons:
        if reason == "error":
            parts.append("status = 'error'")
        elif reason == "negative":
            parts.append("lower(trim(split_part(feedback, ',', 1))) IN (SELECT unnest(?))")
            given.append(list(search.negative))
        elif reason == "flagged":
            parts.append("coalesce(flagged, '') <> ''")
        elif reason == "judges":
            parts.append("coalesce(judges_disagree, false)")
        elif reason == "unsure":
            parts.append("(coalesce(low_confidence, false) OR confidence < ?)")
            given.append(search.confidence)
        else:
            raise ValueError(f"the log cannot be searched by the reason {reason!r}")
    return parts, given


def other_sources(log: LogPaths, source_ids: Sequence[str], *, besides: str) -> dict[str, int]:
    """Return how many of these ids of a source the log has under the names of other sources."""
    return _elsewhere(log, "SELECT unnest(?)", [list(source_ids)], besides) if source_ids else {}


def other_sources_of(log: LogPaths, import_id: str, *, besides: str) -> dict[str, int]:
    """Return how many ids of an import of a source the log has under the names of other sources."""
    return _elsewhere(log, f"SELECT source_id FROM {import_relation(log, import_id)}", [], besides)  # noqa: S608 - our own paths


def _elsewhere(log: LogPaths, ids: str, given: list[Any], besides: str) -> dict[str, int]:
    sql = (
        f"SELECT source, count(DISTINCT source_id) FROM {rows_of(log_files(log))} "  # noqa: S608 - our own paths
        f"WHERE source <> ? AND source_id IN ({ids}) GROUP BY source ORDER BY 2 DESC"
    )
    with in_memory() as db:
        return dict(db.execute(sql, [besides, *given]).fetchall())


def ids_in_two_forms(log: LogPaths, import_id: str) -> list[tuple[str, str]]:
    """Return the ids of an import that its source has in the log in another form too: ``1`` and ``1.0``."""
    batch = import_relation(log, import_id)
    numbers = rf"SELECT source, source_id, {_BARE} AS bare FROM {batch} WHERE regexp_matches(source_id, '{_NUMBER}')"  # noqa: S608 - our own paths
    sql = (
        f"WITH new AS ({numbers}) SELECT DISTINCT new.source_id, old.source_id "  # noqa: S608 - our own paths
        f"FROM new JOIN {rows_of(log_files(log))} old "
        f"ON old.source = new.source AND {_BARE.replace('source_id', 'old.source_id')} = new.bare "
        f"AND old.source_id <> new.source_id WHERE regexp_matches(old.source_id, '{_NUMBER}') ORDER BY 1"
    )
    with in_memory() as db:
        if not db.execute(f"{numbers} LIMIT 1").fetchall():
            return []
        return [(row[0], row[1]) for row in db.execute(sql).fetchall()]


@rereading
def metadata_of_import(log: LogPaths, import_id: str, *, with_any_of: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the metadata of the conversations of one import, by id, of those that have one of these keys in it."""
    some = " OR ".join("content LIKE ?" for _ in with_any_of)
    sql = f"SELECT id, content FROM {import_relation(log, import_id)} WHERE {some}"  # noqa: S608 - our own paths
    with in_memory() as db:
        rows = db.execute(sql, [f'%"{key}":%' for key in with_any_of]).fetchall()
    found = {row[0]: orjson.loads(row[1]).get("metadata") or {} for row in rows}
    return {id_: metadata for id_, metadata in found.items() if set(with_any_of) & set(metadata)}


def addresses_in_ids(log: LogPaths, source: str) -> Literal["", "plain", "encoded"]:
    """Return whether the log has ids of this source with an e-mail address in them, as it is or percent-encoded."""
    found = ", ".join(
        f"coalesce(bool_or(CASE WHEN contains(source_id, '{sign}') "
        rf"THEN regexp_matches(source_id, '[^\s@]{at}[^\s@]+\.[A-Za-z]{{2,}}') END), false)"
        for sign, at in (("@", "@"), ("%", "%(25)*40"))
    )
    sql = f"SELECT {found} FROM {rows_of(log_files(log))} WHERE source = ?"  # noqa: S608 - our own paths
    with in_memory() as db:
        plain, encoded = db.execute(sql, [source]).fetchone() or (False, False)
    return "plain" if plain else "encoded" if encoded else ""


_NUMBER = r"^[+-]?\d+(\.0+)?$"
_BARE = r"regexp_replace(source_id, '\.0+$', '')"
