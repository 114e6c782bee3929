"""The statement of a week's draw, for a warehouse that somebody else queries."""

from __future__ import annotations

from review.basics.weeks import week_window
from review.sampling.rendered.asked import Asked
from review.sampling.rendered.drawn import needed
from review.sampling.rendered.warehouse import declared
from review.sampling.strata import fields_of
from review.settings.project import Project
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.readings import as_remembered
from review.week.drawing import Request, check_asked, grouping, wishes_of
from review.week.so_far import WeekSoFar, week_so_far
from storage.store import Store


def asked_of(store: Store | None, project: Project, request: Request, *, dialect: str, columns: str) -> Asked:
    """Return the draw that a statement is rendered for; ``request.source`` names the table.

    ``columns`` are those that the table has of the fields that a draw reads, separated by commas. Of a week that was
    drawn before, the seed and the groups are those of its first draw. Raises Refused for a week that is closed.
    """
    if store is not None:
        project = as_remembered(store, project, DEFAULT_SOURCE)
    so_far = WeekSoFar() if store is None else week_so_far(store, request.week)
    check_asked(None, project, request, so_far)
    given = dict(request.mapping or {})
    found = declared(columns, given)
    of_project = {name: column for name, column in project.mapping.items() if column.partition(".")[0] in found}
    groups = grouping(project, request, so_far).groups
    sealed = so_far.sealed
    seed = sealed.seed if sealed is not None else request.seed or request.week
    return Asked(
        dialect=dialect, table=request.source or "conversations", columns=found, week=request.week,
        window=week_window(request.week, project.time_zone), seed=seed, wishes=wishes_of(request, so_far),
        groups=groups, mapping=needed({**of_project, **given}, groups, found), values=project.values,
        date_format=project.date_format, sealed_at=sealed.sealed_at if sealed else None,
        strata=sealed.strata if sealed else (),
    )  # fmt: skip


def unused(asked: Asked) -> list[str]:
    """Return the fields that the groups read and nobody declared."""
    return [name for name in fields_of(asked.groups) if asked.mapping.get(name, name) not in asked.columns]
