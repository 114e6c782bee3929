"""Import and export of people's labels: ``item,rater,dimension,label[,at,comment]``.

An export adds the ``rubric_version`` of each label and whether it came ``late``. An import ignores both: every label
gets the version of its week. All rows of one rater on one item are one annotation. A file is imported completely or not
at all, and the same file again adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from review.audit import chain, covered
from review.audit.store_secrets import hmac_key
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.csv_safe import row_text
from review.basics.errors import NothingToDo, Refused, ReviewError
from review.basics.labels import canonical_text
from review.basics.tables import Table, read_table
from review.basics.weeks import due_date, monday_of, week_of
from review.current.settled import annotations_of
from review.exchange.items import imported_id, known_items, label_text, the_item, write_table
from review.exchange.votes import Vote, annotation, assignment_for, compare, desk_of, gather_votes, merged
from review.people.people import Person, add_person, people, person_id, require
from review.privacy.hidden_spans import spans_by_conversation, without
from review.rubric.rubric import Rubric, current_rubric, rubric_version
from review.settings.project import project_of
from storage.queries.annotations import current_annotations
from storage.queries.items import weeks_with_items
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.records_review import Annotation, Item, Week, WeekClosing
from storage.store import Store

COLUMNS = ("item", "rater", "dimension", "label", "at", "comment", "rubric_version", "late")
SOURCE = "labels"
"""The source of conversations that an import adds for unknown items."""


@dataclass(frozen=True, kw_only=True)
class ImportedLabels:
    """What an import of labels did.

    ``annotations`` counts new ones; ``changed`` of them replace an earlier one by the same rater. ``unchanged`` are
    already in the store, ``older`` were made before the current one. ``empty`` cells are missing ratings.
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


def read_labels(path: str | Path) -> Table:
    """Read a label file. The column of the label may be called ``label`` or ``value``."""
    return read_table(path, required=["item", "rater", ("label", "value")], optional=("dimension", "at", "comment"))


def import_labels(
    store: Store, table: Table, *, by: str, week: str | None = None, dimension: str | None = None
) -> ImportedLabels:
    """Import all rows of a label file or none; ``dimension`` names it for files without that column.

    A label must be on its scale, under the rubric version of the item's week. Required dimensions may be missing: a
    file may hold one dimension alone. Labels that a rater gave before in other dimensions stay. An unknown rater
    becomes an annotator. An unknown item becomes a hand-picked one (no probability, weight 0) with a conversation
    without text, in ``week``, else the current week. Missing assignments are added after the rater's last.

    Raises Refused without the role lead or when a week is closed; InputError that names file, line and column.
    """
    require(store, by, "lead")
    with store.transaction():
        items, fresh = _items(store, table, week)
        raters, new_raters = _raters(store, table, by)
        rubrics = _rubrics(store, {i.week for i in items.values()})
        votes, empty = gather_votes(table, items, raters, rubrics, dimension)
        weeks = tuple(sorted({v.item.week for v in votes}))
        _refuse_closed(store, weeks)
        used = {v.item.id for v in votes}
        fresh = [i for i in fresh if i.id in used]
        _add_items(store, fresh, by=by, raters=tuple(dict.fromkeys(v.rater for v in votes)))
        outcome, written = _add_votes(store, votes, rubrics, by)
        done = ImportedLabels(
            rows=len(table.rows),
            **outcome,
            empty=empty,
            new_items=len(fresh),
            new_raters=new_raters,
            weeks=weeks,
            dimensions=tuple(dict.fromkeys(d for v in votes for d in v.labels)),
        )
        content = {"content": covered.digest(store, "import labels", *written)} if written else {}
        chain.record(store, by, "import labels", Path(table.file).name, **asdict(done), submissions=written, **content)
    return done


def _items(store: Store, table: Table, week: str | None) -> tuple[dict[str, Item], list[Item]]:
    """Return the item of every name in the file, and the items that are new (not written yet)."""
    if week is not None:
        monday_of(week)
    target = week or week_of(datetime.now(UTC), project_of(store.path).time_zone)
    names = {name: row for row in table.rows if (name := row_text(row, "item"))}
    found = known_items(store, names)
    items, fresh = {}, {}
    for name, row in names.items():
        item = the_item(row, name, found[name])
        if item is None:
            identity = imported_id(name)
            conversation = name if store.get(Conversation, name) else identity
            item = Item(
                id=identity,
                conversation_id=conversation,
                week=target,
                at=now(),
                purposive=True,
                reason="imported labels",
            )
            fresh[identity] = item
        items[name] = item
    return items, list(fresh.values())


