"""Draw: read the frame, decide the plan, and take the conversations with the smallest keys of each stratum."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from review.basics.errors import NothingToDo, Refused, ReviewError
from review.basics.weeks import Window
from review.sampling import frame_sql
from review.sampling.allocate import DrawnStratum, DrawPlan, Wishes, allocate, raised, refuse_lower
from review.sampling.choose import Ids, all_of, grown, head_room, overlap_of, take
from review.sampling.engines import sql
from review.sampling.engines.engine import Engine
from review.sampling.frame import OpenFrame, Values, read_frame
from review.sampling.frame_counts import Frame
from review.sampling.key import KEY_RULE, digest, sample_digest, threshold
from review.sampling.needs import check_needs, is_imported_log
from review.sampling.strata import DEFAULT_GROUPS, Group, names_of
from review.sampling.wanted import Find, HoldsDraw, Wanted


@dataclass(frozen=True, kw_only=True)
class DrawResult:
    """A draw with everything the ledger keeps of it.

    ``ids`` maps each stratum to its drawn ids in the order of their keys. ``overlap_ids`` are the ones that several
    people rate, sorted; ``added`` those that no earlier draw of the week had; ``digest`` covers all ids.
    """

    frame: Frame
    strata: tuple[DrawnStratum, ...]
    ids: Ids
    overlap_ids: tuple[str, ...]
    added: Ids
    digest: str
    seed: str
    rate: float
    overlap: float
    notes: tuple[str, ...] = ()
    key_rule: str = KEY_RULE

    @property
    def sampled(self) -> int:
        """Conversations drawn in all."""
        return sum(s.sampled for s in self.strata)


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """The ledger of a week that was drawn before: its frame is sealed, and later draws only add.

    ``sealed_at`` is the instant of the first draw; ``rate``, ``strata`` and ``ids`` are those of the latest.
    """

    week: str
    seed: str
    sealed_at: datetime
    rate: float
    strata: tuple[DrawnStratum, ...]
    ids: Ids = field(default_factory=dict)


def draw(
    engine: Engine,
    wishes: Wishes,
    *,
    window: Window | None,
    week: str,
    seed: str | None = None,
    overlap: float = 0.0,
    mapping: Mapping[str, str] | None = None,
    values: Values | None = None,
    groups: Sequence[Group] = DEFAULT_GROUPS,
    date_format: str = "",
) -> DrawResult:
    """Draw a week (``window`` None: the whole source). The default seed is the week's name.

    ``overlap`` is the share of each stratum's drawn conversations that several people rate. Raises InputError for a
    source or setting that cannot be read, NothingToDo for a window without conversations.
    """
    seed = sql.plain_text("seed", week if seed is None else seed)
    _check_overlap(overlap)
    check_needs(engine, groups)
    frame, find = _looked_at(
        engine, wishes, window=window, week=week, seed=seed, mapping=mapping, values=values, groups=groups,
        date_format=date_format,
    )  # fmt: skip
    if frame.distinct == 0:
        hint = "" if is_imported_log(engine) else "`--map created_at=COLUMN` names the column of the date."
        raise NothingToDo(_nothing(frame, window), command_hint=hint)
    plan = allocate(frame.populations, wishes, groups)
    found = find(plan)
    _refuse_changed(frame, found, plan)
    ids = take(found, plan, seed)
    strata = tuple(DrawnStratum(a.name, a.population, a.probability, len(ids[a.name])) for a in plan.strata)
    return DrawResult(
        frame=frame,
        strata=strata,
        ids=ids,
        overlap_ids=overlap_of(ids, seed, overlap),
        added=ids,
        digest=sample_digest(all_of(ids)),
        seed=seed,
        rate=wishes.rate,
        overlap=overlap,
        notes=plan.notes,
    )


def extend(
    engine: Engine,
    previous: Sealed,
    wishes: Wishes,
    *,
    window: Window | None,
    overlap: float = 0.0,
    mapping: Mapping[str, str] | None = None,
    values: Values | None = None,
    groups: Sequence[Group] = DEFAULT_GROUPS,
    date_format: str = "",
    stored_as: Callable[[str], str] = str,
) -> DrawResult:
    """Draw more of a week with a sealed frame: rates only rise, and everything drawn before stays drawn.

    The populations are those of the first draw. Rows imported after it are left out and counted in ``frame.late``; a
    source without ``imported_at`` cannot tell them apart, so the notes name a difference of the counts. ``stored_as``
    gives the form of an id that the ledger has, where this is not that of the source. Raises Refused for a lower rate
    or cap, and for other groups.
    """
    refuse_lower(wishes.rate, previous.rate)
    _check_overlap(overlap)
    frame, find = _looked_at(
        engine, wishes, window=window, week=previous.week, seed=previous.seed, mapping=mapping, values=values,
        groups=groups, date_format=date_format, sealed_at=previous.sealed_at, strata=previous.strata,
    )  # fmt: skip
    sealed = {s.name: s.population for s in previous.strata}
    if list(sealed) != list(names_of(groups)):
        raise Refused(
            f"{previous.week} was drawn with the groups {', '.join(sealed)}; found {', '.join(names_of(groups))}. "
            "A sealed frame keeps its groups."
        )
    plan = raised(previous.strata, allocate(sealed, wishes, groups), wishes.caps)
    found = find(plan)
    of_source = {name: i for some in found.values() for i in some if (name := stored_as(i)) != i}
    before = {name: tuple(of_source.get(i, i) for i in some) for name, some in previous.ids.items()}
    ids = grown(before, found, plan, previous.seed)
    drawn_before = set(all_of(before))
    return DrawResult(
        frame=frame,
        strata=tuple(DrawnStratum(a.name, a.population, a.probability, len(ids[a.name])) for a in plan.strata),
        ids=ids,
        overlap_ids=overlap_of(ids, previous.seed, overlap),
        added={name: tuple(i for i in drawn if i not in drawn_before) for name, drawn in ids.items()},
        digest=sample_digest(all_of(ids)),
        seed=previous.seed,
        rate=wishes.rate,
        overlap=overlap,
        notes=(*plan.notes, *differences(sealed, frame)),
    )


def stored(result: DrawResult, stored_as: Callable[[str], str]) -> DrawResult:
    """Return a draw with its ids as the store has them, and their digest."""
    ids, added = (
        {name: tuple(map(stored_as, some)) for name, some in given.items()} for given in (result.ids, result.added)
    )
    overlap = tuple(sorted(map(stored_as, result.overlap_ids)))
    return replace(result, ids=ids, added=added, overlap_ids=overlap, digest=sample_digest(all_of(ids)))


def _looked_at(
    engine: Engine,
    wishes: Wishes,
    *,
    window: Window | None,
    week: str,
    seed: str,
    mapping: Mapping[str, str] | None,
    values: Values | None,
    groups: Sequence[Group],
    date_format: str,
    sealed_at: datetime | None = None,
    strata: Sequence[DrawnStratum] = (),
) -> tuple[Frame, Find]:
    """Return the frame, and what finds the ids that a plan can need: asked of the source, or read from a result."""
    if isinstance(engine, HoldsDraw) and window is not None:
        wanted = Wanted(
            week=week, window=window, seed=seed, wishes=wishes, groups=groups, mapping=mapping or {},
            values=values or {}, date_format=date_format, sealed_at=sealed_at, strata=strata,
        )  # fmt: skip
        return engine.look(wanted)
    frame, opened = read_frame(
        engine, window=window, week=week, mapping=mapping, values=values, groups=groups, sealed_at=sealed_at,
        date_format=date_format,
    )  # fmt: skip
    return frame, lambda plan: candidates(opened, seed, plan)


def candidates(opened: OpenFrame, seed: str, plan: DrawPlan) -> dict[str, list[str]]:
    """Read all ids of each stratum that the plan can need: those under the key's threshold, with head-room."""
    names = [a.name for a in plan.strata]
    shares = {k: head_room(a) for k, a in enumerate(plan.strata) if a.population and a.count != 0}
    found: dict[str, list[str]] = {name: [] for name in names}
    _ask(opened, seed, shares, names, found)
    short = {
        k: 1.0 for k, a in enumerate(plan.strata) if shares.get(k, 1.0) < 1 and len(found[a.name]) < (a.count or 0)
    }
    for k in short:
        found[names[k]] = []
    if short:
        _ask(opened, seed, short, names, found)
    return found


