"""Labels of people, in and out: ``item,rater,dimension,label[,at,comment]``.

An export says besides which ``rubric_version`` a label was given under and whether it came ``late``; an import takes no
notice of either, because it puts every label under the version of its week.
What one rater says of one item is one annotation, whatever the number of rows. A file is taken whole or not at all, and
the same file again adds nothing.
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
from review.current.annotations import CURRENT_SQL
from review.current.settled import annotations_of
from review.exchange.items import imported_id, known_items, label_text, the_item, write_table
from review.exchange.votes import Vote, annotation, assignment_for, compare, desk_of, gather_votes, merged
from review.people.people import Person, add_person, people, person_id, require
from review.privacy.hidden_spans import spans_by_conversation, without
from review.rubric.rubric import Rubric, current_rubric, rubric_version
from review.settings.project import project_of
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.records_review import Annotation, Item, Week, WeekClosing
from storage.store import Store

COLUMNS = ("item", "rater", "dimension", "label", "at", "comment", "rubric_version", "late")
SOURCE = "labels"


@dataclass(frozen=True, kw_only=True)
class ImportedLabels:
    """What an import of labels did.

    ``annotations`` counts new ones, of which ``changed`` replace an earlier one by the same rater; ``unchanged`` were
    there already, ``older`` were said before what stands, ``empty`` cells are missing ratings.
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
    """Read a label file; the label's column may be called ``label`` or ``value``."""
    return read_table(path, required=["item", "rater", ("label", "value")], optional=("dimension", "at", "comment"))


def import_labels(
    store: Store, table: Table, *, by: str, week: str | None = None, dimension: str | None = None
) -> ImportedLabels:
    """Take all rows of a label file or none; ``dimension`` names it for files without that column.

    A label must stand on its scale, under the rubric version of the item's week; required dimensions may be missing,
    because a file may hold one alone. Labels that a rater gave before in other dimensions stay. An unknown rater
    becomes an annotator. An item that the store does not know becomes a hand-picked one (no probability, weight 0)
    with a bare conversation, in ``week``, else the current one. Missing assignments are added after the rater's last.

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
    """Every name of the file with its item, and the items that are new (not written yet)."""
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
    """Every rater name of the file with its id; unknown ones are added as annotators."""
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
    """The rubric of each week: the version under which it was opened, the current one for a week that is not open."""
    current = current_rubric(store)
    opened = {w.name: w.rubric_version for w in store.find(Week)}
    return {w: rubric_version(store, opened[w]) if w in opened else current for w in weeks}


def _refuse_closed(store: Store, weeks: Iterable[str]) -> None:
    closed = [c.week for c in store.find(WeekClosing, week=list(weeks))]
    if closed:
        raise Refused(f"week {closed[0]} is closed; its labels stay as they are. Choose another week with --week.")


def _add_items(store: Store, fresh: list[Item], *, by: str, raters: tuple[str, ...]) -> None:
    """Write new items with bare conversations, and their week when nobody has opened it."""
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
    """Write what is new of the votes; returns the counts, and the submissions that were written."""
    written: list[str] = []
    counts = dict.fromkeys(("annotations", "changed", "unchanged", "older"), 0)
    weeks = {v.item.week for v in votes}
    standing = {
        (n.item_id, n.rater_id, n.rubric_version): n
        for w in weeks
        for n in store.select(Annotation, CURRENT_SQL, {"week": w, "rater": None})
    }
    there = {n.submission_id for n in store.find(Annotation, submission_id=[v.submission_id for v in votes])}
    desks = {w: desk_of(store, w) for w in weeks}
    for vote in votes:
        rubric = rubrics[vote.item.week]
        current = standing.get((vote.item.id, vote.rater, rubric.version))
        said = merged(vote, current, rubric)
        outcome = "unchanged" if vote.submission_id in there else compare(vote, current, said)
        counts[outcome] += 1
        if outcome in ("annotations", "changed"):
            desk = desks[vote.item.week]
            assignment = assignment_for(store, desk, vote, rubric.version, by=by)
            store.add(annotation(vote, current, said, assignment, late=assignment.id in desk.gone))
            written.append(vote.submission_id)
    counts["annotations"] += counts["changed"]
    return counts, written


def export_labels(store: Store, target: Path, *, by: str, force: bool = False) -> int:
    """Write every label that counts, as CSV, JSON Lines or Parquet by the ending of ``target``; returns the rows.

    A label given after its item was handed on is ``late``. Versions of the rubric stand beside each other, so whoever
    computes on the file chooses one by ``rubric_version``.
    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given, NothingToDo when
    there is no label.
    """
    require(store, by, "adjudicator")
    weeks = [r["week"] for r in store.query("SELECT DISTINCT week FROM items ORDER BY 1")]
    found = annotations_of(store, weeks)
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
    # What cannot be written was not taken out: the file and its entry stand together or neither does.
    with store.transaction():
        chain.record(store, by, "export labels", target.name, rows=len(rows))
        write_table(target, COLUMNS, rows, force=force)
    return len(rows)


def _comments(store: Store, annotations: list[Annotation]) -> dict[str, str]:
    """The comments without the hidden spans of their conversations."""
    where = {i.id: i.conversation_id for i in store.find(Item, id=[n.item_id for n in annotations if n.comment])}
    spans = spans_by_conversation(store, list(where.values()))
    key = hmac_key(store) if spans else b""
    return {
        n.submission_id: without(n.comment, spans.get(where[n.item_id], []), key) if n.comment else ""
        for n in annotations
    }
