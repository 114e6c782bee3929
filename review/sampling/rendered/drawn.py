"""The result of a rendered statement as a source to draw from: its counts and its ids stand for those of the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from review.basics.errors import InputError, Refused
from review.basics.input_file import InputFile
from review.sampling.allocate import DrawPlan
from review.sampling.frame import EXAMPLES, FIXED_FIELDS
from review.sampling.frame_counts import Frame, counted_frame, counted_in
from review.sampling.rendered.asked import Asked, refuse_budget
from review.sampling.rendered.result import Result, read_result
from review.sampling.rendered.warehouse import Warehouse
from review.sampling.strata import Group, fields_of, names_of
from review.sampling.wanted import Find, Wanted


class DrawnFile(Warehouse):
    """A verified result. ``asked`` of it names the table, so a later draw of the week may come in another file."""

    format = ""

    def __init__(self, result: Result) -> None:
        said = result.asked
        if not isinstance(said.get("columns"), dict) or not all(
            isinstance(said.get(n), str) for n in ("table", "dialect")
        ):
            raise InputError(f"{result.name}: its row of the kind 'asked' names no table. Use the result unchanged.")
        super().__init__("duckdb", str(said["table"]), said["columns"])
        self.source, self.result = f"{said['dialect']}:{said['table']}", result
        self._found = {name: "text" for rows in result.records.values() for row in rows for name in row} | dict(
            said["columns"]
        )

    def columns(self) -> Mapping[str, str]:
        """Return the declared columns, and those of the drawn rows."""
        return self._found

    def look(self, wanted: Wanted) -> tuple[Frame, Find]:
        """Return the frame that was counted, and what finds the drawn ids.

        Raises Refused when the file is the result of another draw than this, InputError for a budget.
        """
        refuse_budget(wanted.wishes)
        said, declared = self.result.asked, self.result.asked["columns"]
        mapping = needed(wanted.mapping, wanted.groups, declared)
        given = {**wanted.__dict__, "mapping": mapping}
        asked = Asked(dialect=said["dialect"], table=said["table"], columns=declared, **given)
        return self._frame(asked), self.candidates

    def _frame(self, wanted: Asked) -> Frame:
        said = self.result.asked
        if wanted.fingerprint != self.result.fingerprint:
            raise Refused(
                f"{self.result.name} is the result of another draw: {said.get('week')} at {said.get('rate')}, seed "
                f"{said.get('seed')}; you asked for {wanted.week} at {wanted.wishes.rate:g}, seed {wanted.seed}. If "
                "these are the same, the groups, their numbers, the mapping or the settings in spotcheck.toml differ. "
                "Use the same options as when you rendered the statement."
            )
        if not self.result.after_the_week:
            raise Refused(
                f"{self.result.name}: the statement ran before {wanted.week} had ended, so conversations are missing "
                "from its counts. Run it again, and export the new result."
            )
        counts, names = counted_in(self.result.frame), names_of(wanted.groups)
        verdicts_column = wanted.mapping.get("verdicts", "verdicts").partition(".")[0]
        groups = [(self._number(line[0], names), *line[1:]) for line in self.result.groups]
        frame = counted_frame(
            self.source, counts, groups, week=wanted.week, window=wanted.window, groups=wanted.groups,
            has_verdicts=verdicts_column in wanted.columns, examples=sorted(self.result.twice)[:EXAMPLES],
        )  # fmt: skip
        if sum(frame.populations.values()) != counts.distinct:
            raise InputError(
                f"{self.result.name}: the groups hold {sum(frame.populations.values()):,} conversations, the frame "
                f"{counts.distinct:,}. Use the result unchanged, and export every row."
            )
        return frame

    def candidates(self, plan: DrawPlan) -> dict[str, list[str]]:
        """Return the drawn ids of each stratum. Raises InputError where the plan needs more than the file has."""
        names = [a.name for a in plan.strata]
        found: dict[str, list[str]] = {name: [] for name in names}
        for id_, number in self.result.drawn.items():
            found[names[self._number(number, names)]].append(id_)
        there = Counter[str]()
        for number, _, n in self.result.groups:
            there[names[self._number(number, names)]] += n
        for allocation in plan.strata:
            if len(found[allocation.name]) < min(allocation.least, allocation.population, there[allocation.name]):
                raise InputError(
                    f"{self.result.name}: found {len(found[allocation.name]):,} of the group {allocation.name}, "
                    f"expected at least {allocation.least:,}. Export every row of the result."
                )
        return found

    def _number(self, number: int, names: Sequence[str]) -> int:
        """Return the number of a group. Raises InputError for one that the draw does not have."""
        if not 0 <= number < len(names):
            raise InputError(f"{self.result.name}: found the group {number}, expected 0 to {len(names) - 1}.")
        return number

    def records(self, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the drawn rows of these ids."""
        yield from (row for id_ in ids for row in self.result.records[id_])

    def relation(self, names: Sequence[str], span: object = None) -> exp.Expr:
        """Nothing can be selected from a result."""
        raise TypeError(f"{self.result.name} is a result and no table.")


def needed(mapping: Mapping[str, str], groups: Sequence[Group], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the part of a mapping that a draw reads, of declared columns: the rest has no part in what is drawn."""
    fields = {*FIXED_FIELDS, *fields_of(groups)}
    return {
        name: column
        for name, column in mapping.items()
        if name in fields and (column in columns or column.partition(".")[0] in columns)
    }


def open_result(path: str, given: InputFile) -> DrawnFile:
    """Open the result of a rendered statement."""
    return DrawnFile(read_result(path, given))