def differences(sealed: Mapping[str, int], frame: Frame) -> tuple[str, ...]:
    """Return notes on how the source differs from the frame that was sealed."""
    notes = []
    if frame.late:
        notes.append(f"{frame.late:,} rows arrived after the frame was sealed; they are left out.")
    changed = [
        f"{name} {n:,}, now {frame.populations[name]:,}" for name, n in sealed.items() if frame.populations[name] != n
    ]
    if changed:
        notes.append(
            f"The source has changed since the frame was sealed ({'; '.join(changed)}). The populations stay as sealed."
        )
    return tuple(notes)


def _ask(
    opened: OpenFrame, seed: str, shares: Mapping[int, float], names: Sequence[str], found: dict[str, list[str]]
) -> None:
    if not shares:
        return
    cuts = {number: threshold(p) for number, p in shares.items()}
    for id_, number in opened.engine.query(frame_sql.ids(opened.members(), seed, shares)):
        cut = cuts[int(number)]
        if cut is not None and digest(seed, id_)[:8] >= cut:
            raise ReviewError(
                f"{opened.engine.source}: the source drew {id_!r}, but the sampling key does not choose it. The source "
                "computes md5 in another way, or writes the id in another way."
            )
        found[names[int(number)]].append(id_)


def _refuse_changed(frame: Frame, found: Mapping[str, Sequence[str]], plan: DrawPlan) -> None:
    """Raise Refused when the ids do not fit the counts: a server without a common state was written to in between."""
    for allocation in plan.strata:
        n, population = len(found[allocation.name]), allocation.population
        if not allocation.least <= n <= population:
            raise Refused(
                f"{frame.source}: {allocation.name} had {population:,} conversations when they were counted, and {n:,} "
                "ids when they were drawn. The source changed in between. Draw again once the week is complete."
            )


def _check_overlap(share: float) -> None:
    if share:
        threshold(share)


def _nothing(frame: Frame, window: Window | None) -> str:
    span = f" created in {frame.week} ({window})" if window else ""
    undated = f"; {frame.undated:,} rows have no readable date" if frame.undated else ""
    nameless = f"; {frame.null_ids:,} rows there have no id" if frame.null_ids else ""
    return f"{frame.source} holds no conversation{span}{undated}{nameless}. Check the week and the column of the date."
