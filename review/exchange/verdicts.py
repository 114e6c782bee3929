"""Import of judges' verdicts: ``item,judge[,version],dimension,label[,score,rationale]``.

An empty label is "no verdict": it is kept with its raw text, counted, and never becomes a label. Values that the rubric
does not have stop an import, unless the caller takes them as "no verdict".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from review.audit import chain
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.csv_safe import row_text
from review.basics.errors import InputError
from review.basics.tables import Choices, Row, Table, with_columns
from review.current.verdicts import REPLACES, counts_over
from review.exchange.columns import renamed_columns
from review.exchange.items import dimension_of, known_items, label_text, the_item
from review.exchange.prose import masked_prose
from review.exchange.rating_files import Paths, one_table, rating_tables
from review.exchange.tool_tables import AUTO, as_ratings, found_in, tool_of, with_dimensions, with_thresholds
from review.exchange.tools.catalogue import VERDICT_READERS
from review.exchange.values import NotInRubric, ValuesRead, as_counts, value_tables
from review.people.people import require
from review.rubric.rubric import Rubric, current_rubric
from review.sources.names import plain_name
from storage.queries.verdicts import verdicts_on
from storage.records_judges import Judge
from storage.records_review import Verdict
from storage.records_weeks import Item
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class ImportedVerdicts:
    """What an import of verdicts did, in rows.

    ``added`` are new; ``no_verdict`` counts those of them without a value by reason (missing, unparseable).
    ``unchanged`` are already in the store. ``changed`` differ from the verdict in the store, which stays; ``replaced``
    ones count in its place, and it is kept. ``unknown_items`` are about items that the store does not have. ``values``
    counts by dimension and value, ``unknown_values`` those that the rubric does not have.
    """

    rows: int
    added: int
    no_verdict: Mapping[str, int]
    unchanged: int
    changed: int
    unknown_items: int
    judges: tuple[str, ...]
    dimensions: tuple[str, ...]
    replaced: int = 0
    format: str = ""
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unknown_values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


OPTIONAL = ("version", "dimension", "score", "rationale", "raw", "error", "latency_ms", "cost")


def read_verdicts(
    paths: Paths,
    *,
    names: Mapping[str, str] | None = None,
    format: str = AUTO,
    judge: str = "",
    thresholds: Mapping[str, float] | None = None,
    records: str | None = None,
    encoding: str = "",
) -> Table:
    """Read verdict files, or exports of an evaluation tool.

    ``paths``, ``records`` and ``encoding`` are as in :mod:`review.exchange.rating_files`.
    The column of the label may be called ``label``, ``verdict`` or ``value``. ``names`` gives the columns that are
    called otherwise (ours -> the file's, also as dotted paths). ``format`` declares the export (a name in
    ``VERDICT_READERS``), which is recognised otherwise. ``judge`` is whose verdicts those are that name none.
    ``thresholds`` turns scores into ``pass`` and ``fail`` (the tool's name -> the least score that passes).
    """
    tables = rating_tables(paths, VERDICT_READERS, records=records, encoding=encoding)
    read = [_as_verdicts(t, names or {}, format=format, judge=judge, thresholds=thresholds or {}) for t in tables]
    return one_table(read, VERDICT_READERS)


def _as_verdicts(
    table: Table, names: Mapping[str, str], *, format: str, judge: str, thresholds: Mapping[str, float]
) -> Table:
    name = None if "label" in names else tool_of(table, VERDICT_READERS, format)
    if name is not None:
        table = as_ratings(table, name, VERDICT_READERS[name], by="judge", author=judge, paths=names)
        return with_thresholds(table, thresholds)
    if thresholds:
        raise InputError(f"{table.file}: thresholds are for scores of evaluation tools; this file has labels.")
    choices: Choices = ["item", "judge", ("label", "verdict", "value")]
    return with_columns(renamed_columns(table, names), required=choices, optional=OPTIONAL)


def import_verdicts(
    store: Store,
    table: Table,
    *,
    by: str,
    dimension: str | None = None,
    metrics: Mapping[str, str] | None = None,
    translate: Iterable[str] = (),
    unknown_as_missing: bool = False,
    replace: bool = False,
) -> ImportedVerdicts:
    """Import all rows of a verdict file or none; ``dimension`` names it for files without that column.

    ``metrics`` says which dimension a metric of an evaluation tool fills (its name -> dimension).
    One version of a judge has one verdict per item and dimension: the first one stays, the same again adds nothing, and
    a different one is counted as changed (give it a new ``version``, or ``replace`` a wrong import). ``translate`` are
    texts such as ``politeness:Polite=friendly``; ``unknown_as_missing`` takes other values as "no verdict". Rows about
    items that the store does not know are ignored and counted: a verdict alone is nothing to review.

    Raises Refused without the role adjudicator; UnknownValues; InputError that names file, line and column.
    """
    require(store, by, "adjudicator")
    table = masked_prose(store, table)
    with store.transaction():
        rubric = current_rubric(store)
        left: tuple[str, ...] = ()
        if table.format in VERDICT_READERS:
            table, left = with_dimensions(table, rubric.names, metrics or {}, default=dimension)
        read = ValuesRead(tables=value_tables(translate, rubric))
        found = known_items(store, {row_text(row, column) for row in table.rows for column in ("item", "also")})
        verdicts, unknown = [], 0
        for row in table.rows:
            name = row_text(row, "item")
            if not name:
                raise row.error("item", "", "a value", "Fill the cell or remove the row.")
            item = the_item(row, name, found[name]) or the_item(row, name, found.get(row_text(row, "also"), ()))
            made = verdict(row, item, rubric, dimension, read)
            unknown += made is None
            verdicts += [made] if made is not None else []
        if not unknown_as_missing:
            hint = "--value DIMENSION:RAW=VALUE translates them; --missing-as-no-verdict takes them as no verdict."
            read.refuse_unknown(table.file, "verdict", command_hint=hint)
        new, unchanged, changed, again = _sort(store, verdicts)
        replaced = [_replacing(v, before) for v, before in changed] if replace else []
        new = [*new, *replaced]
        _refuse_made_here(store, new)
        store.add(*new)
        missing = [v.error.removeprefix(REPLACES) for v in new if v.value is None]
        done = ImportedVerdicts(
            rows=found_in(table),
            added=len(new),
            no_verdict={reason: missing.count(reason) for reason in sorted(set(missing))},
            unchanged=unchanged,
            changed=again + (0 if replace else len(changed)),
            unknown_items=unknown,
            judges=tuple(dict.fromkeys(v.judge for v in verdicts)),
            dimensions=tuple(dict.fromkeys(v.dimension for v in verdicts)),
            replaced=len(replaced),
            format=table.format,
            values=as_counts(read.values),
            unknown_values=as_counts(read.unknown),
            notes=(*left, *read.sentences(table.file)),
        )
        file = plain_name(store, Path(table.file).name)
        chain.record(store, by, "import verdicts", file, **asdict(done))
        if replaced:
            ids = {v.id: before.id for v, (_, before) in zip(replaced, changed, strict=True)}
            chain.record(store, by, "replace verdicts", file, replaced=ids)
    return done


def verdict(row: Row, item: Item | None, rubric: Rubric, dimension: str | None, read: ValuesRead) -> Verdict | None:
    """Return the verdict of one row, or None when its item is unknown. The row is checked either way."""
    judge, version = row_text(row, "judge"), row_text(row, "version")
    if not judge:
        raise row.error("judge", "", "the judge's name", "Fill the cell or remove the row.")
    d = dimension_of(row, dimension, rubric)
    score, latency, cost = row.number("score"), row.number("latency_ms"), row.number("cost")
    found = read.of(row, d)
    value = None if isinstance(found, NotInRubric) or (found == () and not row.text("label")) else found
    raw = found.text if isinstance(found, NotInRubric) else ""
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


def _replacing(new: Verdict, before: Verdict) -> Verdict:
    """Return a verdict as a row of its own after the one that it replaces."""
    error = f"{REPLACES}{new.error.removeprefix(REPLACES)}" if new.value is None else new.error
    return dataclasses.replace(
        new, id=digest([*_subject(new), before.id, new.value, new.raw, new.score])[:32], error=error
    )


class _Sorted(NamedTuple):
    """Verdicts of a file: new ones, how many are there unchanged, and those that differ, each with the one that counts.

    ``again`` counts rows that say something else than an earlier row of the same file.
    """

    new: list[Verdict]
    unchanged: int
    changed: list[tuple[Verdict, Verdict]]
    again: int


def _sort(store: Store, verdicts: list[Verdict]) -> _Sorted:
    """Compare verdicts with the store.

    The first of several in one file counts.
    """
    known: dict[tuple[str, ...], Verdict] = {}
    for v in verdicts_on(store, {v.item_id for v in verdicts}):
        if counts_over(v, known.get(_subject(v))):
            known[_subject(v)] = v
    new: list[Verdict] = []
    changed: dict[tuple[str, ...], tuple[Verdict, Verdict]] = {}
    fresh: set[int] = set()
    unchanged = again = 0
    for v in verdicts:
        first = known.get(_subject(v))
        if first is None:
            known[_subject(v)] = v
            new.append(v)
            fresh.add(id(v))
        elif (first.value, first.raw, first.score) == (v.value, v.raw, v.score):
            unchanged += 1
        elif id(first) in fresh or _subject(v) in changed:
            again += 1
        else:
            changed[_subject(v)] = (v, first)
    return _Sorted(new, unchanged, list(changed.values()), again)


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