def _raters(store: Store, table: Table, by: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the id of every rater in the file, and the names of unknown raters, who are added as annotators."""
    known: dict[str, Person] = {}
    for one in people(store):
        known.update({one.id: one, one.name.casefold(): one})
    raters: dict[str, str] = {}
    new: list[str] = []
    for row in table.rows:
        name = row_text(row, "rater")
        if not name:
            raise row.error("rater", "", "a name", "Fill the cell or remove the row.")
        if name in raters:
            continue
        somebody = known.get(canonical_text(name).casefold())
        if somebody is None:
            try:
                person_id(name)
                somebody = add_person(store, name, role="annotator", by=by)
            except ReviewError as error:
                raise row.error("rater", name, f"a usable name ({error})") from None
            known.update({somebody.id: somebody, somebody.name.casefold(): somebody})
            new.append(somebody.name)
        raters[name] = somebody.id
    return raters, tuple(new)


def _rubrics(store: Store, weeks: Iterable[str]) -> dict[str, Rubric]:
    """Return the rubric of each week: the version it was opened under, the current one for a week that is not open."""
    current = current_rubric(store)
    opened = {w.name: w.rubric_version for w in store.find(Week)}
    return {w: rubric_version(store, opened[w]) if w in opened else current for w in weeks}


def _refuse_closed(store: Store, weeks: Iterable[str]) -> None:
    closed = [c.week for c in store.find(WeekClosing, week=list(weeks))]
    if closed:
        raise Refused(f"week {closed[0]} is closed, and its labels cannot change. Choose another week with --week.")


def _add_items(store: Store, fresh: list[Item], *, by: str, raters: tuple[str, ...]) -> None:
    """Write new items with conversations without text, and open their week if nobody has."""
    for item in fresh:
        name = item.id.removeprefix(imported_id(""))
        store.add(
            Conversation(
                id=item.conversation_id,
                source=SOURCE,
                source_id=name,
                created_at=None,
                week=item.week,
                messages=(),
                content_hash=digest(name),
            ),
            item,
        )
    for week in {i.week for i in fresh} - {w.name for w in store.find(Week)}:
        due, rubric = due_date(week).isoformat(), current_rubric(store)
        store.add(
            Week(
                name=week,
                opened_at=now(),
                opened_by=by,
                due=due,
                seed=week,
                unit="session",
                overlap=0.0,
                overlap_raters=0,
                raters=raters,
                rubric_version=rubric.version,
            )
        )
        chain.record(store, by, "open", week, why="imported labels")


def _add_votes(
    store: Store, votes: list[Vote], rubrics: Mapping[str, Rubric], by: str
) -> tuple[dict[str, int], list[str]]:
    """Write the new votes. Returns the counts, and the ids of the submissions that were written."""
    written: list[str] = []
    counts = dict.fromkeys(("annotations", "changed", "unchanged", "older"), 0)
    weeks = {v.item.week for v in votes}
    latest = {(n.item_id, n.rater_id, n.rubric_version): n for w in weeks for n in current_annotations(store, w)}
    known = {n.submission_id for n in store.find(Annotation, submission_id=[v.submission_id for v in votes])}
    desks = {w: desk_of(store, w) for w in weeks}
    for vote in votes:
        rubric = rubrics[vote.item.week]
        current = latest.get((vote.item.id, vote.rater, rubric.version))
        labels = merged(vote, current, rubric)
        outcome = "unchanged" if vote.submission_id in known else compare(vote, current, labels)
        counts[outcome] += 1
        if outcome in ("annotations", "changed"):
            desk = desks[vote.item.week]
            assignment = assignment_for(store, desk, vote, rubric.version, by=by)
            store.add(annotation(vote, current, labels, assignment, late=assignment.id in desk.gone))
            written.append(vote.submission_id)
    counts["annotations"] += counts["changed"]
    return counts, written


def export_labels(store: Store, target: Path, *, by: str, force: bool = False) -> int:
    """Write every label that counts as CSV, JSON Lines or Parquet, by the ending of ``target``. Returns the rows.

    A label given after its item was handed on is ``late``. The file may hold labels of several rubric versions; filter
    by ``rubric_version`` before computing on it.
    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given, NothingToDo when
    there is no label.
    """
    require(store, by, "adjudicator")
    found = annotations_of(store, weeks_with_items(store))
    names = {r.id: r.name for r in store.find(Rater)}
    comments = _comments(store, found)
    rows = [
        {
            "item": n.item_id,
            "rater": names[n.rater_id],
            "dimension": dimension,
            "label": label_text(value),
            "at": n.at,
            "comment": comments[n.submission_id],
            "rubric_version": n.rubric_version,
            "late": n.late,
        }
        for n in found
        for dimension, value in n.labels.items()
    ]
    if not rows:
        raise NothingToDo("the store holds no labels yet; there is nothing to export.")
    # If the file cannot be written, the audit entry is taken back too.
    with store.transaction():
        chain.record(store, by, "export labels", target.name, rows=len(rows))
        write_table(target, COLUMNS, rows, force=force)
    return len(rows)


def _comments(store: Store, annotations: list[Annotation]) -> dict[str, str]:
    """Return the comments by submission, without the hidden spans of their conversations."""
    where = {i.id: i.conversation_id for i in store.find(Item, id=[n.item_id for n in annotations if n.comment])}
    spans = spans_by_conversation(store, list(where.values()))
    key = hmac_key(store) if spans else b""
    return {
        n.submission_id: without(n.comment, spans.get(where[n.item_id], []), key) if n.comment else ""
        for n in annotations
    }
