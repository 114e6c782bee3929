"""Import and export of judges' verdicts: ``item,judge[,version],dimension,label[,score,rationale]``.

A label that is empty or outside its scale is "no verdict": it is kept with its raw text, counted, and never becomes a
label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.csv_safe import row_text
from review.basics.errors import InputError, NothingToDo
from review.basics.tables import Row, Table, read_table
from review.exchange.items import dimension_of, known_items, label_text, the_item, write_table
from review.people.people import require
from review.privacy.hidden_spans import spans_by_conversation, without
from review.rubric.rubric import Rubric, current_rubric
from storage.queries.verdicts import verdicts_on
from storage.records_judges import Judge
from storage.records_review import Item, Verdict
from storage.store import Store

COLUMNS = ("item", "judge", "version", "dimension", "label", "score", "rationale", "raw", "error")


@dataclass(frozen=True, kw_only=True)
class ImportedVerdicts:
    """What an import of verdicts did, in rows.

    ``added`` are new; ``no_verdict`` counts those of them without a value by reason (missing, unparseable).
    ``unchanged`` are already in the store. ``changed`` differ from the verdict in the store, which stays.
    ``unknown_items`` are about items that the store does not have.
    """

    rows: int
    added: int
    no_verdict: Mapping[str, int]
    unchanged: int
    changed: int
    unknown_items: int
    judges: tuple[str, ...]
    dimensions: tuple[str, ...]


def read_verdicts(path: str | Path) -> Table:
    """Read a verdict file. The column of the label may be called ``label``, ``verdict`` or ``value``."""
    optional = ("version", "dimension", "score", "rationale", "raw", "error", "latency_ms", "cost")
    return read_table(path, required=["item", "judge", ("label", "verdict", "value")], optional=optional)


def import_verdicts(store: Store, table: Table, *, by: str, dimension: str | None = None) -> ImportedVerdicts:
    """Import all rows of a verdict file or none; ``dimension`` names it for files without that column.

    One version of a judge has one verdict per item and dimension: the first one stays, the same again adds nothing, and
    a different one is counted as changed (give it a new ``version``). Rows about items that the store does not know are
    ignored and counted: a verdict alone is nothing to review.

    Raises Refused without the role adjudicator; InputError that names file, line and column.
    """
    require(store, by, "adjudicator")
    with store.transaction():
        rubric = current_rubric(store)
        found = known_items(store, {row_text(row, "item") for row in table.rows})
        verdicts, unknown = [], 0
        for row in table.rows:
            name = row_text(row, "item")
            if not name:
                raise row.error("item", "", "a value", "Fill the cell or remove the row.")
            item = the_item(row, name, found[name])
            made = verdict(row, item, rubric, dimension)
            unknown += made is None
            verdicts += [made] if made is not None else []
        new, unchanged, changed = _sort(store, verdicts)
        _refuse_made_here(store, new)
        store.add(*new)
        missing = [v.error for v in new if v.value is None]
        done = ImportedVerdicts(
            rows=len(table.rows),
            added=len(new),
            no_verdict={reason: missing.count(reason) for reason in sorted(set(missing))},
            unchanged=unchanged,
            changed=changed,
            unknown_items=unknown,
            judges=tuple(dict.fromkeys(v.judge for v in verdicts)),
            dimensions=tuple(dict.fromkeys(v.dimension for v in verdicts)),
        )
        chain.record(store, by, "import verdicts", Path(table.file).name, **asdict(done))
    return done


def verdict(row: Row, item: Item | None, rubric: Rubric, dimension: str | None) -> Verdict | None:
    """Return the verdict of one row, or None when its item is unknown. The row is checked either way."""
    judge, version = row_text(row, "judge"), row_text(row, "version")
    if not judge:
        raise row.error("judge", "", "the judge's name", "Fill the cell or remove the row.")
    d = dimension_of(row, dimension, rubric)
    score, latency, cost = row.number("score"), row.number("latency_ms"), row.number("cost")
    try:
        value = d.scale.canonical(row.cells.get("label"))
    except ValueError:
        value = None
    if value == () and not row.text("label"):
        value = None
    raw = row.text("label") if value is None else ""
    raw = raw or row_text(row, "raw")
    error = "" if value is not None else row.text("error") or ("unparseable" if raw else "missing")
    if item is None:
        return None
    return Verdict(
        id=digest([item.id, judge, version, d.name])[:32],
        item_id=item.id,
        judge=judge,
        version=version,
        dimension=d.name,
        value=None if value is None else label_text(value),
        at=now(),
        score=score,
        rationale=row_text(row, "rationale"),
        raw=raw,
        error=error,
        latency_ms=latency,
        cost=cost,
    )


def _sort(store: Store, verdicts: list[Verdict]) -> tuple[list[Verdict], int, int]:
    """Return the verdicts that are new, and how many are already there unchanged, and changed.

    The first of several in one file counts.
    """
    known: dict[tuple[str, ...], Verdict] = {}
    for v in verdicts_on(store, {v.item_id for v in verdicts}):
        # After several runs of a judge here, a missing verdict does not replace an earlier value.
        if v.value is not None or _subject(v) not in known:
            known[_subject(v)] = v
    new: list[Verdict] = []
    unchanged = changed = 0
    for v in verdicts:
        first = known.get(_subject(v))
        if first is None:
            known[_subject(v)] = v
            new.append(v)
        elif (first.value, first.raw, first.score) == (v.value, v.raw, v.score):
            unchanged += 1
        else:
            changed += 1
    return new, unchanged, changed


def _subject(v: Verdict) -> tuple[str, ...]:
    return (v.item_id, v.judge, v.version, v.dimension)


def _refuse_made_here(store: Store, new: list[Verdict]) -> None:
    """Refuse verdicts of a judge that runs here: they come from its runs alone."""
    names = sorted({f"{v.judge}@{v.version}" for v in new})
    made = next((j for j in store.find(Judge, id=names) if j.kind != "recorded"), None)
    if made is not None:
        raise InputError(
            f"judge: found verdicts of {made.id}, which is run here, so its verdicts come from its runs alone. "
            "Give the verdicts of the file another judge or version."
        )


def export_verdicts(store: Store, target: Path, *, by: str, force: bool = False) -> int:
    """Write every verdict as CSV, JSON Lines or Parquet, by the ending of ``target``. Returns the number of rows.

    "No verdict" is an empty label with its raw text and error beside it; an import reads it as "no verdict" again.
    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given, NothingToDo when
    there is no verdict.
    """
    require(store, by, "adjudicator")
    verdicts = verdicts_on(store)
    if not verdicts:
        raise NothingToDo("the store holds no verdicts yet; there is nothing to export.")
    where = {i.id: i.conversation_id for i in store.find(Item, id=sorted({v.item_id for v in verdicts}))}
    spans = spans_by_conversation(store, list(where.values()))
    key = hmac_key(store) if spans else b""
    rows = [
        without(
            {
                **{c: getattr(v, c) for c in ("judge", "version", "dimension", "score", "rationale", "raw", "error")},
                "item": v.item_id,
                "label": v.value,
            },
            spans.get(where[v.item_id], []),
            key,
        )
        for v in verdicts
    ]
    # If the file cannot be written, the audit entry is taken back too.
    with store.transaction():
        chain.record(store, by, "export verdicts", target.name, rows=len(rows))
        write_table(target, COLUMNS, rows, force=force)
    return len(rows)
