"""From the store to the inputs of the statistics: ratings for agreement, paired labels for calibration, the ledger.

Each function gathers from the store first and then passes values on. ``review.current`` decides which rows count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from review.basics.errors import UnknownError
from review.basics.labels import YES_NO, Columns, Label, Ratings, ratings_of_columns
from review.basics.remembered import YEAR
from review.current.assignments import owed_items
from review.current.known import Known, items_of
from review.current.rubric_in_use import used_version
from review.current.settled import Outcome, Settled, columns_of, outcomes_in, said_of
from review.current.verdicts import Reference, reference, values_of
from review.evidence.calibration_rows import calibration_rows, notes_on
from review.evidence.prompt_examples import example_conversations
from review.evidence.test_set_access import Half, tunable_judge
from review.privacy.hidden_spans import conversations
from review.rubric.rubric import Dimension, Rubric, current_rubric, rubric_version
from review.statistics.calibration.data import CalibrationData, calibration_data
from review.statistics.calibration.split import split_of
from storage.queries.annotations import Said
from storage.queries.items import cluster_of_each
from storage.queries.states import latest_key
from storage.queries.verdicts import VerdictValue
from storage.records_judges import Judge
from storage.records_log import Conversation, Draw, Stratum
from storage.records_weeks import Item, Week
from storage.store import Store


def ratings_by_dimension(
    store: Store, weeks: Sequence[str], *, dimension: str | None = None, viewer: str | None = None
) -> dict[str, Ratings]:
    """Return the ratings of some weeks by dimension, under one rubric version.

    A set dimension appears once per value ("reasons: incomplete"), because agreement is defined on each value. With
    ``viewer``, the items that this person still has to review are left out.
    """
    clusters, owed = clusters_of(store, weeks), _owed(store, viewer)
    rubric = latest_used_rubric(store, weeks)
    by_dimension = columns_of(_counted(said_of(store, weeks), rubric.version, owed))
    found: dict[str, Ratings] = {}
    for d in [rubric[dimension]] if dimension else rubric.dimensions:
        given = by_dimension.get(d.name, Columns([], [], []))
        if d.scale.kind == "set":
            for v in d.scale.values:
                chosen = given._replace(value=["yes" if v in value else "no" for value in given.value])
                found[f"{d.name}: {v}"] = ratings_of_columns(chosen, YES_NO, clusters=clusters)
        else:
            found[d.name] = ratings_of_columns(given, d.scale, clusters=clusters)
    return found


def said_under_one_rubric(store: Store, weeks: Sequence[str], *, viewer: str | None = None) -> list[Said]:
    """Return what people said in some weeks under the latest rubric version they use, without what ``viewer`` owes."""
    version = latest_used_rubric(store, weeks).version
    return _counted(said_of(store, weeks), version, _owed(store, viewer))


def _counted(annotations: Iterable[Said], version: int, owed: Collection[str]) -> list[Said]:
    return [n for n in annotations if n.rubric_version == version and n.item_id not in owed]


def _owed(store: Store, viewer: str | None) -> set[str]:
    return owed_items(store, viewer) if viewer else set()


def clusters_of(store: Store, weeks: Sequence[str]) -> dict[str, str]:
    """Return each item's cluster: the session, else the user, else the item's own conversation."""
    return {
        item: cluster
        for week in weeks
        for item, cluster in _CLUSTERS.get(
            store, week, lambda: latest_key(store, Item), partial(cluster_of_each, store, week)
        ).items()
    }


_CLUSTERS: Known[Mapping[str, str]] = Known(YEAR)


def latest_used_rubric(store: Store, weeks: Sequence[str]) -> Rubric:
    """Return the rubric version of the latest of these weeks; labels of other versions are not mixed in."""
    found = store.find(Week, name=list(weeks), order_by="name")
    return rubric_version(store, used_version(store, found[-1])) if found else current_rubric(store)


@dataclass(frozen=True)
class LedgerLine:
    """The design of one group of one week, as its latest draw records it."""

    week: str
    name: str
    population: int
    sampled: int
    probability: float


def ledger(store: Store, weeks: Sequence[str]) -> dict[tuple[str, str], LedgerLine]:
    """Return the ledger of some weeks by (week, group)."""
    latest = {d.week: d.id for d in store.find(Draw, week=list(weeks))}
    return {
        (s.week, s.name): LedgerLine(s.week, s.name, s.population, s.sampled, s.probability)
        for s in store.find(Stratum, draw_id=list(latest.values()))
    }


@dataclass(frozen=True, kw_only=True)
class Paired:
    """One version of a judge and the people in one dimension.

    ``data`` is the calibration input. ``settled`` and ``verdicts`` have, by item, the settled label and the verdict of
    the items that count: those of ``half``, without the ``examples`` items whose labels are in the judge's own prompt.
    ``must_record`` tells whether reading these figures is an access to the test half that must be recorded.
    """

    dimension: Dimension
    data: CalibrationData
    settled: Mapping[str, Settled]
    verdicts: Mapping[str, VerdictValue]
    judge: Reference
    half: Half = "all"
    examples: int = 0
    must_record: bool = False

    def labels_of_judge(self, judge: str) -> list[Label]:
        """Return the judge's verdicts as labels, like those of a person; a verdict outside the scale is left out."""
        name, scale = self.dimension.name, self.dimension.scale
        values = {item: v.value for item, v in self.verdicts.items() if v.value is not None}
        return [Label(i, judge, name, value) for i, value in values.items() if scale.numeric or value in scale.values]


