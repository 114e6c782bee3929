"""Groups that need a column which only an import makes: on any other source they would silently stay empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from review.basics.errors import InputError
from review.sampling.engines.engine import Engine
from review.sampling.engines.sql import column, is_null
from review.sampling.strata import FLAGGED, JUDGES_DISAGREE, Group, fields_of

OF_THE_LOG = frozenset(("import_id", "imported_at"))
NEEDED: Mapping[str, tuple[str, str]] = {
    JUDGES_DISAGREE: (
        f"the group {JUDGES_DISAGREE}",
        f"leave the group out ([sampling] {JUDGES_DISAGREE} in spotcheck.toml)",
    ),
    FLAGGED: ("[checks] failing in spotcheck.toml", "set failing = [] there"),
}
"""Column -> what needs it, and how to do without."""


def is_imported_log(engine: Engine) -> bool:
    """Whether the source is an imported log, whose fields have our own names and values already."""
    return set(engine.columns()) >= OF_THE_LOG


def check_needs(engine: Engine, groups: Sequence[Group]) -> None:
    """Raise InputError when a group needs a column that the source lacks.

    A log of an earlier version may lack one. A second import would add nothing to it, so it is drawn from without. A
    source other than the log may have the column too.
    """
    if is_imported_log(engine):
        return
    for name in fields_of(groups):
        if name in NEEDED and not _has(engine, name):
            what, without = NEEDED[name]
            raise InputError(
                f"{engine.source}: found no column '{name}', which {what} needs. Only an import creates this column. "
                f"Import the log first and draw from what was imported. Or {without}.",
                command_hint="`spotcheck import FILE` imports; leave SOURCE out to draw from the import.",
            )


def _has(engine: Engine, name: str) -> bool:
    if name in engine.columns() or not engine.open_schema:
        return name in engine.columns()
    # The first lines lack it; a later line may have it.
    some = exp.select(exp.Literal.number(1)).from_(engine.relation([name])).where(exp.not_(is_null(column(name))))
    return bool(engine.query(some.limit(1)))
