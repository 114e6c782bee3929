"""What a draw of a week gives: one function for the command's dry run, the page's preview and the draw itself.

Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.input_file import InputFile
from review.basics.log_paths import LogPaths, log_of
from review.basics.weeks import next_due_date, today_in, week_window
from review.people.people import person, require
from review.sampling.allocate import SECONDS_PER_ITEM, Budget, Wishes
from review.sampling.draw import DrawResult, draw, extend, stored
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.engine import Engine
from review.sampling.frame import fitting
from review.sampling.needs import is_imported_log
from review.sampling.rendered.drawn import open_result
from review.sampling.strata import Cap
from review.settings.project import UNITS, Project
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.options import import_options
from review.sources.readings import as_remembered
from review.week.cautions import undrawn
from review.week.dealing import check_overlap_raters
from review.week.due_days import due_day
from review.week.grouping import Grouping, grouping_of, sealed_grouping
from review.week.so_far import WeekSoFar, week_so_far
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody asks of a draw.

    ``failing``, ``low_confidence`` and ``judges_disagree`` raise these groups to "all" or at least to a number; None
    takes the default cap, and for ``judges_disagree`` the project's setting, which may be no such group.
    ``sql_spot_check`` is the least share of conversations with a query, None for the project's setting.
    ``source`` None is the imported log; ``drawn`` is the file with the result of a rendered statement, which ``source``
    names then.
    ``raters`` are ids or names, ``overlap`` is a share, ``minutes`` a budget per person, ``due`` an ISO date (default:
    the Friday after the week, or the next one if that is past), ``seed`` defaults to the week's name.
    """

    week: str
    rate: float = 0.01
    failing: Cap | str | None = None
    low_confidence: Cap | str | None = None
    judges_disagree: Cap | str | None = None
    sql_spot_check: float | None = None
    raters: tuple[str, ...] = ()
    overlap: float = 0.2
    overlap_raters: int = 0
    minutes: float | None = None
    seed: str | None = None
    due: str | None = None
    unit: str | None = None
    source: str | None = None
    drawn: InputFile | None = None
    mapping: Mapping[str, str] | None = None


def preview(store: Store | None, project: Project, request: Request, *, log: LogPaths | None = None) -> DrawResult:
    """Return what a draw would give, without writing anything. Raises what the draw would raise.

    Two things are left to the draw itself: the week may still run, and a new week may have no reviewers yet. Without a
    store there is no week and nobody to name, and ``log`` says where the imported log lies.
    """
    so_far = WeekSoFar() if store is None else week_so_far(store, request.week, with_pace=request.minutes is not None)
    named = store if so_far.week is not None or request.raters else None
    project = project if store is None else as_remembered(store, project, DEFAULT_SOURCE)
    check_asked(named, project, request, so_far)
    log = log or (log_of(store.path) if store is not None else None)
    with opened_source(request, log, sealed_at=so_far.sealed_at, encoding=project.encoding) as engine:
        plain = str if store is None else stored_ids(engine, project, hmac_key(store))
        result = stored(drawing(engine, project, request, so_far, stored_as=plain), plain)
    if named is not None and not nothing_new(so_far, result):
        takers(named, request, so_far)
    return result


def check_asked(store: Store | None, project: Project, request: Request, so_far: WeekSoFar) -> None:
    """Refuse what needs no look at the source: a closed week, one that is never drawn, or a wrong setting of a new one.

    Without ``store`` nobody is looked up.
    """
    if so_far.closed:
        raise Refused(f"{request.week} is closed; nothing more is drawn for it.")
    if so_far.never_drawn:
        raise Refused(f"A lead said that {request.week} is never drawn, so its conversations may have expired.")
    if so_far.week is None:
        unit_of(project, request)
        due_of(project, request)
        check_overlap_raters(request.overlap_raters)
        if store is not None:
            takers(store, request, so_far)


def unit_of(project: Project, request: Request) -> str:
    """Return what an item of a new week is. Raises InputError for an unknown unit."""
    unit = request.unit or project.unit
    if unit not in UNITS:
        raise InputError(f"unit: found {unit!r}, expected {' or '.join(UNITS)}.")
    return unit


def due_of(project: Project, request: Request) -> str:
    """Return the day until which a new week is reviewed. Raises InputError for what is no date, or has passed."""
    today = today_in(project.time_zone)
    if request.due is None:
        return next_due_date(request.week, today).isoformat()
    return due_day(request.due, today).isoformat()


def takers(store: Store, request: Request, so_far: WeekSoFar) -> tuple[str, ...]:
    """Return the ids of those who get the new items.

    People who are named must all have the role. Without names the reviewers of an open week who still have it go on.
    """
    if so_far.week is None or request.raters:
        return _raters(store, request.raters)
    if so_far.without_role and not so_far.reviewers:
        raise Refused(
            f"None of the reviewers of {request.week} ({', '.join(so_far.without_role)}) may annotate any more. "
            "Choose at least one other reviewer."
        )
    return so_far.reviewers or _raters(store, ())


