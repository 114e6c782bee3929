"""From the store to the inputs of the statistics: ratings for agreement, paired labels for calibration, strata.

Gathering only: what counts is decided in ``settled`` and ``queues``, what the numbers mean in the statistics.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from review.basics.errors import NothingToDo, UnknownError
from review.basics.labels import Label, Ratings, ratings_of, set_members
from review.basics.words import counted
from review.current.assignments import owed_items
from review.current.rubric_in_use import used_version, weeks_under
from review.current.settled import Settled, annotations_of, labels_of, settled_labels
from review.current.verdicts import Reference, reference, verdicts_of
from review.evidence.test_set_access import Half, example_conversations, shown_half
from review.rubric.rubric import Dimension, Rubric, current_rubric, rubric_version
from review.statistics.calibration.data import CalibrationData, CalibrationRow, calibration_data
from review.statistics.calibration.split import split_of
from storage.records_judges import Judge
from storage.records_log import Conversation, Draw, Stratum
from storage.records_review import Annotation, Item, Verdict, Week
from storage.store import Store

DEFAULT_WEEKS = 4


def weeks_between(store: Store, wanted: str | None) -> tuple[str, ...]:
    """Weeks in order: ``2026-W44..2026-W47``, ``2026-W47``, several by comma, or None for the last four.

    The last four end where the rubric changed, because labels under different versions are not mixed unasked.
    Short forms such as ``W44..W47`` mean weeks of the latest year. Raises UnknownError for a week that is not there.
    """
    weeks = {w.name: w for w in store.find(Week, order_by="name")}
    names = list(weeks)
    if not names:
        raise NothingToDo("no week is open in this store yet. `spotcheck sample` opens one.")
    if wanted is None:
        recent = [weeks[n] for n in names[-DEFAULT_WEEKS:]]
        return tuple(weeks_under(store, recent, used_version(store, recent[-1])))
    if ".." in wanted:
        first, last = (_full_name(part, names) for part in wanted.split("..", 1))
        chosen = tuple(n for n in names if first <= n <= last)
    else:
        chosen = tuple(sorted({_full_name(part, names) for part in wanted.split(",")}))
    unknown = [n for n in chosen if n not in names]
    if unknown or not chosen:
        raise UnknownError(
            f"week '{unknown[0] if unknown else wanted}' is not in the store; it has {', '.join(names)}."
        )
    return chosen


def weeks_up_to(store: Store, week: str) -> tuple[str, ...]:
    """The last four weeks that end with ``week``, without those counted under another version of the rubric."""
    recent = [w for w in store.find(Week, order_by="name") if w.name <= week][-DEFAULT_WEEKS:]
    return tuple(weeks_under(store, recent, used_version(store, recent[-1]))) if recent else ()


def _full_name(text: str, names: Sequence[str]) -> str:
    text = text.strip()
    return f"{names[-1][:5]}{text}" if text.startswith("W") else text


def ratings_by_dimension(
    store: Store, weeks: Sequence[str], *, dimension: str | None = None, viewer: str | None = None
) -> dict[str, Ratings]:
    """The ratings of some weeks by dimension, under the current rubric version alone.

    A set dimension appears once per value ("reasons: incomplete"), on which agreement is defined. With ``viewer`` the
    items that this person still owes are left out, so that a page tells nothing before they have judged.
    """
    rubric = latest_used_rubric(store, weeks)
    labels = labels_of(annotations_under_one_rubric(store, weeks, viewer=viewer))
    clusters = clusters_of(store, weeks)
    found: dict[str, Ratings] = {}
    for d in [rubric[dimension]] if dimension else rubric.dimensions:
        mine = [label for label in labels if label.dimension == d.name]
        if d.scale.kind == "set":
            members = set_members(mine, d.scale)
            found |= {f"{d.name}: {v}": ratings_of(ls, s, clusters=clusters) for v, (ls, s) in members.items()}
        else:
            found[d.name] = ratings_of(mine, d.scale, clusters=clusters)
    return found


def annotations_under_one_rubric(store: Store, weeks: Sequence[str], *, viewer: str | None = None) -> list[Annotation]:
    """The annotations of some weeks made under the latest of their rubric versions, without what ``viewer`` owes."""
    version = latest_used_rubric(store, weeks).version
    owed = owed_items(store, viewer) if viewer else set()
    return [n for n in annotations_of(store, weeks) if n.rubric_version == version and n.item_id not in owed]


def clusters_of(store: Store, weeks: Sequence[str]) -> dict[str, str]:
    """Items of one user or thread belong together: the session, else the user, else the item itself."""
    rows = store.query(
        "SELECT i.id, coalesce(c.session_id, c.user_id, i.conversation_id) AS cluster FROM items i "
        "JOIN conversations c ON c.id = i.conversation_id WHERE i.week IN (SELECT value FROM json_each(:weeks))",
        {"weeks": _json(weeks)},
    )
    return {r["id"]: r["cluster"] for r in rows}


def latest_used_rubric(store: Store, weeks: Sequence[str]) -> Rubric:
    """The rubric version of the latest of these weeks; labels of other versions are not mixed in."""
    found = store.find(Week, name=list(weeks), order_by="name")
    return rubric_version(store, used_version(store, found[-1])) if found else current_rubric(store)


@dataclass(frozen=True)
class LedgerLine:
    """The design of one group of one week as its latest draw states it."""

    week: str
    name: str
    population: int
    sampled: int
    probability: float


def ledger(store: Store, weeks: Sequence[str]) -> dict[tuple[str, str], LedgerLine]:
    """The ledger of some weeks by (week, group)."""
    latest = {d.week: d.id for d in store.find(Draw, week=list(weeks))}
    return {
        (s.week, s.name): LedgerLine(s.week, s.name, s.population, s.sampled, s.probability)
        for s in store.find(Stratum, draw_id=list(latest.values()))
    }


@dataclass(frozen=True, kw_only=True)
class Paired:
    """One version of a judge beside the people in one dimension.

    ``data`` is the calibration input; ``settled`` and ``verdicts`` hold, by item, what was settled and said of the
    items that count: those of ``half``, without the ``examples`` items whose labels stand in the judge's own prompt.
    """

    dimension: Dimension
    data: CalibrationData
    settled: Mapping[str, Settled]
    verdicts: Mapping[str, Verdict]
    judge: Reference
    half: Half = "all"
    examples: int = 0

    def labels_of_judge(self, judge: str) -> list[Label]:
        """The judge's verdicts as labels, to stand among the people's; one outside the scale is no verdict."""
        name, scale = self.dimension.name, self.dimension.scale
        said = {item: v.value for item, v in self.verdicts.items() if v.value is not None}
        return [Label(i, judge, name, value) for i, value in said.items() if scale.numeric or value in scale.values]


def paired_labels(
    store: Store,
    weeks: Sequence[str],
    judge: str,
    *,
    viewer: str | None = None,
    split: Half | None = None,
    without: Collection[str] = (),
) -> dict[str, Paired]:
    """Each dimension in which a judge gave verdicts, held against the settled labels with the ledger's weights.

    ``judge`` is ``name``, its latest version that spoke in these weeks, or ``name@version``. ``split`` is the half of
    the conversations; without it, what may be seen without a look: ``dev`` of a judge that can be tuned here, all of
    another. ``test`` of such a judge belongs behind :func:`review.judges.looks.record_look`. Items whose conversation
    stands as an example in the judge's prompt never count, nor do those of the conversations ``without``.
    Hand-picked items weigh nothing. Raises NothingToDo when the judge has no verdict in these weeks.
    """
    who = reference(store, weeks, judge)
    verdicts, half = verdicts_of(store, weeks, str(who)), split or shown_half(store, who)
    made = store.get(Judge, str(who))
    prompted = (example_conversations(made) if made else frozenset()) | frozenset(without)
    rubric = latest_used_rubric(store, weeks)
    owed = owed_items(store, viewer) if viewer else set()
    items = [i for w in weeks for i in store.find(Item, week=w) if i.id not in owed]
    mine = {i.id for i in items if half in ("all", split_of(i.conversation_id))}
    shown = {i.id for i in items if i.id in mine and i.conversation_id in prompted}
    settled, lines = settled_labels(store, weeks, rubric=rubric.version), ledger(store, weeks)
    found: dict[str, Paired] = {}
    for d in rubric.dimensions:
        spoken = {item: v for (item, dimension), v in verdicts.items() if dimension == d.name}
        if not spoken or d.scale.kind == "set":
            continue
        all_labels = {item: s for (item, dimension), s in settled.items() if dimension == d.name and item in mine}
        labels = {item: s for item, s in all_labels.items() if item not in shown}
        left_out = sum(item in shown and s.value is not None for item, s in all_labels.items())
        spoken = {item: v for item, v in spoken.items() if item in mine - shown}
        data = calibration_data(_calibration_rows(items, labels, spoken, lines), values=d.scale.values)
        notes = (*data.notes, *_notes(half, left_out))
        found[d.name] = Paired(
            dimension=d,
            data=replace(data, notes=notes),
            settled=labels,
            verdicts=spoken,
            judge=who,
            half=half,
            examples=left_out,
        )
    return found


def _notes(half: Half, examples: int) -> list[str]:
    """What belongs beside every figure of a judge that was made here, whoever shows it."""
    seen = [f"{counted(examples, 'labelled item')} left out: the judge has seen the label in its own prompt."]
    return seen * bool(examples) + [f"Only conversations of the {half} half count here."] * (half != "all")


def _calibration_rows(
    items: Sequence[Item],
    labels: Mapping[str, Settled],
    spoken: Mapping[str, Verdict],
    lines: Mapping[tuple[str, str], LedgerLine],
) -> list[CalibrationRow]:
    """All items of the weeks; those that do not count stand without a label, so that a group left empty is named."""
    rows = [_calibration_row(i, labels.get(i.id), spoken.get(i.id), lines) for i in items]
    if all(r.population is None for r in rows):
        # Without any draw nothing says how these items were chosen: no weight, rather than equal weights.
        return [r._replace(weight=0.0) for r in rows]
    return rows


def _calibration_row(
    item: Item, settled: Settled | None, verdict: Verdict | None, lines: Mapping[tuple[str, str], LedgerLine]
) -> CalibrationRow:
    line = None if item.stratum is None else lines.get((item.week, item.stratum))
    return CalibrationRow(
        item=item.id,
        truth=None if settled is None or settled.value is None else str(settled.value),
        verdict=None if verdict is None else verdict.value,
        stratum=f"{item.week} {line.name}" if line else None,
        population=float(line.population) if line else None,
        score=None if verdict is None else verdict.score,
        file="the store",
    )


def conversation_of(store: Store, item_id: str) -> Conversation:
    """The conversation of an item as anybody may see it. Raises UnknownError."""
    from review.privacy.hidden_spans import conversations

    item = store.get(Item, item_id)
    found = conversations(store, [item.conversation_id]) if item else {}
    if item is None or item.conversation_id not in found:
        raise UnknownError(f"item '{item_id}' is not in the store.")
    return found[item.conversation_id]


def _json(values: Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()