@dataclass(frozen=True, kw_only=True)
class SettledWeeks:
    """The rubric, items, settled labels and N_h by (week, group) of some weeks, without items the viewer owes.

    ``outcomes`` has how each item came out by dimension, those that the viewer owes included.
    """

    rubric: Rubric
    items: tuple[Item, ...]
    outcomes: Mapping[str, Mapping[str, Outcome]]
    populations: Mapping[tuple[str, str], int]


def settled_weeks(store: Store, weeks: Sequence[str], *, viewer: str | None = None) -> SettledWeeks:
    """Gather the people's side of some weeks, once for every judge."""
    owed = _owed(store, viewer)
    populations = {key: line.population for key, line in ledger(store, weeks).items()}
    rubric = latest_used_rubric(store, weeks)
    outcomes = {item: found for w in weeks for item, found in outcomes_in(store, w, rubric.version).items()}
    items = tuple(i for w in weeks for i in items_of(store, w) if i.id not in owed)
    return SettledWeeks(rubric=rubric, items=items, outcomes=outcomes, populations=populations)


def paired_labels(
    store: Store,
    weeks: Sequence[str],
    judge: str,
    *,
    viewer: str | None = None,
    split: Half | None = None,
    without: Collection[str] = (),
    people: SettledWeeks | None = None,
) -> dict[str, Paired]:
    """Pair a judge's verdicts with the settled labels, with the ledger's weights, in each dimension it judged.

    ``judge`` is ``name``, meaning its latest version with verdicts in these weeks, or ``name@version``. ``split`` is
    the half of the conversations. By default it is the half that anybody may see without a recorded access: ``dev`` of
    a judge that can be tuned here, all conversations of another. Record an access to ``test`` of such a judge with
    :func:`review.evidence.test_set_access.record_access`. Items whose conversation is an example in the judge's prompt
    never count, nor do items of the conversations in ``without``. Hand-picked items have no weight. ``people`` is the
    people's side of these weeks when it is already gathered. Raises NothingToDo when the judge has no verdict in these
    weeks.
    """
    who = reference(store, weeks, judge)
    people = people or settled_weeks(store, weeks, viewer=viewer)
    verdicts: dict[str, dict[str, VerdictValue]] = {}
    for (item, dimension), verdict in values_of(store, weeks, who).items():
        verdicts.setdefault(dimension, {})[item] = verdict
    made = store.get(Judge, str(who))

    tunable = tunable_judge(made)
    half: Half = split or ("dev" if tunable else "all")
    prompted = (example_conversations(made) if made else frozenset()) | frozenset(without)
    in_half = {i.id for i in people.items if half == "all" or split_of(i.conversation_id) == half}
    examples = {i.id for i in people.items if i.id in in_half and i.conversation_id in prompted}
    counting = in_half - examples
    found: dict[str, Paired] = {}
    for d in people.rubric.dimensions:
        if d.name not in verdicts or d.scale.kind == "set":
            continue
        given = {item: v for item, v in verdicts[d.name].items() if item in counting}
        outcomes = {item: o[d.name] for item, o in people.outcomes.items() if d.name in o}
        left_out = sum(item in outcomes and outcomes[item].value is not None for item in examples)
        labels = {item: Settled(item, d.name, *o) for item, o in outcomes.items() if item in counting}
        rows = calibration_rows(people.items, labels, given, people.populations)
        notes = notes_on(half, left_out)
        data = calibration_data(rows, values=d.scale.values)
        found[d.name] = Paired(
            dimension=d,
            data=replace(data, notes=(*data.notes, *notes)),
            settled=labels,
            verdicts=given,
            judge=who,
            half=half,
            examples=left_out,
            must_record=tunable and half != "dev",
        )
    return found


def conversation_of(store: Store, item_id: str) -> Conversation:
    """Return the conversation of an item with its hidden passages removed. Raises UnknownError."""
    item = store.get(Item, item_id)
    found = conversations(store, [item.conversation_id]) if item else {}
    if item is None or item.conversation_id not in found:
        raise UnknownError(f"item '{item_id}' is not in the store.")
    return found[item.conversation_id]
