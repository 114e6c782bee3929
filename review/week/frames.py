"""The sealed frame of a week, conversation by conversation, as far as the imported log still has it."""

from __future__ import annotations

from datetime import datetime

from review.basics.log_paths import log_of
from review.basics.weeks import week_window
from review.sampling.engines.catalogue import open_source
from review.sampling.frame import read_frame
from review.sampling.strata import names_of
from review.settings.project import Project
from review.week.grouping import sealed_grouping
from review.week.so_far import week_so_far
from storage.store import Store


def sealed_members(store: Store, project: Project, week: str) -> dict[str, str] | None:
    """Return the group of each conversation in the frame of a drawn week, by id; None for a week drawn elsewhere.

    The log may have lost some since: rows expire. Raises UnknownError for a week that was not drawn.
    """
    so_far, log = week_so_far(store, week), log_of(store.path)
    if not so_far.draws or so_far.sealed is None or not any(log.logs.glob("*/*.parquet")):
        return None
    if so_far.draws[0].source.rpartition("/")[2] != log.logs.name:
        return None
    groups = sealed_grouping(project, week, so_far.draws[0].frame).groups
    engine = open_source(log.logs, week=week, until=so_far.sealed_at)
    try:
        _, opened = read_frame(
            engine,
            window=week_window(week, project.time_zone),
            week=week,
            groups=groups,
            sealed_at=datetime.fromisoformat(str(so_far.sealed_at)),
        )
        names = names_of(groups)
        return {str(id_): names[int(stratum)] for id_, stratum, *_ in engine.query(opened.members())}
    finally:
        engine.close()