def _raters(store: Store, names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        raise InputError("Choose at least one reviewer.")
    found = tuple(dict.fromkeys(person(store, name).id for name in names))
    for rater in found:
        require(store, rater, "annotator")
    return found


def nothing_new(so_far: WeekSoFar, result: DrawResult) -> bool:
    """Whether a later draw changes nothing: the same probabilities, no further conversation."""
    if not so_far.draws or any(result.added.values()):
        return False
    return {s.name: s.probability for s in so_far.strata} == {s.name: s.probability for s in result.strata}


@contextmanager
def opened_source(
    request: Request,
    log: LogPaths | None,
    *,
    all_weeks: bool = False,
    sealed_at: str | None = None,
    encoding: str = "",
) -> Iterator[Engine]:
    """The source to draw from, open for the block. Raises NothingToDo while the imported log is empty.

    Files of other weeks are left out, unless ``all_weeks``. ``sealed_at`` leaves out what arrived later about
    conversations of the imported log: it must not move them to another group of the frame. ``encoding`` is that of
    files which are not UTF-8.
    """
    week = None if all_weeks else request.week
    engine: Engine
    if request.drawn is not None:
        given = request.drawn
        # A file that is not there is refused by what opens it, in words of its own.
        there = given.path is None or given.path.is_file()
        engine = open_result(given.name, given.unless_utf8(encoding) if there else given)
    elif request.source is not None:
        engine = open_source(request.source, week=week, until=sealed_at, encoding=encoding)
    elif log is not None and any(log.logs.glob("*/*.parquet")):
        engine = open_source(log.logs, week=week, until=sealed_at)
    else:
        where = f" at {log.logs}" if log is not None else ""
        raise NothingToDo(f"the log{where} is empty. Import conversations first, or name another source to draw from.")
    try:
        yield engine
    finally:
        engine.close()


def stored_ids(engine: Engine, project: Project, key: bytes) -> Callable[[str], str]:
    """Return what gives an id of a source the form that the store has: with hashes in the place of addresses.

    The ids of the imported log are in that form, or kept as an earlier version had them.
    """
    return str if is_imported_log(engine) else import_options(project).origin(key).plain


def drawing(
    engine: Engine,
    project: Project,
    request: Request,
    so_far: WeekSoFar,
    *,
    stored_as: Callable[[str], str] = str,
) -> DrawResult:
    """Draw from an open source: the first time for a week, or what a higher rate adds to its sealed frame.

    The ids are those of the source; ``stored_as`` gives the form in which the store has them.
    Raises Refused for a lower rate and for another source than that of the first draw, NothingToDo when the week holds
    no conversation, InputError for a wrong setting or a source that cannot be read.
    """
    if so_far.draws and Path(so_far.draws[0].source).name != Path(engine.source).name:
        raise Refused(
            f"{request.week} was drawn from {so_far.draws[0].source}; found {engine.source}. A later draw of the week "
            "uses the same source, because two sources are two populations."
        )
    # The imported log has our own names and values already; those of the project are for other sources.
    ours = request.source is None or is_imported_log(engine)
    mapping = {**({} if ours else fitting(engine, project.mapping)), **(request.mapping or {})}
    values, form = (None, "") if ours else (project.values, project.date_format)
    window = week_window(request.week, project.time_zone)
    wishes, groups = wishes_of(request, so_far), grouping(project, request, so_far).groups
    if so_far.week is None or so_far.sealed is None:
        found = draw(
            engine,
            wishes,
            window=window,
            week=request.week,
            seed=request.seed,
            overlap=request.overlap,
            mapping=mapping,
            values=values,
            groups=groups,
            date_format=form,
        )
    else:
        # The overlap was fixed when the week was opened; what is added to the week keeps it.
        found = extend(
            engine,
            so_far.sealed,
            wishes,
            window=window,
            overlap=so_far.week.overlap,
            mapping=mapping,
            values=values,
            groups=groups,
            date_format=form,
            stored_as=stored_as,
        )
    return replace(found, notes=(*found.notes, *undrawn(found.strata)))


def grouping(project: Project, request: Request, so_far: WeekSoFar) -> Grouping:
    """Return the groups of the draw: those of the week's first draw, if there was one."""
    cap = None if request.judges_disagree is None else _cap("judges_disagree", request.judges_disagree)
    share = request.sql_spot_check
    if share is not None and not 0 <= share <= 1:
        raise InputError(f"sql_spot_check: found {share:g}, expected a share from 0 to 1.")
    if not so_far.draws:
        return grouping_of(project, judges_disagree=cap, sql_share=share)
    return sealed_grouping(project, request.week, so_far.draws[0].frame, judges_disagree=cap, sql_share=share)


def wishes_of(request: Request, so_far: WeekSoFar) -> Wishes:
    """Return the rate, the caps and the budget of a request; one minute per item where no pace is measured.

    An open week keeps the overlap that it was opened with, whatever the request says.
    """
    fixed = so_far.week or request
    named = {name: getattr(request, name) for name in ("failing", "low_confidence", "judges_disagree")}
    caps = {name: _cap(name, cap) for name, cap in named.items() if cap is not None}
    budget = None
    if request.minutes is not None:
        budget = Budget(
            request.minutes,
            raters=max(len(request.raters or so_far.reviewers), 1),
            seconds=so_far.seconds or SECONDS_PER_ITEM,
            overlap=fixed.overlap,
            overlap_raters=fixed.overlap_raters or None,
        )
    return Wishes(request.rate, caps, budget)


def _cap(name: str, cap: Cap | str) -> Cap:
    if cap == "all" or isinstance(cap, int):
        return cap
    if cap.isdecimal():
        return int(cap)
    raise InputError(f"{name}: found {cap!r}, expected 'all' or a whole number.")
