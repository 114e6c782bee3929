"""Who the raters of a label file are: people of the store, and new ones, who are known from outside alone."""

from __future__ import annotations

from review.basics.csv_safe import row_text
from review.basics.errors import ReviewError
from review.basics.labels import canonical_text
from review.basics.tables import Table
from review.basics.words import meant
from review.people.people import Person, add_outsider, people, person_id
from storage.store import Store


def raters_of(
    store: Store, table: Table, by: str, *, new_people: bool
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the id of every rater in the file, the names of unknown ones, who are added, and notes on likely typos.

    Those who are added have no role: they get no items until a lead makes them reviewers.
    """
    known: dict[str, Person] = {}
    for one in people(store):
        known.update({one.id: one, one.name.casefold(): one})
    before = [one.name for one in {p.id: p for p in known.values()}.values()]
    raters: dict[str, str] = {}
    new: list[str] = []
    notes: list[str] = []
    for row in table.rows:
        name = row_text(row, "rater")
        if not name:
            raise row.error("rater", "", "a name", "Fill the cell or remove the row.")
        if name in raters:
            continue
        somebody = known.get(canonical_text(name).casefold())
        if somebody is None:
            hint = meant(name, before)
            if not new_people:
                expected = f"one of {', '.join(before)}{hint}"
                raise row.error("rater", name, expected, "Correct the name, or add the person first.")
            if hint:
                notes.append(f"{table.file}: '{name}' is new{hint}")
            try:
                person_id(name)
                somebody = add_outsider(store, name, by=by)
            except ReviewError as error:
                raise row.error("rater", name, f"a usable name ({error})") from None
            known.update({somebody.id: somebody, somebody.name.casefold(): somebody})
            new.append(somebody.name)
        raters[name] = somebody.id
    return raters, tuple(new), tuple(notes)
