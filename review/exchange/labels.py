"""Import of people's labels from a file: ``item,rater,dimension,label[,at,comment,seconds]``.

All rows of one rater on one item are one annotation. A file is imported completely or not at all, and the same file
again adds nothing. Columns that an export adds (``rubric_version`` and ``late``) are ignored: every label gets the
rubric version of its week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import Refused
from review.basics.rating_tables import BESIDE, LABEL, as_rating_table
from review.basics.tables import Table
from review.basics.weeks import zone_of
from review.exchange.adding_votes import add_votes
from review.exchange.columns import renamed_columns
from review.exchange.item_texts import named_texts, with_texts
from review.exchange.label_times import clock_of
from review.exchange.new_items import add_items, items_named
from review.exchange.prose import masked_prose
from review.exchange.raters import raters_of
from review.exchange.rating_files import Paths, one_table, rating_tables
from review.exchange.tool_tables import AUTO, as_ratings, found_in, tool_of, with_dimensions
from review.exchange.tools.catalogue import LABEL_READERS
from review.exchange.values import ValuesRead, as_counts, value_tables
from review.exchange.votes import Vote, gather_votes
from review.exchange.wide import narrowed, with_comments
from review.people.people import people, require
from review.rubric.rubric import Rubric, current_rubric, rubric_version
from review.settings.project import project_of
from review.sources.names import plain_name
from storage.records_review import LabelImport
from storage.records_weeks import Week, WeekClosing
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class ImportedLabels:
    """What an import of labels did.

    ``annotations`` counts new ones; ``changed`` of them replace an earlier one by the same rater. ``unchanged`` are
    already in the store, ``older`` were made before the current one, ``kept`` ones are of items that were settled or
    discussed, whose votes stay. ``empty`` cells are missing ratings. ``added`` and
    ``duplicate`` count labels: those written, and those that the store has. ``values`` counts by dimension and value.
    ``id`` names the import for its undo, "" when it added nothing.
    """

    rows: int
    annotations: int
    changed: int
    unchanged: int
    older: int
    empty: int
    new_items: int
    new_raters: tuple[str, ...]
    weeks: tuple[str, ...]
    dimensions: tuple[str, ...]
    kept: int = 0
    added: int = 0
    duplicate: int = 0
    id: str = ""
    format: str = ""
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


COLUMNS = ("item", "rater", *LABEL, *BESIDE)
OPTIONAL = ("dimension", "at", "comment", "seconds")


def read_labels(
    paths: Paths,
    *,
    names: Mapping[str, str] | None = None,
    wide: bool = False,
    format: str = AUTO,
    rater: str = "",
    records: str | None = None,
    encoding: str = "",
) -> Table:
    """Read label files: a row for each label, a column for each rater, or the export of an annotation tool.

    ``paths`` are files, folders, patterns and zip archives; ``records`` and ``encoding`` are as in
    :mod:`review.exchange.rating_files`.
    The column of the label may be called ``label`` or ``value``; ``names`` gives the columns that are called otherwise,
    also as dotted paths. ``wide`` declares a column for each rater, ``format`` the export (a name in
    ``LABEL_READERS``); both are recognised otherwise. ``rater`` names the author of labels in an export that
    have none.
    """
    tables = rating_tables(paths, LABEL_READERS, records=records, encoding=encoding)
    read = [_as_labels(table, names or {}, wide=wide, format=format, rater=rater) for table in tables]
    return one_table(read, LABEL_READERS)


def _as_labels(table: Table, names: Mapping[str, str], *, wide: bool, format: str, rater: str) -> Table:
    name = None if wide or "label" in names else tool_of(table, LABEL_READERS, format)
    if name is not None:
        tool = LABEL_READERS[name]
        made = as_ratings(table, name, tool, by="rater", author=rater, paths=names)
        return with_texts(made, table, tool.texts)
    renamed = renamed_columns(table, names)
    made = as_rating_table(narrowed(renamed, declared=wide), optional=OPTIONAL, wide=wide)
    used = {*COLUMNS, *names.values(), *(row.text("rater") for row in made.rows)}
    return with_texts(with_comments(made, renamed), table, named_texts(used))


def import_labels(
    store: Store,
    table: Table,
    *,
    by: str,
    week: str | None = None,
    dimension: str | None = None,
    questions: Mapping[str, str] | None = None,
    translate: Iterable[str] = (),
    new_people: bool = True,
    date_format: str = "",
) -> ImportedLabels:
    """Import all rows of a label file or none; ``dimension`` names it for files without that column.

    ``questions`` says which dimension a question of an annotation tool fills (its name -> dimension, or ``comment``).
    ``translate`` are texts such as ``politeness:Polite=friendly``. ``date_format`` is how the times are written (a form
    of :mod:`review.basics.date_forms`); those without an offset are in the zone of the project.

    A label must be on its scale, under the rubric version of the item's week. Required dimensions may be missing: a
    file may hold one dimension alone. Labels that a rater gave before in other dimensions stay. An unknown rater is
    added without a role, with a note when the name is much like a known one; without ``new_people`` it is an error. An
    unknown item becomes a hand-picked one (no probability, weight 0), with the conversation of the log if it holds one,
    else with the text that the file has of it, masked, else without text; in ``week``, else the open week of that
    conversation, else the newest open one, else the current week. Missing assignments are added after the rater's last.

    Raises Refused without the role lead or when a week is closed; InputError that names file, line and column.
    """
    require(store, by, "lead")
    table = masked_prose(store, table)
    with store.transaction():
        left: tuple[str, ...] = ()
        import_id, at, file = new_id(), now(), plain_name(store, Path(table.file).name)
        if table.format in LABEL_READERS:
            table, left = with_dimensions(table, current_rubric(store).names, questions or {}, default=dimension)
        items, fresh = items_named(store, table, week)
        before = {one.id for one in people(store)}
        raters, new_raters, likely = raters_of(store, table, by, new_people=new_people)
        rubrics = _rubrics(store, {i.week for i in items.values()})
        read = ValuesRead(tables=value_tables(translate, current_rubric(store)))
        when, clock_notes = clock_of(table, date_format, zone_of(project_of(store.path).time_zone))
        votes, empty = gather_votes(table, items, raters, rubrics, dimension=dimension, read=read, clock=when)
        weeks = tuple(sorted({v.item.week for v in votes}))
        _refuse_closed(store, weeks)
        used = {v.item.id for v in votes}
        fresh = [one for one in fresh if one.item.id in used]
        opened = add_items(store, fresh, by=by, raters=_reviewers(store, votes))
        outcome, kept_notes = add_votes(store, votes, rubrics, by, import_id=import_id)
        done = ImportedLabels(
            rows=found_in(table),
            **outcome,
            empty=empty,
            new_items=len(fresh),
            new_raters=new_raters,
            weeks=weeks,
            dimensions=tuple(dict.fromkeys(d for v in votes for d in v.labels)),
            id=import_id if outcome["annotations"] else "",
            format=table.format,
            values=as_counts(read.values),
            notes=(*left, *likely, *clock_notes, *kept_notes, *opened, *read.sentences(table.file)),
        )
        if done.id:
            made = LabelImport(
                id=import_id,
                at=at,
                by=by,
                file=file,
                format=table.format,
                annotations=done.annotations,
                weeks=weeks,
                items=tuple(one.item.id for one in fresh),
                raters=tuple(raters[name] for name in raters if raters[name] not in before),
            )
            store.add(made)
        chain.record(store, by, "import labels", file, **asdict(done))
    return done


def _rubrics(store: Store, weeks: Iterable[str]) -> dict[str, Rubric]:
    """Return the rubric of each week: the version it was opened under, the current one for a week that is not open."""
    current = current_rubric(store)
    opened = {w.name: w.rubric_version for w in store.find(Week)}
    return {w: rubric_version(store, opened[w]) if w in opened else current for w in weeks}


def _refuse_closed(store: Store, weeks: Iterable[str]) -> None:
    closed = [c.week for c in store.find(WeekClosing, week=list(weeks))]
    if closed:
        raise Refused(f"week {closed[0]} is closed, and its labels cannot change. Choose another week with --week.")


def _reviewers(store: Store, votes: Iterable[Vote]) -> tuple[str, ...]:
    """Return those who voted and may review here too."""
    may = {one.id for one in people(store) if one.may("annotator")}
    return tuple(dict.fromkeys(v.rater for v in votes if v.rater in may))
